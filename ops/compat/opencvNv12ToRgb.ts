import { pointOp } from '../spec.js';
import { fixedPointRgb } from './cvNv12.js';

/**
 * YUV to RGB with OpenCV's numbers, to the last bit: BT.601 limited in fixed point of 20 bits, whole numbers in 0..255. For those who
 * have to reproduce it; `yuvToRgb({ matrix: 'bt601', range: 'limited' })` is the same formula unrounded, and at most one level away.
 * With Y' = max(0, Y − 16) it is R = (1220542 Y' + 1673527 (V − 128) + 2^19) >> 20, and so on: halves round up.
 *
 * Equals `cvtColor` with `COLOR_YUV2RGB_NV12`, `NV21`, `I420` and their like on u8, where chroma is read from the nearest sample.
 * Codes with a fraction, of more than 8 bits, lose it. Source: OpenCV, modules/imgproc/src/color_yuv.simd.hpp.
 */
export const opencvNv12ToRgb = pointOp({
  from: ['yuv'],
  to: 'rgb',
  params: {},
  apply: ([y, u, v]) => fixedPointRgb(y, u, v),
});
