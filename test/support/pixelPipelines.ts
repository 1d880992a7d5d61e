/** The part of the suite for point operators that came later: noise, tables, rectangles, L*a*b*, other libraries' arithmetic. */
import {
  convertTo,
  crop,
  cvcudaNv12ToRgb,
  erase,
  f32,
  flip,
  gaussianNoise,
  i32,
  i420,
  labToRgb,
  linear,
  lookup,
  lut,
  nchw,
  nhwc,
  nv12,
  opencvNv12ToRgb,
  opencvRgbToYuv,
  opencvYuvToRgb,
  perChannel,
  perImage,
  pipeline,
  pointOp,
  replicate,
  resize,
  rgb8,
  rgbToGray,
  rgbToLab,
  scaleOffset,
  table,
  torchcodecYuvToRgb,
} from '../../ops/index.js';

// Rectangles.
export const eraseOpen = pipeline(rgb8(), erase(), nchw('f32'));
export const eraseSettled = pipeline(
  nhwc('u8', { colour: 'rgba' }),
  flip({ direction: 'horizontal' }),
  erase({
    areas: [
      { x: -3, y: 2, width: 9, height: 4 },
      { x: 5, y: -1, width: 2, height: 400 },
    ],
    value: [1, 2, 3, 255],
  }),
  nhwc('u8'),
);
export const resizedErased = pipeline(
  rgb8(),
  crop(),
  erase({ value: 77 }),
  resize({ width: 31, height: 17, filter: linear, border: replicate }),
  nchw('f32'),
);

// Noise.
export const noiseRgb = pipeline(rgb8(), gaussianNoise(), nchw('f32'));
export const noiseBytes = pipeline(rgb8(), gaussianNoise({ mean: 3, sigma: 20 }), nhwc('u8'));
export const noiseGray = pipeline(
  rgb8(),
  rgbToGray(),
  crop(),
  gaussianNoise({ seed: -7, sigma: 1 }),
  nchw('f32'),
);

// Tables.
const curve = Array.from({ length: 256 }, (_, i) => 255 * Math.sqrt(i / 255));
const steps = Array.from({ length: 256 }, (_, i) => (i >> 5) * 32.5 - 8);
export const lutOpen = pipeline(rgb8(), lut(), nchw('f32'));
export const lutOne = pipeline(rgb8(), lut({ table: curve }), rgb8());
export const lutPerChannel = pipeline(
  nchw('f32', { colour: 'rgb' }),
  scaleOffset({ scale: 1.2, offset: -20.25 }),
  convertTo('f32'),
  lut({ table: [curve, steps, curve] }),
  nhwc('f32'),
);
/** Indexes that leave the table, and a table that belongs to the image. */
const shifted = pointOp({
  from: ['gray'],
  params: { ramp: perImage(table), by: perChannel(f32) },
  apply: (px, { ramp, by }) => px.map((v, c) => lookup(ramp, i32(v * 3 - by[c]))),
});
export const lutOfImage = pipeline(nchw('f32', { colour: 'gray' }), shifted({ by: 100 }), nchw('f32'));

// L*a*b*.
// a and b are differences of cube roots times 500 and 200, of which each may be off by a few units in its last place: in quarters
// that is less than what values in 0..255 may differ by.
export const labOfRgb = pipeline(rgb8(), rgbToLab(), scaleOffset({ scale: [1, 1 / 4, 1 / 4] }), nchw('f32'));
export const labThere = pipeline(rgb8(), rgbToLab(), labToRgb(), nhwc('u8'));
export const labBack = pipeline(
  nchw('f32', { colour: 'lab' }),
  scaleOffset({ scale: [100 / 255, 0.5, 0.5], offset: [0, -60, -60] }),
  labToRgb(),
  nchw('f32'),
);

// The arithmetic of other libraries.
export const asOpencv = pipeline(nv12(), opencvNv12ToRgb(), rgb8());
export const asCvcuda = pipeline(i420(), cvcudaNv12ToRgb(), nchw('f32'));
export const asOpencvAnalog = pipeline(nhwc('u8', { colour: 'yuv' }), opencvYuvToRgb(), nchw('f32'));
export const asOpencvFromRgb = pipeline(rgb8(), opencvRgbToYuv(), nhwc('u8'));
export const asTorchcodec = pipeline(
  nv12(),
  torchcodecYuvToRgb({ matrix: 'bt709', range: 'limited' }),
  rgb8(),
);
