import { bounded, f32, perImage, pointOp } from '../spec.js';

/**
 * 255 · (v / 255)^exponent for pixels in 0..255; negative values become 0, and NaN stays. Equals CV-CUDA's `GammaContrast` without its rounding,
 * and torchvision's `adjust_gamma` on v / 255. To get to linear light, use `toLinear`.
 */
export const gamma = pointOp({
  from: ['rgb', 'gray'],
  params: {
    /** Above 0; below 1 brightens. May differ from image to image. */
    exponent: bounded(perImage(f32), { above: 0 }),
  },
  apply: (px, { exponent }) => px.map(v => 255 * (Math.max(v, 0) / 255) ** exponent),
});
