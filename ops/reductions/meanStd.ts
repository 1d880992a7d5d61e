import { anyColour, reduceOp } from '../spec.js';

/**
 * The mean and the standard deviation of each channel over all pixels, `[N, C, 2]` in f32: m = Σ v / n and √(Σ v² / n − m²), that of the whole
 * population (NumPy's and OpenCV's; torch.std with `correction=0`). Sums of columns of 32 pixels are f32, everything else is f64: of numbers of
 * 8 bits the sums are exact.
 */
export const meanStd = reduceOp({
  from: anyColour,
  init: [0, 0],
  step: ([total, squares], [v]) => [total + v, squares + v * v],
  merge: ([a, b], [c, d]) => [a + c, b + d],
  finish: ([total, squares], { count }) => {
    const m = total / count;
    return [m, Math.sqrt(Math.max(squares / count - m * m, 0))];
  },
});
