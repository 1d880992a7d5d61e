import { pointOp } from '../spec.js';

/**
 * OpenCV's YCrCb to RGB in 0..255: R = Y + 1.403 (Cr − 128), G = Y − 0.714 (Cr − 128) − 0.344 (Cb − 128), B = Y + 1.773 (Cb − 128).
 * Nothing is rounded or clamped. Source: OpenCV's documentation of `COLOR_YCrCb2RGB`; its u8 is in fixed point and differs by at
 * most one level. The three digits make it the inverse of `rgbToYCrCb` up to 0.2 levels.
 */
export const yCrCbToRgb = pointOp({
  from: ['yCrCb'],
  to: 'rgb',
  params: {},
  apply: ([y, cr, cb]) => {
    const red = cr - 128;
    const blue = cb - 128;
    return [y + 1.403 * red, y - 0.714 * red - 0.344 * blue, y + 1.773 * blue];
  },
});
