/** How much of a file is read, and given, however it is made: a stated multiple of its size. */
import { beforeAll, describe, expect, it } from 'vitest';
import { CuweaveError } from '../../../runtime/index.js';
import { openVideoFile, type VideoFile } from '../../../runtime/video/container/videoFile.js';
import type { Coded } from '../../support/containers/bytes.js';
import { type CodedClip, readCodedClip } from '../../support/containers/coded.js';
import { ivf } from '../../support/containers/ivf.js';
import { matroska } from '../../support/containers/matroska.js';
import { mp4 } from '../../support/containers/mp4.js';
import { transportStream } from '../../support/containers/transport.js';

let clip: CodedClip;
beforeAll(async () => {
  clip = await readCodedClip();
});

/** How many times the size of a file is asked for by some work on it. */
const timesRead = async (source: Buffer, work: (file: VideoFile) => Promise<unknown>) => {
  const bytes = Buffer.from(source);
  let asked = 0;
  Object.assign(bytes, {
    subarray: (from: number, to: number) => {
      asked += to - from;
      return source.subarray(from, to);
    },
  });
  const file = await openVideoFile(bytes);
  const opened = asked;
  await work(file);
  file.close();
  return { opened: opened / source.length, worked: (asked - opened) / source.length };
};

const readPackets = async ({ packets }: VideoFile): Promise<void> => {
  for await (const { data } of packets()) {
    expect(data.length).toBeGreaterThan(0);
  }
};

const walk = async (bytes: Uint8Array): Promise<string> => {
  let [packets, size] = [0, 0];
  try {
    const file = await openVideoFile(bytes);
    for await (const { data } of file.packets()) {
      packets++;
      size += data.length;
    }
    file.close();
  } catch (error) {
    if (!(error instanceof CuweaveError)) {
      throw error;
    }
    expect(size).toBeLessThan(2 * bytes.length + 2 ** 20);
    return error.message.replace(/\d+ bytes/g, 'N bytes');
  }
  return `${packets} packets of ${(size / bytes.length).toFixed(1)} times its size`;
};

/** Pictures of VP8 as far as a container looks at them. */
const pictures = (count: number, size: number, key: (n: number) => boolean): readonly Coded[] =>
  Array.from({ length: count }, (_, n) => {
    const data = Buffer.alloc(size, 1);
    data[0] = n === 0 ? 0x10 : 0x11;
    return { data, key: key(n), time: n };
  });

describe('a file is read', () => {
  it('six times at most to be opened, and twice for its packets', async () => {
    const { coded, annexB, description } = clip;
    const small = pictures(300, 90, n => n === 0);
    for (const bytes of [
      mp4(coded, { description }),
      mp4(coded, { description, fragment: { frames: 3 } }),
      matroska(coded, { description, groups: true, cues: true }),
      matroska(small, { codec: 'V_VP8' }),
      ivf('VP80', small),
      transportStream(annexB),
      Buffer.concat(annexB.map(({ data }) => data)),
    ]) {
      const { opened, worked } = await timesRead(bytes, readPackets);
      expect(opened).toBeLessThanOrEqual(6);
      expect(worked).toBeLessThanOrEqual(2);
    }
  });

  it('a few times for one frame, wherever its cues lead', async () => {
    // All of the cues lead to the first cluster, and the frames that are said to be keys are none.
    const coded = pictures(200, 1000, n => n % 4 === 0);
    const bytes = matroska(coded, { codec: 'V_VP8', cues: true, clusterFrames: 4 });
    const place = Buffer.from([0xf1, 0x10, 0, 0, 6]);
    const first = bytes.indexOf(place);
    let count = 0;
    for (let at = first; at >= 0; at = bytes.indexOf(place, at + 1)) {
      bytes.copy(bytes, at + 5, first + 5, first + 11);
      count++;
    }
    expect(count).toBe(50);
    const { worked } = await timesRead(bytes, async file => {
      const { value } = await file.packets(198 / 25).next();
      expect(value).toMatchObject({ timestamp: 0 });
    });
    expect(worked).toBeLessThan(6);
  });

  it('and gives no more than twice its size, whatever lies upon each other', async () => {
    const { coded, annexB, description } = clip;
    const whole = mp4(coded, { description, fragment: { frames: 48, offsets: 'file' } });
    const [start, end] = [whole.indexOf('moof') - 4, whole.lastIndexOf('mdat') - 4];
    const again = Buffer.concat([whole, ...Array(10).fill(whole.subarray(start, end))]);

    // A large parameter set that nobody needs, and many key frames that come without theirs.
    const set = Buffer.concat([Buffer.from([0, 0, 0, 1, 0x68, 0x48, 0xe3]), Buffer.alloc(60_000, 0x55)]);
    const key = { data: Buffer.from([0, 0, 0, 1, 0x65, 0x88, 0x84, 0x21]), key: true };
    const [head] = annexB as readonly [Coded];
    const keys: readonly Coded[] = [
      { ...head, data: Buffer.concat([head.data, set]) },
      ...Array.from({ length: 500 }, (_, n) => ({ ...key, time: n + 1 })),
    ];
    // A small one that changes before each of them.
    const restless = keys.map((one, n) => ({
      ...one,
      data:
        n === 0
          ? one.data
          : Buffer.concat([Buffer.from([0, 0, 0, 1, 0x68, 0x6a, n & 255, n >> 8, 0x80]), one.data]),
    }));
    const found = [
      await walk(again),
      await walk(Buffer.concat(keys.map(({ data }) => data))),
      await walk(transportStream(keys)),
      await walk(Buffer.concat(restless.map(({ data }) => data))),
      await walk(transportStream(restless)),
    ];
    expect(found).toMatchInlineSnapshot(`
      [
        "Cannot read the index of a video of N bytes: its samples lie upon each other",
        "The frames of a video of N bytes hold more than 2 times its N bytes",
        "The frames of a video of N bytes hold more than 2 times its N bytes",
        "The parameter sets of a video of N bytes change often: keeping them takes more than 2 times its bytes",
        "The parameter sets of a video of N bytes change often: keeping them takes more than 2 times its bytes",
      ]
    `);
  });
});
