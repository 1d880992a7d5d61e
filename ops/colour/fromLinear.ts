import { type f32, oneOf, pointOp } from '../spec.js';
import { lightToBt709, lightToHlg, lightToPq, lightToSrgb } from './transfer.js';

const toSignal = (v: f32, transfer: 'srgb' | 'bt709' | 'pq' | 'hlg'): f32 => {
  if (transfer === 'srgb') {
    return lightToSrgb(v);
  }
  if (transfer === 'bt709') {
    return lightToBt709(v);
  }
  return transfer === 'pq' ? lightToPq(v) : lightToHlg(v);
};

/**
 * Linear light in 0..1 to RGB in 0..255, by the curve of a standard: the inverse of `toLinear`, which says what 1 stands for. Negative
 * values become 0; light above 1 goes on along the curve, so a clamp is left to the sink. Nothing is rounded. Equals kornia's
 * `linear_rgb_to_rgb` · 255 (`srgb`) and ffmpeg's `zscale` (all four).
 */
export const fromLinear = pointOp({
  from: ['linear'],
  to: 'rgb',
  params: {
    /** `'srgb'`, `'bt709'`, `'pq'` or `'hlg'`. */
    transfer: oneOf('srgb', 'bt709', 'pq', 'hlg'),
  },
  apply: ([r, g, b], { transfer }) => [
    255 * toSignal(r, transfer),
    255 * toSignal(g, transfer),
    255 * toSignal(b, transfer),
  ],
});
