import type { Orientation } from '../../ops/spec.js';
import { abortable, requireSignal } from '../abort.js';
import { DisposedError, describe, expected, guarded, guardedAsync } from '../errors.js';
import { paired } from '../lists.js';
import { guardClasses, requireKnown } from '../options.js';
import type { HostArray, NativeDevice, NativeMemory, NativeStream } from './addon.js';
import { isInstance, ownCall, requireOwnCall } from './brand.js';
import { type Device, requireDevice } from './device.js';
import {
  byteLengthOf,
  byteSize,
  copyBytes,
  type HostData,
  newHostArray,
  requireHostArray,
  requireInteger,
  requirePointer,
} from './dtype.js';
import { formatOf, type ImageFormat, planeExtent } from './formats.js';
import type { PlacedPlane } from './placed.js';
import { type Stream, streamOf, writerOf } from './stream.js';
import type { ColourDescription } from './videoColour.js';

/** The largest width and height of an image. */
export const MAX_SIZE = 65535;

/** What every way to make an image needs to know. */
export type ImageSpec = {
  /** A format's name: that of its function in `cuweave/ops`, such as `nv12`, or a tensor's such as `rgb_nchw_f32`. */
  readonly format: string;
  /** In pixels, 1..65535. */
  readonly width: number;
  /** In pixels, 1..65535. */
  readonly height: number;
  /** What the colours mean; `yuvToRgb` with `'auto'` reads it. */
  readonly colour?: ColourDescription;
  /** How it is to be turned so that it stands upright; `orient` with `'auto'` reads it. Default: it is upright. */
  readonly orientation?: Orientation;
};
/** A plane on the host: rows `pitch` bytes apart, the first at byte `offset` of the array. */
export type HostPlane = {
  readonly data: HostData | Uint8ClampedArray;
  /** Bytes from row to row; by default rows are dense. */
  readonly pitch?: number;
  /** Bytes before the first row; default 0. */
  readonly offset?: number;
};
/** A plane in a device's memory. */
export type DevicePlane = {
  /** The address of its first row. */
  readonly pointer: bigint;
  /** Bytes from row to row. */
  readonly pitch: number;
};
/** @internal Rows start at multiples of this: what a GPU reads at once, and more than any vector load needs. */
export const ROW_ALIGNMENT = 256;

/**
 * One picture in a device's memory: planes with a pitch, a format, and what its colours mean. It holds the memory until
 * `dispose()`, or until the garbage collector finds it.
 */
export class Image {
  /** The format's name. */
  readonly format: string;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** What the colours mean, if that is known. */
  readonly colour: ColourDescription | undefined;
  /** How it is to be turned so that it stands upright, if that is known. */
  readonly orientation: Orientation | undefined;
  /** @internal */
  readonly _format: ImageFormat;
  /** @internal Whether its memory is soon another picture's. */
  readonly _passes: boolean = false;
  readonly #placed: readonly PlacedPlane[];
  #disposed = false;

  /** @internal Subclasses pass on what `place…` functions made. */
  constructor(
    /** Where it lies. */
    readonly device: Device,
    spec: ImageSpec,
    placed: readonly PlacedPlane[],
    own: typeof ownCall,
  ) {
    requireOwnCall(own, new.target.name, 'Use Image.empty, Image.fromHost or Image.wrap.');
    this._format = formatOf(spec.format, 'image.format');
    this.format = spec.format;
    this.width = spec.width;
    this.height = spec.height;
    this.colour = spec.colour;
    this.orientation = spec.orientation;
    this.#placed = placed;
    // A subclass has fields of its own, and freezes itself.
    if (new.target === Image) {
      Object.freeze(this);
    }
  }

