import { abortable, requireSignal } from '../abort.js';
import { DisposedError, describe, expected, guarded, guardedAsync, RingError } from '../errors.js';
import { paired } from '../lists.js';
import { guardClasses, requireKnown } from '../options.js';
import type { HostArray, NativeMemory } from './addon.js';
import { isInstance, ownCall, requireOwnCall } from './brand.js';
import { type Device, requireDevice } from './device.js';
import {
  byteLengthOf,
  byteSize,
  type HostData,
  newHostArray,
  requireDType,
  requireHostArray,
  requireInteger,
  requirePointer,
  type TensorDType,
  toIntegers,
  toNumbers,
} from './dtype.js';
import { createShared, openShared } from './shared.js';
import { type Stream, streamOf, writerOf } from './stream.js';

/** The order of a tensor's axes in memory: N images, C channels, H rows, W columns. `any`: numbers that are no image, as reductions give. */
export type Layout = 'NHWC' | 'NCHW' | 'HWC' | 'CHW' | 'any';

/** What a tensor is made of: sizes in the layout's order, the type of its values, the layout. */
export type TensorSpec = {
  readonly shape: readonly number[];
  readonly dtype: TensorDType;
  readonly layout: Layout;
};

/** A tensor's values on the host, dense and in the layout's order; `f16` and `bf16` as their bits. */
export type HostTensor = TensorSpec & { readonly data: HostData };

/** A tensor in shared memory, as `Tensor.export` gives it. */
export type TensorExport = {
  /** What `Tensor.import` takes. */
  readonly name: string;
  /** From then on nobody can open it. */
  dispose(): void;
  /** The same as `dispose()`, for `using`. */
  [Symbol.dispose](): void;
};

const layouts = ['NHWC', 'NCHW', 'HWC', 'CHW', 'any'] as const;
/** Axes of a tensor whose axes have no names. */
const MOST_AXES = 6;

/**
 * Numbers on a device: one image or N of one size. It holds memory of the device until `dispose()`, or until the garbage
 * collector finds it; the memory is given back in stream order, after the work that uses it.
 */
export class Tensor {
  /** Sizes in the layout's order. */
  readonly shape: readonly number[];
  /** The type of its values. */
  readonly dtype: TensorDType;
  /** The order of its axes. */
  readonly layout: Layout;
  /** Distance from one value to the next along each axis, in values. */
  readonly strides: readonly number[];
  /** Bytes from its first to its last value. */
  readonly byteLength: number;
  readonly #memory: NativeMemory;
  readonly #address: bigint;
  #disposed = false;

  private constructor(
    /** Where it lies. */
    readonly device: Device,
    memory: NativeMemory,
    spec: TensorSpec,
    strides: readonly number[],
    byteLength: number,
    own: typeof ownCall,
  ) {
    requireOwnCall(own, 'Tensor', 'Use Tensor.empty, Tensor.fromHost or Tensor.wrap.');
    this.shape = Object.freeze([...spec.shape]);
    this.dtype = spec.dtype;
    this.layout = spec.layout;
    this.strides = Object.freeze([...strides]);
    this.byteLength = byteLength;
    this.#memory = memory;
    this.#address = memory.pointer;
    Object.freeze(this);
  }

  /** Whether a value is a tensor that this class made. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return isInstance(Tensor, value, object => #memory in object);
  }

  /**
   * A dense tensor whose values are not set.
   * @param spec Shape, dtype and layout.
   * @param options.stream On whose order its memory is taken; by default the device's stream.
   * @throws {ArgumentError} If the spec does not fit together. @throws {OutOfMemoryError} If there is no room.
   */
  static empty(device: Device, spec: TensorSpec, options: { readonly stream?: Stream } = {}): Tensor {
    requireDevice(device);
    const checked = checkSpec(spec, 'spec');
    const bytes = elements(checked.shape) * byteSize[checked.dtype];
    const memory = device._allocate(streamOf(options, device)._native(), bytes);
    return new Tensor(device, memory, checked, denseStrides(checked.shape), bytes, ownCall);
  }

