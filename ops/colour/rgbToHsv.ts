import { pointOp } from '../spec.js';

/**
 * RGB to hue in degrees, 0 ≤ H < 360, saturation in 0..1 and value in the units of the RGB: V = max, S = (max − min) / max,
 * H = 60 · (G − B) / (max − min) where red is the largest, and so on around the circle. Grey has H = 0, black S = 0, and a hue that
 * f32 rounds to 360 is 0. Source: A. R. Smith, Color Gamut Transform Pairs, SIGGRAPH 1978. Equals OpenCV's `RGB2HSV` on f32, which
 * gives 360 for such a hue; for its u8 multiply by
 * [1/2, 255, 1] (`RGB2HSV_FULL`: [256/360, 255, 1]), which it rounds in fixed point. Pillow: [255/360, 255, 1]; kornia: [π/180, 1, 1/255].
 */
export const rgbToHsv = pointOp({
  from: ['rgb'],
  to: 'hsv',
  params: {},
  apply: ([r, g, b]) => {
    const v = Math.max(r, g, b);
    const range = v - Math.min(r, g, b);
    const s = v === 0 ? 0 : range / v;
    if (range === 0) {
      return [0, s, v];
    }
    if (v === r) {
      const hue = 60 * ((g - b) / range) + (g < b ? 360 : 0);
      // A red with a trace of blue: 360 less than half a step of f32.
      return [hue < 360 ? hue : 0, s, v];
    }
    return [v === g ? 60 * ((b - r) / range) + 120 : 60 * ((r - g) / range) + 240, s, v];
  },
});
