/** Transport streams as they occur: other packet sizes, clocks that wrap or jump, PES packets that no picture begins, several programs. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../../runtime/index.js';
import { decodeHashes } from '../../media/decodeClips.js';
import { type CodedClip, type Read, readAll, readCodedClip } from '../../support/containers/coded.js';
import { tables, transportPackets, transportStream } from '../../support/containers/transport.js';

const device = openDevice('cpu');
afterAll(() => device.dispose());
const hashes = decodeHashes().avcBFrames;
let clip: CodedClip;
beforeAll(async () => {
  clip = await readCodedClip();
});
const read = async (bytes: Uint8Array, options?: object): Promise<Read> => {
  const found = await readAll(device, bytes, options);
  if (typeof found === 'string') {
    throw new Error(found);
  }
  return found;
};
const refusal = async (bytes: Uint8Array, options?: object): Promise<string> =>
  String(await readAll(device, bytes, options));
const everyFrame = (first: number, count = 48): readonly number[] =>
  Array.from({ length: count }, (_, n) => first + n / 25);
const rounded = (times: readonly number[]): readonly number[] => times.map(time => Number(time.toFixed(6)));

describe('a transport stream', () => {
  it.each([
    { stride: 188 },
    { stride: 192 },
    { stride: 204 },
    { pieces: 700 },
    { pieces: 5000 },
    { pid: 0x1ffe, program: 7 },
  ] as const)('%j: every frame at its time', async options => {
    const { digests, times, error, reader } = await read(transportStream(clip.annexB, options));
    expect(error).toBeUndefined();
    expect(digests).toEqual(hashes);
    expect(reader.frameCount).toBe(48);
    if ('pieces' in options) {
      // Where a piece holds several pictures, only the first of them has a time.
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(reader.warnings.join()).toContain('have no times of their own: theirs are estimated.');
      return;
    }
    expect(rounded(times)).toEqual(rounded(everyFrame(1.4)));
    expect(reader).toMatchObject({ frameRate: 25, warnings: [] });
    expect(reader.duration).toBeCloseTo(48 / 25, 6);
  });

  it('begins in the middle of a packet: tables are found where they stand again', async () => {
    const whole = transportStream(clip.annexB);
    // The first table is cut off; of the pictures none is.
    const { digests, error } = await read(Buffer.concat([whole.subarray(100), whole]));
    expect(error).toBeUndefined();
    expect(digests).toEqual([...hashes, ...hashes]);
  });

  it('counts on where its 33 bits start over', async () => {
    const start = 2 ** 33 - 20 * 3600;
    const { digests, times, reader } = await read(transportStream(clip.annexB, { start }));
    expect(digests).toEqual(hashes);
    expect(rounded(times.map(time => time - (times[0] as number)))).toEqual(rounded(everyFrame(0)));
    expect(reader.warnings).toEqual([]);
  });

  it('goes on behind another: the second one’s frames follow those of the first, with a word', async () => {
    const one = transportStream(clip.annexB, { start: 900_000 });
    const joined = Buffer.concat([one, transportStream(clip.annexB, { start: 126_000 })]);
    const { digests, times, reader } = await read(joined);
    expect(digests).toEqual([...hashes, ...hashes]);
    expect(rounded(times)).toEqual(rounded(everyFrame(10, 96)));
    expect(reader.warnings.map(text => text.replace(/\d+ bytes/, 'N bytes'))).toMatchInlineSnapshot(`
      [
        "The clock of a video of N bytes starts anew at 11.920 s; the frames from there on follow those before.",
      ]
    `);
    // Where the stream says that its clock starts anew, later times are no gap.
    const flagged = Buffer.concat([one, transportStream(clip.annexB, { start: 9e6, restarts: true })]);
    expect(rounded((await read(flagged)).times)).toEqual(rounded(everyFrame(10, 96)));
  });

  it('that is cut off has all whole frames', async () => {
    const whole = transportStream(clip.annexB);
    for (const left of [600, 1001, 5003]) {
      const { digests, error } = await read(whole.subarray(0, whole.length - left));
      // Behind the tables, picture by picture.
      let end = whole.length - transportPackets(clip.annexB).length;
      const frames = clip.annexB.flatMap(one => {
        end += transportPackets([one]).length;
        return end <= whole.length - left ? [one.time] : [];
      });
      expect(end).toBe(whole.length);
      expect(frames.length).toBeLessThan(48);
      expect(digests).toEqual(frames.sort((a, b) => a - b).map(n => hashes[n]));
      expect(error).toMatch(/^truncated: a video of \d+ bytes is cut off behind/);
    }
    const { error } = await read(whole.subarray(0, whole.length - 600));
    expect(error?.replace(/\d+/g, 'N')).toMatchInlineSnapshot(
      `"truncated: a video of N bytes is cut off behind N.N s: its last packet has N of N bytes"`,
    );
  });

  it('of several programs is chosen from', async () => {
    const programs = [
      { program: 1, pid: 0x100, type: 2 },
      { program: 2, pid: 0x200 },
      { program: 3, pid: 0x300 },
    ];
    const bytes = Buffer.concat([
      tables(programs),
      transportPackets(clip.annexB, { pid: 0x200 }),
      transportPackets(clip.annexB.slice(0, 12), { pid: 0x300 }),
    ]);
    const first = await read(bytes);
    expect(first.digests).toEqual(hashes);
    expect(first.reader.warnings.join().replace(/^\d+/, 'N')).toMatchInlineSnapshot(
      `"a video of 31772 bytes carries several programs, and one of them is read; options.track chooses (0: MPEG-2 of program 1, 1: H.264 of program 2, 2: H.264 of program 3)."`,
    );
    expect((await read(bytes, { track: 2 })).reader.frameCount).toBe(12);
    expect((await refusal(bytes, { track: 0 })).replace(/\d+ bytes/, 'N bytes')).toMatchInlineSnapshot(
      `"unsupportedCodec: The codec of a video of N bytes is MPEG-2 of program 1, and only H.264, HEVC, VP8, VP9 and AV1 are read: options.track names another one"`,
    );
    expect((await refusal(bytes, { track: 3 })).replace(/\d+ bytes/, 'N bytes')).toMatchInlineSnapshot(
      `"undefined: Expected a video track of a video of N bytes, 0 to 2 (0: MPEG-2 of program 1, 1: H.264 of program 2, 2: H.264 of program 3) for options.track but received 3."`,
    );
  });

  it('that is encrypted says so', async () => {
    const bytes = transportStream(clip.annexB, { scrambled: true });
    expect((await refusal(bytes)).replace(/\d+ bytes/, 'N bytes')).toMatchInlineSnapshot(
      `"unsupportedContainer: a video of N bytes is encrypted from byte 376 on: decrypt it first"`,
    );
  });

  it('damaged at random places ends in frames or in a typed error', async () => {
    const whole = await readFile(new URL('../../cases/containers/opengop.m2t', import.meta.url));
    for (let n = 0; n < 40; n++) {
      const bytes = Buffer.from(whole);
      for (let k = 0; k <= n % 7; k++) {
        bytes[(n * 7919 + k * 104_729) % bytes.length] = (n * 31 + k) & 255;
      }
      const found = await readAll(device, bytes);
      const error = typeof found === 'string' ? found : found.error;
      expect(error ?? 'corrupt').toMatch(/^(corrupt|truncated|unsupported|notVideo|noVideo|limit)/);
    }
  });
});
