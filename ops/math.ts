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

const f16Bits = new Float32Array(1);
const f16Word = new Uint32Array(f16Bits.buffer);

/** The nearest IEEE 754 half (binary16), halves to even; beyond ±65504 it rounds to infinity from 65520 on. */
export const roundToF16 = (v: f32): f32 => {
  f16Bits[0] = v;
  const value = f16Bits[0];
  const exponent = ((f16Word[0]! >>> 23) & 255) - 127;
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

/** Integer division, rounding towards zero; by 0 it gives 0. */
export const idiv = (a: i32, b: i32): i32 => (a / b) | 0;

/** The i-th number of a table; below the first it gives the first, beyond the last the last. */
export const lookup = (table: Table, i: i32): f32 => table[Math.min(Math.max(i, 0), table.length - 1)]!;