  /** Whether a value is an image that this class, or the one asked, made. */
  static [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a subclass asks for its own instances.
    return isInstance(this, value, object => #placed in object);
  }

  /** Addresses and pitches, in the format's order of planes. */
  get planes(): readonly DevicePlane[] {
    return this.#placed.map(({ address, pitch }) => ({ pointer: BigInt(address), pitch }));
  }

  /**
   * An image whose values are not set, for `runInto`.
   * @param options.stream On whose order its memory is taken; by default the device's stream.
   * @throws {ArgumentError} If the format is unknown or a size is out of range. @throws {OutOfMemoryError} If there is no room.
   */
  static empty(device: Device, spec: ImageSpec, options: { readonly stream?: Stream } = {}): Image {
    requireDevice(device);
    const { image, planes } = checkSpec(spec, []);
    return new Image(device, image, placeNew(device, streamOf(options, device), planes), ownCall);
  }

  /**
   * An image from planes on the host, copied before this returns. On the CPU, arrays over `device.allocateHost` or over a
   * SharedArrayBuffer are not copied but used where they are: they must not change until the work that reads the image is done,
   * and `runInto` such an image writes them.
   * @param spec.planes One per plane of the format; subsampled ones are half as wide, or half as wide and high, rounded up.
   * @throws {ArgumentError} If the format is unknown or an array is too short for its plane.
   */
  static fromHost(
    device: Device,
    spec: ImageSpec & { readonly planes: readonly HostPlane[] },
    options: { readonly stream?: Stream } = {},
  ): Image {
    requireDevice(device);
    // What `readPicture` gives has its bytes beside the planes, too.
    const checked = checkPlanes(spec, ['data'], planeNames);
    return new Image(
      device,
      checked.image,
      placeHostPlanes(device, checked, streamOf(options, device)),
      ownCall,
    );
  }

  /**
   * An image over memory that is not cuweave's: it is neither copied nor freed. The addresses are trusted.
   * @param spec.keepAlive Held until the work that uses the image is done.
   * @param spec.stream The stream whose work so far writes it: other streams wait for that. Default: it is written already.
   */
  static wrap(
    device: Device,
    spec: ImageSpec & {
      readonly planes: readonly DevicePlane[];
      readonly keepAlive?: object;
      readonly stream?: Stream;
    },
  ): Image {
    requireDevice(device);
    const { image, format, planes } = checkPlanes(spec, ['keepAlive', 'stream'], ['pointer', 'pitch']);
    const written = writerOf(spec.stream, device, 'spec.stream');
    const placed = planes.map(({ rowBytes, rows, given }, n): PlacedPlane => {
      const path = `planes[${n}]`;
      const { pointer, pitch } = given;
      requirePointer(pointer, byteSize[format.dtype], `${path}.pointer`);
      requirePitch(pitch, rowBytes, byteSize[format.dtype], `${path}.pitch`);
      const bytes = pitch * (rows - 1) + rowBytes;
      const memory = guarded(() => device._native().wrap(pointer, bytes, spec.keepAlive, written));
      return { memory, address: Number(pointer), pitch };
    });
    return new Image(device, image, placed, ownCall);
  }

  /**
   * Its planes on the host, rows dense, once the work that makes them is done.
   * @param options.stream Whose order the copy takes; by default the device's stream.
   * @param options.signal Gives up waiting: the call rejects with its reason.
   */
  async toHost(
    options: { readonly stream?: Stream; readonly signal?: AbortSignal } = {},
  ): Promise<
    ImageSpec & { readonly planes: readonly { readonly data: HostData; readonly pitch: number }[] }
  > {
    const stream = streamOf(options, this.device, ['signal'])._native();
    requireSignal(options.signal);
    const copied = guardedAsync(() =>
      Promise.all(
        paired(this._format.planes, this._placed()).map(async ([plane, { memory, address, pitch }]) => {
          const { rowBytes, rows } = planeExtent(this._format, plane, this.width, this.height);
          const data = newHostArray(this._format.dtype, (rowBytes * rows) / byteSize[this._format.dtype]);
          const offset = address - Number(memory.pointer);
          await stream.download(data, 0, rowBytes, memory, offset, pitch, rowBytes, rows, true);
          return { data, pitch: rowBytes };
        }),
      ),
    );
    const planes = await abortable(copied, options.signal);
    return { ...this.#spec(), planes };
  }

  /**
   * A copy in memory of its own on the same device: for what must outlive its source, such as a frame that is to be kept
   * beyond its place in the loop.
   */
  clone(options: { readonly stream?: Stream } = {}): Image {
    const { device } = this;
    const spec = this.#spec();
    return new Image(
      device,
      spec,
      copyPlanes(device, spec, this._placed(), streamOf(options, device)),
      ownCall,
    );
  }

  #spec(): ImageSpec {
    const { format, width, height, colour, orientation } = this;
    return { format, width, height, ...(colour ? { colour } : {}), ...(orientation ? { orientation } : {}) };
  }

  /** Whether `dispose()` was called. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /** Gives the memory back, after the work that uses it. A second call does nothing. */
  dispose(): void {
    if (this.#disposed) {
      return;
    }
    this.#disposed = true;
    for (const { memory } of this.#placed) {
      memory.dispose();
    }
  }
  /** The same as `dispose()`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** @internal */
  _placed(): readonly PlacedPlane[] {
    if (this.#disposed) {
      throw new DisposedError(`The ${this.format} image of ${this.width}×${this.height} is disposed.`);
    }
    return this.#placed;
  }
}

/** Images that go through a pipeline together; they may differ in size. `dispose()` disposes of them all. */
export class ImageBatch implements Iterable<Image> {
  readonly #images: readonly Image[];