  /**
   * A tensor with these values, copied before this returns unless they lie in a buffer of `device.allocateHost`.
   * @param data Dense, in the layout's order: `Uint8Array` for u8, `Uint16Array` for u16 and for the bits of f16 and bf16,
   *   `Int32Array`, `Float32Array`, `Float64Array`; of i64 its numbers are whole.
   */
  static fromHost(
    device: Device,
    data: HostData | Uint8ClampedArray,
    spec: TensorSpec,
    options: { readonly stream?: Stream } = {},
  ): Tensor {
    requireDevice(device);
    // A tensor on the host says what to make with its values beside it.
    const checked = checkSpec(spec, 'spec', ['data']);
    const given = requireHostArray(data, checked.dtype, 'data');
    const length = elements(checked.shape);
    requireLength(given, checked.dtype, length, `${length} values ([${checked.shape.join(', ')}])`, 'data');
    const array = checked.dtype === 'i64' ? toIntegers(given as Float64Array) : given;
    const tensor = Tensor.empty(device, checked, options);
    const bytes = tensor.byteLength;
    const stream = streamOf(options, device)._native();
    guarded(() => stream.upload(tensor.#memory, 0, bytes, array, 0, bytes, bytes, 1));
    return tensor;
  }

  /**
   * A tensor over memory that is not cuweave's: it is neither copied nor freed. The address is trusted.
   * @param spec.pointer The address of the first value, on the device.
   * @param spec.strides In values; by default dense. Positive; rows must be dense.
   * @param spec.keepAlive Held until the work that uses the tensor is done.
   * @param spec.stream The stream whose work so far writes it: other streams wait for that. Default: it is written already.
   */
  static wrap(
    device: Device,
    spec: TensorSpec & {
      readonly pointer: bigint;
      readonly strides?: readonly number[];
      readonly keepAlive?: object;
      readonly stream?: Stream;
    },
  ): Tensor {
    requireDevice(device);
    const checked = checkSpec(spec, 'spec', ['pointer', 'strides', 'keepAlive', 'stream']);
    const strides = Array.isArray(spec.strides)
      ? Array.from(spec.strides)
      : (spec.strides ?? denseStrides(checked.shape));
    if (!Array.isArray(strides) || strides.length !== checked.shape.length) {
      throw expected(`${checked.shape.length} numbers`, 'spec.strides', describe(strides));
    }
    strides.forEach((stride, axis) => {
      requireInteger(stride, 1, 2 ** 40, `spec.strides[${axis}]`);
    });
    const last = checked.shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis], 0);
    const bytes = (last + 1) * byteSize[checked.dtype];
    const pointer = requirePointer(spec.pointer, byteSize[checked.dtype], 'spec.pointer');
    const written = writerOf(spec.stream, device, 'spec.stream');
    const memory = guarded(() => device._native().wrap(pointer, bytes, spec.keepAlive, written));
    return new Tensor(device, memory, checked, strides, bytes, ownCall);
  }

  /** The address of the first value, on the device. */
  get pointer(): bigint {
    this._memory();
    return this.#address;
  }
  /** Whether `dispose()` was called. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /**
   * Its values on the host, once the work that makes them is done.
   * @param options.into A dense array for them, instead of a new one. One over `device.allocateHost`, or over a
   *   SharedArrayBuffer, is written directly; another one by a further copy, on this thread, once the values are here.
   * @param options.stream Whose order the copy takes; by default the device's stream.
   * @param options.signal Gives up waiting: the call rejects with its reason. The copy goes on to its end, and `into` is written until then.
   * @throws {OutOfMemoryError} If the host has no room for the values.
   * @throws {ArgumentError} If the buffer of `into` was transferred or resized before the values came.
   */
  async toHost(
    options: { readonly into?: HostData; readonly stream?: Stream; readonly signal?: AbortSignal } = {},
  ): Promise<HostTensor> {
    const { shape, dtype, layout } = this;
    const length = elements(shape);
    const size = byteSize[dtype];
    const memory = this._memory();
    const stream = streamOf(options, this.device, ['into', 'signal'])._native();
    const { into, signal } = options;
    requireSignal(signal);
    const data = into ?? newHostArray(dtype, length);
    if (into !== undefined) {
      requireLength(
        requireHostArray(into, dtype, 'options.into'),
        dtype,
        length,
        `${length} values`,
        'options.into',
      );
    }
    const { outer, pitch, rowBytes, rows } = blocks(this, size, outerAxes(this));
    const copied = guardedAsync(async () => {
      const copies = outer.map((offset, n) =>
        stream.download(
          data,
          n * rows * rowBytes,
          rowBytes,
          memory,
          offset,
          pitch,
          rowBytes,
          rows,
          into === undefined,
        ),
      );
      await Promise.all(copies);
    });
    await abortable(copied, signal);
    if (dtype === 'i64') {
      toNumbers(data as Float64Array);
    }
    return { data, shape, dtype, layout };
  }

