/** Pipelines that are more than one kernel: split before a second resampling. */
import {
  brightnessContrast,
  clamp,
  constant,
  convertTo,
  crop,
  cubic,
  flip,
  gamma,
  letterbox,
  linear,
  nchw,
  nearest,
  nhwc,
  normalize,
  nv12,
  open,
  outputs,
  p010,
  pipeline,
  reflect101,
  replicate,
  resize,
  rgb8,
  rgbToGray,
  rotate,
  swapChannels,
  warpAffine,
  yuvToRgb,
} from '../../ops/index.js';

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

// What is between the kernels: f32, u8 by the author's word, the source's own u8, a half, one channel of three.
export const warpedThenResized = pipeline(
  nv12(),
  yuvToRgb(),
  warpAffine({ filter: linear, border: constant(12) }),
  resize({ filter: linear, border: replicate }),
  normalize(imagenet),
  nchw('f32'),
);
export const resizedRoundedWarped = pipeline(
  rgb8(),
  resize({ filter: cubic, border: reflect101 }),
  convertTo('u8'),
  flip({ direction: 'horizontal' }),
  warpAffine({ filter: linear, border: constant([1, 2, 3]) }),
  nhwc('u8'),
);
export const resizedTwiceNearest = pipeline(
  rgb8(),
  swapChannels(),
  resize({ width: 31, height: 17, filter: nearest, border: replicate }),
  crop({ rect: { x: 1, y: 2, width: 28, height: 13 } }),
  resize({ filter: nearest, border: replicate }),
  nhwc('u8'),
);
export const warpedHalfResized = pipeline(
  nchw('f32'),
  warpAffine({ filter: linear, border: replicate }),
  convertTo('f16', { scale: 0.5 }),
  resize({ width: 20, height: 11, filter: linear, border: constant(3) }),
  nchw('f16'),
);
export const warpedGrayResized = pipeline(
  rgb8(),
  warpAffine({ filter: linear, border: replicate }),
  rgbToGray(),
  gamma({ exponent: open('level') }),
  resize({ filter: linear, border: replicate }),
  nchw('f32'),
);
/** Three resamplings, parameters per image on both sides of the cuts, 10-bit codes that a half holds. */
export const resizedLetterboxedWarped = pipeline(
  p010(),
  resize({ width: open('innerWidth'), height: open('innerHeight'), filter: nearest, border: replicate }),
  letterbox({ width: open('width'), height: open('height'), filter: nearest, border: replicate }),
  yuvToRgb(),
  rotate({ filter: linear, border: constant(9) }),
  normalize({ mean: 3, std: 2 }),
  nchw('f32'),
);

// Pipelines at the head of others: fused into one kernel where one of the two resamples at most. What follows the rounding is
// no steeper than 1: where two executions round to neighbours in the middle, they are not further apart in the end.
const stored = pipeline(nv12(), yuvToRgb(), warpAffine({ filter: linear, border: constant(12) }), rgb8());
export const warpedHeadToU8 = pipeline(
  stored,
  brightnessContrast({ brightness: open('lift') }),
  clamp(),
  nchw('f32'),
);
export const resizedHeadToU8 = pipeline(
  warpedHeadToU8,
  flip({ direction: 'vertical' }),
  resize({ filter: linear, border: replicate }),
  nhwc('u8'),
);

// Several results of one source: unequal in size, layout and type.
export const warpedForked = pipeline(
  nv12(),
  yuvToRgb(),
  warpAffine({ filter: linear, border: constant(0) }),
  outputs({
    small: [resize({ width: 30, height: 21, filter: linear, border: replicate }), nchw('f16')],
    gray: [rgbToGray(), crop(), nhwc('u8')],
    tiny: [resize({ filter: linear, border: constant(2) }), normalize(imagenet), nchw('f32')],
  }),
);
