/** Small pipelines for tests of calls: many images, several streams. */
import {
  convertTo,
  crop,
  flip,
  nchw,
  nhwc,
  nv12,
  p010,
  pipeline,
  rgb8,
  yuv444p,
  yuv444p16,
  yuvToRgb,
} from '../../ops/index.js';

export const planar = pipeline(rgb8(), nchw('u8'));
/** 2 v + 1 of each value. */
export const brighter = pipeline(nchw('u8'), convertTo('f32', { scale: 2, offset: 1 }), nhwc('f32'));
/** What a call reads of a pixel another one wrote elsewhere. */
export const mirrored = pipeline(nhwc('u8'), flip({ direction: 'horizontal' }), nhwc('u8'));
/** A region and colours of its own for each image. */
export const regions = pipeline(nv12(), crop(), yuvToRgb(), nchw('f32'));
/** Colours as the stream describes them. */
const auto = { matrix: 'auto', range: 'auto' } as const;
export const nv12Auto = pipeline(nv12(), yuvToRgb(auto), nchw('f32'));
export const p010Auto = pipeline(p010(), yuvToRgb(auto), nchw('f32'));
export const yuv444pAuto = pipeline(yuv444p(), yuvToRgb(auto), nchw('f32'));
export const yuv444p16Auto = pipeline(yuv444p16(), yuvToRgb(auto), nchw('f32'));
