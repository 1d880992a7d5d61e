import { idiv } from '../math.js';
import { bounded, i32, indexMapOp, perImage } from '../spec.js';
import { stretched } from './stretch.js';

/** floor(at · src / dst) in whole numbers; src / dst is taken apart, so that no product outgrows i32. */
const scaled = (at: i32, src: i32, dst: i32): i32 => {
  const whole = idiv(src, dst);
  return at * whole + idiv(at * (src - whole * dst), dst);
};

// No product of two sides outgrows i32.
const side = perImage(bounded(i32, { least: 1, most: 46340 }));

/**
 * Another size, from single pixels: x_in = floor(x_out · width_in / width_out), likewise y; exact, for masks and labels. It takes the
 * upper left one of the pixels that an output pixel covers; `resize` with `nearest` takes the middle one. Equals OpenCV's
 * `INTER_NEAREST` and PyTorch's `nearest`, which compute the same in floating point and may be a pixel off where the product is a whole
 * number.
 */
export const resizeNearest = indexMapOp({
  params: {
    /** The output's width in pixels, 1 to 46,340; per image. */
    width: side,
    /** The output's height in pixels, 1 to 46,340; per image. */
    height: side,
  },
  size: ({ width, height }) => ({ width, height }),
  apply: ([x, y], _, { src, dst }) => [scaled(x, src.width, dst.width), scaled(y, src.height, dst.height)],
  geometry: stretched,
});
