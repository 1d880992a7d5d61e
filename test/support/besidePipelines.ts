/** Small pipelines for tests of calls with images as options. */
import {
  composite,
  constant,
  linear,
  nearest,
  nhwc,
  nv12,
  open,
  outputs,
  pipeline,
  remap,
  replicate,
  resize,
  rgb8,
  swapChannels,
  yuvToRgb,
} from '../../ops/index.js';

export const over = pipeline(rgb8(), composite({ background: rgb8() }), nhwc('u8'));
export const overFloat = pipeline(
  nhwc('f32'),
  composite({ background: nhwc('f32'), mask: nhwc('f32', { colour: 'gray' }), opaque: 1 }),
  nhwc('f32'),
);
export const overVideo = pipeline(
  rgb8(),
  resize({ width: 64, height: 48, filter: linear, border: replicate }),
  composite({ background: [nv12(), yuvToRgb()] }),
  nhwc('u8'),
);
export const moved = pipeline(rgb8(), remap({ filter: linear, border: constant(0) }), nhwc('u8'));
/** One image that two operators read, as it is and through operators. */
export const twiceOver = pipeline(
  rgb8(),
  composite({ background: open('paper', rgb8()) }),
  composite({ background: open('paper', [rgb8(), swapChannels()]) }),
  outputs({
    full: [nhwc('u8')],
    tiny: [
      composite({ background: open('paper', rgb8()) }),
      resize({ width: 1, height: 1, filter: nearest, border: replicate }),
      nhwc('u8'),
    ],
  }),
);
/** Two kernels, and the mask for each result. */
export const both = pipeline(
  rgb8(),
  composite({ background: rgb8(), mask: open('first') }),
  outputs({
    small: [
      resize({ width: 2, height: 2, filter: linear, border: replicate }),
      composite({ background: open('paper', rgb8()), mask: open('second') }),
      nhwc('u8'),
    ],
    full: [nhwc('u8')],
  }),
);
