import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';

/** @internal What a path leads to that is no regular file, as messages say it. */
export const kindOfFile = (found: Stats): string => {
  if (found.isDirectory()) {
    return 'a folder';
  }
  if (found.isFIFO()) {
    return 'a FIFO, and not a regular file';
  }
  if (found.isSocket()) {
    return 'a socket, and not a regular file';
  }
  return found.isCharacterDevice() || found.isBlockDevice()
    ? 'a device, and not a regular file'
    : 'not a regular file';
};

/**
 * @internal The first bytes of a file, fewer where it is shorter; undefined where it cannot be read, or is no regular file (opening a FIFO
 * waits until somebody writes to it): that is for its reader to say.
 */
export const headOf = async (path: string, length: number): Promise<Buffer | undefined> => {
  const found = await stat(path).catch(() => undefined);
  const file = found?.isFile() ? await open(path).catch(() => undefined) : undefined;
  if (!file) {
    return undefined;
  }
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
};
