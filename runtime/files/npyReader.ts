import { open } from 'node:fs/promises';
import type { DType } from '../../ops/spec.js';
import { byteSize, type HostData, newHostArray } from '../device/dtype.js';
import { describe, expected, shown } from '../errors.js';

const dtypes: Readonly<Record<string, DType>> = {
  '|u1': 'u8',
  '<u2': 'u16',
  '<i4': 'i32',
  '<f2': 'f16',
  '<f4': 'f32',
};

/** @internal Whether a file's first bytes are those of an .npy file. */
export const isNpy = (head: Uint8Array): boolean =>
  Buffer.from(head.subarray(0, 6)).toString('latin1') === '\x93NUMPY';

// NumPy writes headers of a few hundred bytes and arrays of at most 64 axes.
const longestHeader = 2 ** 16;
const mostAxes = 64;

/**
 * @internal Reads an array that NumPy wrote: C order, little-endian, of a dtype that tensors have.
 * Source: numpy.lib.format, versions 1.0 to 3.0.
 */
export const readNpy = async (
  path: string,
): Promise<{ readonly shape: readonly number[]; readonly dtype: DType; readonly data: HostData }> => {
  const file = await open(path);
  const what = shown(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(longestHeader + 12), 0, longestHeader + 12, 0);
    const { start, shape, dtype } = headerOf(buffer.subarray(0, bytesRead), what);
    const length = shape.reduce((product, extent) => product * extent, 1);
    const bytes = length * byteSize[dtype];
    if (size - start !== bytes) {
      throw expected(`${bytes} bytes of values (${shapeText(shape)})`, what, `${size - start}`);
    }
    const data = newHostArray(dtype, length);
    const into = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    for (let done = 0; done < bytes; ) {
      const read = await file.read(into, done, Math.min(bytes - done, 2 ** 30), start + done);
      if (read.bytesRead === 0) {
        throw expected(`${bytes} bytes of values`, what, `${done}: somebody else changes the file`);
      }
      done += read.bytesRead;
    }
    return { shape, dtype, data };
  } finally {
    await file.close();
  }
};

const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

const headerOf = (
  bytes: Buffer,
  what: string,
): { readonly start: number; readonly shape: readonly number[]; readonly dtype: DType } => {
  if (!isNpy(bytes)) {
    throw expected('an .npy file', what, 'something else');
  }
  const version = bytes[6] ?? 0;
  if (!(version >= 1 && version <= 3)) {
    throw expected('an .npy file of version 1 to 3', what, `one of version ${version}`);
  }
  const [lengthBytes, start] = version === 1 ? [2, 10] : [4, 12];
  const end = bytes.length < start ? Infinity : start + bytes.readUIntLE(8, lengthBytes);
  if (end > bytes.length) {
    const why =
      end > longestHeader + 12 && end < Infinity
        ? `has a header of ${end - start} bytes`
        : 'ends in its header';
    throw expected('an .npy file', what, `one that ${why}`);
  }
  const header = bytes.toString('latin1', start, end);
  const descr = /'descr': *'([^']*)'/.exec(header)?.[1] ?? 'none';
  const dtype = Object.hasOwn(dtypes, descr) ? dtypes[descr] : undefined;
  if (dtype === undefined) {
    throw expected(`one of ${Object.keys(dtypes).join(', ')}`, `the dtype of ${what}`, describe(descr));
  }
  if (!/'fortran_order': *False/.test(header)) {
    throw expected('an array in C order', what, 'one in another order', 'Save np.ascontiguousarray(…).');
  }
  const axes = /'shape': *\(([\d, ]*)\)/.exec(header)?.[1];
  if (axes === undefined) {
    throw expected('an .npy file', what, 'one whose header has no shape');
  }
  const shape = (axes.match(/\d+/g) ?? []).map(Number);
  if (shape.length > mostAxes || !shape.every(Number.isSafeInteger)) {
    throw expected(
      'a shape of NumPy',
      what,
      `one of ${shape.length} axes, the largest ${Math.max(...shape)}`,
    );
  }
  return { start: end, shape, dtype };
};
