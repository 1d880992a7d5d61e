/** More maps, exact and resampling, borders and filters. The batches hold images of 1×1, and maps that lead far outside. */
import * as ops from '../../ops/index.js';
import {
  catmullRom,
  centerCrop,
  constant,
  crop,
  cubic,
  flip,
  lanczos4,
  letterbox,
  linear,
  nchw,
  nearest,
  nhwc,
  nv12,
  open,
  pad,
  pipeline,
  reflect,
  reflect101,
  replicate,
  resize,
  rgb8,
  rotate,
  rotate90,
  warpAffine,
  warpPerspective,
  wrap,
  yuvToRgb,
} from '../../ops/index.js';

const itu = { matrix: 'bt709', range: 'limited' } as const;

// Exact.
export const turned90 = pipeline(rgb8(), rotate90({ clockwise: '90' }), nhwc('u8'));
export const turned180 = pipeline(ops.nv16(), rotate90({ clockwise: '180' }), yuvToRgb(itu), rgb8());
export const turned270 = pipeline(ops.p010(), rotate90({ clockwise: '270' }), yuvToRgb(itu), nchw('f16'));
export const centre = pipeline(rgb8(), centerCrop({ width: 1, height: 1 }), nhwc('u8'));
export const centreTurned = pipeline(
  rgb8(),
  flip({ direction: 'vertical' }),
  rotate90({ clockwise: '90' }),
  centerCrop({ width: open('innerWidth'), height: open('innerHeight') }),
  nchw('f32'),
);

// Borders and filters.
export const warpedReflect = pipeline(rgb8(), warpAffine({ filter: linear, border: reflect }), nchw('f32'));
export const warpedReflect101 = pipeline(
  rgb8(),
  warpAffine({ filter: linear, border: reflect101 }),
  nchw('f32'),
);
export const warpedWrap = pipeline(rgb8(), warpAffine({ filter: linear, border: wrap }), nchw('f32'));
// Up to both ends of i32, at positions that are whole numbers in f32.
const farOut = { dstToSrc: [512, 2 ** 22, -(2 ** 31), -(2 ** 22), 512, 2 ** 31 - 128] } as const;
export const warpedNearestFar = pipeline(
  rgb8(),
  warpAffine({ matrix: farOut, filter: nearest, border: reflect }),
  nhwc('u8'),
);
export const warpedNearestFar101 = pipeline(
  rgb8(),
  warpAffine({ matrix: farOut, filter: nearest, border: reflect101 }),
  nhwc('u8'),
);
export const warpedNearestFarWrap = pipeline(
  rgb8(),
  warpAffine({ matrix: farOut, filter: nearest, border: wrap }),
  nhwc('u8'),
);
export const resizedCubic = pipeline(rgb8(), resize({ filter: cubic, border: replicate }), nchw('f32'));
export const warpedCubic = pipeline(
  nv12(),
  yuvToRgb(itu),
  warpAffine({ filter: cubic, border: constant([9, 8, 7]) }),
  nhwc('u8'),
);
export const resizedCubicWith = pipeline(
  rgb8(),
  resize({ filter: ops.cubicWith({ a: -0.6 }), border: replicate }),
  nchw('f32'),
);
export const resizedCatmullRom = pipeline(
  ops.gray8(),
  resize({ filter: catmullRom, border: reflect101 }),
  nchw('f32'),
);
export const resizedLanczos = pipeline(rgb8(), resize({ filter: lanczos4, border: replicate }), nchw('f32'));
export const warpedLanczos = pipeline(
  ops.p010(),
  yuvToRgb(itu),
  warpAffine({ filter: lanczos4, border: wrap }),
  nchw('f16'),
);

// Maps.
export const resizedCorners = pipeline(
  rgb8(),
  resize({ align: 'corners', filter: linear, border: replicate }),
  nchw('f32'),
);
export const warpedTurnWhole = pipeline(
  rgb8(),
  rotate({ expand: true, filter: linear, border: constant(0) }),
  nchw('f32'),
);
export const warpedTurn = pipeline(rgb8(), rotate({ filter: linear, border: constant(0) }), nchw('f32'));
export const warpedPerspective = pipeline(
  rgb8(),
  warpPerspective({ matrix: open('homography'), filter: linear, border: constant([7, 11, 13]) }),
  nchw('f32'),
);
export const warpedHorizonNearest = pipeline(
  rgb8(),
  warpPerspective({
    matrix: { dstToSrc: [1, 0, 0, 0, 1, 0, 0.25, 0, -1] },
    width: 20,
    height: 9,
    filter: nearest,
    border: replicate,
  }),
  nhwc('u8'),
);
export const resizedLetterbox = pipeline(
  nv12(),
  yuvToRgb(itu),
  letterbox({ filter: linear, border: constant(114) }),
  nchw('f32'),
);
export const resizedLetterboxNearest = pipeline(
  rgb8(),
  letterbox({ width: 33, height: 21, filter: nearest, border: replicate }),
  nhwc('u8'),
);
export const padded = pipeline(
  rgb8(),
  pad({ left: 3, top: 1, right: open('rest'), bottom: 70, border: reflect101 }),
  nhwc('u8'),
);
export const paddedConstant = pipeline(
  rgb8(),
  crop(),
  pad({ left: -1, right: 2, top: 2, border: constant([1, 2, 3]) }),
  flip({ direction: 'both' }),
  nchw('f32'),
);
