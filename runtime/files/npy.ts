import { type TensorDType, toIntegers } from '../device/dtype.js';
import type { HostTensor } from '../device/tensor.js';
import { describe, expected } from '../errors.js';
import { WholeFile } from './wholeFile.js';

const descriptions: Readonly<Record<Exclude<TensorDType, 'bf16'>, string>> = {
  u8: '|u1',
  u16: '<u2',
  i32: '<i4',
  f16: '<f2',
  f32: '<f4',
  f64: '<f8',
  i64: '<i8',
};
// Room for the largest shape, so that the header can be written again when the number of images is known.
const headerBytes = 192;

const header = (dtype: keyof typeof descriptions, shape: readonly number[]): Buffer => {
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descriptions[dtype]}', 'fortran_order': False, 'shape': (${extents}), }`;
  const bytes = Buffer.alloc(headerBytes, ' ');
  bytes.set([0x93, ...Buffer.from('NUMPY'), 1, 0]);
  bytes.writeUInt16LE(headerBytes - 10, 8);
  bytes.write(text, 10, 'latin1');
  bytes[headerBytes - 1] = 0x0a;
  return bytes;
};

/**
 * An .npy file that grows image by image, so that a video need not fit in memory. It has its name once it is closed; until then it stands
 * beside it under another.
 */
export class NpyWriter {
  private first:
    | (Omit<HostTensor, 'data' | 'dtype'> & { readonly dtype: keyof typeof descriptions })
    | undefined;
  private images = 0;
  private bytes = 0;

  private constructor(private readonly file: WholeFile) {}

  /**
   * Creates the file.
   * @throws {FileError} Where it cannot be written.
   */
  static async create(path: string): Promise<NpyWriter> {
    return new NpyWriter(await WholeFile.create(path));
  }

  /** Adds the tensor's images, all or none. All must have one dtype and, but for the first axis, one shape. */
  async append(tensor: HostTensor): Promise<void> {
    const { shape, dtype, layout, data } = tensor;
    if (dtype === 'bf16') {
      throw expected(
        'numbers of a type that NumPy has',
        'the .npy file',
        'bf16',
        "End the pipeline in 'f16' or 'f32', or write the bits as they are: { ...tensor, dtype: 'u16' }.",
      );
    }
    this.first ??= { shape, dtype, layout };
    const want = [dtype, ...shape.slice(1)].join('×');
    const have = [this.first.dtype, ...this.first.shape.slice(1)].join('×');
    if (want !== have) {
      throw expected(
        `images of ${have}, as the first ones are,`,
        'the .npy file',
        `some of ${want}`,
        'Write to a folder instead: it gets a file per image.',
      );
    }
    const bytes =
      dtype === 'i64' ? toIntegers(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    await this.file.write(bytes, headerBytes + this.bytes);
    this.bytes += bytes.length;
    this.images += shape[0] ?? 0;
  }

  /** Writes the header and gives the file its name. One without images is removed: then the result is false. */
  async close(): Promise<boolean> {
    if (!this.first || this.images === 0) {
      await this.file.drop();
      return false;
    }
    try {
      const shape = [this.images, ...this.first.shape.slice(1)];
      await this.file.write(header(this.first.dtype, shape), 0);
    } catch (error) {
      await this.file.drop();
      throw error;
    }
    await this.file.keep(headerBytes + this.bytes);
    return true;
  }

  /** Removes the file. */
  drop(): Promise<void> {
    return this.file.drop();
  }
}

/**
 * Writes a tensor as NumPy reads it: format version 1.0, C order, little-endian; halves as `<f2`, i64 as `<i8`.
 * Source: numpy.lib.format, version 1.0.
 *
 * @param path The file; one that is there is written over.
 * @param tensor Dense values of any shape, as `Tensor.toHost` gives them.
 * @throws {ArgumentError} when it is no such tensor, or still on its device, or of bf16, which NumPy lacks.
 * @throws {FileError} when the file cannot be written; the one that was there stays then.
 */
export const writeNpy = async (path: string, tensor: HostTensor): Promise<void> => {
  if (typeof tensor !== 'object' || tensor === null || !ArrayBuffer.isView(tensor.data)) {
    throw expected(
      'a tensor in host memory',
      'tensor',
      describe(tensor),
      'Give what `await tensor.toHost()` gives.',
    );
  }
  const writer = await NpyWriter.create(path);
  try {
    await writer.append(tensor);
  } catch (error) {
    await writer.drop();
    throw error;
  }
  await writer.close();
};
