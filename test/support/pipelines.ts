/** Pipelines that between them use every operator, format, filter and border; the executions are compared on these. */
import {
  analogYuvToRgb,
  constant,
  convertTo,
  crop,
  f32,
  flip,
  i32,
  idiv,
  indexMapOp,
  linear,
  mapOp,
  nchw,
  nearest,
  nhwc,
  normalize,
  nv12,
  open,
  perChannel,
  perImage,
  pipeline,
  pointOp,
  replicate,
  resize,
  rgb8,
  roundHalfEven,
  vec2,
  warpAffine,
  withDefault,
  yuv444p,
  yuvToRgb,
} from '../../ops/index.js';

export * from './antialiasPipelines.js';
export * from './compositePipelines.js';
export * from './forkPipelines.js';
export * from './formatPipelines.js';
export * from './geometryPipelines.js';
export * from './lensPipelines.js';
export * from './pillowPipelines.js';
export * from './pixelPipelines.js';
export * from './pointPipelines.js';
export * from './positionPipelines.js';
export * from './resamplePipelines.js';
export * from './sourcePipelines.js';
export * from './stencilPipelines.js';

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

// Formats alone.
export const nv12ToF32 = pipeline(nv12(), yuvToRgb({ matrix: 'bt709', range: 'limited' }), nchw('f32'));
export const nv12ToF16 = pipeline(nv12(), yuvToRgb({ matrix: 'bt2020', range: 'full' }), nchw('f16'));
export const nv12ToU8 = pipeline(nv12(), yuvToRgb({ matrix: 'bt601', range: 'limited' }), nhwc('u8'));
export const nv12Auto = pipeline(nv12(), yuvToRgb(), rgb8());
export const yuv444pToF32 = pipeline(yuv444p(), analogYuvToRgb(), nchw('f32'));
export const yuvTensor = pipeline(nchw('f16', { colour: 'yuv' }), analogYuvToRgb(), nhwc('f16'));
export const rgb8ToPlanar = pipeline(rgb8(), nchw('u8'));
export const planarU8 = pipeline(nchw('u8'), nhwc('f32'));
export const planarF16 = pipeline(nchw('f16'), nchw('f32'));
export const planarF32 = pipeline(nchw('f32'), nhwc('u8'));
export const interleavedF16 = pipeline(nhwc('f16'), nchw('f16'));
export const interleavedF32 = pipeline(nhwc('f32'), nhwc('f16'));
export const gray = pipeline(
  nchw('u8', { colour: 'gray' }),
  normalize({ mean: 0.5, std: 0.25 }),
  nchw('f32'),
);
export const rgba = pipeline(
  nhwc('u8', { colour: 'rgba' }),
  normalize({ mean: [0, 0.1, 0.2, 0], std: [1, 2, 3, 1], scale: 1 / 255 }),
  nhwc('f32'),
);

// Point operators.
export const normalized = pipeline(rgb8(), normalize(imagenet), nchw('f32'));
export const normalizedOpen = pipeline(rgb8(), normalize({ std: 2 }), nchw('f16'));
export const toU8 = pipeline(nchw('f32'), convertTo('u8', { scale: 2.5, offset: -40 }), nchw('f32'));
export const toU16 = pipeline(nchw('f32'), convertTo('u16', { scale: 300, offset: -40 }), nchw('f32'));
export const toF16 = pipeline(nchw('f32'), convertTo('f16', { scale: 1 / 255 }), nchw('f32'));
export const toF32 = pipeline(rgb8(), convertTo('f32', { scale: 1 / 255 }), nhwc('f32'));

// Exact geometry.
export const cropped = pipeline(rgb8(), crop(), nhwc('u8'));
export const flippedX = pipeline(rgb8(), flip({ direction: 'horizontal' }), nhwc('u8'));
export const flippedY = pipeline(
  nv12(),
  flip({ direction: 'vertical' }),
  yuvToRgb({ matrix: 'bt709', range: 'full' }),
  rgb8(),
);
export const cropFlip = pipeline(
  nv12(),
  crop(),
  yuvToRgb({ matrix: 'bt709', range: 'limited' }),
  flip({ direction: 'both' }),
  normalize(imagenet),
  nchw('f32'),
);

