import type { NativeDevice, NativeEvent, NativeStream } from './addon.js';
import type { Device } from './device.js';
import { DisposedError, describe, expected, guarded, guardedAsync } from './errors.js';

/** A place in a stream: it has passed once all work before it is done. Made by `stream.record()`. */
export class Event {
  /** @internal */
  constructor(
    /** The device of its stream. */
    readonly device: Device,
    /** @internal */
    readonly native: NativeEvent,
  ) {}

  /** Whether it has passed. */
  get done(): boolean {
    return guarded(() => this.native.done);
  }

  /** Resolves once it has passed; rejects if the work before it failed. */
  wait(): Promise<void> {
    return guardedAsync(() => this.native.wait());
  }

  /**
   * Milliseconds from `start` to this event, by the GPU's clock where it is one. Both must have passed.
   * @throws {ArgumentError} If one has not passed, or they are of different devices.
   */
  since(start: Event): number {
    return guarded(() => this.native.since(start.native));
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

  /** @internal */
  constructor(
    /** The device that it belongs to. */
    readonly device: Device,
    native: NativeDevice,
    isDefault = false,
  ) {
    this.#native = guarded(() => native.createStream());
    this.#isDefault = isDefault;
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
    );
  }

  /** Work that is enqueued from here on waits for the event. */
  waitFor(event: Event): void {
    if (!(event instanceof Event)) throw expected('an Event', 'event', describe(event));
    guarded(() => this._native().waitFor(event.native));
  }

  /** Takes no more work; what is enqueued runs to its end. The device's default stream ends with the device only. */
  dispose(): void {
    if (this.#isDefault || this.#disposed) return;
    this.#disposed = true;
    this.#native.dispose();
  }
  /** The same as `dispose()`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** @internal */
  _native(): NativeStream {
    if (this.device.disposed) throw new DisposedError(`The device ${this.device} is disposed.`);
    if (this.#disposed) throw new DisposedError('The stream is disposed.');
    return this.#native;
  }
}
