import { anyColour, f32, perChannel, pointOp, withDefault } from '../spec.js';

/**
 * v · scale + offset, channel by channel, on pixels of any model: the units of HSV for a peer, an exposure of linear light.
 * Equals OpenCV's `convertTo` without its rounding, and with one number per channel. To round too, use `convertTo`.
 */
export const scaleOffset = pointOp({
  from: anyColour,
  params: {
    /** Multiplies first: one number, or one per channel; default 1. */
    scale: withDefault(perChannel(f32), 1),
    /** Is added then: one number, or one per channel; default 0. */
    offset: withDefault(perChannel(f32), 0),
  },
  apply: (px, { scale, offset }) => px.map((v, c) => v * scale[c]! + offset[c]!),
});
