import { pointOp } from '../spec.js';
import { byteOf, descale, wholeByte } from './cvFixed.js';

/**
 * Analog YUV to RGB with OpenCV's numbers, to the last bit: fixed point of 14 bits, whole numbers in 0..255. With U' = U − 128 and
 * V' = V − 128: R = Y + (18678 V' >> 14), G = Y + ((−6472 U' − 9519 V') >> 14), B = Y + (33292 U' >> 14), each shift after adding
 * 2^13. For those who have to reproduce it; `analogYuvToRgb` is the same in float, with 2.029 for 2.032, and at most one level away.
 *
 * Equals `cvtColor` with `COLOR_YUV2RGB` on u8, and CV-CUDA's `YUV2RGB`. Source: OpenCV, modules/imgproc/src/color_yuv.simd.hpp.
 */
export const opencvYuvToRgb = pointOp({
  from: ['yuv'],
  to: 'rgb',
  params: {},
  apply: ([luma, u, v]) => {
    const y = wholeByte(luma);
    const cb = wholeByte(u) - 128;
    const cr = wholeByte(v) - 128;
    return [
      byteOf(y + descale(18678 * cr)),
      byteOf(y + descale(-6472 * cb - 9519 * cr)),
      byteOf(y + descale(33292 * cb)),
    ];
  },
});
