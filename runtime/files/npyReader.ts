import { readFile } from 'node:fs/promises';
import type { DType } from '../../ops/spec.js';
import { byteSize, type HostData, newHostArray } from '../device/dtype.js';
import { expected } from '../errors.js';

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

/**
 * @internal Reads an array that NumPy wrote: C order, little-endian, of a dtype that tensors have.
 * Source: numpy.lib.format, versions 1.0 to 3.0.
 */
export const readNpy = async (
  path: string,
): Promise<{ readonly shape: readonly number[]; readonly dtype: DType; readonly data: HostData }> => {
  const bytes = await readFile(path);
  if (!isNpy(bytes)) {
    throw expected('an .npy file', path, 'something else');
  }
  const version = bytes[6];
  if (!(version >= 1 && version <= 3)) {
    throw expected('an .npy file of version 1 to 3', path, `one of version ${version}`);
  }
  const [lengthBytes, start] = version === 1 ? [2, 10] : [4, 12];
  const end = bytes.length < start ? Infinity : start + bytes.readUIntLE(8, lengthBytes);
  if (end > bytes.length) {
    throw expected('an .npy file', path, 'one that ends in its header');
  }
  const header = bytes.toString('latin1', start, end);
  const descr = /'descr': *'([^']*)'/.exec(header)?.[1] ?? 'none';
  const dtype = Object.hasOwn(dtypes, descr) ? dtypes[descr] : undefined;
  if (dtype === undefined) {
    throw expected(`one of ${Object.keys(dtypes).join(', ')}`, `the dtype of ${path}`, descr);
  }
  if (!/'fortran_order': *False/.test(header)) {
    throw expected('an array in C order', path, 'one in another order', 'Save np.ascontiguousarray(…).');
  }
  const axes = /'shape': *\(([\d, ]*)\)/.exec(header);
  if (!axes) {
    throw expected('an .npy file', path, 'one whose header has no shape');
  }
  const extents = axes[1].match(/\d+/g) ?? [];
  const shape = extents.map(Number);
  const length = shape.reduce((product, extent) => product * extent, 1);
  const size = length * byteSize[dtype];
  if (bytes.length - end !== size) {
    throw expected(`${size} bytes of values ([${shape.join(', ')}])`, path, `${bytes.length - end}`);
  }
  const values = newHostArray(dtype, length);
  Buffer.from(values.buffer).set(bytes.subarray(end));
  return { shape, dtype, data: values };
};
