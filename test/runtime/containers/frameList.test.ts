/** One list of frames for iteration, batches, single frames, the count and the times, whatever the container and the codec. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { openDevice, VideoReader } from '../../../runtime/index.js';
import { expectedFrames, md5OfFrame } from '../../cases/cases.js';
import { decodeClips, decodeHashes } from '../../media/decodeClips.js';
import { digestOf } from '../../support/digest.js';

const device = openDevice('cpu');
afterAll(() => device.dispose());

const here = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const filesIn = (folder: string): readonly string[] =>
  readdirSync(here(folder), { withFileTypes: true })
    .filter(entry => entry.isFile() && /\.(mp4|webm|mkv|m2t|h264|h265|ivf)$/.test(entry.name))
    .map(({ name }) => `${folder}/${name}`);

const hashes = decodeHashes();
const hashesByFile = Object.fromEntries(
  Object.entries(decodeClips).map(([name, { file }]) => [file, hashes[name as keyof typeof decodeClips]]),
);

const files = ['media', 'media/decode', 'cases/video', 'cases/containers'].flatMap(filesIn);
// What is refused has its tests beside this one.
const refused = ['enc.mp4', 'other_mpeg2video.m2t'];
/** Frames that are whole in files that are cut off. */
const cut = ['trunc.mkv', 'twelve_cut.mkv'];

describe('one list of frames', () => {
  it('has all files to walk', () => {
    expect(files.length).toBeGreaterThan(55);
    expect(Object.keys(expectedFrames).filter(path => !files.includes(`cases/${path}`))).toEqual([]);
  });

  it.each(files.filter(file => !refused.some(name => file.endsWith(name))))('%s', async path => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const shown = expectedFrames[path.replace('cases/', '')];
    const known = shown ?? (path.startsWith('media/decode') ? hashesByFile[name] : undefined);
    const digest = shown ? md5OfFrame : digestOf;
    const video = await VideoReader.open(here(path), { device });
    const found: { readonly pixels: string; readonly time: number; readonly size: string }[] = [];
    const iterate = async (): Promise<void> => {
      for await (const frame of video.frames()) {
        const { timestamp: time, width, height } = frame;
        found.push({ pixels: digest(await frame.toHost()), time, size: `${width}×${height}` });
      }
    };
    if (cut.includes(name)) {
      await expect(iterate()).rejects.toMatchObject({ code: 'truncated' });
    } else {
      await iterate();
    }
    if (known) {
      expect(found.map(({ pixels }) => pixels)).toEqual(known);
    }
    const times = found.map(({ time }) => time);
    expect(video.frameCountReason).toBeUndefined();
    expect(video.frameCount).toBe(found.length);
    expect([...(await video.timestamps())]).toEqual(times);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(found[0]?.size).toBe(`${video.width}×${video.height}`);

    const all = await video.framesAt(found.map((_, index) => ({ index })));
    expect(all.timestamps).toEqual(times);
    const pixels = await Promise.all(all.frames.map(async frame => digest(await frame.toHost())));
    expect(pixels).toEqual(found.map(one => one.pixels));
    all.dispose();

    // In the middle and at the end, alone; the last one by the moment just before the video is over, too.
    const last = found.length - 1;
    for (const index of new Set([last >> 1, last])) {
      const frame = await video.frameAt({ index });
      expect(frame).toMatchObject({ index, timestamp: times[index] });
      expect(digest(await frame.toHost())).toBe(found[index]?.pixels);
      frame.dispose();
    }
    const start = (times[0] as number) < video.duration && !path.endsWith('.m2t') ? 0 : (times[0] as number);
    const late = await video.frameAt({ time: start + video.duration - 0.0005 });
    expect(late.index).toBe(last);
    late.dispose();

    const middle = times.indexOf(times[last >> 1] as number);
    const batched: number[] = [];
    const indices: number[] = [];
    const batch = async (): Promise<void> => {
      for await (const frames of video.batches(4, { from: times[middle] as number })) {
        batched.push(...frames.timestamps);
        indices.push(...frames.frames.map(({ index }) => index));
      }
    };
    if (cut.includes(name)) {
      await expect(batch()).rejects.toMatchObject({ code: 'truncated' });
      // Those that fill a batch.
      expect(batched).toEqual(times.slice(middle, middle + batched.length));
    } else {
      await batch();
      expect(batched).toEqual(times.slice(middle));
    }
    expect(indices).toEqual(batched.map((_, n) => middle + n));
    video.dispose();
  });
});
