/** Stencils that only compare, and some that do a little more. */
import {
  closing,
  constant,
  dilate,
  erode,
  type f32,
  gray8,
  median,
  nchw,
  nhwc,
  normalize,
  nv12,
  outputs,
  pipeline,
  replicate,
  rgb8,
  rgba8,
  stencilOp,
  yuvToRgb,
} from '../../ops/index.js';

export const median3 = pipeline(rgb8(), median({ size: 3, border: replicate }), rgb8());
export const median5 = pipeline(gray8(), median({ size: 5, border: replicate }), gray8());
export const ellipse = pipeline(rgba8(), erode({ size: 15, shape: 'ellipse' }), rgba8());
export const rectangle = pipeline(rgb8(), dilate({ size: 7 }), nhwc('u8'));
export const closed = pipeline(rgb8(), ...closing({ size: 3 }), rgb8());

const same = { mean: [0, 0, 0], std: [1, 1, 1] } as const;
export const framed = pipeline(rgb8(), erode({ size: 3, border: constant(0.5) }), rgb8());
export const floats = pipeline(nhwc('f32'), erode({ size: 3 }), nhwc('f32'));
export const planar = pipeline(rgb8(), erode({ size: 3 }), nchw('u8'));
export const scaled = pipeline(rgb8(), erode({ size: 3 }), normalize(same), rgb8());
export const filmed = pipeline(
  nv12(),
  yuvToRgb({ matrix: 'bt709', range: 'limited' }),
  erode({ size: 3 }),
  rgb8(),
);
export const several = pipeline(rgb8(), erode({ size: 3 }), outputs({ a: [rgb8()], b: [nhwc('f16')] }));

const sum = stencilOp({
  from: ['rgb'],
  radius: 1,
  apply: tap => tap(0, 0).map((v, c) => Math.min(v, tap(1, 0)[c]! + 1)),
});
const least = stencilOp({
  from: ['rgb'],
  radius: 1,
  apply: tap => {
    const [r, g, b] = tap(0, 0);
    return [Math.min(r, g), g, b];
  },
});
const darker = stencilOp({
  from: ['rgb'],
  radius: 1,
  apply: tap => tap(0, 0).map((v, c) => (v < 9 ? v : tap(1, 0)[c]!)),
});
const held = stencilOp({
  from: ['rgb'],
  radius: 1,
  apply: tap => tap(0, 0).map((v, c) => Math.max(Math.min(v, tap(1, 1)[c]!), 16)),
});
export const summed = pipeline(rgb8(), sum({ border: replicate }), rgb8());
export const mixed = pipeline(rgb8(), least({ border: replicate }), rgb8());
export const chosen = pipeline(rgb8(), darker({ border: replicate }), rgb8());
export const clamped = pipeline(rgb8(), held({ border: replicate }), rgb8());

const other = (a: f32, b: f32, first: boolean): f32 => {
  if (first) {
    return Math.max(a, b);
  }
  return Math.min(a, b);
};
const own = stencilOp({
  from: ['rgb'],
  radius: 2,
  apply: tap => {
    let best = tap(-2, 1).map(v => v);
    for (let n = 0; n < 3; n++) {
      best = best.map((v, c) => other(v, tap(n, -1)[c]!, n === 1));
    }
    return best;
  },
});
export const mine = pipeline(rgb8(), own({ border: replicate }), rgb8());
