/** Streams without an index that are cut off. */
import { readFile } from 'node:fs/promises';
import { afterAll, expect, it } from 'vitest';
import { openDevice } from '../../../runtime/index.js';
import { decodeHashes } from '../../media/decodeClips.js';
import { type Read, readAll, readCodedClip, wholeFrames } from '../../support/containers/coded.js';

const device = openDevice('cpu');
afterAll(() => device.dispose());
const read = async (bytes: Uint8Array): Promise<Read> => {
  const found = await readAll(device, bytes);
  if (typeof found === 'string') {
    throw new Error(found);
  }
  return found;
};

it('IVF: all whole frames come first', async () => {
  const whole = await readFile(new URL('../../cases/containers/vp9.ivf', import.meta.url));
  const ends: number[] = [];
  for (let at = 32; at < whole.length; ) {
    at += 12 + whole.readUInt32LE(at);
    ends.push(at);
  }
  const { digests: all } = await read(whole);
  expect(all).toHaveLength(ends.length);
  // Within a frame, within its head, and behind one byte of the last frame but one.
  for (const length of [whole.length - 1, (ends[6] as number) + 5, (ends[7] as number) + 13]) {
    const frames = ends.filter(end => end <= length).length;
    const { digests, error, reader } = await read(whole.subarray(0, length));
    expect(digests).toEqual(all.slice(0, frames));
    expect(reader.frameCount).toBe(frames);
    expect(error).toMatch(
      /^truncated: a video of \d+ bytes is cut off behind .* s: its frame at byte \d+ announces more bytes than there are$/,
    );
  }
});

it('start codes: a picture that is cut off is a damaged one, and those that are shown before it come first', async () => {
  const clip = await readCodedClip();
  const hashes = decodeHashes().avcBFrames;
  const whole = Buffer.concat(clip.annexB.map(({ data }) => data));
  for (const left of [50, 300, 4001]) {
    const length = whole.length - left;
    const frames = wholeFrames(whole, clip.annexB, length);
    const missing = hashes.findIndex((_, n) => !frames.includes(n));
    const { digests, error } = await read(whole.subarray(0, length));
    expect(digests).toEqual(hashes.slice(0, missing));
    expect(error).toMatch(/^corrupt: The picture at .* s in a video of \d+ bytes is damaged/);
    // Those behind it, where damage is kept.
    const kept = await readAll(device, whole.subarray(0, length), { onDamage: 'keep' });
    expect((kept as Read).digests.filter(digest => hashes.includes(digest))).toEqual(
      frames.map(n => hashes[n]),
    );
  }
});
