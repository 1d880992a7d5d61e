/** How much a file can make its reader hold and do, whatever it says. */
import { beforeAll, describe, expect, it } from 'vitest';
import { CuweaveError, type VideoLimits } from '../../../runtime/index.js';
import { openMatroska } from '../../../runtime/video/container/matroska/matroska.js';
import { pictureReader } from '../../../runtime/video/container/pictures.js';
import { type ContainerInput, groupBytes, type Track } from '../../../runtime/video/container/samples.js';
import { openBytes } from '../../../runtime/video/container/videoBytes.js';
import { openVideoFile } from '../../../runtime/video/container/videoFile.js';
import { limitsOf } from '../../../runtime/video/limits.js';
import type { Coded } from '../../support/containers/bytes.js';
import { type CodedClip, readCodedClip } from '../../support/containers/coded.js';
import { matroska } from '../../support/containers/matroska.js';

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
        "corrupt: Expected a packed frame in N bytes but its 20395 bytes become more than 18082496",
        "limit: Expected at most 2 megabytes in N bytes (options.limits.megabytes) but it has a packed frame of more: raise the limit if the file is to be trusted",
        "limit: Expected at most 50 megabytes in N bytes (options.limits.megabytes) but it has packed frames of more: raise the limit if the file is to be trusted",
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
      message: expect.stringContaining('cannot unpack it: incorrect header check'),
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
