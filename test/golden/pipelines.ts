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
export const nv21ToRgb = pipeline(
  ops.nv21(),
  ops.yuvToRgb({ matrix: 'bt601', range: 'limited' }),
  ops.rgb8(),
);
export const i420ToRgb = pipeline(
  ops.i420(),
  ops.yuvToRgb({ matrix: 'bt601', range: 'limited' }),
  ops.rgb8(),
);
export const analogYuvToRgb = pipeline(yuvInterleaved, ops.analogYuvToRgb(), ops.rgb8());
// The peer's picture is in 0..1 with the zero of chroma at 0.5, which is code 127.5, and not 128 as here: half a code
// times each channel's coefficients apart.
export const analogYuvToUnitRgb = pipeline(
  yuvPlanes,
  ops.analogYuvToRgb(),
  normalize({ mean: [(-1.14 * 0.5) / 255, ((0.396 + 0.581) * 0.5) / 255, (-2.029 * 0.5) / 255], std: 1 }),
  nhwc('f32'),
);

// The peers' own arithmetic.
export const opencvNv12 = pipeline(ops.nv12(), ops.opencvNv12ToRgb(), ops.rgb8());
export const opencvNv21 = pipeline(ops.nv21(), ops.opencvNv12ToRgb(), ops.rgb8());
export const opencvI420 = pipeline(ops.i420(), ops.cvcudaNv12ToRgb(), ops.rgb8());
export const opencvAnalogYuv = pipeline(yuvInterleaved, ops.opencvYuvToRgb(), ops.rgb8());
export const opencvAnalogFromRgb = pipeline(ops.rgb8(), ops.opencvRgbToYuv(), yuvInterleaved);

export const swapped = pipeline(ops.rgb8(), ops.swapChannels(), ops.rgb8());
export const grayFromRgb = pipeline(ops.rgb8(), ops.rgbToGray(), ops.gray8());
export const yCrCbFromRgb = pipeline(ops.rgb8(), ops.rgbToYCrCb(), nhwc('u8', { colour: 'yCrCb' }));
// OpenCV's u8 has hue in steps of 2 degrees and saturation in 0..255.
export const hsvFromRgb = pipeline(
  ops.rgb8(),
  ops.rgbToHsv(),
  ops.scaleOffset({ scale: [1 / 2, 255, 1] }),
  nhwc('u8', { colour: 'hsv' }),
);
export const rgbFromHsv = pipeline(
  nhwc('u8', { colour: 'hsv' }),
  ops.scaleOffset({ scale: [2, 1 / 255, 1] }),
  ops.hsvToRgb(),
  ops.rgb8(),
);
// OpenCV's u8 has L in 0..255, and a and b around 128.
export const labFromRgb = pipeline(
  ops.rgb8(),
  ops.rgbToLab(),
  ops.scaleOffset({ scale: [2.55, 1, 1], offset: [0, 128, 128] }),
  nhwc('u8', { colour: 'lab' }),
);
export const twisted = pipeline(ops.rgb8(), ops.colorTwist(), ops.rgb8());
export const gammaCorrected = pipeline(ops.rgb8(), ops.gamma(), ops.rgb8());

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
export const resizeCubic = pipeline(ops.rgb8(), resize({ filter: ops.cubic, border: replicate }), ops.rgb8());
export const resizeCubicFloat = pipeline(
  rgbFloatPlanes,
  resize({ filter: ops.cubic, border: replicate }),
  nchw('f32'),
);
export const resizeLanczos = pipeline(
  ops.rgb8(),
  resize({ filter: ops.lanczos4, border: replicate }),
  ops.rgb8(),
);

export const resizeFloor = pipeline(ops.rgb8(), ops.resizeNearest(), ops.rgb8());
const shrunk = (filter: ops.Filter) =>
  pipeline(ops.rgb8(), resize({ filter, border: replicate }), ops.rgb8());
const shrunkFloat = (filter: ops.Filter) =>
  pipeline(rgbFloatPlanes, resize({ filter, border: replicate }), nchw('f32'));
export const resizeArea = shrunk(ops.area);
export const resizeBox = shrunk(ops.antialiasedBox);
export const resizeTriangle = shrunk(ops.antialiasedLinear);
export const resizeHamming = shrunk(ops.antialiasedHamming);
export const resizeWideCubic = shrunk(ops.antialiasedCubic);
export const resizeWideLanczos = shrunk(ops.antialiasedLanczos);
export const resizeTriangleFloat = shrunkFloat(ops.antialiasedLinear);
export const resizeWideCubicFloat = shrunkFloat(ops.antialiasedCubic);

