import { anyColour, f32, pointOp, withDefault } from '../spec.js';

/**
 * min(max(v, least), most), channel by channel. NaN stays NaN, as in PyTorch's `clamp`, which this equals, and numpy's `clip`; an
 * integer sink stores it as 0. For numbers it equals OpenCV's `min` after `max`, too.
 *
 * It belongs before a `normalize` that feeds a network: video of limited range decodes to RGB a little outside of 0..255 (compression
 * overshoots: −39 to 307 in photographs that x264 had compressed), and so do `cubic`, `lanczos4` and their antialiased kin. Decoders
 * that give u8 clamp there. After the filter it runs once for each output pixel, two instructions for each channel.
 */
export const clamp = pointOp({
  from: anyColour,
  params: {
    /** What smaller values become, in the units of the pixels; default 0. */
    least: withDefault(f32, 0),
    /** What larger values become; default 255. Where it is below `least`, all values become `most`. */
    most: withDefault(f32, 255),
  },
  apply: (px, { least, most }) => px.map(v => Math.min(Math.max(v, least), most)),
});
