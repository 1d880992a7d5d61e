import { anyColour, gaussian, perImage, separableStencil } from '../spec.js';
import { blurSize, radiusOf } from './sizes.js';
import { gaussianSum } from './sums.js';

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
  apply: gaussianSum,
});