const outside = constant([7, 11, 13]);
const cvWarp = (filter: ops.Filter, border: ops.Border) =>
  pipeline(rgbFloats, warpAffine({ filter, border }), nhwc('f32'));
const grid = (filter: ops.Filter, border: ops.Border) =>
  pipeline(rgbFloatPlanes, warpAffine({ filter, border }), nchw('f32'));
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
export const warpNearestReflect = cvWarp(nearest, ops.reflect);
export const warpNearestReflect101 = cvWarp(nearest, ops.reflect101);
export const warpNearestWrap = cvWarp(nearest, ops.wrap);
export const warpLinearReflect = cvWarp(linear, ops.reflect);
export const warpLinearReflect101 = cvWarp(linear, ops.reflect101);
export const warpLinearWrap = cvWarp(linear, ops.wrap);
export const warpCubicConstant = cvWarp(ops.cubic, outside);
export const warpCubicReplicate = cvWarp(ops.cubic, replicate);
export const warpCubicReflect = cvWarp(ops.cubic, ops.reflect);
export const warpCubicReflect101 = cvWarp(ops.cubic, ops.reflect101);
export const warpCubicWrap = cvWarp(ops.cubic, ops.wrap);
export const warpPerspective = pipeline(
  rgbFloats,
  ops.warpPerspective({ filter: linear, border: constant(0) }),
  nhwc('f32'),
);
export const undistorted = pipeline(
  rgbFloats,
  ops.undistort({ newCamera: ops.open('newCamera'), filter: linear, border: constant([7, 11, 13]) }),
  nhwc('f32'),
);
export const undistortedFisheye = pipeline(
  rgbFloats,
  ops.undistortFisheye({ newCamera: ops.open('newCamera'), filter: linear, border: constant([7, 11, 13]) }),
  nhwc('f32'),
);
export const remapped = pipeline(rgbFloats, ops.remap({ filter: linear, border: constant(0) }), nhwc('f32'));
export const padded = pipeline(
  ops.rgb8(),
  ops.pad({
    left: ops.open('left'),
    top: ops.open('top'),
    right: ops.open('right'),
    bottom: ops.open('bottom'),
    border: ops.reflect101,
  }),
  ops.rgb8(),
);
export const gridNearestReflect = grid(nearest, ops.reflect);
export const gridBilinearReflect = grid(linear, ops.reflect);
export const gridBicubicZeros = grid(ops.cubic, constant(0));
export const gridBicubicBorder = grid(ops.cubic, replicate);
export const gridBicubicReflect = grid(ops.cubic, ops.reflect);

export const normalized = pipeline(
  rgbPlanes,
  normalize({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }),
  nchw('f32'),
);
export const halved = pipeline(rgbPlanes, ops.convertTo('f16', { scale: 1 / 255 }), nchw('f16'));

// Neighbours.
export const gaussian3 = pipeline(
  ops.rgb8(),
  ops.opencvGaussianBlur({ size: 3, border: ops.reflect101 }),
  ops.rgb8(),
);
export const gaussian5 = pipeline(
  ops.rgb8(),
  ops.opencvGaussianBlur({ size: 5, border: ops.reflect101 }),
  ops.rgb8(),
);
export const gaussian9 = pipeline(
  ops.rgb8(),
  ops.opencvGaussianBlur({ size: 9, border: ops.reflect101 }),
  ops.rgb8(),
);
export const median3 = pipeline(ops.rgb8(), ops.median({ size: 3, border: replicate }), ops.rgb8());
export const median5 = pipeline(ops.rgb8(), ops.median({ size: 5, border: replicate }), ops.rgb8());
export const box3 = pipeline(ops.rgb8(), ops.boxBlur({ size: 3, border: ops.reflect101 }), ops.rgb8());
export const box5 = pipeline(ops.rgb8(), ops.boxBlur({ size: 5, border: ops.reflect101 }), ops.rgb8());
export const eroded3 = pipeline(ops.rgb8(), ops.erode({ size: 3 }), ops.rgb8());
export const eroded5 = pipeline(ops.rgb8(), ops.erode({ size: 5 }), ops.rgb8());
export const dilated3 = pipeline(ops.rgb8(), ops.dilate({ size: 3 }), ops.rgb8());
export const dilated5 = pipeline(ops.rgb8(), ops.dilate({ size: 5 }), ops.rgb8());
