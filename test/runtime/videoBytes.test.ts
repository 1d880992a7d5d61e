/** How a video's file is read: in chunks, of which as many are kept as there are readers for. */
import fs from 'node:fs';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openBytes } from '../../runtime/video/container/videoBytes.js';
import { openVideoFile } from '../../runtime/video/container/videoFile.js';
import { decodeClipPath } from '../media/decodeClips.js';

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
    const reads = vi.spyOn(fs, 'read');
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

  // A later mediabunny may ask its sources otherwise: nothing breaks, but each packet takes longer.
  it.each(['avcBFrames', 'hevc10', 'vp9', 'avcTs'] as const)('packets of %s are not copied', async name => {
    const bytes = new Uint8Array(await readFile(decodeClipPath(name)));
    const inMemory = await openVideoFile(bytes);
    const onDisk = await openVideoFile(decodeClipPath(name));
    const fromDisk = onDisk.packets();
    let count = 0;
    for await (const packet of inMemory.packets()) {
      // The pieces of a transport stream's packet lie apart.
      if (name !== 'avcTs') {
        expect(packet.data.buffer).toBe(bytes.buffer);
      }
      const { value: same } = await fromDisk.next();
      expect(same?.data).toEqual(packet.data);
      expect(same?.timestamp).toBe(packet.timestamp);
      count++;
    }
    expect(count).toBeGreaterThan(1);
    expect((await fromDisk.next()).done).toBe(true);
    inMemory.close();
    onDisk.close();
  });
});
