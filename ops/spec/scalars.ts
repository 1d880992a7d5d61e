/** The numbers of kernels and of memory. */
import type { Param } from './params.js';

/** A 32-bit IEEE 754 number. In the kernel language a plain `number` means `f32` too. */
export type f32 = number;
/** A 32-bit signed integer. Declare it to get integer arithmetic. */
export type i32 = number;
/** A 64-bit IEEE 754 number: what the merges and results of reductions are computed in. */
export type f64 = number;
/** Storage types of images and tensors. Arithmetic is done in {@link f32} and {@link i32}. */
export type DType = 'u8' | 'u16' | 'i32' | 'f16' | 'bf16' | 'f32';

type Scalar<Name extends 'f32' | 'i32'> = Param<number, number, 'call'> & { readonly param: Name } & ((
    value: number,
  ) => number);

const scalar = <Name extends 'f32' | 'i32'>(name: Name, convert: (value: number) => number): Scalar<Name> =>
  Object.assign((value: number) => convert(value), { param: name, per: 'call' as const }) as never;

/** As a parameter: one 32-bit float. As a function in the kernel language: converts to {@link f32}. */
export const f32 = scalar('f32', Math.fround);
/** In the kernel language of reductions: converts to {@link f64}, which holds every f32 and i32. */
export const f64 = (value: number): f64 => value;
/** As a parameter: one 32-bit integer. As a function in the kernel language: drops the fraction, saturating. */
export const i32 = scalar('i32', value =>
  Number.isNaN(value) ? 0 : Math.max(-2147483648, Math.min(2147483647, value)) | 0,
);
