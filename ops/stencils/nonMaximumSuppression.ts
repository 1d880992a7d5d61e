import { anyColour, bounded, f32, stencilOp, withDefault } from '../spec.js';

/**
 * Keeps the peaks of a map of responses: a number stays where none of its eight neighbours is larger and it is above `threshold`, and is 0
 * elsewhere. All pixels of a plateau stay. Channel by channel.
 */
export const nonMaximumSuppression = stencilOp({
  from: anyColour,
  radius: 1,
  params: {
    /** What a peak must exceed, in the units of the pixels. */
    threshold: withDefault(bounded(f32, { least: 0 }), 0),
  },
  apply: (tap, { threshold }) => {
    const own = tap(0, 0);
    let most = own.map(v => v);
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const px = tap(dx, dy);
        most = most.map((v, c) => Math.max(v, px[c]!));
      }
    }
    return own.map((v, c) => (v === most[c]! && v > threshold ? v : 0));
  },
});
