/** Lenses, and padding to a size. */
import * as ops from '../../ops/index.js';
import {
  constant,
  linear,
  nchw,
  nhwc,
  padTo,
  pipeline,
  reflect101,
  replicate,
  rgb8,
} from '../../ops/index.js';

const camera = { fx: 61.5, fy: 58.25, cx: 31.25, cy: 11.5 };

export const warpedLens = pipeline(
  rgb8(),
  ops.undistort({
    camera,
    distortion: { k1: -0.31, k2: 0.12, p1: 0.003, p2: -0.004, k3: -0.02 },
    filter: linear,
    border: constant([7, 11, 13]),
  }),
  nchw('f32'),
);
export const warpedLensRational = pipeline(
  ops.nv12(),
  ops.yuvToRgb({ matrix: 'bt709', range: 'limited' }),
  ops.undistort({
    camera,
    distortion: { k1: 0.4, k2: -0.1, p1: -0.002, p2: 0.001, k3: 0.02, k4: 0.5, k5: 0.1, k6: 0.01 },
    newCamera: { fx: 50, fy: 52, cx: 36, cy: 12 },
    filter: linear,
    border: replicate,
  }),
  nhwc('u8'),
);
export const warpedFisheye = pipeline(
  rgb8(),
  ops.undistortFisheye({
    camera,
    distortion: { k1: 0.05, k2: -0.01, k3: 0.004 },
    filter: linear,
    border: constant(0),
  }),
  nchw('f32'),
);
export const paddedTo = pipeline(
  rgb8(),
  padTo({ width: 140, height: 70, left: 5, top: 3, border: reflect101 }),
  ops.flip({ direction: 'vertical' }),
  nhwc('u8'),
);
