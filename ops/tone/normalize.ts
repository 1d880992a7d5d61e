import { bounded, f32, perChannel, pointOp, withDefault } from '../spec.js';

/**
 * (v · scale − mean) / std, channel by channel.
 * With `scale` at its default of 1/255, `mean` and `std` are in 0..1 as the field writes them (ImageNet: mean
 * [0.485, 0.456, 0.406], std [0.229, 0.224, 0.225]) and pixels are in 0..255. Equals torchvision's
 * `ToDtype(float32, scale=True)` and `Normalize`, and albumentations' `Normalize`.
 */
export const normalize = pointOp({
  from: ['rgb', 'rgba', 'gray'],
  params: {
    /** One number, or one per channel, in units of v · scale. */
    mean: perChannel(f32),
    /** One number, or one per channel; not 0. */
    std: bounded(perChannel(f32), { not: 0 }),
    /** Multiplies the pixel first; default 1/255. Give 1 for pixels that are in 0..1 already. */
    scale: withDefault(f32, 1 / 255),
  },
  apply: (px, { mean, std, scale }) => px.map((v, c) => (v * scale - mean[c]!) / std[c]!),
});
