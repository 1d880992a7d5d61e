/** Random access to the bytes of a video, in a file or in memory. */
import fs from 'node:fs';
import { promisify } from 'node:util';
import { systemCode, systemRemedy } from '../../libraries.js';
import { messageOf, VideoError } from '../videoError.js';

const openFile = promisify(fs.open);
const statFile = promisify(fs.fstat);
const closeFile = promisify(fs.close);

/** Bytes that can be read anywhere. */
export type VideoBytes = {
  readonly size: number;
  /** Bytes from `offset` on, fewer at the end; at once where they are at hand. */
  readonly read: (offset: number, length: number) => Uint8Array | Promise<Uint8Array>;
  /** The same for a look at a few bytes far from the last ones: no more than these are read. */
  readonly peek: (offset: number, length: number) => Uint8Array | Promise<Uint8Array>;
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

// A reader that nobody closes gives its descriptor back with its memory.
const forgotten = new FinalizationRegistry<{ descriptor: number | undefined }>(held => {
  if (held.descriptor !== undefined) {
    fs.close(held.descriptor, () => {});
  }
});

/**
 * Keeps the chunks that were used last, and reads the one behind them ahead: so most pieces are there when they are asked for,
 * and come without a promise, which several decoders of one file would spend half of JavaScript's time on.
 */
class ChunkedFile implements VideoBytes {
  readonly #ready = new Map<number, Uint8Array>();
  readonly #reading = new Map<number, Promise<Uint8Array>>();
  /** Undefined once it is closed. */
  readonly #held: { descriptor: number | undefined };
  /** Reads under way: the descriptor lives until they are done. */
  #pending = 0;
  #idle: (() => void) | undefined;
  #most = fewestChunks;

  constructor(
    private readonly path: string,
    descriptor: number,
    readonly size: number,
  ) {
    this.#held = { descriptor };
    forgotten.register(this, this.#held, this);
  }

  read(offset: number, length: number): Uint8Array | Promise<Uint8Array> {
    const end = Math.min(offset + length, this.size);
    if (!(offset < end)) {
      return new Uint8Array(0);
    }
    const first = Math.floor(offset / chunkBytes);
    const last = Math.floor((end - 1) / chunkBytes);
    if (last - first >= fewestChunks / 2) {
      return this.#direct(offset, end - offset);
    }
    if (last === first) {
      const chunk = this.#chunk(first);
      const start = offset - first * chunkBytes;
      return chunk instanceof Uint8Array
        ? chunk.subarray(start, start + end - offset)
        : chunk.then(read => read.subarray(start, start + end - offset));
    }
    const parts = Array.from({ length: last - first + 1 }, (_, n) => this.#chunk(first + n));
    if (parts.every(part => part instanceof Uint8Array)) {
      return cut(parts, offset - first * chunkBytes, end - offset);
    }
    return Promise.all(parts).then(read => cut(read, offset - first * chunkBytes, end - offset));
  }

  peek(offset: number, length: number): Uint8Array | Promise<Uint8Array> {
    const end = Math.min(offset + length, this.size);
    if (!(offset < end)) {
      return new Uint8Array(0);
    }
    const number = Math.floor(offset / chunkBytes);
    const chunk = this.#ready.get(number);
    const start = offset - number * chunkBytes;
    return chunk && start + end - offset <= chunk.length
      ? chunk.subarray(start, start + end - offset)
      : this.#direct(offset, end - offset);
  }

  readers(count: number): void {
    this.#most = Math.min(Math.max(fewestChunks, chunksPerReader * count), mostChunks);
  }

  async close(): Promise<void> {
    const { descriptor } = this.#held;
    if (descriptor === undefined) {
      return;
    }
    this.#held.descriptor = undefined;
    forgotten.unregister(this);
    this.#ready.clear();
    if (this.#pending > 0) {
      await new Promise<void>(resolve => {
        this.#idle = resolve;
      });
    }
    await closeFile(descriptor);
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

  #direct(offset: number, length: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const { descriptor } = this.#held;
      if (descriptor === undefined) {
        reject(new VideoError('disposed', 'The VideoReader was disposed of'));
        return;
      }
      this.#pending++;
      fs.read(descriptor, Buffer.allocUnsafe(length), 0, length, offset, (error, bytesRead, buffer) => {
        this.#pending--;
        if (this.#pending === 0) {
          this.#idle?.();
        }
        if (error) {
          reject(systemError(error, this.path) ?? error);
        } else {
          resolve(new Uint8Array(buffer.buffer, buffer.byteOffset, bytesRead));
        }
      });
    });
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
    // What became a FIFO in the meantime must not wait for its writer.
    const file = await openFile(source, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    try {
      return new ChunkedFile(source, file, (await statFile(file)).size);
    } catch (error) {
      await closeFile(file);
      throw error;
    }
  }
  const read = (offset: number, length: number): Uint8Array =>
    // A Buffer's slice() does not copy, as that of a Uint8Array does.
    source.subarray(Math.min(offset, source.length), Math.min(offset + length, source.length));
  return { size: source.byteLength, read, peek: read, readers: () => {}, close: async () => {} };
};

/** The bytes as a Buffer of the same memory, whose methods read numbers. */
export const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** What the system refused, which says nothing of the file's content. */
export const systemError = (error: unknown, what: string): VideoError | undefined => {
  const code = systemCode(error);
  return code === undefined
    ? undefined
    : new VideoError('unreadable', `Cannot read ${what}: ${messageOf(error)}${systemRemedy(code)}`, {
        cause: error,
      });
};
