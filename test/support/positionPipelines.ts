/** The part of the suite for point operators that ask where their pixel is. */
import {
  constant,
  crop,
  f32,
  flip,
  linear,
  nchw,
  nhwc,
  nv12,
  open,
  pad,
  pipeline,
  pointOp,
  reflect101,
  replicate,
  resize,
  rgb8,
  rgbToYuv,
  rotate90,
  warpAffine,
  yuvToRgb,
} from '../../ops/index.js';

/** Adds the position in one channel, and how far it is from the other end in another. */
const ruler = pointOp({
  from: ['rgb'],
  params: { step: f32 },
  apply: ([r, g, b], { step }, { at: [x, y], size }) => [
    r + step * x,
    g + step * y,
    b + (size.width - 1 - x) - step * (size.height - 1 - y),
  ],
});
const odd = (x: number, y: number): number => (x + y) % 2;
/** Darkens every other pixel: neighbours differ, so a position that is off by one shows. */
const chequer = pointOp({
  from: ['rgb'],
  params: {},
  apply: (px, _, { at }) => px.map(v => (odd(at[0], at[1]) === 1 ? v / 2 : v)),
});
/** The size alone. */
const spread = pointOp({
  from: ['rgb'],
  params: {},
  apply: (px, _, place) => px.map(v => v / place.size.width),
});

const rulerOf = (step: number) => ruler({ step });
export const positionPlain = pipeline(rgb8(), rulerOf(1), nchw('f32'));
export const positionBytes = pipeline(rgb8(), chequer(), rgb8());
export const positionSubsampled = pipeline(
  nv12(),
  yuvToRgb({ matrix: 'bt709', range: 'full' }),
  rulerOf(0.5),
  nhwc('f32'),
);
export const positionSize = pipeline(rgb8(), spread(), nchw('f32'));
// In pixels that share a sample of the sink.
export const positionIntoNv12 = pipeline(
  rgb8(),
  chequer(),
  rgbToYuv({ matrix: 'bt709', range: 'full' }),
  nv12(),
);
// On both sides of exact maps, and between them.
export const positionBeforeFlip = pipeline(rgb8(), rulerOf(1), flip({ direction: 'both' }), nchw('f32'));
export const positionAfterFlip = pipeline(rgb8(), flip({ direction: 'both' }), rulerOf(1), nhwc('u8'));
export const positionBetween = pipeline(
  rgb8(),
  rulerOf(1),
  crop(),
  chequer(),
  rotate90({ clockwise: '90' }),
  rulerOf(0.25),
  nchw('f32'),
);
// On every tap, and after the resampling.
export const resizedPosition = pipeline(
  rgb8(),
  chequer(),
  resize({ width: open('width'), height: open('height'), filter: linear, border: replicate }),
  nchw('f32'),
);
export const warpedPosition = pipeline(
  rgb8(),
  chequer(),
  crop({ rect: open('rect') }),
  rulerOf(0.125),
  warpAffine({ filter: linear, border: constant(9) }),
  nchw('f32'),
);
export const positionAroundAll = pipeline(
  rgb8(),
  chequer(),
  flip({ direction: 'horizontal' }),
  spread(),
  pad({ left: 3, top: 2, right: 1, bottom: 4, border: reflect101 }),
  rulerOf(0.5),
  flip({ direction: 'vertical' }),
  chequer(),
  nchw('f32'),
);
