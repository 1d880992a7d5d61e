/** Pipelines that end in reductions. */
import {
  countIf,
  crop,
  histogram,
  linear,
  mean,
  meanStd,
  minMax,
  nchw,
  nhwc,
  normalize,
  nv12,
  outputs,
  pipeline,
  replicate,
  resize,
  rgb8,
  sum,
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
