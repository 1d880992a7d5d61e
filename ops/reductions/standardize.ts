import { lookup } from '../math.js';
import { anyColour, bounded, f32, measured, pointOp, withDefault } from '../spec.js';
import { meanStd } from './meanStd.js';

/**
 * Gives each channel of each image mean 0 and standard deviation 1: (v − m) / max(s, epsilon), with m and s of the image itself. In PyTorch
 * `(x - x.mean((2, 3), keepdim=True)) / x.std((2, 3), correction=0, keepdim=True)`.
 */
export const standardize = pointOp({
  from: anyColour,
  params: {
    /** The least that is divided by: a channel of one number becomes 0. */
    epsilon: withDefault(bounded(f32, { above: 0 }), 1e-6),
    /** Mean and standard deviation of each channel: `meanStd()`. */
    stats: withDefault(measured(), meanStd()),
  },
  apply: (px, { epsilon, stats }) =>
    px.map((v, c) => (v - lookup(stats, 2 * c)) / Math.max(lookup(stats, 2 * c + 1), epsilon)),
});
