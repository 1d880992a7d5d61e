import { anyColour, reduceOp } from '../spec.js';

/**
 * The sum of each channel over all pixels, `[N, C]` in f64: Σ v. Of numbers of 8 and 16 bits it is exact, up to 2^53; of others a column of 32
 * pixels is added in f32, and everything else in f64.
 */
export const sum = reduceOp({
  from: anyColour,
  init: [0],
  step: ([total], [v]) => [total + v],
  merge: ([a], [b]) => [a + b],
  result: 'f64',
});
