/** Random numbers that follow from a position and a seed alone: the same on every machine, in any order. */
import type { f32, i32 } from '../spec.js';

const stir = (v: i32): i32 => v ^ ((v >> 16) & 0xffff);
const step = (v: i32): i32 => (Math.imul(v, 1664525) + 1013904223) | 0;
const plus = (v: i32, a: i32, b: i32): i32 => (v + Math.imul(a, b)) | 0;

/**
 * Four words of 32 random bits for four numbers: `pcg4d`. Source: M. Jarzynski and M. Olano, Hash Functions for GPU Rendering,
 * Journal of Computer Graphics Techniques 9 (3), 2020.
 */
export const randomWords = (x: i32, y: i32, z: i32, w: i32): readonly [i32, i32, i32, i32] => {
  const d0 = step(w);
  const a0 = plus(step(x), step(y), d0);
  const b0 = plus(step(y), step(z), a0);
  const c0 = plus(step(z), a0, b0);
  const d1 = plus(d0, b0, c0);
  const a1 = plus(stir(a0), stir(b0), stir(d1));
  const b1 = plus(stir(b0), stir(c0), a1);
  const c1 = plus(stir(c0), a1, b1);
  return [a1, b1, c1, plus(stir(d1), b1, c1)];
};

/** The natural logarithm of a number in 2^−32..1, by exact operations: p = m / 2^e with m around 1, and the series of artanh. */
const logarithm = (p: f32): f32 => {
  let m: f32 = p;
  let e: f32 = 0;
  if (m < 1 / 65536) {
    m *= 65536;
    e += 16;
  }
  if (m < 1 / 256) {
    m *= 256;
    e += 8;
  }
  if (m < 1 / 16) {
    m *= 16;
    e += 4;
  }
  if (m < 1 / 4) {
    m *= 4;
    e += 2;
  }
  if (m < Math.SQRT1_2 / 2) {
    m *= 4;
    e += 2;
  } else if (m < Math.SQRT1_2) {
    m *= 2;
    e += 1;
  }
  // |s| ≤ 0.172: what is left out of the series is less than 3·10⁻⁸.
  const s = (m - 1) / (m + 1);
  const t = s * s;
  return 2 * s * (1 + t * (1 / 3 + t * (1 / 5 + t / 7))) - e * Math.LN2;
};

/**
 * A number of the standard normal distribution for 32 random bits: its inverse function at one of 2^24 points, the same for both
 * signs, so none is beyond ±5.42. It is made of operations with exact results, so it has the same bits everywhere.
 *
 * Source: M. J. Wichura, Algorithm AS 241, Applied Statistics 37 (3), 1988, the routine of 7 digits.
 */
export const normalDeviate = (bits: i32): f32 => {
  // The upper bits are the better ones: one for the sign, 23 for the distance from the middle.
  const p = f32Of(bits) / 33554432;
  const q = 0.5 - p;
  let z: f32 = 0;
  if (q <= 0.425) {
    const r = 0.180625 - q * q;
    const above = ((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179;
    z = (q * above) / (((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1);
  } else {
    const r = Math.sqrt(-logarithm(p)) - 1.6;
    const above = ((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777;
    z = above / ((0.12021132975 * r + 0.7370016425) * r + 1);
  }
  return bits < 0 ? -z : z;
};

/** An odd number below 2^24: of 2^25 it is a share in 0..1/2, exactly. */
const f32Of = (bits: i32): f32 => 2 * ((bits >> 8) & 0x7fffff) + 1;
