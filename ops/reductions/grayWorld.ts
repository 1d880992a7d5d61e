import { lookup } from '../math.js';
import { measured, pointOp, withDefault } from '../spec.js';
import { mean } from './mean.js';

/**
 * White balance under the assumption that each image is gray on average (Buchsbaum 1980): every channel times (mean of all channels) / (its
 * own mean). Of RGB in any units; a channel of mean 0 stays. In PyTorch `x * (m.mean(1, keepdim=True) / m)` with `m = x.mean((2, 3), keepdim=True)`.
 */
export const grayWorld = pointOp({
  from: ['rgb', 'linear'],
  params: {
    /** The mean of each channel: `mean()`. */
    means: withDefault(measured(), mean()),
  },
  apply: (px, { means }) => {
    const level = (lookup(means, 0) + lookup(means, 1) + lookup(means, 2)) / 3;
    return px.map((v, c) => (lookup(means, c) > 0 ? v * (level / lookup(means, c)) : v));
  },
});
