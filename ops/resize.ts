import { i32, mapOp } from './spec.js';

/**
 * Another size, with half-pixel centres: x_in = (x_out + 0.5) · (width_in / width_out) − 0.5, likewise y. Samples at one
 * point: no antialiasing when it shrinks. Equals OpenCV's and CV-CUDA's `resize` (linear) and PyTorch's
 * `interpolate(align_corners=False, antialias=False)`; the border is usually `replicate`, as theirs is.
 *
 * @param options.width The output's width in pixels, at least 1.
 * @param options.height The output's height in pixels, at least 1.
 * @param options.filter How a point between pixels is read: `linear` or `nearest`.
 * @param options.border What lies outside: `replicate`, or `constant(value)`.
 */
export const resize = mapOp({
  params: { width: i32, height: i32 },
  size: ({ width, height }) => ({ width, height }),
  apply: ([x, y], _, { src, dst }) => [
    (x + 0.5) * (src.width / dst.width) - 0.5,
    (y + 0.5) * (src.height / dst.height) - 0.5,
  ],
});
