import { pointOp } from '../spec.js';
import { fixedPointRgb } from './cvNv12.js';

/**
 * YUV to RGB with CV-CUDA's numbers: BT.601 limited in fixed point of 20 bits, whole numbers in 0..255. The same as
 * `opencvNv12ToRgb`, under the name of the other library that has it: CV-CUDA's `CvtColor` with `YUV2RGB_NV12` and its like (0.15,
 * src/cvcuda/priv/legacy/cvt_color.cu) has OpenCV's constants, rounding and nearest chroma. At most one level from `yuvToRgb`.
 */
export const cvcudaNv12ToRgb = pointOp({
  from: ['yuv'],
  to: 'rgb',
  params: {},
  apply: ([y, u, v]) => fixedPointRgb(y, u, v),
});