// Resampling.
export const resizedLinear = pipeline(rgb8(), resize({ filter: linear, border: replicate }), nchw('f32'));
export const resizedNearest = pipeline(rgb8(), resize({ filter: nearest, border: replicate }), nhwc('u8'));
export const resizedConstant = pipeline(
  nchw('f32'),
  resize({ width: 31, height: 17, filter: linear, border: constant([1, 2, 3]) }),
  nchw('f32'),
);
export const warpedConstant = pipeline(
  nv12(),
  yuvToRgb({ matrix: 'bt709', range: 'limited' }),
  warpAffine({ filter: linear, border: constant(0) }),
  normalize(imagenet),
  nchw('f16'),
);
export const warpedReplicate = pipeline(
  rgb8(),
  warpAffine({ filter: linear, border: replicate }),
  nhwc('u8'),
);
export const warpedNearest = pipeline(
  rgb8(),
  warpAffine({ filter: nearest, border: constant([7, 11, 13]) }),
  nhwc('u8'),
);
export const warpedSized = pipeline(
  nchw('f32'),
  warpAffine({
    matrix: { srcToDst: [2, 0.25, -3, -0.5, 1.5, 4] },
    width: 40,
    height: 23,
    filter: linear,
    border: replicate,
  }),
  nhwc('f32'),
);
export const everything = pipeline(
  nv12(),
  crop({ rect: open('region') }),
  flip({ direction: 'horizontal' }),
  yuvToRgb({ matrix: 'bt601', range: 'full' }),
  convertTo('u8'),
  warpAffine({ filter: linear, border: constant([114, 115, 116]) }),
  crop({ rect: { x: 1, y: 1, width: 5, height: 3 } }),
  flip({ direction: 'vertical' }),
  normalize(imagenet),
  nchw('f32'),
);

// What the kernel language has beyond the operators above.
const wave = (v: f32, phase: f32): f32 => v - Math.floor(v * phase);

/** Integers, loops, branches, helpers, early return. */
export const checker = pointOp({
  from: ['rgb'],
  params: { levels: withDefault(i32, 4), gain: perChannel(f32), shift: perImage(vec2) },
  apply: ([r, g, b], { levels, gain, shift }) => {
    const step = idiv(256, levels);
    const cell: i32 = i32(r) & 7;
    let sum = 0.5;
    for (let i = 0; i < 3; i++) {
      if (i === cell) {
        sum += shift[0];
      } else {
        sum -= wave(g, 0.125) * f32(i);
      }
    }
    if (b > 200 && !(cell < 2)) {
      return [sum * gain[0], g * gain[1], b];
    }
    const quantized = f32(Math.trunc(i32(b) / step) * step);
    return [roundHalfEven(r * 0.37), Math.sqrt(Math.abs(g + shift[1])), Math.max(quantized % 97, sum)];
  },
});
export const language = pipeline(rgb8(), checker({ gain: [0.5, 1.5, 1] }), nchw('f32'));

/** A map and an exact map of the author's own. */
export const swirl = mapOp({
  params: { amount: f32 },
  apply: ([x, y], { amount }, { src, dst }) => {
    const u = (x - dst.width / 2) / dst.width;
    const v = (y - dst.height / 2) / dst.height;
    const bend = amount * (u * u + v * v);
    return [(u - bend * v + 0.5) * src.width, (v + bend * u + 0.5) * src.height];
  },
});
export const half = indexMapOp({
  params: {},
  size: (_, src) => ({ width: Math.max(1, src.width >> 1), height: Math.max(1, src.height >> 1) }),
  apply: ([x, y]) => [x * 2, y * 2],
});
export const ownGeometry = pipeline(
  rgb8(),
  swirl({ amount: 0.7, filter: linear, border: replicate }),
  half(),
  nchw('f32'),
);
