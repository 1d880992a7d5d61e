import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type AccessUnit, AccessUnits } from '../../runtime/video/container/accessUnits.js';
import { elementaryCodec, readElementary } from '../../runtime/video/container/elementaryStream.js';
import { bufferOf, openBytes } from '../../runtime/video/container/videoBytes.js';
import { openVideoFile } from '../../runtime/video/container/videoFile.js';
import { bitstreamSetup } from '../../runtime/video/decode/parameterSets.js';
import { defaultLimits } from '../../runtime/video/limits.js';
import { decodeClipPath } from '../media/decodeClips.js';
import { random } from '../support/random.js';

/** Numbers below `limit`, the same in every run. */
const randomFrom = (seed: number): ((limit: number) => number) => {
  const { int } = random(seed);
  return limit => int(0, limit - 1);
};
const kinds = (units: readonly AccessUnit[]): string => units.map(({ key }) => (key ? 'K' : '.')).join('');
const sizeOf = (units: readonly AccessUnit[]): number =>
  units.reduce((sum, { data }) => sum + data.length, 0);
const unitsOf = async (codec: 'avc' | 'hevc', data: Uint8Array): Promise<readonly AccessUnit[]> => {
  const bytes = await openBytes(data);
  return readElementary(codec, {
    bytes,
    what: 'stream',
    file: 'FILE',
    limits: defaultLimits,
    warn: () => {},
  });
};
const codecOf = (bytes: Uint8Array) => elementaryCodec(bufferOf(bytes.subarray(0, 4096)));

describe('streams without a container', () => {
  it.each([
    ['annexB', 'avc', 'K....K....'],
    ['hevcRaw', 'hevc', 'K...........'],
  ] as const)('%s is cut into a packet for each picture', async (name, codec, expected) => {
    const bytes = await readFile(decodeClipPath(name));
    expect(codecOf(bytes)).toBe(codec);
    const units = await unitsOf(codec, bytes);
    expect(kinds(units)).toBe(expected);
    expect(sizeOf(units)).toBe(bytes.length);
  });

  it('pieces of any size give the same pictures, with what came with their beginning', async () => {
    const bytes = await readFile(decodeClipPath('annexB'));
    const whole = await unitsOf('avc', bytes);
    const starts = whole.map((_, n) => sizeOf(whole.slice(0, n)));
    for (const size of [1, 2, 3, 5, 33, 188, 1000]) {
      const reader = new AccessUnits('avc', 1e9, () => new Error('too large'));
      const units: AccessUnit[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        units.push(...reader.push(bytes.subarray(at, at + size), at));
      }
      units.push(...reader.end());
      expect(units.map(({ data }) => Buffer.from(data))).toEqual(whole.map(({ data }) => Buffer.from(data)));
      expect(units.map(({ mark }) => mark)).toEqual(starts.map(start => start - (start % size)));
    }
  });

  it('containers, text and noise are none', async () => {
    for (const name of ['avcBFrames', 'avcTs', 'vp8', 'mpeg2', 'mpeg4'] as const) {
      expect(codecOf(await readFile(decodeClipPath(name))), name).toBeUndefined();
    }
    expect(codecOf(Buffer.from('no video at all'))).toBeUndefined();
    expect(codecOf(new Uint8Array(4096))).toBeUndefined();
    const below = randomFrom(5);
    for (let n = 0; n < 200; n++) {
      codecOf(Uint8Array.from({ length: 64 }, (_, at) => (at === 2 ? 1 : at < 2 ? 0 : below(256))));
    }
  });

  it('damaged ones are cut all the same, within their bytes', async () => {
    const below = randomFrom(9);
    for (const name of ['annexB', 'hevcRaw'] as const) {
      const whole = await readFile(decodeClipPath(name));
      for (let n = 0; n < 300; n++) {
        const bytes = Buffer.from(whole.subarray(0, n % 3 ? whole.length : 32 + below(whole.length - 32)));
        for (let k = 0; k < n % 20; k++) {
          bytes[below(bytes.length)] = below(256);
        }
        const codec = codecOf(bytes);
        if (codec) {
          expect(sizeOf(await unitsOf(codec, bytes))).toBeLessThanOrEqual(bytes.length);
        }
      }
    }
  });
});

describe('codec descriptions', () => {
  it('become parameter sets behind start codes', async () => {
    for (const [name, units] of [
      ['avcBFrames', 2],
      ['hevcOpenGop', 4],
    ] as const) {
      const file = await openVideoFile(decodeClipPath(name));
      const { lengthSize, header } = bitstreamSetup(file.setup.codec, file.setup.description);
      expect(lengthSize).toBe(4);
      expect(
        Buffer.from(header ?? [])
          .toString('latin1')
          .split('\0\0\0\x01'),
      ).toHaveLength(units + 1);
      file.close();
    }
    expect(bitstreamSetup('vp9', new Uint8Array(9))).toEqual({ lengthSize: 0 });
    expect(bitstreamSetup('avc', undefined)).toEqual({ lengthSize: 0 });
  });

  it('that are damaged are refused, or read within their bytes', async () => {
    const below = randomFrom(3);
    for (const name of ['avcBFrames', 'hevcOpenGop'] as const) {
      const file = await openVideoFile(decodeClipPath(name));
      const { codec, description = new Uint8Array(0) } = file.setup;
      file.close();
      for (let length = 0; length < description.length; length++) {
        const cut = description.slice(0, length);
        if (length % 2) {
          cut[below(length)] = below(256);
        }
        try {
          expect(bitstreamSetup(codec, cut).header?.length ?? 0).toBeLessThan(3 * description.length + 8);
        } catch (error) {
          expect(error).toMatchObject({ code: 'corrupt' });
        }
      }
    }
  });
});
