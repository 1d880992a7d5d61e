/** Resamplings by separable filters, which two kernels can do as well as one. */
import * as ops from '../../ops/index.js';
import { constant, nchw, nhwc, pipeline, replicate, resize, rgb8 } from '../../ops/index.js';

const itu = { matrix: 'bt709', range: 'limited' } as const;

/** The conversion follows the filter. */
export const halvedTriangle = pipeline(
  ops.nv12(),
  ops.yuvToRgb(itu),
  resize({ filter: ops.antialiasedLinear, border: replicate }),
  ops.normalize({ mean: 0.4, std: 0.25 }),
  nchw('f32'),
);
/** Exact maps on both sides, and an operator that stays before the filter. */
export const halvedLanczos = pipeline(
  rgb8(),
  ops.crop(),
  ops.clamp({ least: 16, most: 235 }),
  ops.rotate90({ clockwise: '90' }),
  resize({ filter: ops.antialiasedLanczos, border: constant([1, 2, 3]) }),
  ops.flip({ direction: 'both' }),
  ops.rgbToGray(),
  nchw('f32'),
);
/** Corners stay, the other rounding, and an operator that knows its place. */
export const halvedCubic = pipeline(
  ops.gray16(),
  ops.gaussianNoise({ seed: 7, sigma: 3 }),
  resize({ align: 'corners', filter: ops.antialiasedCubic, border: replicate }),
  nhwc('f16'),
);
/** Both a step of several, and one of several results. */
export const halvedForked = pipeline(
  rgb8(),
  ops.outputs({
    small: [
      resize({ filter: ops.area, border: replicate }),
      ops.warpAffine({
        matrix: { dstToSrc: [0.9, 0.1, 0, -0.1, 0.9, 1] },
        filter: ops.linear,
        border: replicate,
      }),
      nchw('f32'),
    ],
    other: [resize({ width: 9, height: 14, filter: ops.antialiasedHamming, border: replicate }), nhwc('u8')],
  }),
);
/** The author's own operator has the name that a half would have, in another kernel. */
const resizeAcross = ops.indexMapOp({
  params: { width: ops.i32 },
  size: ({ width }, src) => ({ width, height: src.height }),
  apply: ([x, y], _, { src }) => [x % src.width, y],
});
export const halvedNamed = pipeline(
  rgb8(),
  ops.outputs({
    small: [resize({ width: 7, height: 6, filter: ops.antialiasedLinear, border: replicate }), nhwc('u8')],
    wide: [resizeAcross({ width: 21 }), nhwc('u8')],
  }),
);
export const notHalvedLetterbox = pipeline(
  rgb8(),
  ops.letterbox({ width: 12, height: 12, filter: ops.antialiasedLinear, border: constant(7) }),
  nchw('f32'),
);
export const notHalvedFused = ops.fused(
  pipeline(rgb8(), resize({ filter: ops.antialiasedLinear, border: replicate }), nchw('f32')),
);
