import { lookup } from '../math.js';
import { anyColour, gaussian, perImage, separableStencil } from '../spec.js';
import { blurSize, radiusOf } from '../stencils/sizes.js';
import { gaussianSum } from '../stencils/sums.js';

/**
 * OpenCV's `GaussianBlur` of bytes: weights are whole numbers of 1/256 that sum to 1, rows and columns are summed without rounding, and
 * the result is rounded half up. For pixels that are whole numbers of 0..255, as those of u8 are: then all sums are exact, and so are the bytes
 * (with `border: reflect101`, OpenCV's default). Results are whole numbers of 0..255.
 * Source: OpenCV, modules/imgproc/src/smooth.dispatch.cpp (`getGaussianKernelFixedPoint_ED`) and smooth.simd.hpp.
 */
export const opencvGaussianBlur = separableStencil({
  from: anyColour,
  radius: radiusOf,
  params: {
    /** Width and height of the window, in pixels. */
    size: blurSize,
    /** Standard deviation in pixels; 0 takes OpenCV's own weights for the size. */
    sigma: perImage(gaussian(({ size }: { size: number }) => size, 256)),
  },
  apply: gaussianSum,
  down: (tap, { size, sigma }) => {
    const radius = (size - 1) / 2;
    let sum = tap(0).map(() => 0);
    for (let d = -radius; d <= radius; d++) {
      const weight = lookup(sigma, d + radius);
      const px = tap(d);
      sum = sum.map((v, c) => v + weight * px[c]!);
    }
    return sum.map(v => {
      // Below 2²⁴, so that no sum is rounded.
      const level = Math.floor((v + 32768) / 65536);
      return level > 0 ? Math.min(level, 255) : 0;
    });
  },
});
