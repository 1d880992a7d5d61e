import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { addonPath } from '../../native/location.js';
import type { UnavailableReason } from '../errors.js';
import { AddonLoadError } from '../errors.js';

/** A device's description of itself. */
export type DeviceProperties = {
  readonly kind: 'cuda' | 'cpu';
  /** CUDA's number for the GPU; 0 for the CPU. */
  readonly index: number;
  readonly name: string;
  /** Streaming multiprocessors of a GPU, hardware threads of the CPU. */
  readonly multiprocessors: number;
  /** Bytes. */
  readonly totalMemory: number;
  /** The compute capability, such as [9, 0]; only of CUDA. */
  readonly computeCapability?: readonly [number, number];
  /** The newest CUDA version that the driver supports, 1000 · major + 10 · minor; only CUDA. */
  readonly driverVersion?: number;
};
/** Whether CUDA can be used on this machine, and if not, why. */
export type CudaStatus = {
  readonly usable: boolean;
  readonly reason?: UnavailableReason;
  /** Empty where CUDA is usable. */
  readonly message: string;
  /** 1000 · major + 10 · minor of the newest CUDA version that the driver supports. */
  readonly driverVersion?: number;
  readonly devices: readonly DeviceProperties[];
};

/** Any of JavaScript's typed arrays of numbers. */
export type HostArray =
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

