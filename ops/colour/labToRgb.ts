import { pointOp } from '../spec.js';
import { labToLight } from './lab.js';
import { lightToSrgb } from './transfer.js';

/**
 * CIE L\*a\*b\* under D65 to sRGB in 0..255: the inverse of `rgbToLab`, which says what it stands on. Light below 0, of colours that
 * sRGB does not have, becomes 0; above 1 it goes on along the curve, and the sink's clamp holds it. Nothing is rounded.
 *
 * Equals scikit-image's `lab2rgb` · 255 and OpenCV's `Lab2RGB`, which clamp. CV-CUDA has it since 0.18.
 */
export const labToRgb = pointOp({
  from: ['lab'],
  to: 'rgb',
  params: {},
  apply: ([l, a, b]) => {
    const [red, green, blue] = labToLight(l, a, b);
    return [255 * lightToSrgb(red), 255 * lightToSrgb(green), 255 * lightToSrgb(blue)];
  },
});
