/** Small pipelines for tests of calls: many images, several streams. */
import { convertTo, crop, nchw, nhwc, nv12, pipeline, rgb8, yuvToRgb } from '../../ops/index.js';

export const planar = pipeline(rgb8(), nchw('u8'));
/** 2 v + 1 of each value. */
export const brighter = pipeline(nchw('u8'), convertTo('f32', { scale: 2, offset: 1 }), nhwc('f32'));
/** A region and colours of its own for each image. */
export const regions = pipeline(nv12(), crop(), yuvToRgb(), nchw('f32'));
