import { f32, perImage, pointOp, withDefault } from '../spec.js';

/**
 * (v − centre) · contrast + centre + brightness, in the units of the pixels. Equals OpenCV's `convertScaleAbs` (alpha, beta) for
 * results that are not negative, and CV-CUDA's `BrightnessContrast` with its factor `brightness` at 1, `brightness` here as its
 * `brightness_shift` and `centre` as its `contrast_center`. torchvision's `adjust_brightness(f)` is contrast f here.
 */
export const brightnessContrast = pointOp({
  from: ['rgb', 'gray'],
  params: {
    /** Is added; default 0. May differ from image to image. */
    brightness: withDefault(perImage(f32), 0),
    /** Multiplies the distance to `centre`; default 1. May differ from image to image. */
    contrast: withDefault(perImage(f32), 1),
    /** The value that contrast leaves alone; default 0. CV-CUDA's is 128 by default. */
    centre: withDefault(perImage(f32), 0),
  },
  apply: (px, { brightness, contrast, centre }) =>
    px.map(v => (v - centre) * contrast + (centre + brightness)),
});
