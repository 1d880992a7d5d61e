import { f32, i32, pointOp } from '../spec.js';

/**
 * Keeps the upper bits of 8: v becomes the multiple of 2^(8 − bits) that lies at or below it. Pixels in 0..255. Equals
 * torchvision's and Pillow's `posterize` on u8.
 */
export const posterize = pointOp({
  from: ['rgb', 'gray'],
  params: {
    /** How many bits stay: 0 (all black) to 8 (whole numbers); beyond, the nearer of the two. */
    bits: i32,
  },
  apply: (px, { bits }) => {
    const step = f32(1 << Math.min(Math.max(8 - bits, 0), 8));
    return px.map(v => Math.floor(v / step) * step);
  },
});
