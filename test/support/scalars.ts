/** Reading and writing one number of each storage type, little-endian; independent of the code under test. */
import type { DType } from '../../ops/spec.js';

export const bytesPer: Readonly<Record<DType, number>> = {
  u8: 1,
  u16: 2,
  i32: 4,
  f16: 2,
  bf16: 2,
  f32: 4,
};

/** The number that these 16 bits are as an IEEE 754 half. */
export const f16FromBits = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) {
    return fraction === 0 ? sign * Infinity : NaN;
  }
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
};

const positiveHalves = Array.from({ length: 0x7c01 }, (_, bits) => f16FromBits(bits));

/** The bits of the nearest half, halves to even: found by search in the list of all halves, not by arithmetic. */
export const f16ToBits = (value: number): number => {
  if (Number.isNaN(value)) {
    return 0x7e00;
  }
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  let low = 0;
  let high = 0x7c00;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (positiveHalves[middle] <= size) {
      low = middle;
    } else {
      high = middle;
    }
  }
  // Infinity stands where the next half after 65504 would be, for rounding: 65536.
  const above = high === 0x7c00 ? 65536 : positiveHalves[high];
  const half = (positiveHalves[low] + above) / 2;
  const up = size > half || (size === half && (high & 1) === 0);
  return sign | (up ? high : low);
};

/** The number that these 16 bits are as a bfloat16. */
export const bf16FromBits = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 7) & 255;
  const fraction = bits & 127;
  if (exponent === 255) {
    return fraction === 0 ? sign * Infinity : NaN;
  }
  return exponent === 0 ? sign * fraction * 2 ** -133 : sign * (128 + fraction) * 2 ** (exponent - 134);
};

/** The bits of the nearest bfloat16, halves to even: of its two neighbours, by their distances. */
export const bf16ToBits = (value: number): number => {
  if (Number.isNaN(value)) {
    return 0x7fc0;
  }
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  // The positive ones are in the order of their bits.
  let low = 0;
  for (let step = 0x4000; step > 0; step >>= 1) {
    if (low + step < 0x7f80 && bf16FromBits(low + step) <= size) {
      low += step;
    }
  }
  // Infinity stands where the next number would be, for rounding: 2^128.
  const above = low === 0x7f7f ? 2 ** 128 : bf16FromBits(low + 1);
  const [down, up] = [size - bf16FromBits(low), above - size];
  return sign | (up < down || (up === down && (low & 1) === 1) ? low + 1 : low);
};

/** One number at a byte offset. */
export const readScalar = (view: DataView, offset: number, dtype: DType): number => {
  switch (dtype) {
    case 'u8':
      return view.getUint8(offset);
    case 'u16':
      return view.getUint16(offset, true);
    case 'i32':
      return view.getInt32(offset, true);
    case 'f16':
      return f16FromBits(view.getUint16(offset, true));
    case 'bf16':
      return bf16FromBits(view.getUint16(offset, true));
    case 'f32':
      return view.getFloat32(offset, true);
  }
};

const setters: Readonly<Record<DType, (view: DataView, offset: number, value: number) => void>> = {
  u8: (view, offset, value) => view.setUint8(offset, value),
  u16: (view, offset, value) => view.setUint16(offset, value, true),
  i32: (view, offset, value) => view.setInt32(offset, value, true),
  f16: (view, offset, value) => view.setUint16(offset, f16ToBits(value), true),
  bf16: (view, offset, value) => view.setUint16(offset, bf16ToBits(value), true),
  f32: (view, offset, value) => view.setFloat32(offset, value, true),
};

/** Writes one number, which must be one that the type holds exactly or a float that it rounds. */
export const writeScalar = (view: DataView, offset: number, dtype: DType, value: number): void =>
  setters[dtype](view, offset, value);
