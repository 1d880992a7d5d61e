// What all pictures of this folder share: the frame of an SVG, its colours in light and dark, and a few shapes.
const STYLE = `
    .ink { fill: #1f2328 } .dim { fill: #59636e } .line { stroke: #818b98; stroke-width: 1.5; fill: none }
    .head { fill: #818b98 } .box { fill: #eaeef2; stroke: #818b98 } .ours { fill: #ddf4ff; stroke: #0969da }
    .accent { fill: #0969da } .other { fill: #9a6700 } .reach { stroke: #0969da; stroke-width: 1.5; fill: none } .thin { stroke: #818b98; stroke-width: 0.75; fill: none }
    .bold { font-weight: 600 } .small { font-size: 12px } .tiny { font-size: 11px } .mid { text-anchor: middle } .code { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace }
    @media (prefers-color-scheme: dark) {
      .ink { fill: #f0f6fc } .dim { fill: #9198a1 } .line { stroke: #656c76 } .thin { stroke: #656c76 } .head { fill: #656c76 }
      .box { fill: #262c36; stroke: #656c76 } .ours { fill: #12284a; stroke: #4493f8 }
      .accent { fill: #4493f8 } .other { fill: #d29922 } .reach { stroke: #4493f8 }
    }`;

const escaped = text =>
  String(text).replace(/[&<>"]/g, sign => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]);

/** A whole picture. @param about What it shows, for those who do not see it. */
export const picture = ({ width, height, title, about, parts }) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="t d" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="14">
  <title id="t">${escaped(title)}</title>
  <desc id="d">${escaped(about)}</desc>
  <style>${STYLE}
  </style>
  ${parts.flat(9).join('\n  ')}
</svg>
`;

const short = value => Number(value.toFixed(2));

/** A line of text; its class says size and colour. */
export const text = (x, y, words, kind = 'ink') =>
  `<text class="${kind}" x="${short(x)}" y="${short(y)}">${escaped(words)}</text>`;
export const box = (x, y, width, height, kind = 'box') =>
  `<rect class="${kind}" x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" rx="6"/>`;
export const cell = (x, y, width, height, kind) =>
  `<rect class="${kind}" x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"/>`;
export const dot = (x, y, radius, kind) =>
  `<circle class="${kind}" cx="${short(x)}" cy="${short(y)}" r="${radius}"/>`;
export const line = (x0, y0, x1, y1, kind = 'line') =>
  `<path class="${kind}" d="M${short(x0)} ${short(y0)}L${short(x1)} ${short(y1)}"/>`;
/** A line with a head; it goes across or down. */
export const arrow = (x0, y0, x1, y1) => {
  const across = y0 === y1;
  const [dx, dy] = across ? [Math.sign(x1 - x0), 0] : [0, Math.sign(y1 - y0)];
  const [tail, half] = [8, 4.5];
  const at = [x1 - dx * tail, y1 - dy * tail];
  const wing = sign => `${short(at[0] + sign * dy * half)} ${short(at[1] + sign * dx * half)}`;
  return `${line(x0, y0, x1 - dx * 6, y1 - dy * 6)}<path class="head" d="M${short(x1)} ${short(y1)}L${wing(1)}L${wing(-1)}z"/>`;
};
/** A picture of pixels, magnified without smoothing where it is shown larger than it is. */
export const pixels = (x, y, width, height, webp) =>
  `<image x="${short(x)}" y="${short(y)}" width="${width}" height="${height}" style="image-rendering: pixelated" href="data:image/webp;base64,${webp.toString('base64')}"/>`;
