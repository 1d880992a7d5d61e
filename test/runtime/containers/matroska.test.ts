/** Matroska as it occurs: without sizes, laced, in groups, with frames that are packed, with and without cues. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice, VideoReader } from '../../../runtime/index.js';
import { decodeHashes } from '../../media/decodeClips.js';
import { be } from '../../support/containers/bytes.js';
import {
  type CodedClip,
  type Read,
  readAll,
  readCodedClip,
  wholeFrames,
} from '../../support/containers/coded.js';
import { element, matroska } from '../../support/containers/matroska.js';
import { digestOf } from '../../support/digest.js';

const device = openDevice('cpu');
afterAll(() => device.dispose());
const hashes = decodeHashes().avcBFrames;
let clip: CodedClip;
beforeAll(async () => {
  clip = await readCodedClip();
});
const made = (options: object = {}): Buffer =>
  matroska(clip.coded, { description: clip.description, ...options });
const read = async (bytes: Uint8Array): Promise<Read> => {
  const found = await readAll(device, bytes);
  if (typeof found === 'string') {
    throw new Error(found);
  }
  return found;
};
const words = (text: unknown): string => String(text).replace(/\d+/g, 'N');

describe('a Matroska file', () => {
  it.each([
    {},
    { unknownSizes: true },
    { cues: true },
    { groups: true },
    { clusterFrames: 5 },
    { stripped: Uint8Array.of(0, 0) },
    { zlib: true },
  ])('%j: every frame at its time', async options => {
    const { digests, times, error, reader } = await read(made(options));
    expect(error).toBeUndefined();
    expect(digests).toEqual(hashes);
    expect(times).toEqual(Array.from({ length: 48 }, (_, n) => n / 25));
    expect(reader).toEqual({ frameCount: 48, frameRate: 25, duration: 1.92, warnings: [] });
  });

  it.each(['xiph', 'ebml'] as const)('frames laced by %s sizes', async kind => {
    // In decode order and without B-frames, as lacing has no times of its own.
    const coded = clip.coded.map((one, n) => ({ ...one, time: n }));
    const { digests } = await read(
      matroska(coded, { description: clip.description, lacing: { kind, frames: 3 } }),
    );
    expect(digests).toEqual(hashes);
  });

  it('seeks by its cues, and without them, and with wrong ones', async () => {
    const wrong = made({ cues: true });
    // Positions of clusters that lead elsewhere.
    for (
      let at = wrong.indexOf(Buffer.from([0xf1, 0x10]));
      at >= 0;
      at = wrong.indexOf(Buffer.from([0xf1, 0x10]), at + 1)
    ) {
      wrong[at + 10] = 77;
    }
    for (const bytes of [made({ cues: true }), made(), wrong]) {
      const video = await VideoReader.open(bytes, { device });
      const frame = await video.frameAt({ index: 29 });
      expect(digestOf(await frame.toHost())).toBe(hashes[29]);
      frame.dispose();
      const found: number[] = [];
      for await (const { timestamp } of video.frames({ from: 1.6 })) {
        found.push(timestamp);
      }
      expect(found).toEqual([40, 41, 42, 43, 44, 45, 46, 47].map(n => n / 25));
      video.dispose();
    }
  });

  it('that is cut off has all whole frames, wherever the cut is', async () => {
    for (const options of [{}, { unknownSizes: true, clusterFrames: 7 }]) {
      const whole = made(options);
      for (const left of [1, 300, 4001]) {
        const { digests, error } = await read(whole.subarray(0, whole.length - left));
        const frames = wholeFrames(whole, clip.coded, whole.length - left);
        expect(frames.length).toBeLessThan(48);
        expect(digests).toEqual(frames.map(n => hashes[n]));
        expect(error).toMatch(/^truncated: a video of \d+ bytes is cut off behind/);
      }
    }
  });

  it('says that another one is joined to it', async () => {
    for (const options of [{}, { unknownSizes: true }]) {
      const one = made(options);
      const filling = 'unknownSizes' in options ? Buffer.alloc(0) : element(0xec, Buffer.alloc(9));
      const { digests, error, reader } = await read(Buffer.concat([one, filling, one]));
      expect(error).toBeUndefined();
      expect(digests).toEqual(hashes);
      expect(reader).toMatchObject({ frameCount: 48, duration: 1.92 });
      expect(reader.warnings.map(words)).toEqual([
        'Another Matroska file begins at byte N of a video of N bytes, behind the end of the first, and is not read: open it apart, or join them: mkvmerge -o joined.mkv first.mkv + second.mkv.',
      ]);
    }
  });

  it('whose times go back says so', async () => {
    const swapped = clip.coded.map(one => ({
      ...one,
      time: one.time === 10 ? 11 : one.time === 11 ? 10 : one.time,
    }));
    const { digests, times, reader } = await read(matroska(swapped, { description: clip.description }));
    expect(digests).toEqual(hashes);
    expect(times).toEqual(Array.from({ length: 48 }, (_, n) => (n === 10 ? 11 : n) / 25));
    expect(reader.warnings.map(words)).toMatchInlineSnapshot(`
      [
        "Times of a video of N bytes go back in the order in which its frames are shown: such a frame has the latest time before it.",
      ]
    `);
  });

  it('says what is not read', async () => {
    const encrypted = element(0x6d80, element(0x6240, element(0x5033, be(1, 1))));
    const packed = element(0x6d80, element(0x6240, element(0x5034, element(0x4254, be(1, 1)))));
    const zlib = element(0x6240, element(0x5034, element(0x4254, be(0, 1))));
    const fiveTimes = element(0x6d80, zlib, zlib, zlib, zlib, zlib);
    const found = await Promise.all([
      readAll(device, made({ track: encrypted })),
      readAll(device, made({ track: packed })),
      readAll(device, made({ stripped: new Uint8Array(1025) })),
      readAll(device, made({ track: fiveTimes })),
      readAll(device, made({ codec: 'V_MS/VFW/FOURCC' })),
      readAll(device, made().subarray(0, 30)),
    ]);
    expect(found.map(words)).toMatchInlineSnapshot(`
      [
        "unsupportedContainer: a video of N bytes is encrypted: decrypt it first, with its key",
        "unsupportedContainer: a video of N bytes is compressed by bzlib: unpack it first: ffmpeg -i FILE -c copy unpacked.mkv",
        "unsupportedContainer: a video of N bytes strips N bytes off each frame, more than N: unpack it first: ffmpeg -i FILE -c copy unpacked.mkv",
        "unsupportedContainer: a video of N bytes packs its frames N times, more than N: unpack it first: ffmpeg -i FILE -c copy unpacked.mkv",
        "unsupportedCodec: The codec of a video of N bytes is V_MS/VFW/FOURCC, and only H.N, HEVC, VPN, VPN and AVN are read: encode it anew: ffmpeg -i FILE -c:v libxN new.mpN",
        "truncated: a video of N bytes holds no tracks: is it cut off before its index?",
      ]
    `);
  });
});
