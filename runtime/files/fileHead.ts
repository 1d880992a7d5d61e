import { open } from 'node:fs/promises';

/** @internal The first bytes of a file, zeros behind its end; undefined where it cannot be read, which is for its reader to say. */
export const headOf = async (path: string, length: number): Promise<Buffer | undefined> => {
  const file = await open(path).catch(() => undefined);
  if (!file) {
    return undefined;
  }
  try {
    const head = Buffer.alloc(length);
    await file.read(head, 0, length, 0);
    return head;
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
};
