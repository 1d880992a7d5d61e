import { mapOp, mat2x3, perImage, withDefault } from '../spec.js';
import { sideOrNone } from './side.js';

/**
 * An affine map, sampled at one point. Pixel centres are whole numbers: no half-pixel offset, as in OpenCV and CV-CUDA.
 * Equals OpenCV's `warpAffine` with `WARP_INVERSE_MAP` for `dstToSrc`, without its 1/32-pixel quantisation.
 */
export const warpAffine = mapOp({
  params: {
    /**
     * `{ dstToSrc: [6 numbers] }` or `{ srcToDst: [6 numbers] }`, row by row, per image. The direction is named, never
     * guessed; `srcToDst` is inverted on the host in double precision.
     */
    matrix: perImage(mat2x3),
    /** The output's width in pixels; default 0: the input's. */
    width: withDefault(sideOrNone, 0),
    /** The output's height in pixels; default 0: the input's. */
    height: withDefault(sideOrNone, 0),
  },
  size: ({ width, height }, src) => ({
    width: width > 0 ? width : src.width,
    height: height > 0 ? height : src.height,
  }),
  apply: ([x, y], { matrix: m }) => [m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5]],
});