// The addon's own classes (native/src/js/js_classes.h). Offsets, pitches and sizes are in bytes.
// A handle is a number that stands for the object in `launch`.
export type NativeMemory = {
  readonly handle: number;
  readonly pointer: bigint;
  readonly byteLength: number;
  /** The collector is to count it from now on. */
  report(): void;
  dispose(): void;
};
export type NativeEvent = {
  wait(): Promise<void>;
  since(start: NativeEvent): number;
  readonly done: boolean;
  readonly handle: bigint;
};
export type NativePipeline = { readonly handle: number; readonly cuda: boolean };
export type NativeLibrary = {
  pipeline(name: string, argsSize: number, imageSize: number, outputSize: number): NativePipeline;
  /** The function that enqueues two kernels, by their handles; its block is the first's. */
  pair(name: string, first: number, second: number): NativePipeline;
};
export type NativeStream = {
  synchronize(): Promise<void>;
  record(): NativeEvent;
  waitFor(event: NativeEvent): void;
  readonly handle: bigint;
  upload(
    target: NativeMemory,
    offset: number,
    pitch: number,
    source: HostArray,
    sourceOffset: number,
    sourcePitch: number,
    rowBytes: number,
    rows: number,
  ): void;
  download(
    target: HostArray,
    offset: number,
    pitch: number,
    source: NativeMemory,
    sourceOffset: number,
    sourcePitch: number,
    rowBytes: number,
    rows: number,
    /** Nobody else has the array yet: it is written at once, and not by way of a block of the stream's own. */
    owned?: boolean,
  ): Promise<void>;
  copy(
    target: NativeMemory,
    offset: number,
    pitch: number,
    source: NativeMemory,
    sourceOffset: number,
    sourcePitch: number,
    rowBytes: number,
    rows: number,
  ): void;
  launch(
    pipeline: number,
    block: Uint8Array,
    count: number,
    memories: Float64Array,
    reads: number,
    used: number,
    second?: Uint8Array,
  ): void;
  capture(calls: readonly RecordedCall[]): NativeGraph;
  dispose(): void;
};
/** What `launch` takes, kept. */
export type RecordedCall = {
  readonly pipeline: number;
  readonly block: Uint8Array;
  readonly count: number;
  readonly memories: Float64Array;
  readonly reads: number;
  readonly used: number;
  /** The block of a pair's second kernel. */
  readonly second?: Uint8Array | undefined;
};
export type NativeGraph = { launch(): void; dispose(): void };
/** What a stream's pictures have in common; one object for all of them. Codes of colour are those of ITU-T H.273. */
export type NativePictureFormat = {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Where in the surface the picture begins. */
  readonly left: number;
  readonly top: number;
  /** Rows of luma in memory: the next plane begins after them. */
  readonly surfaceHeight: number;
  readonly bitDepth: number;
  readonly fullRange: boolean;
  readonly primaries: number;
  readonly transfer: number;
  readonly matrix: number;
};
/** A decoded picture in NVDEC's own memory, or a copy of it. */
export type NativePicture = {
  readonly format: NativePictureFormat;
  readonly memory: NativeMemory;
  /** The memory's address and size: as numbers these are cheaper to ask for. */
  readonly address: number;
  readonly bytes: number;
  /** The id of the packet that it came from. */
  readonly id: number;
  /** Bytes from row to row, of all planes. */
  readonly pitch: number;
  /** The bitstream was damaged, and the decoder made up for what is missing. */
  readonly damaged: boolean;
};
export type NativeDecoder = {
  /** @param window What of the coded picture is shown, as left, top, width and height; default: what NVDEC's parser says. */
  push(
    data: Uint8Array,
    id: number,
    lengthSize: number,
    last: boolean,
    header: Uint8Array | undefined,
    window?: Uint32Array,
  ): void;
  /** Pictures in the order they are shown, at most those up to a null: there those before a `last` packet end. */
  take(most: number): readonly (NativePicture | null)[];
  wait(low?: number): Promise<void>;
  readonly queued: number;
  readonly held: number;
  reset(): void;
  dispose(): void;
};
/** One kind of video, and whether a GPU's NVDEC decodes it. */
export type DecoderCapability = {
  /** `mpeg1`, `mpeg2`, `mpeg4`, `mjpeg`, `avc`, `hevc`, `vp8`, `vp9` or `av1`. */
  readonly codec: string;
  /** 1: 4:2:0, 2: 4:2:2, 3: 4:4:4. */
  readonly chroma: number;
  readonly bitDepth: number;
  readonly supported: boolean;
  /** How many engines of the chip decode it. */
  readonly engines: number;
  /** In pixels, of the coded picture. */
  readonly maxWidth: number;
  readonly maxHeight: number;
  readonly minWidth: number;
  readonly minHeight: number;
};
/** Whether NVDEC can be used on this machine, and if not, why. */
export type NvdecStatus = {
  readonly usable: boolean;
  readonly reason?: UnavailableReason;
  readonly message: string;
};
export type NativeDevice = {
  info(): DeviceProperties;
  createStream(): NativeStream;
  wrapStream(handle: bigint): NativeStream;
  allocate(stream: NativeStream, bytes: number, reported?: boolean): NativeMemory;
  /** @param stream Its work so far may have written the memory. */
  wrap(pointer: bigint, bytes: number, keep?: object, stream?: NativeStream): NativeMemory;
  /** @param owned Nobody else has the array. Undefined: the array might be moved away while it is read; copy it. */
  wrapHost(array: HostArray, owned: boolean): NativeMemory | undefined;
  allocateHost(bytes: number): ArrayBuffer;
  /**
   * @param waiting Where given, the decoder's own thread copies pictures out of it. This is the most that wait to be taken.
   * @param waitingBytes The most bytes of pictures that wait to be taken; one picture may always.
   */
  createDecoder(
    codec: string,
    surfaces: number,
    wholePackets: boolean,
    lowLatency: boolean,
    waiting?: number,
    waitingBytes?: number,
  ): NativeDecoder;
  decoderCapabilities(codec?: string): readonly DecoderCapability[];
  memory(): {
    readonly live: number;
    readonly total?: number;
    readonly free?: number;
    readonly reserved?: number;
  };
  trim(keep: number): void;
  dispose(): void;
};
/** A tensor of every slot of a ring; its offset is from the beginning of the slot's memory. */
export type NativeRingTensor = {
  readonly name: string;
  readonly dtype: string;
  readonly layout: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly bytes: number;
};
/** One side of a ring of batches in shared memory. Slots are numbers from 0 on. */
export type NativeRing = {
  /** `mode` 0: a batch goes to one consumer, 1: to all, 2: one batch is there for good. */
  spec(): {
    readonly slots: number;
    readonly mode: number;
    readonly tensors: readonly NativeRingTensor[];
  };
  /** -1: there is no free slot now. */
  acquire(): number;
  publish(slot: number, count: number, info: string): void;
  /** No more is published. */
  end(): void;
  drained(): boolean;
  /** -1: there is no batch now; -2: there will be none. */
  take(): number;
  batch(slot: number): { readonly sequence: number; readonly count: number; readonly info: string };
  give(slot: number): void;
  memory(device: NativeDevice, slot: number, offset: number, bytes: number): NativeMemory;
  wait(): Promise<void>;
  close(): void;
};
/** What a ring is made of. */
export type NativeRingSpec = {
  readonly slots: number;
  readonly mode: number;
  readonly infoBytes: number;
  readonly tensors: readonly Omit<NativeRingTensor, 'offset' | 'bytes'>[];
};
export type NativeAddon = {
  readonly interface: number;
  createRing(name: string, spec: NativeRingSpec, device: NativeDevice): NativeRing;
  openRing(name: string, device: NativeDevice): NativeRing;
  /** Gives memory on GPUs back that rings of this process had and nobody has open; how many still have some. */
  sweepRings(): number;
  cudaStatus(): CudaStatus;
  nvdecStatus(): NvdecStatus;
  openDevice(kind: 'cuda' | 'cpu', index: number): NativeDevice;
  openLibrary(path: string): NativeLibrary;
};

