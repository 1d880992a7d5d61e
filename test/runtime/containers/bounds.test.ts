/** How much a file can make its reader hold and do, whatever it says. */
import { beforeAll, describe, expect, it } from 'vitest';
import { CuweaveError, type VideoLimits } from '../../../runtime/index.js';
import { openMatroska } from '../../../runtime/video/container/matroska/matroska.js';
import { readSampleTable, SampleTable } from '../../../runtime/video/container/mp4/sampleTable.js';
import { orderOf } from '../../../runtime/video/container/pauses.js';
import { pictureReader } from '../../../runtime/video/container/pictures.js';
import { type ContainerInput, groupBytes, type Track } from '../../../runtime/video/container/samples.js';
import { openBytes } from '../../../runtime/video/container/videoBytes.js';
import { openVideoFile } from '../../../runtime/video/container/videoFile.js';
import { limitsOf } from '../../../runtime/video/limits.js';
import { be, type Coded } from '../../support/containers/bytes.js';
import { type CodedClip, readCodedClip } from '../../support/containers/coded.js';
import { matroska } from '../../support/containers/matroska.js';
import { box, fullBox, mp4 } from '../../support/containers/mp4.js';

let clip: CodedClip;
beforeAll(async () => {
  clip = await readCodedClip();
});

const MiB = 2 ** 20;

/** What ends a walk over all packets, and how many there were; `bytes` is what they hold together. */
const walk = async (source: Uint8Array, limits?: VideoLimits) => {
  let [packets, bytes] = [0, 0];
  try {
    const file = await openVideoFile(source, limits ? { limits } : {});
    for await (const { data } of file.packets()) {
      packets++;
      bytes += data.length;
    }
    file.close();
    return { packets, bytes };
  } catch (error) {
    if (!(error instanceof CuweaveError)) {
      throw error;
    }
    const text = error.message.replace(/\d+ bytes( |$)/, 'N bytes$1');
    return { packets, bytes, error: `${(error as { readonly code?: string }).code}: ${text}` };
  }
};

const inputOf = async (source: Uint8Array, limits: VideoLimits = {}): Promise<ContainerInput> => ({
  bytes: await openBytes(source),
  what: 'FILE',
  file: 'FILE',
  limits: limitsOf(limits),
  warn: () => {},
});

describe('packed frames', () => {
  /** Zeros that VP8 takes for key frames that are not shown, but for the first one. */
  const zeros = (frames: number, size: number): readonly Coded[] =>
    Array.from({ length: frames }, (_, n) => {
      const data = Buffer.alloc(size);
      data[0] = n === 0 ? 0x10 : 0;
      return { data, key: true, time: n };
    });

  it('become no more than their proportion and limits.megabytes', async () => {
    const codec = 'V_VP8';
    const found = [
      // A frame of 20 KiB that becomes 20 MiB.
      await walk(matroska(zeros(1, 20 * MiB), { codec, zlib: true })),
      await walk(matroska(zeros(2, 3 * MiB), { codec, zlib: true }), { megabytes: 2 }),
      await walk(matroska(zeros(12, 8 * MiB), { codec, zlib: true }), { megabytes: 50 }),
    ];
    expect(found.map(({ error }) => error)).toMatchInlineSnapshot(`
      [
        "corrupt: A packed frame of a video of N bytes has 20395 bytes that become more than 18082496",
        "limit: a video of N bytes has a packed frame of more megabytes, and options.limits.megabytes allows 2: raise the limit if the file is to be trusted",
        "limit: a video of N bytes has packed frames of more megabytes, and options.limits.megabytes allows 50: raise the limit if the file is to be trusted",
      ]
    `);
    // What is asked for is given.
    expect(await walk(matroska(zeros(12, 8 * MiB), { codec, zlib: true }), { megabytes: 100 })).toEqual({
      packets: 12,
      bytes: 12 * 8 * MiB,
    });
  });

  it('are not unpacked to list them', async () => {
    // What zlib cannot unpack.
    const coded = clip.coded.map(one => ({ ...one, data: Buffer.alloc(50, 7) }));
    const bytes = matroska(coded, { description: clip.description, stripped: new Uint8Array(0) });
    const algorithm = bytes.indexOf(Buffer.from([0x42, 0x54, 0x10, 0, 0, 6]));
    bytes[algorithm + 11] = 0;
    const file = await openVideoFile(bytes);
    expect((await file.index()).timestamps).toHaveLength(48);
    await expect(file.packets().next()).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining('incorrect header check'),
    });
    file.close();
  });

  it('are held in groups of few bytes', async () => {
    const input = await inputOf(matroska(zeros(64, MiB), { codec: 'V_VP8', zlib: true }));
    const { video } = await openMatroska(input);
    const track = video[0] as Track;
    const sizes: number[] = [];
    for await (const group of pictureReader(track, await track.open(), input).read()) {
      sizes.push(group.reduce((sum, { data }) => sum + (data?.length ?? 0), 0));
    }
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(64 * MiB);
    expect(Math.max(...sizes)).toBeLessThan(groupBytes + 2 * MiB);
  });
});

