import { lookup, roundHalfEven } from '../math.js';
import { f32, gaussian, oneOf, stencilOp, withDefault } from '../spec.js';
import { blurSize, radiusOf } from './sizes.js';

/**
 * Black and white by what is around a pixel: 255 where it is above the rounded mean of its window less `offset`, else 0. OpenCV's
 * `adaptiveThreshold` of `ADAPTIVE_THRESH_MEAN_C` and `THRESH_BINARY`, byte for byte with `border: replicate`.
 */
export const adaptiveThreshold = stencilOp({
  from: ['gray'],
  radius: radiusOf,
  params: {
    /** Width and height of the window, in pixels: OpenCV's `blockSize`. */
    size: blurSize,
    /** The number that is taken from the mean: OpenCV's `C`. It is rounded up to a whole level. */
    offset: withDefault(f32, 0),
    /** `binaryInv`: 0 above and 255 below, with `offset` rounded down. */
    kind: withDefault(oneOf('binary', 'binaryInv'), 'binary'),
  },
  apply: (tap, { size, offset, kind }) => {
    const radius = (size - 1) / 2;
    let sum = 0;
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        const [v] = tap(dx, dy);
        sum = sum + v;
      }
    }
    const mean = roundHalfEven(sum / (size * size));
    const [own] = tap(0, 0);
    if (kind === 'binary') {
      return [own > mean - Math.ceil(offset) ? 255 : 0];
    }
    return [own > mean - Math.floor(offset) ? 0 : 255];
  },
});

/**
 * {@link adaptiveThreshold} with the window's pixels weighted by a Gaussian: OpenCV's `ADAPTIVE_THRESH_GAUSSIAN_C`, with its σ of 0.3 · ((size − 1) / 2 − 1)
 * + 0.8. Sums are in another order there, so that single pixels may differ where the mean is half a level from the next.
 */
export const adaptiveThresholdGaussian = stencilOp({
  from: ['gray'],
  radius: radiusOf,
  params: {
    /** Width and height of the window, in pixels: OpenCV's `blockSize`. */
    size: blurSize,
    /** The Gaussian's standard deviation in pixels. */
    sigma: gaussian(({ size }: { size: number }) => size),
    /** The number that is taken from the mean: OpenCV's `C`. It is rounded up to a whole level. */
    offset: withDefault(f32, 0),
  },
  apply: (tap, { size, sigma, offset }) => {
    const radius = (size - 1) / 2;
    let sum = 0;
    for (let dy = -radius; dy <= radius; dy++) {
      let line = 0;
      for (let dx = -radius; dx <= radius; dx++) {
        const weight = lookup(sigma, dx + radius);
        const [v] = tap(dx, dy);
        line = line + weight * v;
      }
      const weight = lookup(sigma, dy + radius);
      sum = sum + weight * line;
    }
    const [own] = tap(0, 0);
    return [own > roundHalfEven(sum) - Math.ceil(offset) ? 255 : 0];
  },
});
