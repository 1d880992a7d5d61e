import {
  f32,
  linear,
  nchw,
  nhwc,
  normalize,
  nv12,
  pipeline,
  pointOp,
  replicate,
  resize,
  rgb8,
  yuvToRgb,
} from 'cuweave/ops';

/** A decoder's frame for a network: RGB of 224×224, normalised, [N, 3, 224, 224]. Matrix and range are what the stream says. */
export const preprocess = pipeline(
  nv12(),
  yuvToRgb(),
  resize({ width: 224, height: 224, filter: linear, border: replicate }),
  normalize({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }),
  nchw('f32'),
);

/** An operator of one's own: a factor for all channels. */
const gain = pointOp({
  from: ['rgb'],
  params: { by: f32 },
  apply: (px, { by }) => px.map(v => v * by),
});

/** A picture made brighter or darker: by how much is said at the call. */
export const brighten = pipeline(rgb8(), gain(), nhwc('u8'));
