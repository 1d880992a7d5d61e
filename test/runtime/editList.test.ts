/** A video whose edit list begins behind its first frame. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { openDevice, VideoReader } from '../../runtime/index.js';
import { decodeClipPath, decodeHashes } from '../media/decodeClips.js';
import { digestOf } from '../support/digest.js';

/** The clip (25 frames a second) with its edit begun so many frames later (ISO/IEC 14496-12, `elst` version 0 and `mdhd`). */
const cutBy = async (frames: number): Promise<Uint8Array> => {
  const bytes = await readFile(decodeClipPath('avcBFrames'));
  const mediaTime = bytes.indexOf('elst') + 16;
  const timescale = bytes.readUInt32BE(bytes.indexOf('mdhd') + 16);
  bytes.writeInt32BE(bytes.readInt32BE(mediaTime) + (frames * timescale) / 25, mediaTime);
  return bytes;
};

it('frames before the edit are not shown, and the edit begins at 0', async () => {
  using device = openDevice('cpu');
  const hashes = decodeHashes().avcBFrames;
  const video = await VideoReader.open(await cutBy(2), { device });
  const found: [number, string][] = [];
  for await (const frame of video.frames()) {
    found.push([frame.timestamp, digestOf(await frame.toHost())]);
  }
  expect(found.map(([, hash]) => hash)).toEqual(hashes.slice(2));
  expect(found[0]?.[0]).toBe(0);
  expect(video.frameCount).toBe(hashes.length - 2);
  expect(video.duration).toBeCloseTo((hashes.length - 2) / 25, 6);
  await expect(video.frames({ from: -0.05 }).next()).rejects.toThrow(
    'Expected seconds of at least 0.000 for options.from but received -0.05.',
  );
  const first = await video.frameAt({ time: 0 });
  expect(first).toMatchObject({ index: 0, timestamp: 0 });
  expect(digestOf(await first.toHost())).toBe(hashes[2]);
  first.dispose();
  video.dispose();
});
