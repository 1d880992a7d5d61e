import { DisposedError, expected, guarded } from '../errors.js';
import { guardClasses } from '../options.js';
import type { NativeGraph, NativeMemory, NativeStream, RecordedCall } from './addon.js';
import { type ownCall, requireOwnCall } from './brand.js';
import type { Device } from './device.js';
import type { Stream } from './stream.js';

/** @internal What a capture has seen so far. */
export class Capture {
  readonly calls: RecordedCall[] = [];
  /** All memory that the calls use, by handle: the collector must not take it. */
  readonly used = new Map<number, NativeMemory>();
  /** What the calls write and read between their kernels. */
  readonly between: NativeMemory[] = [];

  constructor(readonly stream: Stream) {}

  /** Gives back what it made, where no graph comes of it. */
  abandon(): void {
    for (const memory of this.between) {
      memory.dispose();
    }
  }
}

/**
 * Calls of pipelines that are enqueued together, again and again, on the stream that captured them: on a GPU a CUDA graph, which the
 * driver starts at once; on the CPU the calls one after the other. Sizes, parameters and places in memory are those of the capture;
 * what lies in that memory is read anew by every launch. Made by `stream.capture()`.
 */
export class Graph {
  readonly #native: NativeGraph;
  readonly #capture: Capture;
  #disposed = false;

  /** @internal */
  constructor(capture: Capture, native: NativeStream, own: typeof ownCall) {
    requireOwnCall(own, 'Graph', 'stream.capture() gives one.');
    this.#capture = capture;
    this.#native = guarded(() => native.capture(capture.calls));
  }

  /** The stream that it is launched on. */
  get stream(): Stream {
    return this.#capture.stream;
  }
  /** The device of its stream. */
  get device(): Device {
    return this.stream.device;
  }
  /** How many kernels it starts. */
  get kernels(): number {
    return this.#capture.calls.length;
  }

  /**
   * Enqueues all calls; nothing is waited for.
   * @throws {DisposedError} If the graph, its stream, or an image or tensor that it uses is disposed.
   */
  launch(): void {
    if (this.#disposed) {
      throw new DisposedError('The graph is disposed.');
    }
    // Checks the stream and the device.
    this.stream._native();
    guarded(() => this.#native.launch());
  }

  /** Gives back what it holds. A launch that runs goes on to its end. */
  dispose(): void {
    if (this.#disposed) {
      return;
    }
    this.#disposed = true;
    this.#native.dispose();
    this.#capture.abandon();
  }
  /** The same as `dispose()`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** @internal */
export const refuseInCapture = (what: string, hint: string): Error =>
  expected('calls of runInto on the stream that captures', 'work', what, hint);

guardClasses(Graph);
