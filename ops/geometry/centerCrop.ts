import { i32, indexMapOp } from '../spec.js';

/**
 * The middle of the image; exact. Where the rest is odd, the larger part of it lies to the right and below: the corner is
 * floor((input − output) / 2), as in CV-CUDA. torchvision rounds halves to even there, so it may lie one pixel further, and
 * it pads images that are too small, which here are an error.
 *
 * @param options.width The output's width in pixels, at least 1 and at most the input's.
 * @param options.height The output's height in pixels, at least 1 and at most the input's.
 */
export const centerCrop = indexMapOp({
  params: { width: i32, height: i32 },
  // A size of 0 is what the caller refuses.
  size: ({ width, height }, src) => ({
    width: width <= src.width ? width : 0,
    height: height <= src.height ? height : 0,
  }),
  apply: ([x, y], _, { src, dst }) => [
    x + ((src.width - dst.width) >> 1),
    y + ((src.height - dst.height) >> 1),
  ],
});
