import { type f32, filter, i32 } from '../spec.js';

/**
 * The nearest pixel: x is floor(x + 0.5), so a point in the middle takes the right and lower one. For `resize` this is
 * OpenCV's `INTER_NEAREST_EXACT`, PyTorch's `nearest-exact` and Pillow's `NEAREST`; OpenCV's `INTER_NEAREST` and PyTorch's `nearest` take
 * floor(x · scale) there, as the operator `resizeNearest` does. For warps it is OpenCV's `INTER_NEAREST`, but for points in the middle.
 */
export const nearest = filter({
  apply: (tap, [x, y]) => tap(i32(Math.floor(x + 0.5)), i32(Math.floor(y + 0.5))),
});

/** The four pixels around the point, weighted by how near they are. */
export const linear = filter({
  apply: (tap, [x, y]) => {
    const left = Math.floor(x);
    const top = Math.floor(y);
    const wx = x - left;
    const wy = y - top;
    const x0 = i32(left);
    const y0 = i32(top);
    const a = tap(x0, y0);
    const b = tap(x0 + 1, y0);
    const c = tap(x0, y0 + 1);
    const d = tap(x0 + 1, y0 + 1);
    return a.map((_, n) => {
      const upper = a[n]! + wx * (b[n]! - a[n]!);
      const lower = c[n]! + wx * (d[n]! - c[n]!);
      return upper + wy * (lower - upper);
    });
  },
});

type Four = readonly [f32, f32, f32, f32];
type Eight = readonly [f32, f32, f32, f32, f32, f32, f32, f32];

// A weight by the number of its row: the loop over rows stays a loop, so that the kernel holds the code of one row.
const ofFour = (w: Four, n: i32): f32 => (n === 0 ? w[0] : n === 1 ? w[1] : n === 2 ? w[2] : w[3]);
const ofEight = (w: Eight, n: i32): f32 => {
  if (n < 4) {
    return n === 0 ? w[0] : n === 1 ? w[1] : n === 2 ? w[2] : w[3];
  }
  return n === 4 ? w[4] : n === 5 ? w[5] : n === 6 ? w[6] : w[7];
};

/**
 * Weights of the pixels at −1, 0, 1 and 2 for a point `t` in 0..1. Their sum is 1.
 * Source: R. Keys, Cubic convolution interpolation for digital image processing (1981), with `a` left free.
 */
const cubicWeights = (t: f32, a: f32): Four => {
  const u = 1 - t;
  const before = ((a * (t + 1) - 5 * a) * (t + 1) + 8 * a) * (t + 1) - 4 * a;
  const left = ((a + 2) * t - (a + 3)) * t * t + 1;
  const right = ((a + 2) * u - (a + 3)) * u * u + 1;
  return [before, left, right, 1 - before - left - right];
};

/** Sixteen pixels, by Keys' cubic. */
const keys = (name: string, steepness: f32) =>
  filter({
    name,
    constants: { steepness },
    apply: (tap, [x, y], { steepness }) => {
      const left = Math.floor(x);
      const top = Math.floor(y);
      const wx = cubicWeights(x - left, steepness);
      const wy = cubicWeights(y - top, steepness);
      const x0 = i32(left) - 1;
      const y0 = i32(top) - 1;
      let sum = tap(x0, y0).map(() => 0);
      for (let row = 0; row < 4; row++) {
        const a = tap(x0, y0 + row);
        const b = tap(x0 + 1, y0 + row);
        const c = tap(x0 + 2, y0 + row);
        const d = tap(x0 + 3, y0 + row);
        const w = ofFour(wy, row);
        sum = sum.map((v, n) => v + w * (wx[0] * a[n]! + wx[1] * b[n]! + wx[2] * c[n]! + wx[3] * d[n]!));
      }
      return sum;
    },
  });

/**
 * Sixteen pixels, by Keys' cubic with a = −0.75: sharper than {@link catmullRom}, and overshoots more at edges. What OpenCV
 * (`INTER_CUBIC`) and PyTorch (`bicubic` without antialiasing) take. Results may leave the range of the pixels.
 */
export const cubic = keys('cubic', -0.75);

/**
 * Sixteen pixels, by Keys' cubic with a = −0.5, the Catmull-Rom spline: exact for parabolas. What Pillow (`BICUBIC`, where it
 * enlarges), PyTorch (`bicubic` with antialiasing, where it enlarges) and CV-CUDA take; the first two leave out what lies outside, as
 * {@link antialiasedCubic} does. Results may leave the range of the pixels.
 */
