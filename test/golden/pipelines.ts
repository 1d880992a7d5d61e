/** The pipelines that should give what the peers give. A module of its own, so that `cuweave build` can build it. */
import * as ops from '../../ops/index.js';

const { constant, linear, nchw, nearest, nhwc, normalize, pipeline, replicate, resize, warpAffine } = ops;

const yuvInterleaved = nhwc('u8', { colour: 'yuv' });
const yuvPlanes = nchw('u8', { colour: 'yuv' });
const rgbPlanes = nchw('u8', { colour: 'rgb' });
const rgbFloats = nhwc('f32', { colour: 'rgb' });
const rgbFloatPlanes = nchw('f32', { colour: 'rgb' });

export const nv12ToRgb = pipeline(
  ops.nv12(),
  ops.yuvToRgb({ matrix: 'bt601', range: 'limited' }),
  ops.rgb8(),
);
export const analogYuvToRgb = pipeline(yuvInterleaved, ops.seedYuvToRgb(), ops.rgb8());
// The peer's picture is in 0..1 with the zero of chroma at 0.5, which is code 127.5, and not 128 as here: half a code
// times each channel's coefficients apart.
export const analogYuvToUnitRgb = pipeline(
  yuvPlanes,
  ops.seedYuvToRgb(),
  normalize({ mean: [(-1.14 * 0.5) / 255, ((0.396 + 0.581) * 0.5) / 255, (-2.029 * 0.5) / 255], std: 1 }),
  nhwc('f32'),
);

export const flipHorizontal = pipeline(ops.rgb8(), ops.flip({ direction: 'horizontal' }), ops.rgb8());
export const flipVertical = pipeline(ops.rgb8(), ops.flip({ direction: 'vertical' }), ops.rgb8());
export const flipBoth = pipeline(ops.rgb8(), ops.flip({ direction: 'both' }), ops.rgb8());

export const resizeNearest = pipeline(ops.rgb8(), resize({ filter: nearest, border: replicate }), ops.rgb8());
export const resizeLinear = pipeline(ops.rgb8(), resize({ filter: linear, border: replicate }), ops.rgb8());
export const resizeFloat = pipeline(
  rgbFloatPlanes,
  resize({ filter: linear, border: replicate }),
  nchw('f32'),
);

const outside = constant([7, 11, 13]);
export const warpNearestConstant = pipeline(
  rgbFloats,
  warpAffine({ filter: nearest, border: outside }),
  nhwc('f32'),
);
export const warpNearestReplicate = pipeline(
  rgbFloats,
  warpAffine({ filter: nearest, border: replicate }),
  nhwc('f32'),
);
export const warpLinearConstant = pipeline(
  rgbFloats,
  warpAffine({ filter: linear, border: outside }),
  nhwc('f32'),
);
export const warpLinearReplicate = pipeline(
  rgbFloats,
  warpAffine({ filter: linear, border: replicate }),
  nhwc('f32'),
);

export const gridNearestZeros = pipeline(
  rgbFloatPlanes,
  warpAffine({ filter: nearest, border: constant(0) }),
  nchw('f32'),
);
export const gridNearestBorder = pipeline(
  rgbFloatPlanes,
  warpAffine({ filter: nearest, border: replicate }),
  nchw('f32'),
);
export const gridBilinearZeros = pipeline(
  rgbFloatPlanes,
  warpAffine({ filter: linear, border: constant(0) }),
  nchw('f32'),
);
export const gridBilinearBorder = pipeline(
  rgbFloatPlanes,
  warpAffine({ filter: linear, border: replicate }),
  nchw('f32'),
);

export const normalized = pipeline(
  rgbPlanes,
  normalize({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }),
  nchw('f32'),
);
export const halved = pipeline(rgbPlanes, ops.convertTo('f16', { scale: 1 / 255 }), nchw('f16'));