  /**
   * Copies its values into another tensor of the same device, shape and dtype; enqueued, like every call.
   * @param target Must not overlap this tensor.
   * @throws {ArgumentError} If the two do not fit together.
   */
  copyTo(target: Tensor, options: { readonly stream?: Stream } = {}): void {
    if (!(target instanceof Tensor)) {
      throw expected('a Tensor', 'target', describe(target));
    }
    const { shape, dtype, device } = this;
    const like = `${dtype} [${shape.join(', ')}] on ${device}`;
    const given = `${target.dtype} [${target.shape.join(', ')}] on ${target.device}`;
    if (like !== given) {
      throw expected(like, 'target', given);
    }
    const [source, into] = [this._memory(), target._memory()];
    const apart = this.pointer - target.pointer;
    if (apart < BigInt(target.byteLength) && -apart < BigInt(this.byteLength)) {
      throw expected('memory apart from the source', 'target', 'some of the same memory');
    }
    const stream = streamOf(options, device)._native();
    // Rows as long as both tensors keep them in one piece.
    const axis = Math.max(outerAxes(this), outerAxes(target));
    const from = blocks(this, byteSize[dtype], axis);
    const to = blocks(target, byteSize[dtype], axis);
    guarded(() => {
      for (const [offset, target] of paired(from.outer, to.outer)) {
        stream.copy(into, target, to.pitch, source, offset, from.pitch, from.rowBytes, from.rows);
      }
    });
  }

  /**
   * Copies its values into memory that processes share, on its own device, where another process of this user opens them by
   * `Tensor.import(device, name)`, without a copy of its own. Both see writes of either from then on; who writes when is for them to say.
   * @param name 1 to 64 letters, digits, '-', '_' and '.'; by default one of its own.
   * @returns Its name, and `dispose()`, after which nobody can open it; what was opened stays until it is disposed of. On a GPU the
   *   memory is this process's, and is given back once all have closed it.
   * @throws {RingError} `exists`, if a process has given the name to something; `noRoom`; `unsupported`, if the GPU shares no memory.
   * @throws {OutOfMemoryError} If the GPU has no room.
   */
  async export(name: string = `tensor-${process.pid}-${++exported}`): Promise<TensorExport> {
    requireName(name);
    const { shape, dtype, layout } = this;
    this._memory();
    const tensors = [{ name: 'tensor', shape, dtype, layout }];
    const native = createShared(this.device, name, { slots: 1, mode: STILL, infoBytes: 0, tensors });
    try {
      const slot = guarded(() => native.acquire());
      const memory = guarded(() =>
        native.memory(this.device._native(), slot, 0, elements(shape) * byteSize[dtype]),
      );
      const copy = Tensor._over(this.device, memory, this);
      this.copyTo(copy);
      await this.device.stream.record().wait();
      copy.dispose();
      guarded(() => native.publish(slot, shape[0] as number, ''));
    } catch (error) {
      native.close();
      throw error;
    }
    const dispose = (): void => native.close();
    return Object.freeze({ name, dispose, [Symbol.dispose]: dispose });
  }

  /**
   * What another process of this user, or this one, has exported under the name: the same memory.
   * @throws {RingError} `missing`, if nobody has; `refused`, if its file is not safe or damaged; `wrongDevice`, if it lies on another
   *   device; `full`, if 63 have it open on a GPU; `unsupported`, if CUDA cannot open it from here.
   */
  static import(device: Device, name: string): Tensor {
    requireDevice(device);
    requireName(name);
    const native = openShared(device, name);
    const { mode, tensors } = native.spec();
    const [tensor] = tensors;
    const slot = mode === STILL && tensor ? guarded(() => native.take()) : -1;
    if (slot < 0 || !tensor) {
      native.close();
      const what =
        mode === STILL ? 'is not filled yet: open it again later' : 'is a ring of batches: use Ring.open';
      throw new RingError(`'${name}' ${what}.`, 'missing');
    }
    const memory = guarded(() => native.memory(device._native(), slot, tensor.offset, tensor.bytes));
    // From here on the memory alone holds it, until the tensor is disposed of.
    native.close();
    return Tensor._over(device, memory, pick(tensor));
  }

  /** @internal A dense tensor over memory of its size. */
  static _over(device: Device, memory: NativeMemory, spec: TensorSpec): Tensor {
    const bytes = elements(spec.shape) * byteSize[spec.dtype];
    return new Tensor(device, memory, spec, denseStrides(spec.shape), bytes, ownCall);
  }

  /** Gives the memory back, after the work that uses it. A second call does nothing. */
  dispose(): void {
    if (this.#disposed) {
      return;
    }
    this.#disposed = true;
    this.#memory.dispose();
  }
  /** The same as `dispose()`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** @internal */
  _memory(): NativeMemory {
    if (this.#disposed) {
      throw new DisposedError(`The tensor [${this.shape.join(', ')}] is disposed.`);
    }
    return this.#memory;
  }
}

