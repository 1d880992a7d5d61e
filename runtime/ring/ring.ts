/** Rings of batches in memory that processes share: one writes, others read. docs/rings.md has the protocol. */
import { abortable, requireSignal } from '../abort.js';
import type { NativeRing, NativeRingTensor } from '../device/addon.js';
import { isInstance, ownCall, requireOwnCall } from '../device/brand.js';
import { type Device, requireDevice } from '../device/device.js';
import { requireInteger } from '../device/dtype.js';
import { createShared, openShared } from '../device/shared.js';
import { type Stream, streamOf } from '../device/stream.js';
import { checkSpec, pick, requireName, Tensor, type TensorSpec } from '../device/tensor.js';
import { ArgumentError, describe, expected, guarded, guardedAsync, RingError } from '../errors.js';
import { guardClasses, requireKnown } from '../options.js';

/** What a ring is made of. */
export type RingOptions = {
  /** The tensors of a batch by name: letters, digits and '_'. The first axis of each counts its items, and is the same in all. */
  readonly tensors: Readonly<Record<string, TensorSpec>>;
  /** Batches that there is room for, 1 to 1024. Default 8. */
  readonly slots?: number;
  /** `share`: each batch goes to one consumer. `broadcast`: to all that are there. Default `share`. */
  readonly mode?: 'share' | 'broadcast';
  /** Room for the info of a batch, as JSON in UTF-8: 0 to 1,048,576 bytes. Default 4096. */
  readonly infoBytes?: number;
};

type Waiting = { readonly signal?: AbortSignal };
const modes = ['share', 'broadcast'] as const;
/** What the addon gives in place of a slot. */
const NOTHING = -1;
const END = -2;

/** Asks until there is an answer. Between two answers the process sleeps, for a fifth of a second at most. */
const answered = async <T>(
  native: NativeRing,
  signal: AbortSignal | undefined,
  ask: () => T | undefined,
): Promise<T> => {
  requireSignal(signal);
  for (;;) {
    const found = guarded(ask);
    if (found !== undefined) {
      return found;
    }
    await abortable(
      guardedAsync(() => native.wait()),
      signal,
    );
  }
};

/** The tensors of a slot by name, or `count` items of them from number `from` on. */
const placed = (
  native: NativeRing,
  device: Device,
  slot: number,
  tensors: readonly NativeRingTensor[],
  from: number,
  count: number,
): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(
    tensors.map(tensor => {
      const item = tensor.bytes / (tensor.shape[0] as number);
      const memory = guarded(() =>
        native.memory(device._native(), slot, tensor.offset + from * item, count * item),
      );
      const shape = [count, ...tensor.shape.slice(1)];
      return [tensor.name, Tensor._over(device, memory, pick({ ...tensor, shape }))];
    }),
  );

/**
 * The producer's side of a ring. Its memory is taken when it is made, and is there until it is closed and all consumers have left.
 *
 * ```ts
 * const ring = Ring.create(device, 'train', { tensors: { image: { shape: [16, 3, 224, 224], dtype: 'f32', layout: 'NCHW' } } });
 * const slot = await ring.acquire();
 * preprocess.runInto(slot.tensors.image, frames);
 * await slot.publish({ info: { frames: [] } });
 * await ring.finish();
 * ```
 */
export class Ring {
  readonly #native: NativeRing;
  readonly #tensors: readonly NativeRingTensor[];
  #closed = false;
  #ending = false;
  /** How many items a batch has at most. */
  readonly batch: number;

