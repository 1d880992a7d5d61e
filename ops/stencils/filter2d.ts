import { lookup } from '../math.js';
import { anyColour, separableStencil, stencilOp, weights } from '../spec.js';
import { blurSize, radiusOf } from './sizes.js';

/**
 * The sum of a window's pixels times weights that are given at the call: a correlation, so that the first weight belongs to the upper left
 * pixel, as in OpenCV's `filter2D`. A convolution takes them turned by half a turn. Sums are in f32, row by row.
 */
export const filter2d = stencilOp({
  from: anyColour,
  radius: radiusOf,
  params: {
    /** Width and height of the window, in pixels. */
    size: blurSize,
    /** `size · size` weights, row by row. */
    weights: weights(({ size }: { size: number }) => size * size),
  },
  apply: (tap, { size, weights: given }) => {
    const radius = (size - 1) / 2;
    let sum = tap(0, 0).map(() => 0);
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        const weight = lookup(given, (dy + radius) * size + dx + radius);
        const px = tap(dx, dy);
        sum = sum.map((v, c) => v + weight * px[c]!);
      }
    }
    return sum;
  },
});

/**
 * {@link filter2d} where the weights are those of a row times those of a column, as in OpenCV's `sepFilter2D`: `size` products for each axis
 * instead of `size · size`. Rows are summed first.
 */
export const separableFilter2d = separableStencil({
  from: anyColour,
  radius: radiusOf,
  params: {
    /** Width and height of the window, in pixels. */
    size: blurSize,
    /** `size` weights along a row. */
    across: weights(({ size }: { size: number }) => size),
    /** `size` weights down a column. */
    down: weights(({ size }: { size: number }) => size),
  },
  apply: (tap, { size, across }) => {
    const radius = (size - 1) / 2;
    let sum = tap(0).map(() => 0);
    for (let d = -radius; d <= radius; d++) {
      const weight = lookup(across, d + radius);
      const px = tap(d);
      sum = sum.map((v, c) => v + weight * px[c]!);
    }
    return sum;
  },
  down: (tap, { size, down }) => {
    const radius = (size - 1) / 2;
    let sum = tap(0).map(() => 0);
    for (let d = -radius; d <= radius; d++) {
      const weight = lookup(down, d + radius);
      const px = tap(d);
      sum = sum.map((v, c) => v + weight * px[c]!);
    }
    return sum;
  },
});
