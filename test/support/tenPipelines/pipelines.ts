/** Ten pipelines that read and write memory in the ways there are: test/support/programs/tenPipelines.js calls them. */
import {
  antialiasedLanczos,
  area,
  clamp,
  composite,
  constant,
  cubic,
  i420,
  linear,
  nchw,
  nhwc,
  normalize,
  nv12,
  orient,
  outputs,
  p010,
  pipeline,
  premultiply,
  reflect101,
  remap,
  replicate,
  resize,
  rgb8,
  rgba8,
  rgbToYuv,
  unpremultiply,
  warpAffine,
  wrap,
  yuvToRgb,
} from 'cuweave/ops';

export const warped = pipeline(
  nv12(),
  yuvToRgb(),
  warpAffine({ filter: linear, border: constant(0) }),
  clamp(),
  normalize({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }),
  nchw('f16'),
);
export const antialiased = pipeline(
  nv12(),
  yuvToRgb(),
  resize({ width: 13, height: 9, filter: antialiasedLanczos }),
  nhwc('u8'),
);
export const deep = pipeline(p010(), yuvToRgb(), orient(), nhwc('f32'));
export const smaller = pipeline(i420(), yuvToRgb(), resize({ width: 3, height: 5, filter: area }), rgb8());
export const larger = pipeline(
  rgb8(),
  resize({ width: 41, height: 23, filter: cubic, border: reflect101 }),
  nchw('f32'),
);
export const straight = pipeline(
  rgba8(),
  premultiply(),
  resize({ width: 8, height: 8, filter: linear, border: replicate }),
  unpremultiply(),
  rgba8(),
);
export const mapped = pipeline(rgb8(), remap({ filter: linear, border: wrap }), rgb8());
export const over = pipeline(rgb8(), composite({ background: rgb8() }), rgb8());
export const both = pipeline(
  nv12(),
  yuvToRgb(),
  outputs({
    full: [nhwc('u8')],
    tiny: [resize({ width: 5, height: 4, filter: linear, border: replicate }), nchw('f32')],
  }),
);
export const encoded = pipeline(rgb8(), rgbToYuv({ matrix: 'bt709', range: 'limited' }), nv12());
