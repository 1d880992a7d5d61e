import { type f32, mapOp, oneOf, perImage, withDefault } from '../spec.js';
import { side } from './side.js';

/**
 * Another size. Filters such as `linear` sample at one point, without antialiasing when it shrinks: as OpenCV's and CV-CUDA's `resize`
 * (linear, cubic, Lanczos) and PyTorch's `interpolate(antialias=False)`; the border is usually `replicate`, as theirs is. The
 * antialiased ones and `area` read all that an output pixel covers: as Pillow's `resize`, torchvision's, and OpenCV's `INTER_AREA`; they read
 * nothing outside, so they need no border.
 *
 * `filter: pillow({ resample: 'bicubic' })` is Pillow's `resize` of bytes to the last bit, on every device.
 *
 * Of RGBA the channels are filtered each for itself: colours under a transparent alpha, which nobody sees, leak into the edges of what is
 * opaque. Put the operator between `premultiply()` and `unpremultiply()`, as Pillow does for RGBA; the two fuse with it (`pillow` does so
 * by itself, in bytes). OpenCV and CV-CUDA filter straight alpha.
 */
export const resize = mapOp({
  params: {
    /** The output's width in pixels, at least 1; per image. */
    width: perImage(side),
    /** The output's height in pixels, at least 1; per image. */
    height: perImage(side),
    /**
     * What stays in its place. `'edges'` (default): the image's outer edges, so that pixels are squares with their centres
     * half a pixel inside: x_in = (x_out + 0.5) · (width_in / width_out) − 0.5, likewise y. `'corners'`: the centres of the
     * corner pixels, PyTorch's `align_corners=True`: x_in = x_out · (width_in − 1) / (width_out − 1), and 0 for one column.
     */
    align: withDefault(oneOf('edges', 'corners'), 'edges'),
  },
  size: ({ width, height }) => ({ width, height }),
  apply: ([x, y], { align }, { src, dst }) => {
    if (align === 'corners') {
      return [x * cornerScale(src.width, dst.width), y * cornerScale(src.height, dst.height)];
    }
    return [(x + 0.5) * (src.width / dst.width) - 0.5, (y + 0.5) * (src.height / dst.height) - 0.5];
  },
  scale: ({ align }, { src, dst }) => {
    if (align === 'corners') {
      return [cornerScale(src.width, dst.width), cornerScale(src.height, dst.height)];
    }
    return [src.width / dst.width, src.height / dst.height];
  },
  inside: true,
  edges: ({ align }) => align === 'edges',
});

const cornerScale = (src: f32, dst: f32): f32 => (dst > 1 ? (src - 1) / (dst - 1) : 0);
