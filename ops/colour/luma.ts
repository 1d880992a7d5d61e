import { pointOp } from '../spec.js';

/**
 * The luma of a YUV pixel alone, as the code that it is: 16..235 in limited range, 0..255 in full. Chroma is not read then. OpenCV:
 * `COLOR_YUV2GRAY_NV12` and its siblings.
 */
export const luma = pointOp({
  from: ['yuv'],
  to: 'gray',
  apply: ([y]) => [y],
});
