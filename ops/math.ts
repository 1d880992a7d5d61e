/**
 * Functions of the kernel language that JavaScript lacks. Each is a JavaScript function here and an instruction or
 * a prelude function in generated code (native/kernel/prelude.h).
 */
import type { f32, i32, Table } from './spec.js';

/** The nearest whole number; halves go to the even one, as IEEE 754 and CUDA's `rintf` do. */
export const roundHalfEven = (v: f32): f32 => {
  const floor = Math.floor(v);
  const part = v - floor;
  const up = part > 0.5 || (part === 0.5 && floor % 2 !== 0);
  const nearest = up ? floor + 1 : floor;
  // −0.3 becomes −0, as rintf has it.
  return nearest === 0 && v < 0 ? -0 : nearest;
};

const single = new Float32Array(1);
const word = new Uint32Array(single.buffer);

/** The nearest IEEE 754 half (binary16), halves to even; beyond ±65504 it rounds to infinity from 65520 on. */
export const roundToF16 = (v: f32): f32 => {
  single[0] = v;
  const value = single[0];
  const exponent = ((word[0]! >>> 23) & 255) - 127;
  if (!Number.isFinite(value) || value === 0) {
    return value;
  }
  if (Math.abs(value) >= 65520) {
    return value < 0 ? -Infinity : Infinity;
  }
  // The distance between halves at this size: 2^(e−10), and 2^−24 below the smallest normal half.
  const step = 2 ** (Math.max(exponent, -14) - 10);
  return roundHalfEven(value / step) * step;
};

/**
 * The nearest bfloat16, halves to even: the sign, the exponent and the upper 7 bits of the fraction of an f32. From 2^128 − 2^119 on it rounds
 * to infinity; a NaN stays one. Source: the rounding of PyTorch's `c10/util/BFloat16.h`, and of CUDA's `cvt.rn.bf16.f32`.
 */
export const roundToBf16 = (v: f32): f32 => {
  if (Number.isNaN(v)) {
    return v;
  }
  single[0] = v;
  const bits = word[0]!;
  // Half of the last place that stays, less one where that place is even: a carry moves the exponent.
  word[0] = (bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000;
  return single[0];
};

/** Integer division, rounding towards zero; by 0 it gives 0. */
export const idiv = (a: i32, b: i32): i32 => (a / b) | 0;

/** The i-th number of a table; below the first it gives the first, beyond the last the last. */
export const lookup = (table: Table, i: i32): f32 => table[Math.min(Math.max(i, 0), table.length - 1)]!;
