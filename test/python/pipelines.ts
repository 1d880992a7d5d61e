/** What a call from Python may meet: every kind of parameter, result and plan. */
import * as ops from '../../ops/index.js';
import { constant, linear, nchw, nhwc, open, outputs, pipeline, replicate, rgb8 } from '../../ops/index.js';

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/** Colours and orientation by what the image says, and a size that the caller gives. */
export const tensor = pipeline(
  ops.nv12(),
  ops.yuvToRgb(),
  ops.orient({ orientation: 'auto' }),
  ops.resize({ width: open('width'), height: open('height'), filter: linear, border: replicate }),
  ops.clamp(),
  ops.normalize(imagenet),
  nchw('f16'),
);
/** Numbers of 16 bits with the exponents of f32. */
export const upper = pipeline(nchw('bf16'), ops.scaleOffset({ scale: 3, offset: 1 }), nhwc('bf16'));
/** A size that follows from the image's own, by a rule in doubles. */
export const within = pipeline(
  rgb8(),
  ops.resizeWithin({
    minPixels: 3136,
    maxPixels: open('most'),
    multiple: 28,
    filter: linear,
    border: replicate,
  }),
  rgb8(),
);
/** A matrix per image, and one of twelve numbers. */
/** The second of its kernels has the size that follows from the image before the first. */
export const withinAsPillow = pipeline(
  ops.rgba8(),
  ops.crop(),
  ops.resizeWithin({
    minPixels: 600,
    maxPixels: open('most'),
    multiple: 4,
    filter: ops.pillow({ resample: 'bicubic' }),
  }),
  ops.rgba8(),
);

export const warped = pipeline(
  rgb8(),
  ops.warpAffine({ matrix: open('from'), filter: linear, border: constant(32) }),
  ops.colorTwist({ matrix: open('twist') }),
  rgb8(),
);
export const projected = pipeline(
  nchw('f32'),
  ops.warpPerspective({ filter: linear, border: constant(0) }),
  nchw('f32'),
);
/** Numbers per image and per channel, regions, tables. */
export const toned = pipeline(
  rgb8(),
  ops.crop(),
  ops.gamma(),
  ops.scaleOffset({ scale: open('scale'), offset: open('offset') }),
  ops.erase({ areas: open('areas'), value: 7 }),
  nhwc('f32'),
);
export const looked = pipeline(
  rgb8(),
  ops.lut(),
  ops.rotate({ degrees: open('degrees'), filter: linear, border: constant(0) }),
  nhwc('u8'),
);
/** A lens, whose coefficients are named. */
export const lens = pipeline(rgb8(), ops.undistort({ filter: linear, border: constant(0) }), nchw('f32'));
/** Primaries, and codes of 16 bits. */
export const light = pipeline(
  nchw('f32', { colour: 'linear' }),
  ops.primaries({ from: 'bt2020', to: 'p3' }),
  nhwc('u16'),
);
/** Several results: a tensor, the planes of an image, and one of another size. */
export const several = pipeline(
  ops.nv12(),
  ops.yuvToRgb(),
  outputs({
    full: [nchw('f32')],
    planes: [ops.rgbToYuv({ matrix: 'bt601', range: 'full' }), ops.nv12()],
    small: [ops.resize({ width: 9, height: 7, filter: linear, border: replicate }), rgb8()],
  }),
);
/** Two kernels with an image between them. */
export const twice = pipeline(
  ops.i420(),
  ops.yuvToRgb({ matrix: 'bt709', range: 'limited' }),
  ops.warpAffine({ filter: linear, border: constant(12) }),
  ops.resize({ width: 20, height: 14, filter: linear, border: replicate }),
  nchw('f32'),
);
/** A step that two kernels do where that is cheaper. */
export const halved = pipeline(
  rgb8(),
  ops.resize({
    width: open('width'),
    height: open('height'),
    filter: ops.antialiasedLanczos,
    border: replicate,
  }),
  nchw('f32'),
);
/** Weights, and Gaussians of f32 and in steps, of a call and of each image. */
export const weighed = pipeline(
  rgb8(),
  ops.filter2d({ size: 3, border: replicate }),
  ops.stored('u8'),
  ops.gaussianBlur({ size: 5, sigma: open('sigma'), border: replicate }),
  ops.opencvGaussianBlur({ size: 7, sigma: open('spread'), border: replicate }),
  nhwc('f32'),
);
/** Images beside the source. */
export const over = pipeline(rgb8(), ops.composite({ background: rgb8(), mask: ops.gray8() }), rgb8());
export const overVideo = pipeline(
  rgb8(),
  ops.composite({ background: [ops.nv12(), ops.yuvToRgb()], mask: ops.gray8() }),
  rgb8(),
);
/** Packed samples, and ten bits in sixteen. */
export const packed = pipeline(ops.yuyv(), ops.yuvToRgb({ matrix: 'bt601', range: 'limited' }), rgb8());
export const deep = pipeline(ops.p010(), ops.yuvToRgb(), nchw('f32'));
