import { pointOp } from '../spec.js';

/**
 * RGB in 0..255 to OpenCV's YCrCb: Y = 0.299 R + 0.587 G + 0.114 B, Cr = 0.713 (R − Y) + 128, Cb = 0.564 (B − Y) + 128. Full
 * range; nothing is rounded or clamped. Source: OpenCV's documentation of `COLOR_RGB2YCrCb` (BT.601 with three digits); its u8 is
 * in fixed point and differs by at most one level. A standard's own coefficients are in `rgbToYuv`.
 */
export const rgbToYCrCb = pointOp({
  from: ['rgb'],
  to: 'yCrCb',
  params: {},
  apply: ([r, g, b]) => {
    const y = 0.299 * r + 0.587 * g + 0.114 * b;
    return [y, 0.713 * (r - y) + 128, 0.564 * (b - y) + 128];
  },
});
