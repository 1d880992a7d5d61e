/** The arithmetic of OpenCV's and CV-CUDA's YUV of BT.601 limited: whole numbers with 20 bits of fraction. */

import type { f32, i32, Pixel } from '../spec.js';
import { byteOf, wholeByte } from './cvFixed.js';

/**
 * 2^20 times 255 / 219 for luma, and for chroma the coefficients of BT.601 limited in three digits; OpenCV,
 * modules/imgproc/src/color_yuv.simd.hpp (ITUR_BT_601_CY, CVR, CVG, CUG, CUB); CV-CUDA has the same five numbers.
 */
const Y = 1220542;
const RV = 1673527;
const GV = -852492;
const GU = -409993;
const BU = 2116026;
const HALF = 524288;

const byte = (v: i32): i32 => byteOf(v >> 20);

/** Red, green and blue as whole numbers in 0..255. */
export const fixedPointRgb = (luma: f32, u: f32, v: f32): Pixel<3> => {
  const y = Math.max(0, wholeByte(luma) - 16) * Y + HALF;
  const cb = wholeByte(u) - 128;
  const cr = wholeByte(v) - 128;
  return [byte(y + RV * cr), byte(y + GV * cr + GU * cb), byte(y + BU * cb)];
};
