import { pointOp } from '../spec.js';

/**
 * Multiplies red, green and blue by alpha / 255: the form in which pictures with alpha are resampled and blended, as in
 * `pipeline(rgba8(), premultiply(), resize({ … }), unpremultiply(), rgba8())`: colours that alpha hides do not leak into edges. Pixels in 0..255;
 * nothing is rounded. Equals OpenCV's `RGBA2mRGBA` without its rounding.
 */
export const premultiply = pointOp({
  from: ['rgba'],
  to: 'premultiplied',
  params: {},
  apply: ([r, g, b, a]) => {
    const part = a / 255;
    return [r * part, g * part, b * part, a];
  },
});