/** The addon's memory that holds one thing for good. */
const STILL = 2;
/** How many tensors without a name this process has exported. */
let exported = 0;

/** @internal The addon says what names may consist of. */
export const requireName = (name: unknown): string => {
  if (typeof name === 'string') {
    return name;
  }
  throw expected('a name', 'name', describe(name));
};

/** @internal A tensor's spec from what the addon read of a ring, checked. */
export const pick = ({
  shape,
  dtype,
  layout,
}: {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly layout: string;
}): TensorSpec => checkSpec({ shape, dtype, layout } as TensorSpec, 'tensor');

const requireLength = (
  array: HostArray,
  dtype: TensorDType,
  length: number,
  what: string,
  path: string,
): void => {
  const given = byteLengthOf(array) / byteSize[dtype];
  if (given !== length) {
    throw expected(what, path, String(given));
  }
};

const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** @internal */
export const denseStrides = (shape: readonly number[]): number[] => {
  const strides = [...shape];
  let run = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = run;
    run *= shape[axis] as number;
  }
  return strides;
};

/** How many axes come before those at the end that lie dense. */
const outerAxes = ({ shape, strides }: Tensor): number => {
  let axis = shape.length;
  let run = 1;
  while (axis > 0 && (strides[axis - 1] === run || shape[axis - 1] === 1)) {
    axis--;
    run *= shape[axis] as number;
  }
  return axis;
};

/** The tensor as equal blocks of rows at `outer` byte offsets; a row is what comes after the first `axis` axes. */
const blocks = (
  { shape, strides }: Tensor,
  size: number,
  axis: number,
): {
  readonly outer: readonly number[];
  readonly pitch: number;
  readonly rowBytes: number;
  readonly rows: number;
} => {
  const run = elements(shape.slice(axis));
  const rows = shape[axis - 1] ?? 1;
  const pitch = (strides[axis - 1] ?? run) * size;
  let outer = [0];
  for (const [length, stride] of paired(shape, strides).slice(0, Math.max(axis - 1, 0))) {
    outer = outer.flatMap(at => Array.from({ length }, (_, i) => at + i * stride * size));
  }
  return { outer, pitch, rowBytes: run * size, rows };
};

const specNames = ['shape', 'dtype', 'layout'];

/** @internal @param others What the spec may name beside shape, dtype and layout. */
export const checkSpec = (spec: TensorSpec, path: string, others: readonly string[] = []): TensorSpec => {
  if (typeof spec !== 'object' || spec === null) {
    throw expected('{ shape, dtype, layout }', path, describe(spec));
  }
  // A tensor may say what to make as well.
  if (!(spec instanceof Tensor)) {
    requireKnown(spec, [...specNames, ...others], path);
  }
  const layout = layouts.find(name => name === spec.layout);
  if (layout === undefined) {
    throw expected('NHWC, NCHW, HWC, CHW or any', `${path}.layout`, describe(spec.layout));
  }
  const dtype = requireDType(spec.dtype, `${path}.dtype`);
  const shape: unknown = Array.isArray(spec.shape) ? Array.from(spec.shape) : spec.shape;
  if (!isSizes(shape, layout)) {
    const count = layout === 'any' ? `1 to ${MOST_AXES}` : String(layout.length);
    throw expected(`${count} sizes (${layout})`, `${path}.shape`, describe(shape));
  }
  shape.forEach((size, axis) => {
    requireInteger(size, 1, 2 ** 31 - 1, `${path}.shape[${axis}]`);
  });
  if (elements(shape) > 2 ** 46) {
    throw expected('at most 2^46 values', `${path}.shape`, describe(shape));
  }
  return { shape, dtype, layout };
};
/** @param count `any`: from 1 on. */
const isSizes = (shape: unknown, layout: Layout): shape is number[] =>
  Array.isArray(shape) &&
  (layout === 'any' ? shape.length >= 1 && shape.length <= MOST_AXES : shape.length === layout.length);

/** @internal Where a tensor's axes are. */
export const axesOf = (
  tensor: Pick<Tensor, 'layout' | 'shape' | 'strides'>,
): {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly stride: {
    readonly image: number;
    readonly row: number;
    readonly column: number;
    readonly channel: number;
  };
} => {
  const at = (axis: string): number => tensor.layout.indexOf(axis);
  const size = (axis: string): number => tensor.shape[at(axis)] ?? 1;
  const stride = (axis: string): number => tensor.strides[at(axis)] ?? 0;
  return {
    count: size('N'),
    height: size('H'),
    width: size('W'),
    channels: size('C'),
    stride: { image: stride('N'), row: stride('H'), column: stride('W'), channel: stride('C') },
  };
};

guardClasses(Tensor);
