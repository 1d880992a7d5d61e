import {
  DeviceUnavailableError,
  DisposedError,
  describe,
  expected,
  guarded,
  guardedAsync,
} from '../errors.js';
import { guardClasses, requireKnown } from '../options.js';
import type { NativeDevice, NativeEvent, NativeMemory, NativeStream } from './addon.js';
import { isInstance, ownCall, requireOwnCall } from './brand.js';
import type { Device } from './device.js';
import { Capture, Graph, refuseInCapture } from './graph.js';
import type { BoundImage } from './placed.js';

/** The capture that runs: `work` is not asynchronous, so there is one at most. */
let capturing: Capture | undefined;

/** A place in a stream: it has passed once all work before it is done. Made by `stream.record()`. */
export class Event {
  readonly #native: NativeEvent;

  /** @internal */
  constructor(
    /** The device of its stream. */
    readonly device: Device,
    native: NativeEvent,
    own: typeof ownCall,
  ) {
    requireOwnCall(own, 'Event', 'stream.record() gives one.');
    this.#native = native;
  }

  /** Whether a value is one that `stream.record()` made. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return isInstance(Event, value, object => #native in object);
  }

  /** @internal */
  get _native(): NativeEvent {
    return this.#native;
  }
  /** Whether it has passed. */
  get done(): boolean {
    return guarded(() => this.#native.done);
  }

  /**
   * The CUDA event, `CUevent` as a number: other libraries wait for it by `cuStreamWaitEvent`. It is good for as long as this object is held.
   * @throws {DeviceUnavailableError} On the CPU, which has no CUDA events.
   */
  get handle(): bigint {
    requireCuda(this.device, 'events');
    return guarded(() => this.#native.handle);
  }

  /** Resolves once it has passed; rejects if the work before it failed. */
  wait(): Promise<void> {
    return guardedAsync(() => this.#native.wait());
  }

  /**
   * Milliseconds from `start` to this event, by the GPU's clock where it is one. Both must have passed.
   * @throws {ArgumentError} If one has not passed, or they are of different devices.
   */
  since(start: Event): number {
    return guarded(() => this.#native.since(requireEvent(start, 'start')._native));
  }
}

/**
 * A queue of work on a device: what is enqueued runs in order, and every call returns at once. Work on several streams
 * overlaps; a tensor or image that is used on another stream than before waits for its earlier work by itself.
 */
export class Stream {
  readonly #native: NativeStream;
  readonly #isDefault: boolean;
  #disposed = false;
  #zeroed: { readonly memory: NativeMemory; readonly bytes: number } | undefined;

  /** @internal */
  constructor(
    /** The device that it belongs to. */
    readonly device: Device,
    native: NativeDevice,
    own: typeof ownCall,
    kind: 'own' | 'default' | { readonly handle: bigint } = 'own',
  ) {
    requireOwnCall(own, 'Stream', 'device.createStream() gives one.');
    this.#native = guarded(() =>
      typeof kind === 'object' ? native.wrapStream(kind.handle) : native.createStream(),
    );
    this.#isDefault = kind === 'default';
  }

  /** Whether a value is one that a device made. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return isInstance(Stream, value, object => #native in object);
  }

  /**
   * The CUDA stream, `CUstream` as a number: for other libraries, which may enqueue on it until `dispose()`. Their work is in its order, and
   * nothing else here knows of it: another stream waits for it by `waitFor(stream.record())`.
   * @throws {DeviceUnavailableError} On the CPU, which has no CUDA streams.
   */
  get handle(): bigint {
    requireCuda(this.device, 'streams');
    return guarded(() => this.#open().handle);
  }

  /** Resolves once everything enqueued so far is done; rejects if it failed. */
  synchronize(): Promise<void> {
    return guardedAsync(() => this._native().synchronize());
  }

  /** An event after everything enqueued so far. */
  record(): Event {
    return new Event(
      this.device,
      guarded(() => this._native().record()),
      ownCall,
    );
  }

  /** Work that is enqueued from here on waits for the event. */
  waitFor(event: Event): void {
    const { _native: native } = requireEvent(event, 'event');
    guarded(() => this._native().waitFor(native));
  }

  /**
   * Keeps calls of pipelines to launch them again and again: `work` runs once, and what it calls is not enqueued but captured. It may
   * call `runInto` of pipelines, which go to this stream where they name none, with images and tensors that are there; everything else
   * that a device does is refused meanwhile.
   * @throws {ArgumentError} If `work` is asynchronous, captures nothing, or does something else; whatever it throws.
   */
  capture(work: () => void): Graph {
    if (typeof work !== 'function') {
      throw expected('a function', 'work', describe(work));
    }
    const native = this._native();
    const capture = new Capture(this);
    capturing = capture;
    try {
      const result: unknown = work();
      if (result instanceof Promise) {
        // What it comes to is nobody's.
        result.catch(() => undefined);
        throw expected('a function that is not asynchronous', 'work', 'one that gives a promise');
      }
      if (capture.calls.length === 0) {
        throw expected('calls of runInto', 'work', 'a function that makes none');
      }
      return new Graph(capture, native, ownCall);
    } catch (error) {
      capture.abandon();
      throw error;
    } finally {
      capturing = undefined;
    }
  }

  /** Takes no more work; what is enqueued runs to its end. The device's default stream ends with the device only. */
  dispose(): void {
    if (this.#isDefault || this.#disposed) {
      return;
    }
    if (capturing) {
      throw refuseInCapture('dispose() of a stream', 'Do that before or after it.');
    }
    this.#disposed = true;
    this.#zeroed?.memory.dispose();
    this.#native.dispose();
  }
  /** The same as `dispose()`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** @internal Enqueues a kernel, or keeps the call for the graph that is captured. */
  _launch(
    pipeline: number,
    block: Uint8Array,
    count: number,
    handles: Float64Array,
    reads: number,
    used: number,
    second?: Uint8Array,
  ): void {
    if (!capturing) {
      this.#open().launch(pipeline, block, count, handles, reads, used, second);
      return;
    }
    this.#requireCapture();
    const memories = handles.slice(0, used);
    const kept = { block: block.slice(), second: second?.slice() };
    capturing.calls.push({ pipeline, ...kept, count, memories, reads, used });
  }

  /** @internal Keeps the memory of images that a call uses for the graph that is captured. */
  _keepForGraph(images: readonly BoundImage[]): void {
    for (const { planes } of images) {
      for (const { memory } of planes) {
        capturing?.used.set(memory.handle, memory);
      }
    }
  }

  /** @internal Memory for images between kernels. */
  _takeBetween(bytes: number): NativeMemory {
    if (capturing) {
      this.#requireCapture();
    }
    // Its end is certain and near, so the collector need not hear of it.
    return this.device._allocate(this.#open(), bytes, false);
  }

  /**
   * @internal Memory of zeros for a kernel's counters, which leaves zeros there again: it is the stream's own, from call to call. A graph has
   * memory of its own.
   */
  _takeZeroed(bytes: number): NativeMemory {
    const native = this.#open();
    if (!capturing && this.#zeroed && this.#zeroed.bytes >= bytes) {
      return this.#zeroed.memory;
    }
    if (capturing) {
      this.#requireCapture();
    }
    const room = capturing ? bytes : 2 * bytes;
    const memory = this.device._allocate(native, room, false);
    guarded(() => native.upload(memory, 0, room, new Uint8Array(room), 0, room, room, 1));
    if (capturing) {
      capturing.between.push(memory);
    } else {
      this.#zeroed?.memory.dispose();
      this.#zeroed = { memory, bytes: room };
    }
    return memory;
  }

  /** @internal Gives it back after the work that was enqueued, or with the graph that is captured. */
  _giveBetween(memory: NativeMemory): void {
    if (capturing) {
      capturing.between.push(memory);
    } else {
      memory.dispose();
    }
  }

  #requireCapture(): void {
    if (capturing?.stream !== this) {
      throw refuseInCapture(
        'a call on another stream',
        'Leave out call.stream, or give it the one that captures.',
      );
    }
  }

  /** @internal */
  _native(): NativeStream {
    if (capturing) {
      throw refuseInCapture(
        'something else that uses a stream: a new tensor or image, a copy, an event, synchronize()',
        'Do that before stream.capture() or after it.',
      );
    }
    return this.#open();
  }

  #open(): NativeStream {
    if (this.device.disposed) {
      throw new DisposedError(`The device ${this.device} is disposed.`);
    }
    if (this.#disposed) {
      throw new DisposedError('The stream is disposed.');
    }
    return this.#native;
  }
}

const requireEvent = (event: unknown, path: string): Event => {
  if (event instanceof Event) {
    return event;
  }
  throw expected('an Event', path, describe(event), 'stream.record() gives one.');
};

/** @internal The stream that options name, or the device's. `others`: what else they may name. */
export const streamOf = (
  options: { readonly stream?: Stream },
  device: Device,
  others: readonly string[] = [],
): Stream => {
  requireKnown(options, ['stream', ...others], 'options');
  const { stream = device.stream } = options;
  if (!(stream instanceof Stream)) {
    throw expected('a Stream', 'options.stream', describe(stream));
  }
  return stream;
};

/** @internal Refuses a device whose streams and events no other library knows. */
export const requireCuda = ({ kind }: Device, what: string): void => {
  if (kind === 'cpu') {
    throw new DeviceUnavailableError(
      `The CPU has no CUDA ${what}, and so no handles of them: open a GPU by openDevice('cuda').`,
      'noDevice',
    );
  }
};

/** @internal The stream that wrote foreign memory, if one is named. */
export const writerOf = (stream: unknown, device: Device, path: string): NativeStream | undefined => {
  if (stream === undefined) {
    return undefined;
  }
  if (!(stream instanceof Stream)) {
    throw expected('a Stream', path, describe(stream));
  }
  if (stream.device.kind !== device.kind || stream.device.index !== device.index) {
    throw expected(`a stream of ${device}`, path, `one of ${stream.device}`);
  }
  return stream._native();
};

/** @internal The stream whose graph is captured, if one is. */
export const capturingStream = (): Stream | undefined => capturing?.stream;

guardClasses(Event, Stream);