/** The version of the types above. */
const INTERFACE = 11;

let loaded: NativeAddon | undefined;

/**
 * Loads the addon once per thread.
 * @throws {AddonLoadError} With what was tried, the likely cause and the command that mends it.
 */
export const loadAddon = (path: string = addonPath): NativeAddon => {
  if (loaded !== undefined && path === addonPath) {
    return loaded;
  }
  const addon = open(path);
  if (addon.interface !== INTERFACE) {
    throw new AddonLoadError(
      `The addon ${path} has interface ${addon.interface}, and this version of cuweave needs ${INTERFACE}: it was built by another version.\n${rebuild}`,
    );
  }
  if (path === addonPath) {
    loaded = addon;
  }
  return addon;
};

/**
 * Says where pipelines run.
 * @throws {AddonLoadError} On another platform.
 */
export const requirePlatform = (platform: string, arch: string): void => {
  if (platform !== 'linux' || !['x64', 'arm64'].includes(arch)) {
    throw new AddonLoadError(
      `Pipelines run on Linux, on x64 and arm64, and this is ${platform}-${arch}. ` +
        'Operators can be written and run as functions here, and `cuweave check` and `cuweave explain` work.',
    );
  }
};

const rebuild =
  'Run: npx cuweave build <your pipelines.ts>. It builds the addon too, and needs cmake and a C++ compiler.';

const open = (path: string): NativeAddon => {
  requirePlatform(process.platform, process.arch);
  if (!existsSync(path)) {
    throw new AddonLoadError(
      `The addon is not built: there is no ${path} (${process.platform}-${process.arch}, Node ${process.versions.node}).\n${rebuild}`,
    );
  }
  try {
    return createRequire(import.meta.url)(path) as NativeAddon;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new AddonLoadError(
      `The addon could not be loaded: ${path} (${process.platform}-${process.arch}, Node ${process.versions.node}).\n` +
        `${text}\n${cause(text)}${rebuild}`,
    );
  }
};

const cause = (text: string): string => {
  if (/GLIBC(XX)?_/.test(text)) {
    return 'It was built against a newer system library than this machine has.\n';
  }
  if (/wrong ELF class|invalid ELF header|cannot open shared object|file too short/.test(text)) {
    return 'It was built on another kind of machine, or its file is damaged.\n';
  }
  return '';
};
