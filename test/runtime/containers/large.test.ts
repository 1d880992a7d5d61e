/** Large files: opened without reading them whole, counted when it is asked for. */
import fs from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDevice, VideoReader } from '../../../runtime/index.js';
import { decodeHashes } from '../../media/decodeClips.js';
import { type CodedClip, readCodedClip } from '../../support/containers/coded.js';
import { element, matroska } from '../../support/containers/matroska.js';
import { box, mp4 } from '../../support/containers/mp4.js';
import { transportPackets, transportStream } from '../../support/containers/transport.js';
import { digestOf } from '../../support/digest.js';

const device = openDevice('cpu');
afterAll(() => device.dispose());
const hashes = decodeHashes().avcBFrames;
let clip: CodedClip;
let directory: string;
beforeAll(async () => {
  clip = await readCodedClip();
  directory = await mkdtemp(join(tmpdir(), 'cuweave-large-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

const MiB = 2 ** 20;
const empty = 40 * MiB;

/** A file with a hole between two parts. */
const withHole = async (
  name: string,
  before: Uint8Array,
  after: Uint8Array,
  hole = empty,
): Promise<string> => {
  const path = join(directory, name);
  const file = await open(path, 'w');
  await file.write(before, 0, before.length, 0);
  await file.write(after, 0, after.length, before.length + hole);
  await file.close();
  return path;
};
/** Bytes that are read until `work` is done. */
const bytesRead = async (work: () => Promise<unknown>): Promise<number> => {
  const read = vi.spyOn(fs, 'read');
  await work();
  return read.mock.calls.reduce((sum, call) => sum + Number((call as readonly unknown[])[3]), 0);
};

describe('a large file', () => {
  it('MP4: the index alone is read, and knows all frames', async () => {
    const whole = mp4(clip.coded, { description: clip.description });
    // A box of 40 MiB that nothing names, between the beginning and what the index points to.
    const free = box('free', Buffer.alloc(0));
    free.writeUInt32BE(empty + 8, 0);
    const path = await withHole('large.mp4', Buffer.concat([whole, free]), box('free', Buffer.alloc(4)));
    let video: VideoReader | undefined;
    const read = await bytesRead(async () => {
      video = await VideoReader.open(path, { device });
    });
    expect(read).toBeLessThan(2 * MiB);
    expect(video).toMatchObject({ frameCount: 48, duration: 1.92, frameRate: 25 });
    video?.dispose();
  });

  it('Matroska: frames are counted when it is asked for', async () => {
    const whole = matroska(clip.coded, { description: clip.description, unknownSizes: true });
    const gap = element(0xec, Buffer.alloc(0));
    gap.writeUInt32BE(0x10000000 + empty, 1);
    const path = await withHole('large.mkv', Buffer.concat([whole, gap]), Buffer.alloc(0));
    await fs.promises.truncate(path, whole.length + gap.length + empty);
    const video = await VideoReader.open(path, { device });
    const frame = await video.frameAt({ index: 30 });
    expect(digestOf(await frame.toHost())).toBe(hashes[30]);
    frame.dispose();
    expect(video).toMatchObject({ frameCount: 48, duration: 1.92 });
    video.dispose();
  });

  it('MPEG-TS: the length is that between its ends; frames are counted when it is asked for', async () => {
    const half = clip.annexB.length / 2;
    // Packets of no stream, as transport streams of a constant rate have them.
    const nothing = Buffer.alloc(188, 0xff);
    nothing.set([0x47, 0x1f, 0xff, 0x10]);
    const filling = Buffer.alloc(Math.floor(empty / 188) * 188, nothing);
    const later = clip.annexB.slice(half).map(one => ({ ...one, time: one.time - half }));
    const bytes = Buffer.concat([
      transportStream(clip.annexB.slice(0, half)),
      filling,
      transportPackets(later, { start: 126_000 + 3600 * half }),
    ]);
    const video = await VideoReader.open(bytes, { device });
    expect(video.frameCount).toBeUndefined();
    expect(video.frameCountReason).toMatchInlineSnapshot(
      `"the file has not been read to its end: timestamps() does that"`,
    );
    expect(video.duration).toBeCloseTo(1.92, 6);
    expect(await video.timestamps()).toHaveLength(48);
    expect(video).toMatchObject({ frameCount: 48, frameCountReason: undefined });
    expect(video.duration).toBeCloseTo(1.92, 6);
    const found: string[] = [];
    for await (const frame of video.frames({ from: 1.4 + 36 / 25 })) {
      found.push(digestOf(await frame.toHost()));
    }
    expect(found).toEqual(hashes.slice(36));
    video.dispose();
  });
});
