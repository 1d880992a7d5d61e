import { pointOp } from '../spec.js';

/** The grey in all three channels; exact. Equals OpenCV's and CV-CUDA's `GRAY2RGB`. */
export const grayToRgb = pointOp({
  from: ['gray'],
  to: 'rgb',
  params: {},
  apply: ([v]) => [v, v, v],
});
