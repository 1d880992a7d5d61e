import { pointOp } from '../spec.js';

/**
 * Divides red, green and blue by alpha / 255: the inverse of `premultiply`. Where alpha is 0 or less there is no colour, and all three
 * are 0. Pixels in 0..255; nothing is rounded or clamped. Equals OpenCV's `mRGBA2RGBA` without its rounding.
 */
export const unpremultiply = pointOp({
  from: ['premultiplied'],
  to: 'rgba',
  params: {},
  apply: ([r, g, b, a]) => {
    const factor = a > 0 ? 255 / a : 0;
    return [r * factor, g * factor, b * factor, a];
  },
});
