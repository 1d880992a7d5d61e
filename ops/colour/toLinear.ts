import { type f32, oneOf, pointOp } from '../spec.js';
import { bt709ToLight, hlgToLight, pqToLight, srgbToLight } from './transfer.js';

const toLight = (v: f32, transfer: 'srgb' | 'bt709' | 'pq' | 'hlg'): f32 => {
  if (transfer === 'srgb') {
    return srgbToLight(v);
  }
  if (transfer === 'bt709') {
    return bt709ToLight(v);
  }
  return transfer === 'pq' ? pqToLight(v) : hlgToLight(v);
};

/**
 * RGB in 0..255 to linear light in 0..1, by the curve of a standard; its primaries stay. Negative values become 0.
 *
 * - `srgb`: the light of the display, 1 is its white. IEC 61966-2-1. Equals kornia's `rgb_to_linear_rgb` of v / 255.
 * - `bt709`: the light of the scene, by the inverse of the camera's curve, as ffmpeg's `zscale`. ITU-R BT.709, with the longer
 *   digits of BT.2020 for its two constants (4·10⁻⁴ apart).
 * - `pq`: the light of the display, 1 is 10,000 cd/m². SMPTE ST 2084.
 * - `hlg`: the light of the scene, 1 is the signal's peak; the display's own gamma (OOTF) is not applied. ITU-R BT.2100.
 *
 * OpenCV and CV-CUDA have no such operator.
 */
export const toLinear = pointOp({
  from: ['rgb'],
  to: 'linear',
  params: {
    /** One of the four. */
    transfer: oneOf('srgb', 'bt709', 'pq', 'hlg'),
  },
  apply: ([r, g, b], { transfer }) => [
    toLight(r / 255, transfer),
    toLight(g / 255, transfer),
    toLight(b / 255, transfer),
  ],
});