  /** Whether a value is a ring that `Ring.create` made. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return isInstance(Ring, value, object => #native in object);
  }

  private constructor(
    /** Where its tensors are. */
    readonly device: Device,
    /** Under which consumers open it. */
    readonly name: string,
    native: NativeRing,
    own: typeof ownCall,
  ) {
    requireOwnCall(own, 'Ring', 'Use Ring.create.');
    this.#native = native;
    this.#tensors = native.spec().tensors;
    this.batch = this.#tensors[0]?.shape[0] as number;
  }

  /**
   * Makes a ring in memory of the device that processes share, and removes what producers left that have ended.
   * @param name 1 to 64 letters, digits, '-', '_' and '.', without a dot in front.
   * @throws {RingError} `exists`, if a process writes one of the name; `noRoom`; `refused`, if the folder of rings is not the user's own alone;
   *   `unsupported`, if the GPU shares no memory.
   * @throws {OutOfMemoryError} If the GPU has no room.
   */
  static create(device: Device, name: string, options: RingOptions): Ring {
    requireDevice(device);
    requireName(name);
    requireKnown(options, ['tensors', 'slots', 'mode', 'infoBytes'], 'options');
    const { slots = 8, mode = 'share', infoBytes = 4096 } = options;
    requireInteger(slots, 1, 1024, 'options.slots');
    requireInteger(infoBytes, 0, 2 ** 20, 'options.infoBytes');
    if (!modes.includes(mode)) {
      throw expected("'share' or 'broadcast'", 'options.mode', describe(mode));
    }
    const tensors = tensorsOf(options.tensors);
    const spec = { slots, mode: modes.indexOf(mode), infoBytes, tensors };
    return new Ring(device, name, createShared(device, name, spec), ownCall);
  }

  /**
   * Opens a ring that another process, or this one, writes, as one of its consumers.
   * @throws {RingError} `missing`, if nobody does; `refused`, if its file is not safe or damaged; `version`; `full`;
   *   `wrongDevice`, if it lies on another device; `unsupported`, if CUDA cannot open it from here.
   */
  static open(device: Device, name: string): RingReader {
    return RingReader._open(device, name);
  }

  /**
   * A free slot, once there is one; in a `broadcast` ring, once there is a consumer.
   * @param options.signal Gives up waiting.
   * @throws {RingError} `consumerLost`, once for those that ended without closing the ring: it can be used on. `closed`.
   */
  async acquire(options: Waiting = {}): Promise<RingSlot> {
    requireKnown(options, ['signal'], 'options');
    const slot = await answered(this.#native, options.signal, () => {
      const found = this.#open().acquire();
      return found === NOTHING ? undefined : found;
    });
    return new RingSlot(this.device, this.#native, slot, this.#tensors, ownCall);
  }

  /**
   * Publishes no more, and closes the ring once consumers have had every batch and given it back. They come to the ring's end meanwhile.
   * @param options.signal Gives up waiting, and rejects with its reason; `close()` does not wait.
   */
  async finish(options: Waiting = {}): Promise<void> {
    requireKnown(options, ['signal'], 'options');
    requireSignal(options.signal);
    this.#ending = true;
    guarded(() => this.#native.end());
    await answered(this.#native, options.signal, () => this.#closed || this.#native.drained() || undefined);
    this.close();
  }

  /** Ends the ring: consumers come to its end once they have had what was published. A second call does nothing. */
  close(): void {
    this.#closed = true;
    guarded(() => this.#native.close());
  }
  /** The same as `close()`, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #open(): NativeRing {
    if (this.#closed || this.#ending) {
      throw new RingError(`Ring '${this.name}' is closed here. Make it anew.`, 'closed');
    }
    return this.#native;
  }
}

const tensorsOf = (given: unknown) => {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw expected('tensors by name', 'options.tensors', describe(given));
  }
  const entries = Object.entries(given as Readonly<Record<string, TensorSpec>>);
  if (entries.length < 1 || entries.length > 16) {
    throw expected('1 to 16 tensors', 'options.tensors', String(entries.length));
  }
  const tensors = entries.map(([name, spec]) => {
    const path = `options.tensors.${name}`;
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(name)) {
      throw expected("letters, digits and '_'", 'a name in options.tensors', describe(name));
    }
    const checked = checkSpec(spec, path);
    if (checked.layout === 'HWC' || checked.layout === 'CHW') {
      throw expected(
        'a layout with an axis for the items: NHWC, NCHW or any',
        `${path}.layout`,
        checked.layout,
      );
    }
    return { name, ...checked };
  });
  const [first] = tensors;
  const odd = tensors.find(({ shape }) => shape[0] !== first?.shape[0]);
  if (odd) {
    throw expected(
      `${first?.shape[0]} items, as in ${first?.name}`,
      `options.tensors.${odd.name}.shape[0]`,
      `${odd.shape[0]}`,
    );
  }
  return tensors;
};

/** A slot that its producer fills. */
export class RingSlot {
  readonly #device: Device;
  readonly #native: NativeRing;
  readonly #slot: number;
  readonly #tensors: readonly NativeRingTensor[];
  readonly #made: Tensor[] = [];
  #done = false;
  /** How many items there is room for. */
  readonly batch: number;
  /** The tensors to be filled, by name. */
  readonly tensors: Readonly<Record<string, Tensor>>;

  /** @internal */
  constructor(
    device: Device,
    native: NativeRing,
    slot: number,
    tensors: readonly NativeRingTensor[],
    own: typeof ownCall,
  ) {
    requireOwnCall(own, 'RingSlot', 'ring.acquire() gives one.');
    this.#device = device;
    this.#native = native;
    this.#slot = slot;
    this.#tensors = tensors;
    this.batch = tensors[0]?.shape[0] as number;
    this.tensors = this.#place(0, this.batch);
  }

  /**
   * Some of the items of its tensors, for a call that fills a part of the batch.
   * @param from The first of them, from 0. @param count How many.
   */
  part(from: number, count: number): Readonly<Record<string, Tensor>> {
    this.#require();
    requireInteger(from, 0, this.batch - 1, 'from');
    requireInteger(count, 1, this.batch - from, 'count');
    return this.#place(from, count);
  }

  /**
   * Hands the batch to consumers, once the stream's work so far is done. The tensors cannot be used any more.
   * @param options.count How many items it has, from 1 on; default: all that there is room for.
   * @param options.info The batch's info, a value that JSON can hold. Default: nothing.
   * @param options.stream The stream whose work fills it; by default the device's.
   * @throws {RingError} `infoTooLarge`; the slot is then given back.
   */
  async publish(
    options: { readonly count?: number; readonly info?: unknown; readonly stream?: Stream } = {},
  ): Promise<void> {
    this.#require();
    const stream = streamOf(options, this.#device, ['count', 'info']);
    const { count = this.batch, info } = options;
    requireInteger(count, 1, this.batch, 'options.count');
    const text = info === undefined ? '' : JSON.stringify(info);
    if (text === undefined) {
      throw new ArgumentError(
        `Expected a value that JSON has for options.info but received ${describe(info)}.`,
        'options.info',
      );
    }
    try {
      await stream.record().wait();
      guarded(() => this.#native.publish(this.#slot, count, text));
    } catch (error) {
      this.cancel();
      throw error;
    }
    this.#end();
  }

  /** Gives the slot back unpublished. After `publish()` it does nothing. */
  cancel(): void {
    if (!this.#done) {
      guarded(() => this.#native.give(this.#slot));
      this.#end();
    }
  }
  /** The same as `cancel()`, for `using`. */
  [Symbol.dispose](): void {
    this.cancel();
  }

  #place(from: number, count: number): Readonly<Record<string, Tensor>> {
    const tensors = placed(this.#native, this.#device, this.#slot, this.#tensors, from, count);
    this.#made.push(...Object.values(tensors));
    return tensors;
  }
  #end(): void {
    this.#done = true;
    for (const tensor of this.#made) {
      tensor.dispose();
    }
  }
  #require(): void {
    if (this.#done) {
      throw new RingError('The slot was published or given back. Acquire another one.', 'closed');
    }
  }
}

/** A consumer's side of a ring. */
export class RingReader {
  readonly #native: NativeRing;
  readonly #tensors: readonly NativeRingTensor[];
  #closed = false;
  /** Who gets a batch. */
  readonly mode: 'share' | 'broadcast';
  /** How many batches there is room for. */
  readonly slots: number;

  private constructor(
    /** Where its tensors are. */
    readonly device: Device,
    /** The ring's name. */
    readonly name: string,
    native: NativeRing,
    own: typeof ownCall,
  ) {
    requireOwnCall(own, 'RingReader', 'Use Ring.open.');
    const { mode, slots, tensors } = native.spec();
    this.#native = native;
    this.#tensors = tensors;
    this.mode = mode === 0 ? 'share' : 'broadcast';
    this.slots = slots;
  }

  /** @internal */
  static _open(device: Device, name: string): RingReader {
    requireDevice(device);
    requireName(name);
    const native = openShared(device, name);
    if (native.spec().mode > 1) {
      native.close();
      throw new RingError(`'${name}' is one tensor and no ring: use Tensor.import.`, 'missing');
    }
    return new RingReader(device, name, native, ownCall);
  }

  /**
   * The next batch, once there is one; undefined after the last. `dispose()` it: its slot is free for the producer then.
   * @param options.signal Gives up waiting.
   * @throws {RingError} `producerLost`, once all batches are had, if the producer ended without closing the ring. `closed`.
   */
  async next(options: Waiting = {}): Promise<RingBatch | undefined> {
    requireKnown(options, ['signal'], 'options');
    const slot = await answered(this.#native, options.signal, () => {
      if (this.#closed) {
        throw new RingError(`Ring '${this.name}' is closed here. Open it again.`, 'closed');
      }
      const found = this.#native.take();
      return found === NOTHING ? undefined : found;
    });
    return slot === END ? undefined : new RingBatch(this.device, this.#native, slot, this.#tensors, ownCall);
  }

  /** The batches up to the end of the ring. Each is disposed of when the loop goes on. */
  async *[Symbol.asyncIterator](): AsyncGenerator<RingBatch, void, undefined> {
    for (;;) {
      const batch = await this.next();
      if (!batch) {
        return;
      }
      try {
        yield batch;
      } finally {
        batch.dispose();
      }
    }
  }

  /** Takes no more batches. Those that it has stay until they are disposed of. A second call does nothing. */
  close(): void {
    this.#closed = true;
    guarded(() => this.#native.close());
  }
  /** The same as `close()`, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** A batch in the ring's own memory, read without a copy. */
export class RingBatch {
  readonly #native: NativeRing;
  readonly #slot: number;
  #disposed = false;
  /** Its tensors by name; their first axis has `count` items. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** How many items it has. */
  readonly count: number;
  /** Its number, from 1 on: batches of a ring are counted as they are published. */
  readonly sequence: number;
  /** The info that its producer gave; `cuweave serve` gives `{ frames: [{ file, index, timestamp }] }`. */
  readonly info: unknown;

  /** @internal */
  constructor(
    device: Device,
    native: NativeRing,
    slot: number,
    tensors: readonly NativeRingTensor[],
    own: typeof ownCall,
  ) {
    requireOwnCall(own, 'RingBatch', 'reader.next() gives one.');
    this.#native = native;
    this.#slot = slot;
    const { count, sequence, info } = guarded(() => native.batch(slot));
    this.count = count;
    this.sequence = sequence;
    try {
      this.info = info === '' ? undefined : JSON.parse(info);
      this.tensors = placed(native, device, slot, tensors, 0, count);
    } catch (error) {
      native.give(slot);
      if (error instanceof SyntaxError) {
        throw new RingError(
          "The info of a batch is not JSON: the ring's producer is not cuweave, or is damaged.",
          'refused',
        );
      }
      throw error;
    }
  }

  /** Gives the slot back, after the work that uses its tensors. A second call does nothing. */
  dispose(): void {
    if (this.#disposed) {
      return;
    }
    this.#disposed = true;
    for (const tensor of Object.values(this.tensors)) {
      tensor.dispose();
    }
    guarded(() => this.#native.give(this.#slot));
  }
  /** The same as `dispose()`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

guardClasses(Ring, RingBatch, RingReader, RingSlot);
