import { linear, nhwc, pipeline, replicate, resize, rgb8 } from 'cuweave/ops';
import { whiteBalance } from './ops/whiteBalance.js';

/** Pictures of any size to 320×180, with their colours balanced. `gain` is left open: every call gives it. */
export const thumbnail = pipeline(
  rgb8(),
  resize({ width: 320, height: 180, filter: linear, border: replicate }),
  whiteBalance(),
  nhwc('u8'),
);
