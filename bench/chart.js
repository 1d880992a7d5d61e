// The measurements as an SVG: a group of bars for each case, how near each program comes to the roof. Pure.
import { formatMicros } from './report.js';

const WIDTH = 900;
const COLUMN = 430;
const BAR = 9;
const STEP = 11;
const HEAD = 18;
const GAP = 14;
/** From the left edge of a group to the right one of a bar at the roof; the rest is for its figure. */
const FULL = 330;

const escaped = text =>
  String(text).replace(/[&<>"]/g, sign => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]);

/** The rows with each case's largest batch only. */
export const largestBatches = rows =>
  rows.filter(({ case: id, n }) => n === Math.max(...rows.filter(row => row.case === id).map(row => row.n)));

const barsOf = (row, columns) => [
  { series: 0, label: 'cuweave', micros: row.micros },
  ...columns.flatMap(({ id, label }, at) =>
    row.peers[id]
      ? [{ series: at + 1, label, micros: row.peers[id].micros, marked: row.peers[id].differs }]
      : [],
  ),
];

/** Where a bar's figure begins: behind the bar, and not across the roof. */
const textAt = (width, value) => {
  const crosses = width <= FULL && width + 8 + 5 * value.length > FULL;
  return (crosses ? FULL : width) + 4;
};

const group = (row, columns, x, y) => {
  const bars = barsOf(row, columns).map(({ series, label, micros, marked }, at) => {
    const top = y + HEAD + at * STEP;
    const share = row.roof / micros;
    // A bar ends a little beyond the roof at most: small batches can beat it, as copies of their size are slow.
    const width = Math.max(1, FULL * Math.min(share, 1.1));
    const value = `${formatMicros(micros)} µs${marked ? ' ≠' : ''}`;
    return (
      `  <rect class="s${series}" x="${x}" y="${top}" width="${width.toFixed(1)}" height="${BAR}">` +
      `<title>${escaped(label)}: ${value}, ${(100 * share).toFixed(0)} % of the roof</title></rect>\n` +
      `  <text class="dim" x="${(x + textAt(width, value)).toFixed(1)}" y="${top + BAR - 1}">${value}</text>`
    );
  });
  const height = bars.length * STEP;
  return [
    `  <text class="ink bold" x="${x}" y="${y + 11}">${escaped(row.label)}, N = ${row.n}</text>`,
    `  <path class="roof" d="M${x + FULL}.5 ${y + HEAD - 3}v${height + 4}"/>`,
    ...bars,
  ].join('\n');
};

/** A chart of one device's rows, light or dark as the page is. @param title What it shows, and where. */
export const chart = (rows, columns, title) => {
  const shown = largestBatches(rows);
  const present = columns.filter(({ id }) => shown.some(({ peers }) => peers[id]));
  const names = ['cuweave', ...present.map(({ label }) => label)];
  const legend = names.map((name, at) => {
    const [x, y] = [10 + (at % 6) * 145, 46 + Math.floor(at / 6) * 18];
    return `  <rect class="s${at}" x="${x}" y="${y - 9}" width="10" height="10"/><text class="ink" x="${x + 15}" y="${y}">${escaped(name)}</text>`;
  });
  const begin = 46 + Math.ceil(names.length / 6) * 18;
  // The shorter column takes the next group.
  const bottoms = [begin, begin];
  const groups = shown.map(row => {
    const side = bottoms[0] <= bottoms[1] ? 0 : 1;
    const text = group(row, present, 10 + side * (COLUMN + 20), bottoms[side]);
    bottoms[side] += HEAD + barsOf(row, present).length * STEP + GAP;
    return text;
  });
  const height = Math.max(...bottoms);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="t" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="11">
  <title id="t">${escaped(title)}</title>
  <style>
    .ink { fill: #1f2328 } .dim { fill: #59636e; font-size: 9px } .bold { font-weight: 600 } .roof { stroke: #818b98; stroke-dasharray: 3 2 }
    .s0 { fill: #0969da } .s1 { fill: #1a7f37 } .s2 { fill: #9a6700 } .s3 { fill: #8250df } .s4 { fill: #cf222e } .s5 { fill: #bf3989 } .s6 { fill: #57606a } .s7 { fill: #0f766e }
    @media (prefers-color-scheme: dark) {
      .ink { fill: #f0f6fc } .dim { fill: #9198a1 } .roof { stroke: #656c76 }
      .s0 { fill: #4493f8 } .s1 { fill: #3fb950 } .s2 { fill: #d29922 } .s3 { fill: #ab7df8 } .s4 { fill: #f85149 } .s5 { fill: #db61a2 } .s6 { fill: #8b949e } .s7 { fill: #2dd4bf }
    }
  </style>
  <text class="ink" x="10" y="18" font-size="14" font-weight="600">${escaped(title)}</text>
  <text class="dim" x="10" y="31">Bars: bandwidth as a share of a copy's (dashed: the roof). Longer is better. ≠: the result differs from ours.</text>
${[...legend, ...groups].join('\n')}
</svg>
`;
};
