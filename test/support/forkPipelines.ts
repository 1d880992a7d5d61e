/** Pipelines with several results of one size, which are one kernel: its source is read once, its trunk computed once. */
import {
  brightnessContrast,
  clamp,
  constant,
  convertTo,
  crop,
  cubic,
  erase,
  flip,
  gray8,
  i420,
  invert,
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
  replicate,
  resize,
  rgb8,
  rgbToGray,
  rgbToYuv,
  rotate90,
  scaleOffset,
  swapChannels,
  warpAffine,
  yuv444p,
  yuvToRgb,
} from '../../ops/index.js';

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

// Rows in runs: of bytes, halves and floats, side by side and in planes, in one colour or several.
export const forkedFormats = pipeline(
  nv12(),
  yuvToRgb({ matrix: 'bt709', range: 'limited' }),
  outputs({
    picture: [nhwc('u8')],
    half: [normalize(imagenet), nchw('f16')],
    float: [normalize({ mean: 0, std: 2 }), nchw('f32')],
  }),
);
export const forkedColours = pipeline(
  rgb8(),
  outputs({
    gray: [rgbToGray(), gray8()],
    yuv: [rgbToYuv({ matrix: 'bt601', range: 'full' }), yuv444p()],
    wide: [brightnessContrast({ brightness: open('lift') }), nhwc('f32')],
    words: [convertTo('u16', { scale: 257 }), nchw('u16')],
  }),
);
/** Bytes beside floats: runs of four, where bytes alone would have eight. */
export const forkedPlanar = pipeline(
  nchw('f32'),
  clamp({ least: 0, most: 255 }),
  outputs({ bytes: [nchw('u8')], same: [nchw('f32')] }),
);
/** Runs of eight in two rows, which the source's chroma asks for: as much as a thread holds in registers. */
export const forkedWide = pipeline(
  i420(),
  yuvToRgb({ matrix: 'bt709', range: 'full' }),
  outputs({
    planes: [nchw('f32')],
    pixels: [normalize(imagenet), nhwc('f32')],
    halves: [scaleOffset({ scale: 0.25, offset: 1 }), nchw('f16')],
    picture: [nhwc('u8')],
  }),
);

// Exact maps and a resampling before the results part; what is per image, and what asks for its pixel's position.
export const forkedTurned = pipeline(
  p010(),
  crop(),
  yuvToRgb(),
  flip({ direction: 'horizontal' }),
  rotate90({ clockwise: '90' }),
  outputs({ turned: [nchw('f16')], gray: [rgbToGray(), nhwc('u8')] }),
);
export const warpedForkedThrice = pipeline(
  nv12(),
  yuvToRgb(),
  warpAffine({ filter: linear, border: constant(12) }),
  outputs({
    frame: [nhwc('u8')],
    erased: [erase({ value: 7 }), normalize(imagenet), nchw('f16')],
    luma: [rgbToGray(), nchw('f32')],
  }),
);
export const resizedCubicForked = pipeline(
  rgb8(),
  resize({ filter: cubic, border: replicate }),
  flip({ direction: 'vertical' }),
  outputs({ bgr: [swapChannels(), rgb8()], inverted: [invert(), nchw('f32')] }),
);

// Branches that begin alike: all of them with a resize, two of them with a conversion besides. Names that are words of C++.
const half = { width: 33, height: 18, filter: nearest, border: replicate } as const;
export const resizedNearestForked = pipeline(
  rgb8(),
  outputs({
    int: [resize(half), scaleOffset({ scale: 0.5, offset: 3 }), nchw('f32')],
    namespace: [resize(half), scaleOffset({ scale: 0.5, offset: 3 }), rgbToGray(), nhwc('u8')],
    plain: [resize(half), nhwc('f16')],
  }),
);

// Some share a kernel, others have one of their own: another size, a format whose pixels share samples.
export const resizedForkedSizes = pipeline(
  nv12(),
  yuvToRgb({ matrix: 'bt601', range: 'limited' }),
  outputs({
    tiny: [resize({ width: 9, height: 7, filter: linear, border: replicate }), nchw('f16')],
    video: [rgbToYuv({ matrix: 'bt601', range: 'limited' }), nv12()],
    full: [nhwc('u8')],
    tinyGray: [resize({ width: 9, height: 7, filter: linear, border: replicate }), rgbToGray(), nhwc('u8')],
    gray: [rgbToGray(), nchw('f32')],
  }),
);
/** Two kernels on one source, which a GPU gets in one launch. */
export const resizedForkedTwice = pipeline(
  nv12(),
  yuvToRgb(),
  outputs({
    small: [resize({ width: 33, height: 20, filter: linear, border: replicate }), nchw('f16')],
    other: [resize({ width: 21, height: 34, filter: linear, border: replicate }), nhwc('u8')],
  }),
);
/** The image between the kernels is written by the kernel of the result that has its size. */
export const warpedForkedBetween = pipeline(
  nv12(),
  yuvToRgb(),
  warpAffine({ filter: linear, border: constant(0) }),
  outputs({
    small: [resize({ width: 30, height: 21, filter: linear, border: replicate }), nchw('f16')],
    gray: [rgbToGray(), nhwc('u8')],
    tiny: [resize({ width: 5, height: 4, filter: linear, border: replicate }), nchw('f32')],
  }),
);
