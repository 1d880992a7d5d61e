// The measured cases, as cases.json defines them for our programs and for the peers'.
import { readFileSync } from 'node:fs';

export const bench = JSON.parse(readFileSync(new URL('./cases.json', import.meta.url), 'utf8'));

/** The cases whose id matches a regular expression, without regard to case; all without one. @throws if none does. */
export const selectCases = (pattern = '', cases = bench.cases) => {
  let matches;
  try {
    matches = new RegExp(pattern, 'i');
  } catch (error) {
    throw new Error(`--cases: expected a regular expression but received ${pattern} (${error.message})`);
  }
  const chosen = cases.filter(({ id }) => matches.test(id));
  if (chosen.length > 0) {
    return chosen;
  }
  const known = cases.map(({ id }) => id).join(', ');
  throw new Error(`--cases: expected a pattern that matches a case (${known}) but received ${pattern}`);
};

/** Those that are measured on a kind of device. */
export const casesOn = (kind, cases) =>
  cases.filter(({ devices = ['cuda', 'cpu'] }) => devices.includes(kind));

/** The rectangles of the crops of a frame, in pixels. */
export const rectangles = ({ columns, stepX, stepY, width, height }, count) =>
  Array.from({ length: count }, (_, i) => ({
    x: (i % columns) * stepX,
    y: Math.floor(i / columns) * stepY,
    width,
    height,
  }));

export const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