export const catmullRom = keys('catmullRom', -0.5);

/**
 * Keys' cubic with a slope of your own: {@link cubic} has −0.75, {@link catmullRom} −0.5. Part of the kernel: another number is
 * another build.
 */
export const cubicWith = ({
  a,
}: {
  /** The slope at distance 1, mostly −1 to 0: the lower, the sharper. */
  readonly a: f32;
}) => keys('cubicWith', a);

/** sin(tπ/4) / t for t in 0..1, to half a step of f32; a polynomial, so that every target computes the same bits. */
const sineOver = (t: f32): f32 => {
  const a = t * (Math.PI / 4);
  const q = a * a;
  return (Math.PI / 4) * (1 + q * (-1 / 6 + q * (1 / 120 + q * (-1 / 5040 + q * (1 / 362880)))));
};
/** cos(tπ/4) for t in 0..1, likewise. */
const cosine = (t: f32): f32 => {
  const a = t * (Math.PI / 4);
  const q = a * a;
  return 1 + q * (-1 / 2 + q * (1 / 24 + q * (-1 / 720 + q * (1 / 40320 + q * (-1 / 3628800)))));
};

/**
 * Weights of the pixels at −3 … 4 for a point `t` in 0..1: sinc(d) · sinc(d / 4) at their distances d, divided by the sum.
 * Source: C. Duchon, Lanczos filtering in one and two dimensions (1979).
 *
 * sin(πd) is the same for all but for its sign, so it falls out, and what remains of each is ± sin(πd/4) / d², where the sine is
 * one of four: of t, of u = 1 − t, and their cosines. Distances come in pairs t + k and u + k, whose product is k(k + 1) + tu:
 * multiplied by the squares of all products, and divided by tu, the weights have no denominators that could be 0.
 */
const lanczosWeights = (t: f32): Eight => {
  const u = 1 - t;
  const [sinT, sinU, cosT, cosU] = [t * sineOver(t), u * sineOver(u), cosine(t), cosine(u)];
  const p0 = t * u;
  const p1 = p0 + 2;
  const p2 = p0 + 6;
  const p3 = p0 + 12;
  const r0 = p1 * p2 * p3 * (p1 * p2 * p3);
  const r1 = p0 * (p2 * p3) * (p2 * p3);
  const r2 = p0 * (p1 * p3) * (p1 * p3);
  const r3 = p0 * (p1 * p2) * (p1 * p2);
  const w0 = -sinU * r3 * (u + 3) * (u + 3);
  const w1 = cosT * r2 * (u + 2) * (u + 2);
  const w2 = -cosU * r1 * (u + 1) * (u + 1);
  const w3 = sineOver(t) * r0 * u;
  const w4 = sineOver(u) * r0 * t;
  const w5 = -cosT * r1 * (t + 1) * (t + 1);
  const w6 = cosU * r2 * (t + 2) * (t + 2);
  const w7 = -sinT * r3 * (t + 3) * (t + 3);
  const scale = 1 / (w0 + w1 + w2 + w3 + w4 + w5 + w6 + w7);
  return [w0 * scale, w1 * scale, w2 * scale, w3 * scale, w4 * scale, w5 * scale, w6 * scale, w7 * scale];
};

/**
 * Sixty-four pixels, by Lanczos' window of radius 4: the sharpest, and rings at edges. Equals OpenCV's `INTER_LANCZOS4`;
 * Pillow's and PyTorch's Lanczos have radius 3. Results may leave the range of the pixels.
 */
export const lanczos4 = filter({
  apply: (tap, [x, y]) => {
    const left = Math.floor(x);
    const top = Math.floor(y);
    const wx = lanczosWeights(x - left);
    const wy = lanczosWeights(y - top);
    const x0 = i32(left) - 3;
    const y0 = i32(top) - 3;
    let sum = tap(x0, y0).map(() => 0);
    for (let row = 0; row < 8; row++) {
      let line = tap(x0, y0 + row).map(v => wx[0] * v);
      for (let column = 1; column < 8; column++) {
        const w = wx[column]!;
        const px = tap(x0 + column, y0 + row);
        line = line.map((v, n) => v + w * px[n]!);
      }
      const w = ofEight(wy, row);
      sum = sum.map((v, n) => v + w * line[n]!);
    }
    return sum;
  },
});
