import type { DType } from '../../ops/spec.js';
import { describe, expected, fromNative } from '../errors.js';
import type { HostArray } from './addon.js';

/** Bytes of one value. */
export const byteSize = { u8: 1, u16: 2, i32: 4, f16: 2, f32: 4 } as const satisfies Record<DType, number>;

const arrays = {
  u8: Uint8Array,
  u16: Uint16Array,
  i32: Int32Array,
  f16: Uint16Array,
  f32: Float32Array,
} as const;

/** The typed array that holds a dtype on the host; halves are kept as their bits. */
export type HostData = Uint8Array | Uint16Array | Int32Array | Float32Array;

/**
 * @internal An array of zeros.
 * @throws {OutOfMemoryError} If the host has no room for it.
 */
export const newHostArray = (dtype: DType, length: number): HostData => {
  try {
    return new arrays[dtype](length);
  } catch (error) {
    throw fromNative(error, length * byteSize[dtype]);
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

// By the class's name: the values that it holds.
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
export const requireHostArray = (data: unknown, dtype: DType, path: string): HostArray => {
  const tag = ArrayBuffer.isView(data) ? tagOf(data) : undefined;
  if (typeof tag !== 'string') {
    throw expected(`a typed array of ${dtype}`, path, describe(data));
  }
  const array = data as HostArray;
  if (dtype === 'f32' ? tag !== 'Float32Array' : integers[tag] !== byteSize[dtype]) {
    const name = arrays[dtype].name;
    throw expected(
      `${name === 'Int32Array' ? 'an' : 'a'} ${name}`,
      path,
      describe(data),
      dtype === 'f16' ? 'It holds the bits of the halves.' : undefined,
    );
  }
  if ((array.buffer as { resizable?: boolean }).resizable) {
    throw expected('an array whose buffer has a fixed size', path, 'one over a resizable ArrayBuffer');
  }
  return array;
};

/** @internal */
export const requireDType = (dtype: unknown, path: string): DType => {
  if (typeof dtype === 'string' && Object.hasOwn(byteSize, dtype)) {
    return dtype as DType;
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
