/**
 * The functions that the kernel language shares with CUDA, in one table: how each is typed and what it is called in
 * the three targets. Anything of `Math` that is not here is refused.
 */
import type { Scalar } from './types.js';

/** One function. The same name in `Math` and here, unless it comes from `cuweave/ops`. */
export type MathEntry = {
  /** `number`: f32 or i32, all arguments alike, and the result too. */
  readonly args: 'f32' | 'i32' | 'number';
  readonly arity: number;
  readonly result: Scalar | 'same';
  /** The same bits in JavaScript, C++ and CUDA; the others agree within a few ulp. */
  readonly exact: boolean;
  /** Name in native/kernel/prelude.h, where it differs between host and CUDA; else the CUDA name, which C++ has too. */
  readonly cpp: string;
  /** The function for f64, where it has one. */
  readonly wide?: string;
};

const f = (cpp: string, arity = 1, exact = false): MathEntry => ({
  args: 'f32',
  arity,
  result: 'f32',
  exact,
  cpp,
});
const alsoWide = (entry: MathEntry, wide: string): MathEntry => ({ ...entry, wide });

export const mathFunctions: Readonly<Record<string, MathEntry>> = {
  abs: { args: 'number', arity: 1, result: 'same', exact: true, cpp: 'cw::abs' },
  min: { args: 'number', arity: 2, result: 'same', exact: true, cpp: 'cw::min' },
  max: { args: 'number', arity: 2, result: 'same', exact: true, cpp: 'cw::max' },
  floor: alsoWide(f('floorf', 1, true), 'floor'),
  ceil: alsoWide(f('ceilf', 1, true), 'ceil'),
  trunc: alsoWide(f('truncf', 1, true), 'trunc'),
  round: f('cw::roundHalfUp', 1, true),
  sqrt: alsoWide(f('sqrtf', 1, true), 'sqrt'),
  sign: f('cw::sign', 1, true),
  fround: f('cw::same', 1, true),
  imul: { args: 'i32', arity: 2, result: 'i32', exact: true, cpp: 'cw::imul' },
  roundHalfEven: alsoWide(f('cw::roundHalfEven', 1, true), 'rint'),
  roundToF16: f('cw::roundToF16', 1, true),
  roundToBf16: f('cw::roundToBf16', 1, true),
  idiv: { args: 'i32', arity: 2, result: 'i32', exact: true, cpp: 'cw::idiv' },
  sin: f('sinf'),
  cos: f('cosf'),
  tan: f('tanf'),
  asin: f('asinf'),
  acos: f('acosf'),
  atan: f('atanf'),
  atan2: f('atan2f', 2),
  sinh: f('sinhf'),
  cosh: f('coshf'),
  tanh: f('tanhf'),
  asinh: f('asinhf'),
  acosh: f('acoshf'),
  atanh: f('atanhf'),
  exp: f('expf'),
  expm1: f('expm1f'),
  log: f('logf'),
  log2: f('log2f'),
  log10: f('log10f'),
  log1p: f('log1pf'),
  pow: f('powf', 2),
  cbrt: f('cbrtf'),
  hypot: f('hypotf', 2),
};
