import { afterEach, describe, expect, it } from 'vitest';
import { openDevice } from '../../runtime/device/device.js';
import { VideoReader } from '../../runtime/video/video.js';
import { clipPath, type clips } from '../media/clips.js';
import { readFrameNumber } from '../media/pattern.js';

const device = openDevice('cpu');
const readers: VideoReader[] = [];
const open = async (name: keyof typeof clips): Promise<VideoReader> => {
  const reader = await VideoReader.open(clipPath(name), { device });
  readers.push(reader);
  return reader;
};
afterEach(() => {
  for (const reader of readers.splice(0)) {
    reader.dispose();
  }
});
const numberOf = async (image: {
  toHost: VideoFrameToHost;
  width: number;
  height: number;
}): Promise<number> => {
  const [{ data, pitch }] = (await image.toHost()).planes;
  return readFrameNumber(data as Uint8Array, { width: image.width, height: image.height, pitch });
};
type VideoFrameToHost = () => Promise<{ planes: readonly { data: unknown; pitch: number }[] }>;

const message = (work: Promise<unknown>) => work.catch((error: Error) => `${error.name}: ${error.message}`);

describe('VideoReader', () => {
  it('says what it opened and how it decodes', async () => {
    const video = await open('odd');
    const { width, height, codec, rotation, decoder, decoderReason, frameRate } = video;
    expect({ width, height, codec, rotation, decoder, decoderReason, frameRate }).toEqual({
      width: 101,
      height: 67,
      codec: 'vp9',
      rotation: 0,
      decoder: 'software',
      decoderReason: 'the CPU has no NVDEC',
      frameRate: 25,
    });
  });

  it('hands out frames as images, each alive until the next is asked for', async () => {
    const video = await open('bars');
    let last: { disposed: boolean } | undefined;
    let n = 0;
    for await (const frame of video.frames({ to: 0.4 })) {
      expect(last?.disposed ?? true).toBe(true);
      expect([frame.format, frame.index, frame.timestamp]).toEqual(['nv12', n, (n * 1001) / 30000]);
      expect(frame.colour).toMatchObject({ matrix: 'bt709', range: 'limited', source: 'stream' });
      expect(await numberOf(frame)).toBe(n++);
      last = frame;
    }
    expect(n).toBe(12);
    expect(last?.disposed).toBe(true);
  });

  it('keeps frames that are asked to be kept', async () => {
    const kept = [];
    for await (const frame of (await open('yuv444')).frames({ keep: true })) {
      kept.push(frame);
    }
    expect(await Promise.all(kept.map(numberOf))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const frame of kept) {
      frame.dispose();
    }
  });

  it('groups frames; the last group is smaller', async () => {
    const sizes: number[] = [];
    const times: number[] = [];
    for await (const batch of (await open('bars')).batches(16)) {
      sizes.push(batch.length);
      times.push(...batch.timestamps);
      expect(await numberOf(batch.frames[0])).toBe(16 * (sizes.length - 1));
    }
    expect(sizes).toEqual([16, 16, 16, 16, 16, 10]);
    expect(times).toEqual(Array.from({ length: 90 }, (_, n) => (n * 1001) / 30000));
  });

  it('gives everything back after a break and after dispose() in the middle', async () => {
    const before = device.memory().live;
    const video = await open('bars');
    for await (const _ of video.batches(4)) {
      break;
    }
    const frames = video.frames();
    await frames.next();
    video.dispose();
    video.dispose();
    await expect(frames.next()).rejects.toMatchObject({ name: 'VideoError', code: 'disposed' });
    await expect(video.frames().next()).rejects.toMatchObject({ code: 'disposed' });
    await device.synchronize();
    expect(device.memory().live).toBe(before);
  });

  it('does not grow over many frames', async () => {
    const pass = async (): Promise<void> => {
      const video = await open('bars');
      for await (const _ of video.frames()) {
      }
      video.dispose();
    };
    for (let n = 0; n < 4; n++) {
      await pass();
    }
    const before = process.memoryUsage().rss;
    for (let n = 0; n < 12; n++) {
      await pass();
    }
    // 1,080 frames of 346 kB are 370 MB; what the collector has not found yet is a part of that.
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
  });

  it('refuses wrong arguments', async () => {
    expect(await message(VideoReader.open(5 as never))).toMatchInlineSnapshot(
      `"ArgumentError: Expected a path or the bytes of a video for source but received 5."`,
    );
    expect(
      await message(VideoReader.open(clipPath('bars'), { device, decoder: 'cuvid' as never })),
    ).toMatchInlineSnapshot(
      `"ArgumentError: Expected 'auto', 'nvdec' or 'software' for options.decoder but received 'cuvid'."`,
    );
    for (const options of [{ engines: 0 }, { engines: 'all' }, { budget: -1 }, { onDamage: 'ignore' }]) {
      await expect(VideoReader.open(clipPath('bars'), { device, ...(options as object) })).rejects.toThrow(
        new RegExp(`for options.${Object.keys(options)[0]} but received`),
      );
    }
    // The CPU has none: that is said, and nothing else decodes in its place.
    const refusal = (options: object) =>
      VideoReader.open(clipPath('bars'), { device, ...options }).catch(error => error);
    expect(await refusal({ decoder: 'nvdec' })).toMatchObject({
      code: 'nvdecUnavailable',
      reason: 'noDevice',
    });
    expect(await refusal({ engines: 7 })).toMatchObject({ code: 'nvdecUnavailable' });
    expect(await message((await open('bars')).batches(0).next())).toMatchInlineSnapshot(
      `"ArgumentError: Expected a whole number from 1 to 65535 for size but received 0."`,
    );
    expect(await message((await open('bars')).frames({ step: 1.5 }).next())).toMatchInlineSnapshot(
      `"ArgumentError: Expected a whole number of at least 1 for options.step but received 1.5."`,
    );
  });

  it('refuses names that nothing reads, and stretches that are none', async () => {
    const video = await open('bars');
    const cases: readonly Promise<unknown>[] = [
      VideoReader.open(clipPath('bars'), { device, ...{ devise: device } }),
      video.frames({ from: 1, ...{ setp: 10 } }).next(),
      video.batches(4, { step: 2, ...{ fom: 1 } }).next(),
      video.frameAt({ index: 1, ...{ tiem: 2 } }),
      video.framesAt([{ index: 1 }, { time: 1, ...{ keep: true } }]),
      video.frames({ from: -1 }).next(),
      video.frames({ from: Number.NaN }).next(),
      video.batches(4, { to: Number.POSITIVE_INFINITY }).next(),
      video.batches(4, { to: -0.5 }).next(),
      video.frames({ from: 2, to: 1 }).next(),
    ];
    expect((await Promise.all(cases.map(message))).join('\n')).toMatchInlineSnapshot(`
      "ArgumentError: Expected a known name for options but received 'devise'. Known: device, decoder, engines, budget, onDamage, track, limits, signal.
      ArgumentError: Expected a known name for options but received 'setp'. Known: from, to, step, every, fps, times, indices, count, keyFrames, spread, seed, keep, signal.
      ArgumentError: Expected a known name for options but received 'fom'. Known: from, to, step, every, fps, times, indices, count, keyFrames, spread, seed, keep, signal.
      ArgumentError: Expected a known name for address but received 'tiem'. Known: index, time.
      ArgumentError: Expected a known name for addresses[1] but received 'keep'. Known: index, time.
      ArgumentError: Expected seconds of at least 0.000 for options.from but received -1.
      ArgumentError: Expected seconds for options.from but received NaN.
      ArgumentError: Expected seconds for options.to but received Infinity.
      ArgumentError: Expected seconds of at least 0.000 for options.to but received -0.5.
      ArgumentError: Expected seconds of at least 2 (options.from) for options.to but received 1."
    `);
    expect(await video.frames({ from: 1e6 }).next()).toMatchObject({ done: true });
    expect(await video.frames({ from: 1, to: 1 }).next()).toMatchObject({ done: true });
  });
});
