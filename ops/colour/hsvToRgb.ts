import { type f32, pointOp } from '../spec.js';

// Which part of V · S a channel lacks: 0 near its own hue, 1 on the other side of the circle.
const lacks = (sixths: f32): f32 => {
  const k = sixths - 6 * Math.floor(sixths / 6);
  return Math.max(0, Math.min(k, 4 - k, 1));
};

/**
 * Hue in degrees (any number, for it goes round), saturation in 0..1 and value to RGB in the units of the value; the inverse of
 * `rgbToHsv`. Channel n of 5, 3, 1 is V − V·S·max(0, min(k, 4 − k, 1)) with k = (n + H / 60) mod 6.
 * Source: the same colour as A. R. Smith's six cases (SIGGRAPH 1978), without the cases. Equals OpenCV's `HSV2RGB` on f32; for its
 * u8 multiply by [2, 1/255, 1] first.
 */
export const hsvToRgb = pointOp({
  from: ['hsv'],
  to: 'rgb',
  params: {},
  apply: ([h, s, v]) => {
    const sixths = h / 60;
    const depth = v * s;
    return [v - depth * lacks(sixths + 5), v - depth * lacks(sixths + 3), v - depth * lacks(sixths + 1)];
  },
});
