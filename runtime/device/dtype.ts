import type { DType, ResultDType } from '../../ops/spec.js';
import { describe, expected, fromNative } from '../errors.js';
import type { HostArray } from './addon.js';

/** The types of a tensor's values: those of images, and those of results that are numbers alone. */
export type TensorDType = DType | ResultDType;

/** Bytes of one value. */
export const byteSize = {
  u8: 1,
  u16: 2,
  i32: 4,
  f16: 2,
  bf16: 2,
  f32: 4,
  f64: 8,
  i64: 8,
} as const satisfies Record<TensorDType, number>;

const arrays = {
  u8: Uint8Array,
  u16: Uint16Array,
  i32: Int32Array,
  f16: Uint16Array,
  bf16: Uint16Array,
  f32: Float32Array,
  f64: Float64Array,
  // Numbers on the host, and converted on the way: see `wholeNumbers`.
  i64: Float64Array,
} as const;

/** The typed array that holds a dtype on the host; f16 and bf16 are kept as their bits, i64 as numbers, exact up to 2^53. */
export type HostData = Uint8Array | Uint16Array | Int32Array | Float32Array | Float64Array;

/**
 * @internal An array of zeros.
 * @throws {OutOfMemoryError} If the host has no room for it.
 */
export const newHostArray = (dtype: TensorDType, length: number): HostData => {
  try {
    return new arrays[dtype](length);
  } catch (error) {
    throw fromNative(error, length * byteSize[dtype]);
  }
};

/** @internal 64-bit integers as they lie in memory, from the numbers that stand for them on the host. */
export const toIntegers = (numbers: ArrayLike<number>): Uint8Array => {
  const view = new DataView(new ArrayBuffer(8 * numbers.length));
  for (let n = 0; n < numbers.length; n++) {
    view.setBigInt64(8 * n, BigInt(Math.round(numbers[n]!)), true);
  }
  return new Uint8Array(view.buffer);
};
/** @internal The way back, in place. */
export const toNumbers = (data: Float64Array): void => {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let n = 0; n < data.length; n++) {
    data[n] = Number(view.getBigInt64(8 * n, true));
  }
};

// Properties of an array's own may say anything; what the engine says of it is behind these.
const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
const getter = (name: string | symbol) => {
  const { get } = Object.getOwnPropertyDescriptor(typedArray, name) as { get: () => unknown };
  return (array: ArrayBufferView): unknown => Reflect.apply(get, array, []);
};
const tagOf = getter(Symbol.toStringTag);
const bytesOf = getter('byteLength');
const startOf = getter('byteOffset');
const bufferOf = getter('buffer');

/** @internal Bytes of a typed array. */
export const byteLengthOf = (array: HostArray): number => bytesOf(array) as number;

/** @internal A copy of some of its bytes. */
export const copyBytes = (array: HostArray, offset: number, bytes: number): Uint8Array =>
  new Uint8Array(new Uint8Array(bufferOf(array) as ArrayBuffer, (startOf(array) as number) + offset, bytes));

// Maps a class's name to the values that it holds.
const integers: Readonly<Record<string, number>> = {
  Int8Array: 1,
  Uint8Array: 1,
  Uint8ClampedArray: 1,
  Int16Array: 2,
  Uint16Array: 2,
  Int32Array: 4,
  Uint32Array: 4,
};

/** @internal The array, if its elements are of the dtype's size and kind. */
export const requireHostArray = (data: unknown, dtype: TensorDType, path: string): HostArray => {
  const tag = ArrayBuffer.isView(data) ? tagOf(data) : undefined;
  if (typeof tag !== 'string') {
    throw expected(`a typed array of ${dtype}`, path, describe(data));
  }
  const array = data as HostArray;
  const isKind = /^[fi]64$|^f32$/.test(dtype)
    ? tag === arrays[dtype].name
    : integers[tag] === byteSize[dtype];
  if (!isKind) {
    const name = arrays[dtype].name;
    throw expected(
      `${name === 'Int32Array' ? 'an' : 'a'} ${name}`,
      path,
      describe(data),
      dtype === 'f16'
        ? 'It holds the bits of the halves.'
        : dtype === 'bf16'
          ? 'It holds the bits of the bfloat16 numbers, the upper halves of f32.'
          : undefined,
    );
  }
  if ((array.buffer as { resizable?: boolean }).resizable) {
    throw expected('an array whose buffer has a fixed size', path, 'one over a resizable ArrayBuffer');
  }
  return array;
};

/** @internal */
export const requireDType = (dtype: unknown, path: string): TensorDType => {
  if (typeof dtype === 'string' && Object.hasOwn(byteSize, dtype)) {
    return dtype as TensorDType;
  }
  throw expected(`one of ${Object.keys(byteSize).join(', ')}`, path, describe(dtype));
};

/** @internal A whole number in a range. */
export const requireInteger = (value: unknown, min: number, max: number, path: string): number => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  throw expected(`a whole number from ${min} to ${max}`, path, describe(value));
};

/** @internal */
export const requirePointer = (pointer: unknown, align: number, path: string): bigint => {
  if (typeof pointer !== 'bigint' || pointer <= 0n || pointer >= 1n << 53n) {
    throw expected('an address below 2^53 as a bigint', path, describe(pointer));
  }
  if (pointer % BigInt(align) !== 0n) {
    throw expected(`an address that is a multiple of ${align}`, path, describe(pointer));
  }
  return pointer;
};