  /** @param images At least one. */
  constructor(images: readonly Image[]) {
    if (!Array.isArray(images)) {
      throw expected('an array of images', 'images', describe(images));
    }
    const given = Array.from(images, (image: unknown, n) => {
      if (!(image instanceof Image)) {
        throw expected('an Image', `images[${n}]`, describe(image));
      }
      return image;
    });
    this.#images = Object.freeze(given);
  }

  /** Whether a value is a batch that this class, or the one asked, made. */
  static [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a subclass asks for its own instances.
    return isInstance(this, value, object => #images in object);
  }

  /** How many images there are. */
  get length(): number {
    return this.#images.length;
  }
  /** The image at that place, from 0; negative numbers count from the end. */
  at(index: number): Image | undefined {
    return this.#images.at(index);
  }
  /** The images in order. */
  [Symbol.iterator](): Iterator<Image> {
    return this.#images[Symbol.iterator]();
  }
  /** The images as an array. */
  get images(): readonly Image[] {
    return this.#images;
  }
  /** Disposes of every image. */
  dispose(): void {
    for (const image of this.#images) {
      image.dispose();
    }
  }
  /** The same as `dispose()`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** @internal Copies planes into one new allocation of the same device. */
export const copyPlanes = (
  device: Device,
  { format: name, width, height }: ImageSpec,
  placed: readonly PlacedPlane[],
  stream: Stream,
): readonly PlacedPlane[] => {
  const format = formatOf(name, 'image.format');
  const planes = paired(format.planes, placed).map(([plane, from]) => ({
    ...planeExtent(format, plane, width, height),
    from,
  }));
  return placeNew(device, stream, planes, (native, memory, { from, rowBytes, rows }, offset, pitch) => {
    const { memory: source, address, pitch: sourcePitch } = from;
    const sourceOffset = address - Number(source.pointer);
    native.copy(memory, offset, pitch, source, sourceOffset, sourcePitch, rowBytes, rows);
  });
};

/** One allocation for all planes; `fill`, if there is one, fills each. */
const placeNew = <Plane extends { readonly rowBytes: number; readonly rows: number }>(
  device: Device,
  stream: Stream,
  planes: readonly Plane[],
  fill?: (native: NativeStream, memory: NativeMemory, plane: Plane, offset: number, pitch: number) => void,
): readonly PlacedPlane[] => {
  let bytes = 0;
  const places = planes.map(plane => {
    const pitch = Math.ceil(plane.rowBytes / ROW_ALIGNMENT) * ROW_ALIGNMENT;
    const offset = bytes;
    bytes += pitch * plane.rows;
    return { plane, offset, pitch };
  });
  const native = stream._native();
  const memory = device._allocate(native, bytes);
  try {
    for (const { plane, offset, pitch } of fill ? places : []) {
      guarded(() => fill?.(native, memory, plane, offset, pitch));
    }
  } catch (error) {
    memory.dispose();
    throw error;
  }
  const start = Number(memory.pointer);
  return places.map(({ offset, pitch }) => ({ memory, address: start + offset, pitch }));
};

/** @internal Decoded planes that nobody else has: the CPU reads them where they are. */
export const placeDecodedPlanes = (
  device: Device,
  spec: ImageSpec & { readonly planes: readonly HostPlane[] },
): readonly PlacedPlane[] =>
  placeHostPlanes(device, checkPlanes(spec, ['data'], planeNames), device.stream, true);

const planeNames = ['data', 'pitch', 'offset'];

/** Memory of the CPU with a copy of these bytes, which nobody else has. */
const copyHost = (native: NativeDevice, array: HostArray, offset: number, bytes: number): NativeMemory =>
  native.wrapHost(copyBytes(array, offset, bytes), true) as NativeMemory;

/** Uploads planes, or on the CPU points at those that cannot be moved away. `owned`: nobody else has the arrays. */
const placeHostPlanes = (
  device: Device,
  { format, planes }: CheckedPlanes<HostPlane>,
  stream: Stream,
  owned = false,
): readonly PlacedPlane[] => {
  const size = byteSize[format.dtype];
  const sources = planes.map(({ rowBytes, rows, given }, n) => {
    const path = `planes[${n}]`;
    const { data, pitch = rowBytes, offset = 0 } = given;
    const array = requireHostArray(data, format.dtype, `${path}.data`);
    requirePitch(pitch, rowBytes, size, `${path}.pitch`);
    requireInteger(offset, 0, Number.MAX_SAFE_INTEGER, `${path}.offset`);
    if (offset % size !== 0) {
      throw expected(`a multiple of ${size}`, `${path}.offset`, String(offset));
    }
    const needed = offset + pitch * (rows - 1) + rowBytes;
    const bytes = byteLengthOf(array);
    if (bytes < needed) {
      const shape = `${rows} rows of ${rowBytes} bytes, ${pitch} apart${offset > 0 ? `, from byte ${offset}` : ''}`;
      throw expected(`at least ${needed} bytes (${shape})`, `${path}.data`, `${bytes}`);
    }
    return { array, pitch, offset, rowBytes, rows };
  });
  if (device.kind === 'cpu') {
    const native = device._native();
    return sources.map(({ array, pitch, offset, rowBytes, rows }) =>
      guarded(() => {
        const there = native.wrapHost(array, owned);
        const memory = there ?? copyHost(native, array, offset, pitch * (rows - 1) + rowBytes);
        return { memory, address: Number(memory.pointer) + (there ? offset : 0), pitch };
      }),
    );
  }
  return placeNew(device, stream, sources, (native, memory, source, offset, pitch) => {
    const { array, pitch: sourcePitch, offset: sourceOffset, rowBytes, rows } = source;
    native.upload(memory, offset, pitch, array, sourceOffset, sourcePitch, rowBytes, rows);
  });
};

const specNames = ['format', 'width', 'height', 'colour', 'orientation'];
const colourNames = ['matrix', 'range', 'bitDepth', 'primaries', 'transfer', 'source'];

/**
 * What a spec says of its image: the format, and how large its planes are.
 * @param others What the spec may name beside what every image has.
 */
const checkSpec = (spec: ImageSpec, others: readonly string[]) => {
  if (typeof spec !== 'object' || spec === null) {
    const planes = others.includes('planes') ? ', planes' : '';
    throw expected(`{ format, width, height${planes} }`, 'image', describe(spec));
  }
  // An image may say what to make as well.
  if (!(spec instanceof Image)) {
    requireKnown(spec, [...specNames, ...others], 'image');
  }
  // Read once: what is checked is what is used.
  const { format: name, width, height, colour, orientation } = spec;
  const format = formatOf(name, 'format');
  requireInteger(width, 1, MAX_SIZE, 'width');
  requireInteger(height, 1, MAX_SIZE, 'height');
  if (colour !== undefined) {
    requireKnown(colour, colourNames, 'colour');
    if (colour.bitDepth !== undefined) {
      requireInteger(colour.bitDepth, 8, 16, 'colour.bitDepth');
    }
  }
  if (orientation !== undefined) {
    requireKnown(orientation, ['rotation', 'flip'], 'orientation');
  }
  const image: ImageSpec = {
    format: name,
    width,
    height,
    ...(colour ? { colour } : {}),
    ...(orientation ? { orientation } : {}),
  };
  return { image, format, planes: format.planes.map(plane => planeExtent(format, plane, width, height)) };
};

type CheckedSpec = ReturnType<typeof checkSpec>;
type CheckedPlanes<Plane> = Omit<CheckedSpec, 'planes'> & {
  readonly planes: readonly (CheckedSpec['planes'][number] & { readonly given: Plane })[];
};

/** The same of a spec with planes. */
const checkPlanes = <Plane>(
  spec: ImageSpec & { readonly planes: readonly Plane[] },
  others: readonly string[],
  planeNames: readonly string[],
): CheckedPlanes<Plane> => {
  const checked = checkSpec(spec, ['planes', ...others]);
  const { planes } = checked.format;
  const given: unknown = Array.isArray(spec.planes) ? Array.from(spec.planes) : spec.planes;
  if (!Array.isArray(given) || given.length !== planes.length) {
    const actual = Array.isArray(given) ? `${given.length}` : describe(given);
    throw expected(
      `${planes.length} planes (${planes.map(({ name }) => name).join(', ')})`,
      'planes',
      actual,
    );
  }
  const withGiven = paired(checked.planes, given as readonly Plane[]).map(([plane, own], n) => {
    requireKnown(own, planeNames, `planes[${n}]`);
    return { ...plane, given: own };
  });
  return { ...checked, planes: withGiven };
};

const requirePitch = (pitch: unknown, rowBytes: number, align: number, path: string): void => {
  requireInteger(pitch, rowBytes, 2 ** 31 - 1, path);
  if ((pitch as number) % align !== 0) {
    throw expected(`a multiple of ${align}`, path, String(pitch));
  }
};

guardClasses(Image, ImageBatch);
