/** Chosen frames on NVDEC: FFmpeg's to the last bit, on one engine and on all. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Device, type FrameOptions, openDevice, VideoReader } from '../../runtime/index.js';
import { type DecodeClipName, decodeClipPath, decodeClips, decodeHashes } from '../media/decodeClips.js';
import { digest, nvdec } from './clips.js';

const hashes = decodeHashes();
const contained = (Object.keys(decodeClips) as DecodeClipName[]).filter(
  name => !/\.(m2v|m4v)$/.test(decodeClips[name].file) && name !== 'av1',
);

describe.skipIf(!nvdec.usable)(`chosen frames on NVDEC${nvdec.title}`, () => {
  let device: Device;
  beforeAll(() => {
    device = openDevice('cuda');
  });
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it.each(contained)('%s', async name => {
    for (const engines of [1, 'auto'] as const) {
      const reader = await VideoReader.open(decodeClipPath(name), { device, decoder: 'nvdec', engines });
      const timestamps = await reader.timestamps();
      const last = timestamps.length - 1;
      const shownAt = (time: number): number => timestamps.findLastIndex(one => one <= time);
      const first = timestamps[0] as number;
      const times = [0, 0.2, 0.55, 0.9].map(share => first + share * ((timestamps[last] as number) - first));
      const odd = [...timestamps.keys()].filter(n => n % 3 === 1);
      const cases: readonly (readonly [FrameOptions, readonly number[]])[] = [
        [{ indices: [last] }, [last]],
        [{ indices: [0, 0, last >> 1, last] }, [0, 0, last >> 1, last]],
        ...(odd.length > 0 ? ([[{ indices: odd }, odd]] as const) : []),
        [{ times }, times.map(shownAt)],
      ];
      for (const [options, expected] of cases) {
        const found: (readonly [number, string])[] = [];
        for await (const frame of reader.frames(options)) {
          found.push([frame.index, await digest(frame)]);
        }
        expect(found).toEqual(expected.map(index => [index, hashes[name][index]]));
      }
      reader.dispose();
    }
  });

  // What the software decoder gives; a machine for tests on a GPU may lack it.
  it('scene changes are those of the CPU', async () => {
    const reader = await VideoReader.open(decodeClipPath('avcBFrames'), { device });
    const found: (readonly [number, number])[] = [];
    for await (const { index, difference } of reader.sceneChanges({ threshold: 0.05 })) {
      found.push([index, Number(difference.toFixed(3))]);
    }
    reader.dispose();
    expect(found).toHaveLength(24);
    expect(found.slice(0, 6)).toEqual([
      [1, 3.365],
      [4, 0.282],
      [5, 0.273],
      [6, 0.152],
      [7, 0.076],
      [12, 0.389],
    ]);
  });
});
