/** Pipelines for test/runtime/geometry.test.ts: what a call says of their geometry. */
import * as ops from '../../ops/index.js';

const { antialiasedLanczos, constant, linear, nhwc, pipeline, replicate, resize, rgb8 } = ops;

export const shrunk = pipeline(rgb8(), resize({ filter: antialiasedLanczos, border: replicate }), nhwc('u8'));
export const shrunkTwice = pipeline(
  rgb8(),
  ops.resample([resize({ width: 20, height: 20 }), ops.letterbox()], {
    filter: antialiasedLanczos,
    border: constant(0),
  }),
  nhwc('u8'),
);
export const regions = pipeline(
  rgb8(),
  ops.crop(),
  resize({ width: 4, height: 4, filter: linear, border: replicate }),
  nhwc('u8'),
);
export const stacked = pipeline(rgb8(), ops.padTo({ width: 6, height: 4, border: constant(9) }), nhwc('u8'));
/** Sizes and margins of each image. */
const placed = { filter: linear, border: constant(9) };
export const sized = pipeline(rgb8(), resize({ filter: antialiasedLanczos }), nhwc('u8'));
export const sizedExactly = pipeline(
  rgb8(),
  resize({ filter: ops.pillow({ resample: 'bicubic' }) }),
  nhwc('u8'),
);
export const sizedNearest = pipeline(rgb8(), ops.resizeNearest(), nhwc('u8'));
export const sizedBox = pipeline(rgb8(), ops.letterbox(placed), nhwc('u8'));
export const sizedFrame = pipeline(rgb8(), ops.padTo({ place: 'centre', border: constant(9) }), nhwc('u8'));
export const margins = pipeline(
  rgb8(),
  ops.pad({
    left: ops.open('left'),
    top: ops.open('top'),
    right: ops.open('right'),
    bottom: ops.open('bottom'),
    border: constant(9),
  }),
  nhwc('u8'),
);
export const settledMargins = pipeline(
  rgb8(),
  ops.pad({ left: [1, 2], top: 3, right: Int32Array.of(0, 5), bottom: 0, border: constant(9) }),
  nhwc('u8'),
);
export const straight = pipeline(rgb8(), ops.undistort({ filter: linear, border: constant(0) }), nhwc('u8'));
