/** MP4 as it occurs: tables in other forms, fragments, edit lists. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../../runtime/index.js';
import { decodeHashes } from '../../media/decodeClips.js';
import {
  type CodedClip,
  type Read,
  readAll,
  readCodedClip,
  wholeFrames,
} from '../../support/containers/coded.js';
import { type EditEntry, mp4 } from '../../support/containers/mp4.js';

const device = openDevice('cpu');
afterAll(() => device.dispose());
const hashes = decodeHashes().avcBFrames;
let clip: CodedClip;
beforeAll(async () => {
  clip = await readCodedClip();
});
const made = (options: object = {}): Buffer => mp4(clip.coded, { description: clip.description, ...options });
const read = async (bytes: Uint8Array): Promise<Read> => {
  const found = await readAll(device, bytes);
  if (typeof found === 'string') {
    throw new Error(found);
  }
  return found;
};
const words = (text: unknown): string => String(text).replace(/\d+/g, 'N');

describe('an MP4', () => {
  it.each([
    {},
    { otherTables: true },
    { scale: 90_000 },
    { fragment: { frames: 1 } },
    { fragment: { frames: 12 } },
    { fragment: { frames: 10, runs: 3 } },
    { fragment: { frames: 12, runs: 2, offsets: 'file' } },
    { fragment: { frames: 12, runs: 4, offsets: 'none' } },
  ])('%j: every frame at its time', async options => {
    const { digests, times, error, reader } = await read(made(options));
    expect(error).toBeUndefined();
    expect(digests).toEqual(hashes);
    expect(times).toEqual(Array.from({ length: 48 }, (_, n) => n / 25));
    expect(reader).toEqual({ frameCount: 48, frameRate: 25, duration: 1.92, warnings: [] });
  });

  it.each<[string, readonly EditEntry[], readonly [number, number][], number]>([
    ['a later start', [{ duration: 1000, start: 400 }], [[10, 35]], 0],
    [
      'a delay',
      [
        { duration: 500, start: -1 },
        { duration: 1920, start: 0 },
      ],
      [[0, 48]],
      0.5,
    ],
    [
      'a start and two stretches',
      [
        { duration: 200, start: 80 },
        { duration: 400, start: 1000 },
      ],
      [
        [2, 7],
        [25, 35],
      ],
      0,
    ],
    [
      'stretches with a pause',
      [
        { duration: 200, start: 0 },
        { duration: 1000, start: -1 },
        { duration: 80, start: 200 },
      ],
      [
        [0, 5],
        [5, 7],
      ],
      0,
    ],
    ['to the end', [{ duration: 0, start: 1600 }], [[40, 48]], 0],
    [
      'nothing of the first stretch',
      [
        { duration: 0, start: 0 },
        { duration: 120, start: 960 },
      ],
      [[24, 27]],
      0,
    ],
  ])('shows what its edit list says: %s', async (_, edits, stretches, delay) => {
    for (const fragment of [undefined, { frames: 12 }]) {
      const { digests, times, error, reader } = await read(
        made({ edits, ...(fragment ? { fragment } : {}) }),
      );
      expect(error).toBeUndefined();
      expect(digests).toEqual(stretches.flatMap(([from, to]) => hashes.slice(from, to)));
      expect(times[0]).toBe(delay);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(reader.frameCount).toBe(digests.length);
    }
  });

  it('has times of its pauses', async () => {
    const edits = [
      { duration: 200, start: 0 },
      { duration: 1000, start: -1 },
      { duration: 80, start: 200 },
    ];
    const { times, reader } = await read(made({ edits }));
    expect(times.map(time => Number(time.toFixed(3)))).toEqual([0, 0.04, 0.08, 0.12, 0.16, 1.2, 1.24]);
    expect(reader.duration).toBeCloseTo(1.28, 6);
  });

  it('refuses by name what of an edit list cannot be honoured', async () => {
    const one = { duration: 400, start: 0 };
    const lists: readonly (readonly EditEntry[])[] = [
      [{ ...one, rate: 2 }],
      [{ ...one, rate: 0 }],
      [one, one],
      [{ duration: 400, start: 800 }, one],
      [one, { duration: 400, start: 200 }],
      [{ duration: 400, start: -2 }],
      [{ duration: 400, start: 5000 }],
    ];
    const found = await Promise.all(lists.map(edits => readAll(device, made({ edits }))));
    expect(found.map(words)).toMatchInlineSnapshot(`
      [
        "unsupportedContainer: The edit list of a video of N bytes shows a stretch at N times its speed. Write what it shows anew: ffmpeg -i FILE -c:v libxN new.mpN",
        "unsupportedContainer: The edit list of a video of N bytes shows a stretch at N times its speed. Write what it shows anew: ffmpeg -i FILE -c:v libxN new.mpN",
        "unsupportedContainer: The edit list of a video of N bytes repeats a stretch. Write what it shows anew: ffmpeg -i FILE -c:v libxN new.mpN",
        "unsupportedContainer: The edit list of a video of N bytes goes back. Write what it shows anew: ffmpeg -i FILE -c:v libxN new.mpN",
        "unsupportedContainer: The edit list of a video of N bytes repeats a stretch. Write what it shows anew: ffmpeg -i FILE -c:v libxN new.mpN",
        "corrupt: Cannot read the index of a video of N bytes: an edit begins at -N",
        "truncated: a video of N bytes has no frames",
      ]
    `);
  });

  it('says that another one is joined to it', async () => {
    const { digests, error, reader } = await read(Buffer.concat([made(), made()]));
    expect(error).toBeUndefined();
    expect(digests).toEqual(hashes);
    expect(reader.warnings.map(words)).toMatchInlineSnapshot(`
      [
        "Another MPN begins before byte N of a video of N bytes, behind the end of the first, and is not read: open it apart, or join them by ffmpeg -f concat.",
      ]
    `);
  });

  it('that is cut off has all whole frames, wherever the cut is', async () => {
    for (const options of [{}, { fragment: { frames: 4 } }]) {
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
});
