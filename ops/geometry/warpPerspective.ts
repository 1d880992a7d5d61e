import { mapOp, mat3x3, perImage, withDefault } from '../spec.js';
import { sideOrNone } from './side.js';

/**
 * A projective map, sampled at one point: with w = m[6]·x + m[7]·y + m[8] the point is (m[0]·x + m[1]·y + m[2]) / w,
 * (m[3]·x + m[4]·y + m[5]) / w. Pixel centres are whole numbers, as in OpenCV and CV-CUDA. Equals OpenCV's `warpPerspective` with
 * `WARP_INVERSE_MAP` for `dstToSrc`, without its 1/32-pixel quantisation of u8 images.
 *
 * Beyond the horizon, where w changes its sign, the image appears once more, upside down, as it does there; on it, where w is
 * 0, the point is (0, 0), as there.
 */
export const warpPerspective = mapOp({
  params: {
    /**
     * `{ dstToSrc: [9 numbers] }` or `{ srcToDst: [9 numbers] }`, row by row, per image. The direction is named, never
     * guessed; `srcToDst` is inverted on the host in double precision.
     */
    matrix: perImage(mat3x3),
    /** The output's width in pixels; default 0: the input's. */
    width: withDefault(sideOrNone, 0),
    /** The output's height in pixels; default 0: the input's. */
    height: withDefault(sideOrNone, 0),
  },
  size: ({ width, height }, src) => ({
    width: width > 0 ? width : src.width,
    height: height > 0 ? height : src.height,
  }),
  apply: ([x, y], { matrix: m }) => {
    const w = m[6] * x + m[7] * y + m[8];
    const scale = w === 0 ? 0 : 1 / w;
    return [(m[0] * x + m[1] * y + m[2]) * scale, (m[3] * x + m[4] * y + m[5]) * scale];
  },
});
