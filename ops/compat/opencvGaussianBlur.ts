import { lookup } from '../math.js';
import { anyColour, gaussian, perImage, separableStencil } from '../spec.js';
import { blurSize, radiusOf } from '../stencils/sizes.js';

/**
 * OpenCV's `GaussianBlur` of bytes: weights are whole numbers of 1/256 that sum to 1, rows and columns are summed without rounding, and
 * the result is rounded half up. For pixels that are whole numbers of 0..255; then the sums are exact, and so are the bytes. OpenCV's σ of 0
 * is 0.3 · ((size − 1) / 2 − 1) + 0.8.
 * Source: OpenCV, modules/imgproc/src/smooth.dispatch.cpp (`getGaussianKernelFixedPoint_ED`).
 */
export const opencvGaussianBlur = separableStencil({
  from: anyColour,
  radius: radiusOf,
  params: {
    /** Width and height of the window, in pixels. */
    size: blurSize,
    /** Standard deviation in pixels. */
    sigma: perImage(gaussian(({ size }: { size: number }) => size, 256)),
  },
  apply: (tap, { size, sigma }) => {
    const radius = (size - 1) / 2;
    let sum = tap(0).map(() => 0);
    for (let d = -radius; d <= radius; d++) {
      const weight = lookup(sigma, d + radius);
      const px = tap(d);
      sum = sum.map((v, c) => v + weight * px[c]!);
    }
    return sum;
  },
  down: (tap, { size, sigma }) => {
    const radius = (size - 1) / 2;
    let sum = tap(0).map(() => 0);
    for (let d = -radius; d <= radius; d++) {
      const weight = lookup(sigma, d + radius);
      const px = tap(d);
      sum = sum.map((v, c) => v + weight * px[c]!);
    }
    // Below 2²⁴, so that no sum is rounded.
    return sum.map(v => Math.floor((v + 32768) / 65536));
  },
});
