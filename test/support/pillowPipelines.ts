/** Pillow's resizes, in every place that a resize can have. */
import * as ops from '../../ops/index.js';
import { gray8, nchw, nhwc, outputs, pillow, pipeline, resize, rgb8, rgba8 } from '../../ops/index.js';

const bicubic = pillow({ resample: 'bicubic' });

/** A processor of pictures. */
export const pillowedClip = pipeline(
  rgb8(),
  resize({ width: 30, height: 20, filter: bicubic }),
  ops.centerCrop({ width: 24, height: 17 }),
  ops.scaleOffset({ scale: 1 / 255, offset: 0 }),
  ops.normalize({ mean: [0.481, 0.457, 0.408], std: [0.268, 0.261, 0.275] }),
  nchw('f32'),
);
export const pillowedAlpha = pipeline(
  rgba8(),
  resize({ filter: pillow({ resample: 'lanczos' }) }),
  nhwc('u8'),
);
export const pillowedGray = pipeline(
  gray8(),
  resize({ filter: pillow({ resample: 'hamming' }) }),
  ops.rotate90({ clockwise: '90' }),
  gray8(),
);
/** From video, with exact maps on both sides. */
export const pillowedVideo = pipeline(
  ops.nv12(),
  ops.yuvToRgb({ matrix: 'bt709', range: 'limited' }),
  ops.crop(),
  resize({ filter: pillow({ resample: 'bilinear' }) }),
  ops.flip({ direction: 'horizontal' }),
  nchw('f16'),
);
/** Several results, of which one shares samples of chroma. */
export const pillowedFork = pipeline(
  rgb8(),
  resize({ width: 24, height: 18, filter: bicubic }),
  outputs({
    full: [nhwc('u8')],
    coded: [ops.rgbToYuv({ matrix: 'bt601', range: 'full' }), ops.nv12()],
    small: [resize({ width: 7, height: 5, filter: pillow({ resample: 'box' }) }), nchw('f32')],
  }),
);
