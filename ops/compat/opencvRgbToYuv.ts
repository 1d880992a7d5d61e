import { pointOp } from '../spec.js';
import { byteOf, descale, wholeByte } from './cvFixed.js';

/**
 * RGB to analog YUV with OpenCV's numbers, to the last bit: fixed point of 14 bits, whole numbers in 0..255, halves up. With
 * Y = (4899 R + 9617 G + 1868 B) / 2^14: U = 128 + 8061 (B − Y) / 2^14, V = 128 + 14369 (R − Y) / 2^14.
 *
 * Equals `cvtColor` with `COLOR_RGB2YUV` on u8. Source: OpenCV, modules/imgproc/src/color_yuv.simd.hpp. A standard's own
 * coefficients are in `rgbToYuv`.
 */
export const opencvRgbToYuv = pointOp({
  from: ['rgb'],
  to: 'yuv',
  params: {},
  apply: ([red, green, blue]) => {
    const r = wholeByte(red);
    const b = wholeByte(blue);
    const y = descale(4899 * r + 9617 * wholeByte(green) + 1868 * b);
    return [y, byteOf(descale(8061 * (b - y)) + 128), byteOf(descale(14369 * (r - y)) + 128)];
  },
});
