import { f32, perChannel, pointOp } from 'cuweave/ops';

/** Multiplies each channel by a gain of its own and keeps the result from rising above white. */
export const whiteBalance = pointOp({
  from: ['rgb'],
  params: {
    /** One number for all channels, or one per channel; 1 leaves it as it is. */
    gain: perChannel(f32),
  },
  apply: (px, { gain }) => px.map((v, c) => Math.min(v * gain[c], 255)),
});
