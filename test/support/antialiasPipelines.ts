/** Filters that read what an output pixel covers, under the maps that have a scale. */
import * as ops from '../../ops/index.js';
import { constant, nchw, nhwc, pipeline, replicate, resize, rgb8 } from '../../ops/index.js';

const itu = { matrix: 'bt709', range: 'limited' } as const;

export const resizedBox = pipeline(
  rgb8(),
  resize({ filter: ops.antialiasedBox, border: replicate }),
  nchw('f32'),
);
export const resizedTriangle = pipeline(
  ops.nv12(),
  ops.yuvToRgb(itu),
  resize({ filter: ops.antialiasedLinear, border: replicate }),
  nhwc('u8'),
);
export const resizedTriangleCorners = pipeline(
  ops.gray8(),
  ops.crop(),
  resize({ align: 'corners', filter: ops.antialiasedLinear, border: replicate }),
  nchw('f32'),
);
export const resizedHamming = pipeline(
  rgb8(),
  resize({ filter: ops.antialiasedHamming, border: replicate }),
  nchw('f32'),
);
export const resizedWideCubic = pipeline(
  rgb8(),
  resize({ filter: ops.antialiasedCubic, border: replicate }),
  nchw('f16'),
);
export const resizedWideLanczos = pipeline(
  ops.rgba8(),
  resize({ width: 5, height: 3, filter: ops.antialiasedLanczos, border: replicate }),
  ops.flip({ direction: 'both' }),
  nchw('f32'),
);
export const resizedArea = pipeline(rgb8(), resize({ filter: ops.area, border: replicate }), nchw('f32'));
export const resizedLetterboxTriangle = pipeline(
  rgb8(),
  ops.letterbox({ width: 12, height: 12, filter: ops.antialiasedLinear, border: constant([7, 11, 13]) }),
  nchw('f32'),
);
export const resizedFloor = pipeline(ops.rgb8(), ops.resizeNearest({ width: 31, height: 8 }), nhwc('u8'));
