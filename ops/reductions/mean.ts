import { anyColour, reduceOp } from '../spec.js';

/**
 * The mean of each channel over all pixels, `[N, C]` in f32: Σ v / n. The sum is that of `sum`, so of numbers of 8 and 16 bits the mean is
 * rounded once.
 */
export const mean = reduceOp({
  from: anyColour,
  init: [0],
  step: ([total], [v]) => [total + v],
  merge: ([a], [b]) => [a + b],
  finish: ([total], { count }) => [total / count],
});
