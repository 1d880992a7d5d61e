/**
 * Pipelines for test/runtime/places.test.ts: their pixels are places, x and y, so that a result says of each of its pixels where in the source it
 * comes from.
 */
import {
  antialiasedLinear,
  centerCrop,
  composite,
  constant,
  convertTo,
  crop,
  flip,
  gaussianBlur,
  gray8,
  letterbox,
  linear,
  mapOp,
  mean,
  nchw,
  nhwc,
  nv12,
  open,
  orient,
  outputs,
  pad,
  patches,
  pillow,
  pipeline,
  remap,
  replicate,
  resample,
  resize,
  resizeNearest,
  resizeShorter,
  resizeWithin,
  rgb8,
  rotate,
  rotate90,
  undistort,
  undistortFisheye,
  warpAffine,
  warpPerspective,
  yuvToRgb,
} from '../../ops/index.js';

const places = () => nhwc('f32', { colour: 'xy' });
const border = constant(-1);
const between = { filter: linear, border };

export const boxed = pipeline(places(), letterbox({ width: 64, height: 48, ...between }), places());
export const cornered = pipeline(
  places(),
  letterbox({ width: 64, height: 48, place: 'topLeft', ...between }),
  places(),
);
export const middle = pipeline(
  places(),
  resizeShorter({ size: 24, ...between }),
  centerCrop({ width: 24, height: 24 }),
  places(),
);
export const shrunk = pipeline(places(), resize({ filter: antialiasedLinear }), places());
export const aligned = pipeline(
  places(),
  resize({ width: 31, height: 17, align: 'corners', ...between }),
  places(),
);
export const sampled = pipeline(places(), resizeNearest({ width: 30, height: 74 }), places());
export const cut = pipeline(places(), crop(), places());
export const mirrored = pipeline(places(), crop(), flip({ direction: 'horizontal' }), places());
export const upright = pipeline(places(), orient(), rotate90({ clockwise: '90' }), places());
export const padded = pipeline(places(), pad({ left: 3, top: 5, right: 1, bottom: -2, border }), places());
export const turned = pipeline(places(), rotate(between), places());
export const expanded = pipeline(places(), rotate({ expand: true, ...between }), places());
export const expandedGray = pipeline(
  gray8(),
  rotate({ expand: true, filter: linear, border: constant(0) }),
  nhwc('f32'),
);
export const affine = pipeline(places(), warpAffine({ width: 50, height: 40, ...between }), places());
export const projective = pipeline(
  places(),
  warpPerspective({ width: 50, height: 40, ...between }),
  places(),
);
export const straightened = pipeline(places(), undistort(between), places());
export const defished = pipeline(places(), undistortFisheye(between), places());
export const chained = pipeline(
  places(),
  flip({ direction: 'vertical' }),
  resample([letterbox({ width: 60, height: 60 }), warpAffine()], between),
  places(),
);
/** Two kernels. */
export const twice = pipeline(
  places(),
  warpAffine(between),
  resize({ width: 30, height: 20, ...between }),
  places(),
);
export const remapped = pipeline(places(), remap(between), places());
/** Columns of the right half twice: no map back. */
const folded = mapOp({ apply: ([x, y], _, { src }) => [Math.abs(x - src.width * 0.5), y] });
export const twofold = pipeline(places(), folded(between), places());

const small = { width: 32, height: 32, filter: linear, border: replicate };
/** Several kinds of results, of pictures. */
export const several = pipeline(
  nv12(),
  yuvToRgb(),
  outputs({
    small: [resize(small), convertTo('f32', { scale: 1 / 255 }), nchw('f32')],
    whole: [crop({ rect: open('part') }), nhwc('u8')],
    level: [mean()],
  }),
);
/** Two passes with a table of weights, and a blur that moves nothing. */
export const exact = pipeline(
  rgb8(),
  resize({ width: 40, height: 30, filter: pillow({ resample: 'bicubic' }) }),
  gaussianBlur({ size: 3, sigma: 1, border: replicate }),
  nhwc('u8'),
);
export const tokens = pipeline(
  rgb8(),
  resizeWithin({ maxPixels: 28 * 28 * 6, multiple: 28, filter: linear, border: replicate }),
  patches({ dtype: 'f32', patch: 14, merge: 2, temporal: 2 }),
);
export const overlaid = pipeline(rgb8(), composite({ background: rgb8() }), crop(), nhwc('u8'));
