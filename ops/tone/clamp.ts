import { anyColour, f32, pointOp, withDefault } from '../spec.js';

/**
 * min(max(v, least), most), channel by channel. Equals PyTorch's `clamp` and OpenCV's `min` after `max`.
 *
 * @param options.least What smaller values become, in the units of the pixels; default 0.
 * @param options.most What larger values become; default 255. Where it is below `least`, all values become `most`.
 */
export const clamp = pointOp({
  from: anyColour,
  params: { least: withDefault(f32, 0), most: withDefault(f32, 255) },
  apply: (px, { least, most }) => px.map(v => Math.min(Math.max(v, least), most)),
});
