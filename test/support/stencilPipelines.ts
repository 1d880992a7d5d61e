/** Pipelines of stencils, for the three executions. */
import {
  adaptiveThreshold,
  adjustSharpness,
  antialiasedLinear,
  bilateral,
  blurRegions,
  boxBlur,
  closing,
  constant,
  dilate,
  erode,
  f32,
  filter2d,
  gaussianBlur,
  gray8,
  jointBilateral,
  jointBilateralGray,
  linear,
  median,
  morphGradient,
  nchw,
  nhwc,
  nonMaximumSuppression,
  nv12,
  open,
  opencvGaussianBlur,
  opening,
  outputs,
  pipeline,
  reflect,
  reflect101,
  replicate,
  resize,
  rgb8,
  rgba8,
  rgbToGray,
  separableFilter2d,
  sobel,
  sobelMagnitude,
  stencilOp,
  stored,
  topHat,
  unsharpMask,
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

// Windows that reach beyond the whole image: batches have images of 1×1 and 2×2.
export const blurConstant = pipeline(
  rgb8(),
  gaussianBlur({ size: 7, sigma: open('spread'), border: constant([10, 20, 30]) }),
  nhwc('u8'),
);
export const boxReflect = pipeline(gray8(), boxBlur({ size: 9, border: reflect }), gray8());
export const weighed = pipeline(rgba8(), filter2d({ size: 5, border: wrap }), rgba8());
export const weighedByAxis = pipeline(
  rgb8(),
  separableFilter2d({ size: 3, across: [1, -2, 0.5], down: [-0.25, 3, 1], border: reflect101 }),
  nchw('f32'),
);
export const opencvBlur = pipeline(
  rgb8(),
  opencvGaussianBlur({ size: 7, sigma: 0, border: reflect101 }),
  median({ size: 3, border: replicate }),
  rgb8(),
);
export const resizedMedian = pipeline(
  rgb8(),
  resize({ width: 21, height: 13, filter: linear, border: replicate }),
  median({ size: 5, border: reflect }),
  nhwc('u8'),
);
export const resizedDilation = pipeline(
  rgb8(),
  dilate({ size: 5, shape: 'ellipse' }),
  resize({ width: 14, height: 9, filter: antialiasedLinear, border: replicate }),
  nchw('f16'),
);
export const storedOpening = pipeline(
  rgb8(),
  ...opening({ size: 3 }),
  stored('u8'),
  unsharpMask({ size: 3, sigma: 1, amount: 1.5, threshold: 2, border: replicate }),
  nhwc('u8'),
);
export const crossClosing = pipeline(gray8(), ...closing({ size: 5, shape: 'cross' }), gray8());
export const hats = pipeline(
  gray8(),
  topHat({ size: 3, shape: 'ellipse' }),
  morphGradient({ size: 3, border: replicate }),
  nhwc('f32'),
);
export const stencilResults = pipeline(
  nv12(),
  yuvToRgb({ matrix: 'bt709', range: 'limited' }),
  outputs({
    sharp: [adjustSharpness({ factor: 2, border: replicate }), nhwc('u8')],
    edges: [rgbToGray(), sobelMagnitude({ border: reflect101 }), nchw('f16')],
    plain: [nhwc('u8')],
  }),
);
export const derived = pipeline(rgb8(), sobel({ dx: 1, dy: 0, size: 5, border: replicate }), nchw('f32'));
export const bilateral5 = pipeline(
  rgb8(),
  bilateral({ size: 5, sigmaColor: 30, sigmaSpace: 2, border: reflect101 }),
  rgb8(),
);
export const jointBilateral5 = pipeline(
  rgb8(),
  ...jointBilateral({ size: 5, sigmaColor: 30, sigmaSpace: 2, border: reflect101 }),
  nchw('f32'),
);
export const jointBilateralDepth = pipeline(
  nhwc('f32', { colour: 'gray' }),
  ...jointBilateralGray({
    guide: [nv12(), yuvToRgb({ matrix: 'bt709', range: 'limited' })],
    size: 3,
    sigmaColor: 60,
    sigmaSpace: 1,
    border: replicate,
  }),
  nchw('f32'),
);
export const privacy = pipeline(
  rgb8(),
  blurRegions({ size: 7, regions: open('areas'), border: replicate }),
  rgb8(),
);
export const adaptive = pipeline(
  gray8(),
  nonMaximumSuppression({ threshold: 20, border: constant(0) }),
  adaptiveThreshold({ size: 5, offset: 2.5, border: replicate }),
  gray8(),
);

// Bytes that are only compared; a window of rows, of columns of rows, and one that no thread has registers for.
export const grayMedian = pipeline(gray8(), median({ size: 5, border: replicate }), gray8());
export const darkest = pipeline(rgba8(), erode({ size: 9, border: reflect101 }), rgba8());
export const ellipse15 = pipeline(rgb8(), dilate({ size: 15, shape: 'ellipse', border: wrap }), nhwc('u8'));
