/** What the tests of rings serve: the frames of a video as a model takes them. */
import * as ops from '../../ops/index.js';
import { linear, nchw, nv12, pipeline, replicate } from '../../ops/index.js';

export const preprocess = pipeline(
  nv12(),
  ops.yuvToRgb(),
  ops.resize({ width: 32, height: 24, filter: linear, border: replicate }),
  nchw('f32'),
);
