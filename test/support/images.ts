/**
 * Images as raw bytes, plane by plane, with canary bytes before, after and in the padding of every plane: a kernel that
 * writes one byte too many is caught, and the byte is named.
 */
import type { ChromaSiting, Format, YuvCoding } from '../../ops/spec.js';
import type { Random } from './random.js';
import { bytesPer, readScalar, writeScalar } from './scalars.js';

/** Bytes before and after every plane. Several cache lines, and a multiple of every alignment in use. */
const GUARD = 256;

export type TestPlane = {
  readonly name: string;
  /** The plane as a program sees it: rows of `pitch` bytes, the last one without its padding. */
  readonly data: Uint8Array;
  readonly pitch: number;
  readonly rows: number;
  readonly rowBytes: number;
  /** The whole allocation, with its guards. */
  readonly memory: Uint8Array;
  /** `data` by numbers of any type. */
  readonly view: DataView;
};
export type TestImage = {
  readonly format: Format;
  readonly width: number;
  readonly height: number;
  readonly planes: readonly TestPlane[];
  /** What the image itself says of its colours; for `matrix: 'auto'`. */
  readonly colour?: YuvCoding;
  /** Bits of its codes, where they are not the format's: of an image between kernels. */
  readonly bitDepth?: number;
  /** Of an image between kernels: the size before the last map of the one that wrote it. */
  readonly origin?: { readonly width: number; readonly height: number };
};
/** Bits of an image's codes. */
export const bitsOf = ({ format, bitDepth = format.code?.bits ?? 8 }: TestImage): number => bitDepth;
export type ImageOptions = {
  /** Bytes after each row, rounded up to the dtype's size. Default 0. */
  readonly padding?: number;
  /** Every row begins at a multiple of so many bytes, a power of two up to 256. Default 1. */
  readonly align?: number;
  readonly colour?: YuvCoding;
};

/** Pixels as numbers, channels side by side, rows without padding. */
export type Pixels = {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly values: Float64Array;
};

// Differs from byte to byte, so that a copy of a neighbouring canary is seen too.
const canary = (index: number): number => (index * 37 + 0xa5) & 255;

