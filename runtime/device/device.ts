import { constants } from 'node:buffer';
import {
  DeviceUnavailableError,
  DisposedError,
  describe,
  expected,
  guarded,
  OutOfMemoryError,
} from '../errors.js';
import { guardClasses } from '../options.js';
import {
  type CudaStatus,
  type DeviceProperties,
  loadAddon,
  type NativeDevice,
  type NativeMemory,
  type NativeStream,
} from './addon.js';
import { isInstance, ownCall, requireOwnCall } from './brand.js';
import { requireInteger } from './dtype.js';
import { requireCuda, Stream } from './stream.js';

/** Which device to open: a GPU by its CUDA number, the first GPU, or this machine's CPU. */
export type DeviceName = 'cuda' | `cuda:${number}` | 'cpu';

/** A GPU or the CPU: where images and tensors lie and pipelines run. Made by {@link openDevice}. */
export class Device {
  /** `'cuda'` or `'cpu'`. */
  readonly kind: 'cuda' | 'cpu';
  /** CUDA's number for the GPU; 0 for the CPU. */
  readonly index: number;
  /** The maker's name for it. */
  readonly name: string;
  /** Name, size, capability. */
  readonly properties: DeviceProperties;
  /** Why this is not a GPU, where `openDevice()` was free to choose. */
  readonly why: string | undefined;
  /** The stream that calls use unless they are given another. */
  readonly stream: Stream;
  readonly #native: NativeDevice;
  #disposed = false;

