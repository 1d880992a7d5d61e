// What was measured, as Markdown. Pure: numbers in, text out.

/** Whether a peer's result is ours: all but a few outliers within the tolerance. */
export const agrees = (check, outliers) =>
  check?.share !== undefined && check.maxError !== null && check.share <= outliers;

/** Our rows beside those of the peers on the same device. `documents` are the peers' by their id. */
export const mergeRows = (ours, documents, outliers) =>
  ours.map(row => {
    const peers = {};
    for (const [id, { rows = [] }] of Object.entries(documents)) {
      const found = rows.find(other => other.case === row.case && other.n === row.n);
      if (!found) {
        continue;
      }
      const { micros, check, waited } = found;
      const differs = !agrees(check, outliers);
      peers[id] = { micros, ratio: micros / row.micros, check, differs, ...(waited ? { waited } : {}) };
    }
    return { ...row, share: row.roof / row.micros, peers };
  });

export const formatMicros = micros => (micros < 1000 ? micros.toFixed(1) : micros.toFixed(0));
export const formatRatio = ratio => (ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(0));

const cell = peer => {
  if (!peer) {
    return '–';
  }
  const marks = `${peer.waited ? '\\*' : ''}${peer.differs ? ' ≠' : ''}`;
  return `${formatMicros(peer.micros)} (${formatRatio(peer.ratio)}×)${marks}`;
};

/** The table of one device: ours, the roof, and each peer that gave a row. */
export const table = (rows, columns) => {
  const shown = columns.filter(({ id }) => rows.some(({ peers }) => peers[id]));
  const head = ['case', 'N', 'cuweave, µs', 'roof, µs', 'of the roof', ...shown.map(({ label }) => label)];
  const lines = rows.map(({ label, n, micros, roof, share, peers }) => [
    label,
    n,
    formatMicros(micros),
    formatMicros(roof),
    `${(100 * share).toFixed(0)} %`,
    ...shown.map(({ id }) => cell(peers[id])),
  ]);
  const line = cells => `| ${cells.join(' | ')} |`;
  const rule = `|---|${'---:|'.repeat(head.length - 1)}`;
  return [line(head), rule, ...lines.map(line)].join('\n');
};

const number = value => (value === null ? 'NaN' : Number(value.toPrecision(3)));
const difference = ({ check }) => {
  if (!check) {
    return 'it was not compared';
  }
  if (check.wrong) {
    return `it gave ${check.wrong}`;
  }
  const { maxError, share, tolerance } = check;
  return `up to ${number(maxError)}, ${number(100 * share)} % of the values by more than ${tolerance}`;
};

/** What the marks in a table mean, as far as they occur, each difference by itself. */
export const notes = (rows, columns) => {
  const all = rows.flatMap(row => columns.flatMap(peer => (row.peers[peer.id] ? [{ row, peer }] : [])));
  const at = ({ row, peer }) => row.peers[peer.id];
  const waited = all.some(one => at(one).waited);
  const differing = all.filter(one => at(one).differs);
  return [
    ...(waited ? ['- \\* The GPU waited for the host between calls: they could not be enqueued ahead.'] : []),
    ...differing.map(
      one => `- ≠ ${one.peer.label}, ${one.row.label}, N = ${one.row.n}: ${difference(at(one))}.`,
    ),
  ];
};

const titles = { cuda: 'GPU', cpu: 'CPU' };

/** The whole report. */
export const markdown = ({ versions, method, tables, absent }) => {
  const sections = tables.flatMap(({ kind, rows, columns }) => {
    const remarks = notes(rows, columns);
    return [
      `## On the ${titles[kind]}`,
      table(rows, columns),
      ...(remarks.length > 0 ? [remarks.join('\n')] : []),
    ];
  });
  const listed = Object.entries(versions).map(([name, version]) => `- ${name}: ${version}`);
  return `${[
    '# cuweave and its peers',
    listed.join('\n'),
    method,
    ...sections,
    ...(absent.length > 0
      ? ['## Not measured', absent.map(({ what, why }) => `- ${what}: ${why}`).join('\n')]
      : []),
  ].join('\n\n')}\n`;
};
