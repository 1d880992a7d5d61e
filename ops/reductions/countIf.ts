import { anyColour, f32, reduceOp } from '../spec.js';

/** How many pixels of each channel are within bounds, `[N, C]` in i64: those with low ≤ v ≤ high. Exact. For another test, a point operator before it. */
export const countIf = reduceOp({
  from: anyColour,
  params: {
    /** The least number that is counted. */
    low: f32,
    /** The largest. */
    high: f32,
  },
  init: [0],
  step: ([count], [v], { low, high }) => [v >= low && v <= high ? count + 1 : count],
  merge: ([a], [b]) => [a + b],
  result: 'i64',
});