  /** Whether a value is one that {@link openDevice} made. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return isInstance(Device, value, object => #native in object);
  }

  /** @internal */
  constructor(native: NativeDevice, own: typeof ownCall, why?: string) {
    requireOwnCall(own, 'Device', 'openDevice() gives one.');
    const properties = native.info();
    this.#native = native;
    this.kind = properties.kind;
    this.index = properties.index;
    this.name = properties.name;
    this.properties = properties;
    this.why = why;
    this.stream = new Stream(this, this.#open(), ownCall, 'default');
  }

  /** Another in-order queue of work on this device. */
  createStream(): Stream {
    return new Stream(this, this.#open(), ownCall);
  }

  /**
   * A stream of another library on this GPU, for calls in its order: `torch.cuda.current_stream().cuda_stream`, for example; 0n is the legacy
   * default stream. It is not ended here. It must be there until `dispose()` of what this gives, which is to be called; the handle is trusted.
   * @param handle `CUstream` or `cudaStream_t` as a number, of the device's primary context.
   * @throws {DeviceUnavailableError} On the CPU, which has no CUDA streams. @throws {ArgumentError} If it is no such number, or of another device.
   */
  wrapStream(handle: bigint): Stream {
    if (typeof handle !== 'bigint' || handle < 0n || handle >= 2n ** 64n) {
      throw expected('a bigint of 64 bits', 'handle', describe(handle));
    }
    requireCuda(this, 'streams');
    return new Stream(this, this.#open(), ownCall, { handle });
  }

  /**
   * Bytes: `live` of this device's tensors and images that are not disposed, or that work under way still needs, and the
   * device's `total` and `free`. `reserved`, on a GPU, is what this process's memory pool holds of it: `live`, and freed memory
   * that is kept for the next allocations, up to a quarter of the GPU; see `trim()`. A disposed device says `live` only.
   */
  memory(): {
    readonly live: number;
    readonly total?: number;
    readonly free?: number;
    readonly reserved?: number;
  } {
    return guarded(() => this.#native.memory());
  }

  /**
   * Gives memory that the pool keeps and nothing uses back to the GPU, for other processes; the next allocations take longer. Memory
   * whose last work is still under way stays: call `synchronize()` first. On the CPU there is no pool, and nothing happens.
   * @param keep Bytes that stay reserved; default 0.
   */
  trim(keep = 0): void {
    requireInteger(keep, 0, Number.MAX_SAFE_INTEGER, 'keep');
    guarded(() => this.#open().trim(keep));
  }

  /** Resolves once all work on the default stream is done. */
  synchronize(): Promise<void> {
    return this.stream.synchronize();
  }

  /**
   * A buffer of the host's that the device reads and writes directly, without staging: for `Tensor.fromHost`, for
   * `toHost({ into })` and, on the CPU, for the planes of `Image.fromHost`. Do not change it before the work that uses it is
   * done. If it is transferred meanwhile, that work goes on with the same memory.
   * @param byteLength At least 1.
   * @throws {OutOfMemoryError} If the host has no room for it.
   */
  allocateHost(byteLength: number): ArrayBuffer {
    requireInteger(byteLength, 1, Number.MAX_SAFE_INTEGER, 'byteLength');
    if (byteLength > constants.MAX_LENGTH) {
      throw new OutOfMemoryError(
        `Out of memory: ${byteLength} bytes were asked for, and a buffer of this Node has at most ${constants.MAX_LENGTH}.`,
        byteLength,
        undefined,
        undefined,
        undefined,
        undefined,
      );
    }
    return guarded(() => this.#open().allocateHost(byteLength));
  }

  /** Ends its streams once their work is done; tensors and images of the device cannot be used any more. */
  dispose(): void {
    this.#disposed = true;
    this.#native.dispose();
  }
  /** The same as `dispose()`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Whether `dispose()` was called. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /** @internal @param reported Whether the collector is to count it: not where its end is certain, and soon. */
  _allocate(stream: NativeStream, bytes: number, reported = true): NativeMemory {
    return guarded(() => this.#open().allocate(stream, bytes, reported));
  }
  /** @internal */
  _native(): NativeDevice {
    return this.#open();
  }
  /** `cuda:0` or `cpu`, as messages name it. */
  toString(): string {
    return this.kind === 'cpu' ? 'cpu' : `cuda:${this.index}`;
  }

  #open(): NativeDevice {
    if (this.#disposed) {
      throw new DisposedError(`The device ${this} is disposed.`);
    }
    return this.#native;
  }
}

/**
 * Opens a device. Without an argument: GPU 0 if CUDA is usable, else the CPU, and `device.why` says why.
 * @param which `'cuda'` (GPU 0), `'cuda:1'` or `'cpu'`.
 * @throws {DeviceUnavailableError} If a GPU was asked for and cannot be used; `reason` says why.
 */
export const openDevice = (which?: DeviceName): Device => {
  const addon = loadAddon();
  if (which === 'cpu') {
    return new Device(
      guarded(() => addon.openDevice('cpu', 0)),
      ownCall,
    );
  }
  if (which === undefined) {
    const status = cudaStatus();
    if (!status.usable) {
      return new Device(
        guarded(() => addon.openDevice('cpu', 0)),
        ownCall,
        status.message,
      );
    }
    return new Device(
      guarded(() => addon.openDevice('cuda', 0)),
      ownCall,
    );
  }
  const number = which === 'cuda' ? 0 : cudaNumber(which);
  try {
    return new Device(
      guarded(() => addon.openDevice('cuda', number)),
      ownCall,
    );
  } catch (error) {
    if (!(error instanceof DeviceUnavailableError)) {
      throw error;
    }
    throw new DeviceUnavailableError(
      `Device '${which}' cannot be used: ${error.message}. ${remedy[error.reason]}`,
      error.reason,
    );
  }
};

const cudaNumber = (which: unknown): number => {
  const found = typeof which === 'string' ? /^cuda:(\d{1,4})$/.exec(which) : null;
  if (!found) {
    throw expected("'cuda', 'cuda:<number>' or 'cpu'", 'which', describe(which));
  }
  return Number(found[1]);
};

const remedy = {
  noDriver: "Install NVIDIA's driver, or use openDevice('cpu').",
  driverTooOld: "Install a newer driver, or use openDevice('cpu').",
  noDevice: "Check CUDA_VISIBLE_DEVICES and nvidia-smi, or use openDevice('cpu').",
  noVideoLibrary: '',
  unsupportedByDevice: '',
  error: "Check nvidia-smi, or use openDevice('cpu').",
} as const;

/** Whether CUDA can be used here, with the GPUs, or the reason why not. Opens no device. */
export const cudaStatus = (): CudaStatus => guarded(() => loadAddon().cudaStatus());

/** @internal Refuses what no device is. */
export const requireDevice = (device: unknown, path = 'device'): Device => {
  if (device instanceof Device) {
    return device;
  }
  throw expected('a Device', path, describe(device), 'openDevice() gives one.');
};

/** @internal Two handles of one GPU, or of the CPU, work together. */
export const sameDevice = (a: Device, b: Device): boolean => a.kind === b.kind && a.index === b.index;

guardClasses(Device);
