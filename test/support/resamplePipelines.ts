/** Several maps, sampled once. */
import * as ops from '../../ops/index.js';
import {
  constant,
  crop,
  flip,
  letterbox,
  linear,
  nchw,
  nhwc,
  open,
  pipeline,
  reflect,
  resample,
  resize,
  rgb8,
  rotate,
  warpAffine,
} from '../../ops/index.js';

export const warpedLetterbox = pipeline(
  ops.nv12(),
  ops.yuvToRgb({ matrix: 'bt709', range: 'limited' }),
  resample([letterbox({ width: 40, height: 30 }), warpAffine()], { filter: linear, border: constant(114) }),
  nchw('f32'),
);
export const warpedThrice = pipeline(
  rgb8(),
  crop(),
  resample([resize(), rotate(), warpAffine({ matrix: { srcToDst: [1.5, 0.25, -3, -0.25, 1.5, 4] } })], {
    filter: ops.nearest,
    border: reflect,
  }),
  flip({ direction: 'both' }),
  nhwc('u8'),
);
export const resizedTwice = pipeline(
  rgb8(),
  resample([resize({ width: 30, height: 21 }), letterbox({ width: 9, height: open('height') })], {
    filter: ops.antialiasedLinear,
    border: constant([7, 11, 13]),
  }),
  nchw('f32'),
);
export const warpedOnce = pipeline(
  ops.gray8(),
  resample([rotate()], { filter: linear, border: reflect }),
  nchw('f32'),
);
