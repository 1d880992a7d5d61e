/** Pipelines that end in reductions. */
import {
  adjustContrast,
  autoContrast,
  clahe,
  countIf,
  crop,
  equalize,
  equalizeHistogram,
  grayWorld,
  histogram,
  linear,
  mean,
  meanStd,
  minMax,
  nchw,
  nhwc,
  normalize,
  nv12,
  otsu,
  otsuThreshold,
  outputs,
  pillow,
  pipeline,
  replicate,
  resize,
  rgb8,
  standardize,
  sum,
  triangle,
  triangleThreshold,
  yuvToRgb,
} from '../../ops/index.js';

export const meanOfRgb = pipeline(rgb8(), mean());
export const sumOfNv12 = pipeline(nv12(), yuvToRgb({ matrix: 'bt709', range: 'limited' }), sum());
export const statsOfHalves = pipeline(nchw('f16'), normalize({ mean: 0.5, std: 2 }), meanStd());
export const minMaxOfResized = pipeline(
  rgb8(),
  resize({ width: 37, height: 41, filter: linear, border: replicate }),
  minMax(),
);
export const counted = pipeline(nhwc('u8', { colour: 'gray' }), crop(), countIf({ low: 10 }));
export const histogramOfRgb = pipeline(rgb8(), histogram());
export const severalOfRgb = pipeline(
  rgb8(),
  outputs({ image: [nchw('f32')], mean: [mean()], bins: [histogram({ bins: 16 })], range: [minMax()] }),
);

// What images come to, as a parameter.
const gray = nhwc('u8', { colour: 'gray' });
export const equalized = pipeline(gray, equalizeHistogram(), nhwc('u8'));
export const equalizedChannels = pipeline(rgb8(), equalize(), nhwc('u8'));
export const autoContrasted = pipeline(rgb8(), autoContrast(), nhwc('u8'));
export const contrasted = pipeline(rgb8(), adjustContrast(), nhwc('u8'));
export const standardized = pipeline(
  nv12(),
  yuvToRgb({ matrix: 'bt709', range: 'limited' }),
  resize({ width: 37, height: 41, filter: linear, border: replicate }),
  standardize(),
  nchw('f32'),
);
export const balanced = pipeline(
  rgb8(),
  grayWorld(),
  outputs({ a: [nhwc('u8')], b: [nchw('f16')], mean: [mean()] }),
);
export const otsuOf = pipeline(gray, otsuThreshold(), nhwc('u8'));
export const triangleOf = pipeline(gray, triangleThreshold(), nhwc('u8'));
export const claheOf = pipeline(gray, clahe({ clipLimit: 2, tiles: [3, 2] }), nhwc('u8'));
export const twice = pipeline(rgb8(), grayWorld(), autoContrast(), nhwc('u8'));
/** Behind a filter by tables, which has two passes. */
export const pillowed = pipeline(
  rgb8(),
  resize({ width: 19, height: 14, filter: pillow({ resample: 'bicubic' }) }),
  outputs({ mean: [mean()], bins: [histogram({ bins: 16 })] }),
);
export const levels = pipeline(gray, outputs({ otsu: [otsu()], triangle: [triangle()] }));
