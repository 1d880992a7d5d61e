import { f32, perImage, pointOp } from '../spec.js';

/**
 * The negative of what is bright: 255 − v where v ≥ level, else v. Pixels in 0..255. Equals torchvision's and Pillow's `solarize`
 * on u8.
 */
export const solarize = pointOp({
  from: ['rgb', 'gray'],
  params: {
    /** In the units of the pixels. May differ from image to image. */
    level: perImage(f32),
  },
  apply: (px, { level }) => px.map(v => (v >= level ? 255 - v : v)),
});
