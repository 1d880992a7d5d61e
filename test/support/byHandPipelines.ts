/** Pipelines of several kernels beside the single kernels that do the same, float32 between them. */
import {
  constant,
  convertTo,
  crop,
  cubic,
  flip,
  linear,
  nchw,
  nhwc,
  normalize,
  nv12,
  open,
  outputs,
  pipeline,
  reflect101,
  replicate,
  resize,
  rgb8,
  rgbToGray,
  warpAffine,
  yuvToRgb,
} from '../../ops/index.js';

const warped = [yuvToRgb(), warpAffine({ filter: linear, border: constant(12) })] as const;
const scaled = [
  crop({ rect: open('region') }),
  resize({ width: 24, height: 19, filter: cubic, border: reflect101 }),
  normalize({ mean: 110, std: [50, 60, 70] }),
] as const;
export const between = pipeline(nv12(), ...warped, ...scaled, nchw('f16'));
export const betweenFirst = pipeline(nv12(), ...warped, nhwc('f32'));
export const betweenSecond = pipeline(nhwc('f32'), ...scaled, nchw('f16'));

const half = [resize({ width: 40, height: 33, filter: linear, border: replicate }), convertTo('u8')] as const;
const turned = [
  flip({ direction: 'both' }),
  rgbToGray(),
  warpAffine({ filter: linear, border: constant(7) }),
] as const;
export const rounded = pipeline(rgb8(), ...half, ...turned, nhwc('u8'));
export const roundedFirst = pipeline(rgb8(), ...half, nchw('f32'));
export const roundedSecond = pipeline(nchw('f32'), ...turned, nhwc('u8'));

// A pipeline at the head of another: one that rounds to bytes, and one that rounds to halves and was resampled already.
export const stored = pipeline(nv12(), ...warped, nhwc('u8'));
const turnedAgain = [flip({ direction: 'both' }), normalize({ mean: 110, std: [50, 60, 70] })] as const;
export const headed = pipeline(stored, ...turnedAgain, nchw('f32'));
export const headedSecond = pipeline(nhwc('u8'), ...turnedAgain, nchw('f32'));
export const storedHalf = pipeline(nv12(), ...warped, normalize({ mean: 100, std: 33 }), nchw('f16'));
export const headedHalf = pipeline(storedHalf, ...scaled, nchw('f32'));
export const headedHalfSecond = pipeline(nchw('f16'), ...scaled, nchw('f32'));

// Several results: with an image that they share, and without.
export const forked = pipeline(
  nv12(),
  ...warped,
  outputs({
    small: [...scaled, nchw('f16')],
    full: [resize({ width: 50, height: 20, filter: linear, border: replicate }), nhwc('u8')],
  }),
);
export const forkedSmall = pipeline(nhwc('f32'), ...scaled, nchw('f16'));
export const forkedFull = pipeline(
  nhwc('f32'),
  resize({ width: 50, height: 20, filter: linear, border: replicate }),
  nhwc('u8'),
);
const tiny = [resize({ width: 9, height: 5, filter: linear, border: replicate }), rgbToGray()] as const;
export const forkedEarly = pipeline(
  nv12(),
  yuvToRgb(),
  outputs({ tiny: [...tiny, nchw('f32')], same: [nhwc('u8')] }),
);
export const forkedTiny = pipeline(nv12(), yuvToRgb(), ...tiny, nchw('f32'));
export const forkedSame = pipeline(nv12(), yuvToRgb(), nhwc('u8'));

// Results of one size: one kernel, whose values are those of a kernel for each.
const halved = [normalize({ mean: 110, std: [50, 60, 70] }), nchw('f16')] as const;
const luma = [rgbToGray(), nchw('f32')] as const;
export const together = pipeline(
  nv12(),
  ...warped,
  flip({ direction: 'horizontal' }),
  outputs({ picture: [nhwc('u8')], half: [...halved], luma: [...luma] }),
);
export const togetherPicture = pipeline(nv12(), ...warped, flip({ direction: 'horizontal' }), nhwc('u8'));
export const togetherHalf = pipeline(nv12(), ...warped, flip({ direction: 'horizontal' }), ...halved);
export const togetherLuma = pipeline(nv12(), ...warped, flip({ direction: 'horizontal' }), ...luma);
export const copied = pipeline(
  nv12(),
  yuvToRgb(),
  outputs({ picture: [nhwc('u8')], half: [...halved], luma: [...luma] }),
);
export const copiedPicture = pipeline(nv12(), yuvToRgb(), nhwc('u8'));
export const copiedHalf = pipeline(nv12(), yuvToRgb(), ...halved);
export const copiedLuma = pipeline(nv12(), yuvToRgb(), ...luma);
// The kernel of the image between kernels writes the result of its size as well.
export const beside = pipeline(
  nv12(),
  ...warped,
  outputs({
    small: [...scaled, nchw('f16')],
    full: [resize({ width: 50, height: 20, filter: linear, border: replicate }), nhwc('u8')],
    luma: [...luma],
  }),
);
export const besideLuma = pipeline(nv12(), ...warped, ...luma);
