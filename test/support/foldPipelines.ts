/** Separable stencils whose columns are loops with one value, and some that are a little more. */
import {
  boxBlur,
  erode,
  type f32,
  gaussianBlur,
  nchw,
  nhwc,
  pipeline,
  replicate,
  rgb8,
  separableStencil,
} from '../../ops/index.js';

export const blurred = pipeline(rgb8(), gaussianBlur({ size: 15, sigma: 3, border: replicate }), rgb8());
export const boxed = pipeline(rgb8(), boxBlur({ size: 5, border: replicate }), nchw('f16'));
export const compared = pipeline(nhwc('f32'), erode({ size: 5 }), nhwc('f32'));

const weight = (d: number): f32 => d * 0.25;
const weighed = separableStencil({
  from: ['rgb'],
  radius: 1,
  apply: tap => {
    const scale = 0.5;
    let sum = tap(0).map(() => 1);
    for (let d = -1; d <= 1; d++) {
      const factor = weight(d) * scale;
      const px = tap(d);
      sum = sum.map((v, c) => v * 0.5 + factor * px[c]!);
    }
    const twice = sum.map(v => v * 2);
    return twice.map(v => v - 1);
  },
});
export const own = pipeline(rgb8(), weighed({ border: replicate }), nhwc('f32'));

const pairs = separableStencil({
  from: ['rgb'],
  radius: 2,
  apply: tap => {
    let sum = tap(0).map(v => v);
    for (let d = 1; d <= 2; d++) {
      const [above, below] = [tap(-d), tap(d)];
      sum = sum.map((v, c) => v + above[c]! + below[c]!);
    }
    return sum;
  },
});
export const paired = pipeline(rgb8(), pairs({ border: replicate }), nhwc('f32'));

const less = separableStencil({
  from: ['rgb'],
  radius: 2,
  apply: tap => {
    let sum = tap(-2).map(v => v);
    for (let d = -1; d <= 2; d++) {
      const px = tap(d);
      sum = sum.map((v, c) => Math.min(v, px[c]! * 0.5));
    }
    return sum;
  },
});
export const begun = pipeline(rgb8(), less({ border: replicate }), nhwc('f32'));
