/** What the frames of a video become for the measurement of rings: a model's input. */
import { linear, nchw, normalize, nv12, pipeline, replicate, resize, yuvToRgb } from 'cuweave/ops';

export const preprocess = pipeline(
  nv12(),
  yuvToRgb(),
  resize({ width: 224, height: 224, filter: linear, border: replicate }),
  normalize({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }),
  nchw('f16'),
);
