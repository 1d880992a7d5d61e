/** The software decoder on every clip of test/media/decode, and single frames out of them. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Device, openDevice, type VideoFrame, VideoReader } from '../../runtime/index.js';
import { type DecodeClipName, decodeClipPath, decodeClips, decodeHashes } from '../media/decodeClips.js';
import { digestOf } from '../support/digest.js';

const hashes = decodeHashes();
const contained = (Object.keys(decodeClips) as DecodeClipName[]).filter(
  name => !/\.(m2v|m4v)$/.test(decodeClips[name].file),
);
const digest = async (frame: VideoFrame): Promise<string> => digestOf(await frame.toHost());

let device: Device;
beforeAll(() => {
  device = openDevice('cpu');
});
afterAll(() => device.dispose());
const open = (name: DecodeClipName, options = {}): Promise<VideoReader> =>
  VideoReader.open(decodeClipPath(name), { device, ...options });

describe('the software decoder', () => {
  it.each(contained)('%s: every frame', async name => {
    const reader = await open(name);
    const found: string[] = [];
    for await (const frame of reader.frames()) {
      found.push(await digest(frame));
    }
    expect(found).toEqual(hashes[name]);
    expect(reader.rotation).toBe(name === 'rotated' ? 90 : 0);
    reader.dispose();
  });

  it('single frames, by number and by time, in any order', async () => {
    for (const name of ['avcOpenGop', 'hevcOpenGop', 'variableRate'] as const) {
      const reader = await open(name);
      const numbers = [15, 3, 17, 3, 0, 12, 11, 13];
      const batch = await reader.framesAt(numbers.map(index => ({ index })));
      expect(batch.frames.map(({ index }) => index)).toEqual(numbers);
      expect(await Promise.all(batch.frames.map(digest))).toEqual(numbers.map(n => hashes[name][n]));
      batch.dispose();
      const times = batch.timestamps.map(time => ({ time: time + 0.01 }));
      const again = await reader.framesAt(times);
      expect(again.frames.map(({ index }) => index)).toEqual(numbers);
      again.dispose();
      reader.dispose();
    }
  });

  it('a stream without a container that changes its size, and single frames of one', async () => {
    const [large, small] = await Promise.all(
      (['annexB', 'annexBSmall'] as const).map(name => readFile(decodeClipPath(name))),
    );
    const reader = await VideoReader.open(Buffer.concat([large, small]), { device });
    const found: string[] = [];
    const times: number[] = [];
    for await (const frame of reader.frames()) {
      found.push(await digest(frame));
      times.push(frame.timestamp);
    }
    expect(found).toEqual([...hashes.annexB, ...hashes.annexBSmall]);
    expect(times).toEqual(Array.from({ length: 20 }, (_, n) => n / 25));
    const frame = await reader.frameAt({ index: 13 });
    expect(frame).toMatchObject({ width: 160, height: 96, index: 13, timestamp: 13 / 25 });
    expect(await digest(frame)).toBe(hashes.annexBSmall[3]);
    frame.dispose();
    reader.dispose();
  });

  it('refuses places that no frame has', async () => {
    const reader = await open('avcBFrames');
    const message = (work: Promise<unknown>) => work.catch((error: Error) => error.message);
    expect(
      await Promise.all([
        message(reader.frameAt({ index: 48 })),
        message(reader.frameAt({ time: -1 })),
        message(reader.framesAt([{ index: 0 }, { time: 5 }])),
        message(reader.framesAt([{ index: 0, time: 5 } as never])),
        message(reader.framesAt([])),
      ]),
    ).toMatchInlineSnapshot(`
      [
        "Expected a whole number of 0 to 47 for address.index but received 48.",
        "Expected seconds of 0.000 to 1.920 for address.time but received -1.",
        "Expected seconds of 0.000 to 1.920 for addresses[1].time but received 5.",
        "Expected { index } or { time } for addresses[0] but received { index, time }.",
        "Expected at least one { index } or { time } for addresses but received [].",
      ]
    `);
    reader.dispose();
    await expect(reader.frameAt({ index: 0 })).rejects.toMatchObject({ code: 'disposed' });
  });

  it('damaged frames: an error, or marked', async () => {
    const bytes = Buffer.from(await readFile(decodeClipPath('avcBFrames')));
    // Inside the picture data, well away from the index.
    bytes.fill(0x55, 9000, 9040);
    const read = async (onDamage: 'error' | 'keep'): Promise<boolean[]> => {
      const reader = await VideoReader.open(bytes, { device, onDamage });
      const damaged: boolean[] = [];
      for await (const frame of reader.frames()) {
        damaged.push(frame.damaged);
      }
      reader.dispose();
      return damaged;
    };
    await expect(read('error')).rejects.toMatchObject({ code: 'corrupt' });
    const damaged = await read('keep');
    expect(damaged).toHaveLength(48);
    expect(damaged.filter(Boolean).length).toBeGreaterThan(0);
  });
});
