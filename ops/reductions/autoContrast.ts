import { lookup } from '../math.js';
import { anyColour, type f32, measured, pointOp, reduceOp, withDefault } from '../spec.js';

/** The least and the largest number of each channel, `[N, C, 2]` in f32; `minMax` says where they are, too. */
export const extremes = reduceOp({
  from: anyColour,
  init: [Infinity, -Infinity],
  step: ([least, most], [v]) => [Math.min(least, v), Math.max(most, v)],
  merge: ([a, b], [c, d]) => [Math.min(a, c), Math.max(b, d)],
});

const stretched = (v: f32, least: f32, most: f32): f32 => {
  const all = (v - least) * (255 / (most - least));
  return Math.floor(Math.min(Math.max(most > least ? all : v, 0), 255));
};

/**
 * Stretches each channel of each image to 0..255: ⌊(v − least) · (255 / (most − least))⌋; a channel of one number stays. Of gray and RGB in
 * 0..255. The bytes of torchvision's `autocontrast` (transforms/_functional_tensor.py), which drops fractions too.
 */
export const autoContrast = pointOp({
  from: ['gray', 'rgb'],
  params: {
    /** The least and the largest number of each channel: `extremes()`. */
    range: withDefault(measured(), extremes()),
  },
  apply: (px, { range }) => px.map((v, c) => stretched(v, lookup(range, 2 * c), lookup(range, 2 * c + 1))),
});
