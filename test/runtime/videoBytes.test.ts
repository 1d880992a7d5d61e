/** How a video's file is read: in chunks, of which as many are kept as there are readers for. */
import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openBytes } from '../../runtime/videoBytes.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cuweave-bytes-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(directory, { recursive: true, force: true });
});

describe('the bytes of a file', () => {
  it.each([1, 10, 64])('are read once by %i readers who take turns', async readers => {
    const MiB = 2 ** 20;
    const path = join(directory, 'video');
    await writeFile(path, '');
    await truncate(path, readers * MiB);
    const probe = await open(path);
    const reads = vi.spyOn(Object.getPrototypeOf(probe), 'read');
    await probe.close();
    const bytes = await openBytes(path);
    bytes.readers(readers);
    for (let at = 0; at < MiB; at += MiB / 16) {
      for (let n = 0; n < readers; n++) {
        expect((await bytes.read(n * MiB + at, MiB / 16)).length).toBe(MiB / 16);
      }
    }
    // Chunks of half a MiB, and for each reader the one behind its last one, which is read ahead.
    expect(reads.mock.calls.length).toBeLessThanOrEqual(3 * readers);
    await bytes.close();
  });
});
