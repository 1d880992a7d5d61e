/** Pipelines of stencils, for the three executions. */
import {
  boxBlur,
  constant,
  f32,
  gaussianBlur,
  nchw,
  nhwc,
  nv12,
  open,
  pipeline,
  reflect101,
  replicate,
  rgb8,
  stencilOp,
  wrap,
  yuvToRgb,
} from '../../ops/index.js';

const ownLaplacian = stencilOp({
  from: ['rgb', 'gray'],
  radius: 1,
  params: { gain: f32 },
  apply: (tap, { gain }, { at }) => {
    const [left, right, above, below, own] = [tap(-1, 0), tap(1, 0), tap(0, -1), tap(0, 1), tap(0, 0)];
    return own.map((v, c) => left[c]! + right[c]! + above[c]! + below[c]! - gain * v + at[0]);
  },
});

export const gaussian5 = pipeline(
  rgb8(),
  gaussianBlur({ size: 5, sigma: open('spread'), border: reflect101 }),
  nhwc('f32'),
);
export const box7 = pipeline(rgb8(), boxBlur({ size: 7, border: wrap }), nhwc('u8'));
export const laplace = pipeline(rgb8(), ownLaplacian({ gain: 4, border: constant([1, 2, 3]) }), nchw('f32'));
export const afterYuv = pipeline(
  nv12(),
  yuvToRgb({ matrix: 'bt709', range: 'limited' }),
  ownLaplacian({ gain: 4, border: replicate }),
  gaussianBlur({ size: 3, sigma: 0.8, border: replicate }),
  nchw('f16'),
);
