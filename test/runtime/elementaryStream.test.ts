import { readFile } from 'node:fs/promises';
import { EncodedPacket } from 'mediabunny';
import { describe, expect, it } from 'vitest';
import { looksElementary, readElementary } from '../../runtime/video/container/elementaryStream.js';
import { openVideoFile } from '../../runtime/video/container/videoFile.js';
import { bitstreamSetup } from '../../runtime/video/decode/parameterSets.js';
import { decodeClipPath } from '../media/decodeClips.js';
import { random } from '../support/random.js';

/** Numbers below `limit`, the same in every run. */
const randomFrom = (seed: number): ((limit: number) => number) => {
  const { int } = random(seed);
  return limit => int(0, limit - 1);
};
const kinds = (packets: readonly EncodedPacket[]): string =>
  packets.map(({ type }) => (type === 'key' ? 'K' : '.')).join('');

describe('streams without a container', () => {
  it.each([
    ['annexB', 'avc', 'K....K....'],
    ['hevcRaw', 'hevc', 'K...........'],
    ['vp9Raw', 'vp9', 'K....K....'],
  ] as const)('%s is cut into a packet for each picture', async (name, codec, expected) => {
    const bytes = await readFile(decodeClipPath(name));
    expect(looksElementary(bytes.subarray(0, 4096))).toBe(true);
    const found = readElementary(bytes, name, EncodedPacket);
    expect(found.codec).toBe(codec);
    expect(kinds(found.packets)).toBe(expected);
    const total = found.packets.reduce((sum, { data }) => sum + data.length, 0);
    expect(total).toBe(codec === 'vp9' ? bytes.length - 32 - 12 * 10 : bytes.length);
  });

  it('containers, text and noise are none', async () => {
    for (const name of ['avcBFrames', 'avcTs', 'vp8', 'mpeg2', 'mpeg4'] as const) {
      expect(looksElementary((await readFile(decodeClipPath(name))).subarray(0, 4096)), name).toBe(false);
    }
    expect(looksElementary(Buffer.from('no video at all'))).toBe(false);
    expect(looksElementary(new Uint8Array(4096))).toBe(false);
    const below = randomFrom(5);
    for (let n = 0; n < 200; n++) {
      const bytes = Uint8Array.from({ length: 64 }, (_, at) => (at === 2 ? 1 : at < 2 ? 0 : below(256)));
      looksElementary(bytes);
    }
  });

  it('damaged ones are cut all the same, within their bytes', async () => {
    const below = randomFrom(9);
    for (const name of ['annexB', 'hevcRaw', 'vp9Raw'] as const) {
      const whole = await readFile(decodeClipPath(name));
      for (let n = 0; n < 300; n++) {
        const bytes = Buffer.from(whole.subarray(0, n % 3 ? whole.length : 32 + below(whole.length - 32)));
        for (let k = 0; k < n % 20; k++) {
          bytes[below(bytes.length)] = below(256);
        }
        if (!looksElementary(bytes.subarray(0, 4096))) {
          continue;
        }
        try {
          const { packets } = readElementary(bytes, name, EncodedPacket);
          expect(packets.reduce((sum, { data }) => sum + data.length, 0)).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toMatchObject({ code: 'unsupportedCodec' });
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
