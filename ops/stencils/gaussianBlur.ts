import { lookup } from '../math.js';
import { anyColour, gaussian, perImage, separableStencil } from '../spec.js';
import { blurSize, radiusOf } from './sizes.js';

/**
 * Blurs by a Gaussian: the mean of a window of `size` × `size` pixels, weighted by exp(−d² / 2σ²) along each axis and divided by the
 * weights' sum. Channels are blurred on their own, in f32; equals OpenCV's `GaussianBlur` of floats and torchvision's `gaussian_blur` of
 * floats (with `border: reflect101`). OpenCV's bytes are those of `opencvGaussianBlur`.
 */
export const gaussianBlur = separableStencil({
  from: anyColour,
  radius: radiusOf,
  params: {
    /** Width and height of the window, in pixels. */
    size: blurSize,
    /** Standard deviation in pixels. */
    sigma: perImage(gaussian(({ size }: { size: number }) => size)),
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
});
