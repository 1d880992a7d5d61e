import { pointOp } from '../spec.js';
import { lightToLab } from './lab.js';
import { srgbToLight } from './transfer.js';

/**
 * sRGB in 0..255 to CIE L\*a\*b\* under D65: L in 0..100, a (green to red) and b (blue to yellow) around 0, within about ±110 for
 * colours of sRGB. Source: CIE 15 for L\*a\*b\*, IEC 61966-2-1 for sRGB's curve and matrix. Nothing is rounded.
 *
 * Equals scikit-image's `rgb2lab` and OpenCV's `RGB2Lab` of floats. OpenCV's u8 has L · 255 / 100, a + 128 and b + 128, rounded:
 * `scaleOffset({ scale: [2.55, 1, 1], offset: [0, 128, 128] })` gives the same. CV-CUDA has it since 0.18.
 */
export const rgbToLab = pointOp({
  from: ['rgb'],
  to: 'lab',
  params: {},
  apply: ([r, g, b]) => lightToLab(srgbToLight(r / 255), srgbToLight(g / 255), srgbToLight(b / 255)),
});
