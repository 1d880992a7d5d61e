/** Random access to the bytes of a video, in a file or in memory, and a guard around mediabunny's use of it. */
import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { Source } from 'mediabunny';

/** Bytes that can be read anywhere. */
export type VideoBytes = {
  readonly size: number;
  /** Bytes from `offset` on, fewer at the end; at once where they are at hand. */
  readonly read: (offset: number, length: number) => Uint8Array | Promise<Uint8Array>;
  /** How many read on at places of their own. */
  readonly readers: (count: number) => void;
  readonly close: () => Promise<void>;
};

// Containers are read in small pieces that lie side by side; a system call for each would cost more than decoding.
const chunkBytes = 2 ** 19;
// Each reader needs the chunk that it reads and the next one, and large packets lie across several. 128 MiB are
// kept at most; packets hold the chunks that they lie in for as long as they live.
const fewestChunks = 32;
const chunksPerReader = 4;
const mostChunks = 256;

/**
 * Keeps the chunks that were used last, and reads the one behind them ahead: so most pieces are there when they are asked for,
 * and come without a promise, which several decoders of one file would spend half of JavaScript's time on.
 */
class ChunkedFile implements VideoBytes {
  readonly #ready = new Map<number, Uint8Array>();
  readonly #reading = new Map<number, Promise<Uint8Array>>();
  #most = fewestChunks;

  constructor(
    private readonly file: FileHandle,
    readonly size: number,
  ) {}

  read(offset: number, length: number): Uint8Array | Promise<Uint8Array> {
    const end = Math.min(offset + length, this.size);
    if (offset >= end) {
      return new Uint8Array(0);
    }
    const first = Math.floor(offset / chunkBytes);
    const last = Math.floor((end - 1) / chunkBytes);
    if (last - first >= fewestChunks / 2) {
      return this.#direct(offset, end - offset);
    }
    const parts = Array.from({ length: last - first + 1 }, (_, n) => this.#chunk(first + n));
    if (parts.every(part => part instanceof Uint8Array)) {
      return cut(parts, offset - first * chunkBytes, end - offset);
    }
    return Promise.all(parts).then(read => cut(read, offset - first * chunkBytes, end - offset));
  }

  readers(count: number): void {
    this.#most = Math.min(Math.max(fewestChunks, chunksPerReader * count), mostChunks);
  }

  close(): Promise<void> {
    return this.file.close();
  }

  #chunk(number: number): Uint8Array | Promise<Uint8Array> {
    const bytes = this.#ready.get(number);
    if (!bytes) {
      return this.#load(number);
    }
    // The one used last stands at the end; the first is the one to forget.
    this.#ready.delete(number);
    this.#ready.set(number, bytes);
    const next = number + 1;
    if (!this.#ready.has(next) && next * chunkBytes < this.size) {
      // Whoever needs it reads it again, and is told what is wrong.
      this.#load(next).catch(() => {});
    }
    return bytes;
  }

  #load(number: number): Promise<Uint8Array> {
    const running = this.#reading.get(number);
    if (running) {
      return running;
    }
    const at = number * chunkBytes;
    const reading = this.#direct(at, Math.min(chunkBytes, this.size - at))
      .then(bytes => {
        this.#ready.set(number, bytes);
        for (const oldest of this.#ready.keys()) {
          if (this.#ready.size <= this.#most) {
            break;
          }
          this.#ready.delete(oldest);
        }
        return bytes;
      })
      .finally(() => this.#reading.delete(number));
    this.#reading.set(number, reading);
    return reading;
  }

  async #direct(offset: number, length: number): Promise<Uint8Array> {
    const { buffer, bytesRead } = await this.file.read(Buffer.allocUnsafe(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  }
}

/** A stretch of chunks that lie side by side; shorter where the last one is cut off. */
const cut = ([first, ...others]: readonly Uint8Array[], start: number, length: number): Uint8Array => {
  const end = start + length;
  if (others.length === 0) {
    return (first as Uint8Array).subarray(start, end);
  }
  const last = others.pop() as Uint8Array;
  const whole = (others.length + 1) * chunkBytes;
  return Buffer.concat([(first as Uint8Array).subarray(start), ...others, last.subarray(0, end - whole)]);
};

/** Opens a file, or takes bytes as they are. */
export const openBytes = async (source: string | Uint8Array): Promise<VideoBytes> => {
  if (typeof source === 'string') {
    const file = await open(source);
    return new ChunkedFile(file, (await file.stat()).size);
  }
  return {
    size: source.byteLength,
    read: (offset, length) => source.subarray(offset, offset + length),
    readers: () => {},
    close: async () => {},
  };
};

/**
 * The bytes as mediabunny reads them. In a damaged file it may look for an element at one place for ever, and keep the whole
 * process busy with it: here such a search ends with an error.
 */
export const guardedSource = (mediabunny: typeof import('mediabunny'), bytes: VideoBytes): Source => {
  let last = '';
  let repeats = 0;
  let reads = 0;
  const read = (start: number, end: number): Uint8Array | Promise<Uint8Array> => {
    const range = `${start}-${end}`;
    repeats = range === last ? repeats + 1 : 0;
    last = range;
    if (repeats > 100) {
      throw new Error(`its structure at byte ${start} leads nowhere`);
    }
    // A long search through a large file lets other work of the process pass.
    if (++reads % 1024 === 0) {
      return setImmediate().then(() => bytes.read(start, end - start));
    }
    return bytes.read(start, end - start);
  };
  const slice = (found: Uint8Array, start: number, end: number): Slice => {
    if (found.length !== end - start) {
      throw new Error(`${end - start} bytes at ${start} were expected and ${found.length} are there`);
    }
    // A Buffer's slice() does not copy, as that of a Uint8Array does.
    const plain = new Uint8Array(found.buffer, found.byteOffset, found.length);
    return { bytes: plain, view: new DataView(found.buffer, found.byteOffset, found.length), offset: start };
  };
  /**
   * mediabunny's own way from a source to its callback copies every packet into memory of its own, and takes a promise for
   * it, which together cost a fifth of JavaScript's time for a frame. These two methods are where it asks a source, in the version
   * that package.json pins; one that asks elsewhere goes through the callbacks.
   */
  class DirectSource extends mediabunny.CustomSource {
    _getFileSize(): number {
      return bytes.size;
    }
    _read(start: number, end: number): Slice | Promise<Slice> {
      const found = read(start, end);
      return found instanceof Uint8Array
        ? slice(found, start, end)
        : found.then(later => slice(later, start, end));
    }
  }
  return new DirectSource({
    getSize: () => bytes.size,
    read,
    dispose: () => void bytes.close().catch(() => {}),
    // A cache of mediabunny's own would hide repeated reads from the guard.
    maxCacheSize: 0,
    // A read that fails while nobody waits fails again when somebody does; it must not end the process.
    handleUnhandledError: () => {},
  });
};

/** A stretch of a file as mediabunny has it. */
type Slice = { readonly bytes: Uint8Array; readonly view: DataView; readonly offset: number };
