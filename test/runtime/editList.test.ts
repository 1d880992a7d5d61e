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

it('frames before the edit have negative times, and the edit begins at 0', async () => {
  using device = openDevice('cpu');
  const hashes = decodeHashes().avcBFrames;
  const video = await VideoReader.open(await cutBy(2), { device });
  const found: [number, string][] = [];
  for await (const frame of video.frames()) {
    found.push([frame.timestamp, digestOf(await frame.toHost())]);
  }
  expect(found.map(([, hash]) => hash)).toEqual(hashes);
  expect(found[0][0]).toBeCloseTo(-0.08, 6);
  expect(video.duration).toBeCloseTo((hashes.length - 2) / 25, 6);

  const shown: string[] = [];
  for await (const frame of video.frames({ from: 0 })) {
    shown.push(digestOf(await frame.toHost()));
  }
  expect(shown).toEqual(hashes.slice(2));
  for await (const frame of video.frames({ from: -0.05, to: 0 })) {
    expect(frame.timestamp).toBeCloseTo(-0.04, 6);
  }
  await expect(video.frames({ from: -1 }).next()).rejects.toThrow(
    'Expected seconds of at least -0.080 for options.from but received -1.',
  );
  const first = await video.frameAt({ time: 0 });
  expect(first).toMatchObject({ index: 2 });
  expect(digestOf(await first.toHost())).toBe(hashes[2]);
  first.dispose();
  video.dispose();
});