/** How many turns of the event loop pass until something is done. */
const turnsUntil = async (work: () => Promise<unknown>): Promise<number> => {
  let [turns, done] = [0, false];
  const turn = (): void => {
    turns++;
    if (!done) {
      setImmediate(turn);
    }
  };
  setImmediate(turn);
  await work();
  done = true;
  return turns;
};

describe('samples without bytes', () => {
  const ivf = (frames: number): Buffer => {
    const head = Buffer.alloc(32);
    head.write('DKIF\0\0\x20\0VP80', 'latin1');
    head.writeUInt32LE(25, 16);
    head.writeUInt32LE(1, 20);
    return Buffer.concat([head, Buffer.alloc(12 * frames)]);
  };

  it('in IVF let other work pass, and count', async () => {
    const bytes = ivf(100_000);
    let found: unknown;
    const turns = await turnsUntil(async () => {
      found = await walk(bytes);
    });
    expect(found).toMatchObject({
      packets: 0,
      error: 'truncated: a video of N bytes has no frames',
    });
    expect(turns).toBeGreaterThan(100);
    expect((await walk(ivf(1000), { samples: 999 })).error).toMatch(
      /^limit: a video of N bytes has more samples, and options\.limits\.samples allows 999/,
    );
  });

  it('in the fragments of an MP4 are bounded together', async () => {
    const whole = mp4(clip.coded.slice(0, 12), { description: clip.description, fragment: { frames: 12 } });
    const runs = (count: number, each: number): Buffer => {
      const header = fullBox('tfhd', 0, 0x20010, be(1, 4), be(0, 4));
      const run = fullBox('trun', 0, 0, be(each, 4));
      return Buffer.concat([whole, box('moof', box('traf', header, ...Array(count).fill(run)))]);
    };
    expect(await walk(runs(4, 500))).toMatchObject({ packets: 12 });
    const found = [
      await walk(runs(40, 5000)),
      await walk(runs(1, 1e6)),
      await walk(runs(4, 500), { samples: 1500 }),
      await walk(Buffer.concat([whole, box('moof', box('traf', Buffer.alloc(8 * 70_000, box('free'))))])),
    ];
    expect(found.map(({ error }) => error?.replace(/ \d{4,}/g, ' N'))).toMatchInlineSnapshot(`
      [
        "corrupt: Cannot read the index of a video of N bytes: it lists more samples than two for each of its N bytes",
        "corrupt: Cannot read the index of a video of N bytes: a trun announces N samples of N bytes in N",
        "limit: a video of N bytes has more samples, and options.limits.samples allows N: raise the limit if the file is to be trusted",
        "corrupt: A box of the video holds more than N boxes",
      ]
    `);
  });
});

it('elements before the first picture of a Matroska file are few', async () => {
  const whole = matroska(clip.coded, { description: clip.description, unknownSizes: true });
  const info = whole.indexOf(Buffer.from([0x15, 0x49, 0xa9, 0x66]));
  const filled = (count: number): Buffer =>
    Buffer.concat([
      whole.subarray(0, info),
      Buffer.alloc(2 * count, '\xec\x80', 'latin1'),
      whole.subarray(info),
    ]);
  expect(await walk(filled(1000))).toMatchObject({ packets: 48 });
  expect((await walk(filled(70_000))).error).toMatchInlineSnapshot(
    `"corrupt: Cannot read a video of 159621 bytes: at byte 131106 more than 65536 elements stand before its first picture"`,
  );
});

describe('millions of samples', () => {
  it('are read and sorted piece by piece', async () => {
    const count = 100_000;
    const stbl = Buffer.concat([
      fullBox('stsz', 0, 0, be(0, 4), be(count, 4), Buffer.alloc(4 * count, be(1, 4))),
      fullBox('stts', 0, 0, be(1, 4), be(count, 4), be(1, 4)),
      fullBox('stsc', 0, 0, be(1, 4), be(1, 4), be(count, 4), be(1, 4)),
      fullBox('stco', 0, 0, be(1, 4), be(0, 4)),
    ]);
    const input = await inputOf(stbl);
    const table = new SampleTable(input);
    expect(await turnsUntil(() => readSampleTable(stbl, table, input))).toBeGreaterThan(count / 20_000);
    expect(table.count).toBe(count);

    const values = Array.from({ length: count }, (_, n) => (n * 7919) % 1009);
    const expected = values.map((_, n) => n).sort((a, b) => (values[a] as number) - (values[b] as number));
    let order: Uint32Array = new Uint32Array(0);
    const turns = await turnsUntil(async () => {
      order = await orderOf(values);
    });
    expect([...order]).toEqual(expected);
    expect(turns).toBeGreaterThan(count / 20_000);
  });
});