const allocate = (name: string, rows: number, rowBytes: number, pitch: number): TestPlane => {
  const length = (rows - 1) * pitch + rowBytes;
  const memory = new Uint8Array(length + 2 * GUARD);
  for (let index = 0; index < memory.length; index++) {
    memory[index] = canary(index);
  }
  const data = memory.subarray(GUARD, GUARD + length);
  for (let row = 0; row < rows; row++) {
    data.fill(0, row * pitch, row * pitch + rowBytes);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return { name, data, pitch, rows, rowBytes, memory, view };
};

/** An image of zeros, canaries set. */
export const blankImage = (
  format: Format,
  width: number,
  height: number,
  { padding = 0, align = 1, colour }: ImageOptions = {},
): TestImage => ({
  format,
  width,
  height,
  ...(colour ? { colour } : {}),
  planes: format.planes.map(({ name, channels, subsampling: [across, down] }) => {
    const unit = bytesPer[format.dtype];
    const rowBytes = Math.ceil(width / across) * channels * unit;
    const pitch = rowBytes + Math.ceil(padding / unit) * unit;
    return allocate(name, Math.ceil(height / down), rowBytes, Math.ceil(pitch / align) * align);
  }),
});

/** Sets every sample of every plane to what `value` gives. */
export const fillImage = (
  image: TestImage,
  value: (plane: number, row: number, index: number) => number,
): TestImage => {
  const { dtype } = image.format;
  image.planes.forEach((plane, number) => {
    const { view } = plane;
    for (let row = 0; row < plane.rows; row++) {
      for (let index = 0; index < plane.rowBytes / bytesPer[dtype]; index++) {
        writeScalar(view, row * plane.pitch + index * bytesPer[dtype], dtype, value(number, row, index));
      }
    }
  });
  return image;
};

/** An image of random samples: the whole range of an integer type, 0..255 in a float type. */
export const randomImage = (
  format: Format,
  width: number,
  height: number,
  random: Random,
  options: ImageOptions = {},
): TestImage => {
  const whole = { u8: 255, u16: 65535, i32: 2147483647 };
  const { dtype } = format;
  const value = (): number =>
    dtype === 'f16' || dtype === 'bf16' || dtype === 'f32'
      ? random.float(0, 255)
      : random.int(0, whole[dtype]);
  return fillImage(blankImage(format, width, height, options), value);
};

/** Chroma at a pixel from the four samples around it, by where they lie in the picture. */
const interpolated = (
  { format, width, height }: TestImage,
  channel: number,
  siting: ChromaSiting,
  nearest: SampleAt,
): SampleAt => {
  const [across, down] = format.planes[format.channels[channel]!.plane]!.subsampling;
  const line = (pixel: number, pixels: number, factor: number, isOnFirst: boolean): [number, number][] => {
    if (factor === 1) {
      return [[pixel, 1]];
    }
    const at = isOnFirst ? pixel / 2 : (pixel + 0.5) / 2 - 0.5;
    const last = Math.ceil(pixels / 2) - 1;
    const first = Math.floor(at);
    const held = (sample: number): number => 2 * Math.min(Math.max(sample, 0), last);
    return [
      [held(first), 1 - (at - first)],
      [held(first + 1), at - first],
    ];
  };
  return (x, y) => {
    let sum = 0;
    for (const [row, vertical] of line(y, height, down, siting === 'topLeft')) {
      for (const [column, horizontal] of line(x, width, across, siting !== 'centre')) {
        sum += vertical * horizontal * nearest(column, row);
      }
    }
    return sum;
  };
};

/** How many codes of its many bits are one code of 8. */
export const codesPerUnit = ({ bits, range }: NonNullable<Format['code']>): number =>
  range === 'full' ? (2 ** bits - 1) / 255 : 2 ** (bits - 8);

type SampleAt = (x: number, y: number) => number;

/** The value of one channel at any pixel, as a source of the image's format reads it. What is the same for all pixels is looked up once. */
const channelReader = (image: TestImage, channel: number): SampleAt => {
  const { format, width, height } = image;
  const { plane, next = 0 } = format.channels[channel]!;
  const nearest = nearestReader(image, channel);
  const read =
    format.chroma && next === 0 && format.planes[plane]!.subsampling[0] === 2
      ? interpolated(image, channel, format.chroma.siting, nearest)
      : nearest;
  return (x, y) => {
    if (x < 0 || y < 0 || x >= width || y >= height) {
      throw new RangeError(`Expected a pixel inside ${width}×${height} but received (${x}, ${y}).`);
    }
    return read(x, y);
  };
};

/** The same of the sample that covers the pixel, without its neighbours. */
const nearestReader = (image: TestImage, channel: number): SampleAt => {
  const { dtype, code, channels: of, planes } = image.format;
  const { plane, lane, next = 0 } = of[channel]!;
  const {
    channels,
    subsampling: [across, down],
  } = planes[plane]!;
  const { pitch, view } = image.planes[plane]!;
  const bytes = bytesPer[dtype];
  const stored: SampleAt = (x, y) => {
    const column = Math.floor(x / across) * channels + lane + next * (x % across);
    return readScalar(view, Math.floor(y / down) * pitch + column * bytes, dtype);
  };
  if (!code) {
    return stored;
  }
  // As a kernel has it, in f32: exact where the scale is a power of two.
  const scale = Math.fround(1 / codesPerUnit(code));
  return (x, y) => Math.fround(Math.floor(stored(x, y) / 2 ** code.shift) * scale);
};

/** The pixels of an image, as a source of its format reads them. */
export const pixelReader = (image: TestImage): ((x: number, y: number) => number[]) => {
  const readers = image.format.channels.map((_, channel) => channelReader(image, channel));
  return (x, y) => readers.map(read => read(x, y));
};

/** The value of one channel of one pixel. */
export const readSample = (image: TestImage, x: number, y: number, channel: number): number =>
  channelReader(image, channel)(x, y);

/** All pixels of an image as numbers. */
export const readPixels = (image: TestImage): Pixels => {
  const { width, height } = image;
  const channels = image.format.channels.length;
  const values = new Float64Array(width * height * channels);
  for (let c = 0; c < channels; c++) {
    const read = channelReader(image, c);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        values[(y * width + x) * channels + c] = read(x, y);
      }
    }
  }
  return { width, height, channels, values };
};

const inside = (plane: TestPlane, index: number): boolean => {
  const offset = index - GUARD;
  return offset >= 0 && offset < plane.data.length && offset % plane.pitch < plane.rowBytes;
};

/** Names the first byte that was written outside the pixels; undefined where all canaries live. */
export const overwritten = (image: TestImage): string | undefined => {
  for (const plane of image.planes) {
    const index = plane.memory.findIndex((byte, at) => byte !== canary(at) && !inside(plane, at));
    if (index < 0) {
      continue;
    }
    const offset = index - GUARD;
    const row = Math.floor(offset / plane.pitch);
    const place =
      offset < 0
        ? `${-offset} bytes before its first`
        : offset >= plane.data.length
          ? `${offset - plane.data.length + 1} bytes after its last`
          : `in the padding of row ${row}, ${offset - row * plane.pitch - plane.rowBytes + 1} bytes after its last`;
    return `plane ${plane.name} of ${image.format.name} ${image.width}×${image.height}: a byte was written ${place}`;
  }
  return undefined;
};

/** Throws where {@link overwritten} finds a byte. */
export const expectIntact = (...images: readonly TestImage[]): void => {
  for (const image of images) {
    const finding = overwritten(image);
    if (finding) {
      throw new Error(finding);
    }
  }
};

/** Throws where images do not have the same bytes; to compare millions of numbers one by one takes vitest minutes. */
export const expectSame = (images: readonly TestImage[], others: readonly TestImage[]): void => {
  const bytes = (all: readonly TestImage[]): Uint8Array[] =>
    all.flatMap(({ planes }) => planes.map(({ data }) => data));
  const [mine, theirs] = [bytes(images), bytes(others)];
  const different = mine.flatMap((plane, n) => {
    const at = plane.findIndex((byte, i) => byte !== theirs[n]![i]);
    return at < 0 ? [] : [`plane ${n}: byte ${at} of ${plane.length} is ${plane[at]} and ${theirs[n]![at]}`];
  });
  if (different.length > 0) {
    throw new Error(different.join('\n'));
  }
};
