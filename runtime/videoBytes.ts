/** Random access to the bytes of a video, in a file or in memory, and a guard around mediabunny's use of it. */
import { open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { Source } from 'mediabunny';

/** Bytes that can be read anywhere. */
export type VideoBytes = {
  readonly size: number;
  /** Bytes from `offset` on, fewer at the end; valid until the next read. */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
  readonly close: () => Promise<void>;
};

// Containers are read in small pieces that lie side by side; a system call for each would cost more than decoding.
const chunkBytes = 2 ** 18;
const chunks = 32;

const openFile = async (path: string): Promise<VideoBytes> => {
  const file = await open(path);
  const { size } = await file.stat();
  const cache = new Map<number, Uint8Array>();
  const direct = async (offset: number, length: number): Promise<Uint8Array> => {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  };
  const chunk = async (at: number): Promise<Uint8Array> => {
    const bytes = cache.get(at) ?? (await direct(at, Math.min(chunkBytes, size - at)));
    // The one used last stands at the end; the first is the one to forget.
    cache.delete(at);
    cache.set(at, bytes);
    for (const oldest of cache.keys()) {
      if (cache.size <= chunks) break;
      cache.delete(oldest);
    }
    return bytes;
  };
  return {
    size,
    read: async (offset, length) => {
      const at = Math.floor(offset / chunkBytes) * chunkBytes;
      if (offset >= size || offset + length > at + chunkBytes) return direct(offset, length);
      return (await chunk(at)).subarray(offset - at, offset - at + length);
    },
    close: () => file.close(),
  };
};

/** Opens a file, or takes bytes as they are. */
export const openBytes = async (source: string | Uint8Array): Promise<VideoBytes> =>
  typeof source === 'string'
    ? openFile(source)
    : {
        size: source.byteLength,
        read: async (offset, length) => source.subarray(offset, offset + length),
        close: async () => {},
      };

/**
 * The bytes as mediabunny reads them. In a damaged file it may look for an element at one place for ever, and keep the whole
 * process busy with it: here such a search ends with an error.
 */
export const guardedSource = (mediabunny: typeof import('mediabunny'), bytes: VideoBytes): Source => {
  let last = '';
  let repeats = 0;
  let reads = 0;
  return new mediabunny.CustomSource({
    getSize: () => bytes.size,
    read: async (start, end) => {
      const range = `${start}-${end}`;
      repeats = range === last ? repeats + 1 : 0;
      last = range;
      if (repeats > 100) throw new Error(`its structure at byte ${start} leads nowhere`);
      // A long search through a large file lets other work of the process pass.
      if (++reads % 1024 === 0) await setImmediate();
      return bytes.read(start, end - start);
    },
    dispose: () => void bytes.close().catch(() => {}),
    // A cache of mediabunny's own would hide repeated reads from the guard.
    maxCacheSize: 0,
    // A read that fails while nobody waits fails again when somebody does; it must not end the process.
    handleUnhandledError: () => {},
  });
};
