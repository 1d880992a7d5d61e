/** The part of the suite for operators that read images beside the source. */
import {
  bgr8,
  composite,
  constant,
  convertTo,
  crop,
  f32,
  flip,
  gray8,
  gray16,
  i420,
  linear,
  mapOp,
  nchw,
  nearest,
  nhwc,
  normalize,
  nv12,
  open,
  outputs,
  p010,
  perPixel,
  pipeline,
  pointOp,
  reflect101,
  remap,
  replicate,
  resample,
  resize,
  rgb8,
  rgbToGray,
  rgbToYuv,
  rotate90,
  scaleOffset,
  warpAffine,
  yuvToRgb,
} from '../../ops/index.js';

const floatMask = nhwc('f32', { colour: 'gray' });
/** Half of each of two images. */
const average = pointOp({
  from: ['rgb'],
  params: { other: perPixel('same') },
  apply: (px, { other }) => px.map((v, c) => (v + other[c]) / 2),
});
/** Of another colour model than the pixels, and with the position. */
const signed = pointOp({
  from: ['rgb'],
  params: { sign: perPixel('gray'), strength: f32 },
  apply: ([r, g, b], { sign, strength }, { at: [x, y], size }) =>
    sign[0] > 100 ? [r + strength * x, g + strength * y, b + size.width] : [b, g, r],
});

export const composited = pipeline(rgb8(), composite({ background: rgb8() }), nhwc('u8'));
export const compositedGray = pipeline(
  gray8(),
  composite({ background: gray8(), mask: gray16() }),
  nchw('f32'),
);
export const compositedRgba = pipeline(
  nchw('f32', { colour: 'rgba' }),
  composite({ background: nchw('f16', { colour: 'rgba' }), mask: nchw('u8', { colour: 'gray' }) }),
  nchw('f16'),
);
// Formats, and operators behind them.
export const compositedVideo = pipeline(
  nv12(),
  yuvToRgb({ matrix: 'bt709', range: 'limited' }),
  composite({ background: [nv12(), yuvToRgb()], mask: floatMask, opaque: 255 }),
  normalize({ mean: 0.5, std: 0.25 }),
  nchw('f32'),
);
export const compositedChroma = pipeline(
  bgr8(),
  composite({
    background: [
      p010({ chroma: 'linear', siting: 'topLeft' }),
      yuvToRgb({ matrix: 'bt2020', range: 'full' }),
    ],
    mask: [bgr8(), rgbToGray()],
  }),
  nchw('f32'),
);
export const compositedYuv = pipeline(i420(), composite({ background: nv12(), mask: open('alpha') }), nv12());
// Into samples that pixels share, in runs and at odd edges.
export const compositedIntoNv12 = pipeline(
  rgb8(),
  composite({ background: bgr8() }),
  rgbToYuv({ matrix: 'bt709', range: 'full' }),
  nv12(),
);
// On every tap, and after the resampling; the same name twice would be an error.
export const resizedComposite = pipeline(
  rgb8(),
  composite({ background: rgb8() }),
  resize({ width: open('width'), height: open('height'), filter: linear, border: replicate }),
  nchw('f32'),
);
export const warpedComposite = pipeline(
  rgb8(),
  composite({ background: rgb8() }),
  warpAffine({ filter: linear, border: constant(9) }),
  composite({ background: open('paper', bgr8()), mask: open('shape', gray8()) }),
  nchw('f32'),
);
export const compositedBetween = pipeline(
  rgb8(),
  average({ other: rgb8() }),
  crop(),
  signed({ sign: [rgb8(), rgbToGray()], strength: 0.5 }),
  rotate90({ clockwise: '90' }),
  composite({ background: rgb8() }),
  nchw('f32'),
);
export const compositedCropped = pipeline(
  nv12(),
  crop({ rect: open('rect') }),
  yuvToRgb({ matrix: 'bt709', range: 'full' }),
  average({ other: rgb8() }),
  flip({ direction: 'both' }),
  average({ other: open('another', rgb8()) }),
  resize({ width: 31, height: 17, filter: linear, border: reflect101 }),
  nhwc('u8'),
);
// Several kernels: each with the images of its own stages.
export const warpedCompositeToU8 = pipeline(
  rgb8(),
  composite({ background: rgb8() }),
  warpAffine({ filter: linear, border: constant(0) }),
  average({ other: rgb8() }),
  convertTo('u8'),
  resize({ width: 20, height: 30, filter: linear, border: replicate }),
  composite({ background: open('paper', rgb8()), mask: open('shape', floatMask), opaque: 200 }),
  nchw('f32'),
);
export const resizedCompositeResults = pipeline(
  rgb8(),
  composite({ background: rgb8() }),
  outputs({
    small: [resize({ width: 9, height: 7, filter: linear, border: replicate }), nchw('f32')],
    full: [average({ other: rgb8() }), nhwc('u8')],
  }),
);
const stored = pipeline(rgb8(), average({ other: rgb8() }), nhwc('u8'));
export const compositedHead = pipeline(stored, composite({ background: rgb8() }), nchw('f32'));

// Maps that are images.
export const remapped = pipeline(
  rgb8(),
  remap({ filter: linear, border: constant([7, 11, 13]) }),
  nchw('f32'),
);
export const remappedNearest = pipeline(
  nv12(),
  remap({ filter: nearest, border: replicate }),
  yuvToRgb(),
  nhwc('u8'),
);
export const remappedPlanes = pipeline(
  gray8(),
  remap({ map: nchw('f32', { colour: 'xy' }), filter: linear, border: reflect101 }),
  rotate90({ clockwise: '270' }),
  nchw('f32'),
);
export const remappedHalf = pipeline(
  nchw('f32'),
  crop(),
  remap({
    map: [nhwc('f16', { colour: 'xy' }), scaleOffset({ scale: [0.5, 2], offset: -1 })],
    filter: linear,
    border: replicate,
  }),
  average({ other: rgb8() }),
  nchw('f32'),
);
export const warpedThenRemapped = pipeline(
  rgb8(),
  resample([warpAffine(), remap({ map: open('lens') })], { filter: linear, border: constant(3) }),
  flip({ direction: 'horizontal' }),
  nchw('f32'),
);
export const remappedTwice = pipeline(
  rgb8(),
  remap({ filter: linear, border: constant(0) }),
  remap({ map: open('second'), filter: linear, border: constant(0) }),
  nhwc('u8'),
);
/** Moves every point by a vector of its own. */
export const displace = mapOp({
  params: { flow: perPixel('xy'), amount: f32 },
  size: ({ flow }) => ({ width: flow.width, height: flow.height }),
  apply: ([x, y], { flow: [dx, dy], amount }) => [x + amount * dx, y + amount * dy],
});
export const warpedByFlow = pipeline(
  rgb8(),
  displace({ flow: nhwc('f32', { colour: 'xy' }), amount: 0.25, filter: linear, border: replicate }),
  nchw('f32'),
);
// A map alone, as an image of two numbers.
export const mapScaled = pipeline(nhwc('f32', { colour: 'xy' }), scaleOffset({ scale: [2, 3] }), nchw('f16'));
