/** VideoReader on NVDEC: every frame is FFmpeg's, to the last bit. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Device,
  nvdecCapabilities,
  openDevice,
  type VideoFrame,
  VideoReader,
} from '../../runtime/index.js';
import { openVideoFile } from '../../runtime/video/container/videoFile.js';
import { type DecodeClipName, decodeClipPath, decodeClips, decodeHashes } from '../media/decodeClips.js';
import { digest, digests, nvdec, repeated } from './clips.js';

const hashes = decodeHashes();
const contained = (Object.keys(decodeClips) as DecodeClipName[]).filter(
  name => !/\.(m2v|m4v)$/.test(decodeClips[name].file) && name !== 'av1',
);

describe.skipIf(!nvdec.usable)(`VideoReader on NVDEC${nvdec.title}`, () => {
  let device: Device;
  const open = (name: DecodeClipName, options = {}): Promise<VideoReader> =>
    VideoReader.open(decodeClipPath(name), { device, decoder: 'nvdec', ...options });
  beforeAll(() => {
    device = openDevice('cuda');
  });
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it.each(contained)('%s: every frame, bit for bit', async name => {
    const reader = await open(name);
    expect(reader).toMatchObject({ decoder: 'nvdec', decoderReason: 'asked for', engines: 1 });
    expect(await digests(reader)).toEqual(hashes[name]);
    reader.dispose();
  });

  it.each(['avcOpenGop', 'hevcOpenGop', 'variableRate', 'vp9'] as const)(
    '%s: times, stretches and steps',
    async name => {
      const file = await openVideoFile(decodeClipPath(name));
      const { timestamps } = await file.index();
      file.close();
      const all = hashes[name].map((pixels, index) => ({ index, timestamp: timestamps[index], pixels }));
      expect(all).toHaveLength(timestamps.length);
      const reader = await open(name);
      for (const { from = 0, to = 100, step = 1 } of [
        {},
        { from: 0.3, to: 0.9 },
        { from: 0.5, step: 3 },
        { to: 0.2 },
      ]) {
        const stretch = all.filter(({ timestamp }) => timestamp >= from && timestamp < to);
        const found = [];
        for await (const frame of reader.frames({ from, to, step })) {
          const { index, timestamp } = frame;
          found.push({ index, timestamp, pixels: await digest(frame) });
        }
        expect(found).toEqual(stretch.filter((_, n) => n % step === 0));
      }
      reader.dispose();
    },
  );

  it('knows the colours of tagged streams', async () => {
    const colours: Record<string, unknown> = {};
    for (const name of ['full709', 'limited601', 'hdr2020', 'avcCrop'] as const) {
      const reader = await open(name);
      for await (const { colour, format } of reader.frames({ to: 0.04 })) {
        colours[name] = { ...colour, format };
      }
      reader.dispose();
    }
    expect(colours).toMatchInlineSnapshot(`
      {
        "avcCrop": {
          "format": "nv12",
          "matrix": "bt601",
          "range": "limited",
          "source": "assumed",
        },
        "full709": {
          "format": "nv12",
          "matrix": "bt709",
          "primaries": "bt709",
          "range": "full",
          "source": "stream",
          "transfer": "bt709",
        },
        "hdr2020": {
          "format": "p010",
          "matrix": "bt2020",
          "primaries": "bt2020",
          "range": "limited",
          "source": "stream",
          "transfer": "pq",
        },
        "limited601": {
          "format": "nv12",
          "matrix": "bt601",
          "primaries": "smpte170m",
          "range": "limited",
          "source": "stream",
          "transfer": "smpte170m",
        },
      }
    `);
  });

  it('single frames, by number and by time, in any order', async () => {
    for (const [name, engines] of [
      ['avcOpenGop', 1],
      ['hevcOpenGop', 4],
    ] as const) {
      const reader = await open(name, { engines });
      const numbers = [30, 3, 17, 3, 0, 35, 12, 11, 13];
      const batch = await reader.framesAt(numbers.map(index => ({ index })));
      expect(batch.frames.map(({ index }) => index)).toEqual(numbers);
      expect(await Promise.all(batch.frames.map(digest))).toEqual(numbers.map(n => hashes[name][n]));
      batch.dispose();
      const frame = await reader.frameAt({ time: 14 / 25 + 0.01 });
      expect(await digest(frame)).toBe(hashes[name][14]);
      frame.dispose();
      reader.dispose();
    }
  });

  it.each([2, 3, 7])('one file on %i engines: in order, nothing lost at the seams', async engines => {
    const file = await repeated(decodeClipPath('avcOpenGop'), 8);
    const reader = await VideoReader.open(file, { device, engines });
    expect(reader).toMatchObject({ decoder: 'nvdec', engines });
    const expected = Array.from({ length: 8 }, () => hashes.avcOpenGop).flat();
    expect(await digests(reader)).toEqual(expected);
    // A budget of nothing: pieces wait for their turn.
    const poor = await VideoReader.open(file, { device, engines, budget: 0 });
    expect(await digests(poor)).toEqual(expected);
    poor.dispose();
    // Left early.
    for await (const frame of reader.frames()) {
      if (frame.index === 60) {
        break;
      }
    }
    for await (const frames of reader.batches(16, { from: 3 })) {
      expect(await digest(frames.frames[15])).toBe(expected[3 * 25 + 15]);
      break;
    }
    reader.dispose();
  });

  it('several engines: a frame is freed behind the work that reads it, and nobody waits for that', async () => {
    const file = await repeated(decodeClipPath('avcOpenGop'), 4);
    const reader = await VideoReader.open(file, { device, engines: 4 });
    const stream = device.createStream();
    const copies: VideoFrame[] = [];
    for await (const frame of reader.frames()) {
      // Much is enqueued for each frame, whose last copy is the one that is looked at.
      for (let n = 0; n < 50; n++) {
        frame.clone({ stream }).dispose();
      }
      copies.push(frame.clone({ stream }));
    }
    reader.dispose();
    const expected = Array.from({ length: 4 }, () => hashes.avcOpenGop).flat();
    expect(await Promise.all(copies.map(digest))).toEqual(expected);
    for (const frame of copies) {
      frame.dispose();
    }
    stream.dispose();
  });

  it('frames outlive the loop, the reader and its decoder when they are kept or cloned', async () => {
    const reader = await open('avcBFrames');
    const kept: VideoFrame[] = [];
    for await (const frame of reader.frames({ keep: true, to: 1 })) {
      kept.push(frame);
    }
    const clones: VideoFrame[] = [];
    for await (const frame of reader.frames({ to: 1 })) {
      clones.push(frame.clone());
    }
    const large: string[] = [];
    for await (const frames of reader.batches(40)) {
      large.push(...(await Promise.all(frames.frames.map(digest))));
    }
    expect(large).toEqual(hashes.avcBFrames);
    reader.dispose();
    expect(await Promise.all(kept.map(digest))).toEqual(hashes.avcBFrames.slice(0, 25));
    expect(await Promise.all(clones.map(digest))).toEqual(hashes.avcBFrames.slice(0, 25));
    for (const frame of [...kept, ...clones]) {
      frame.dispose();
    }
  });

  it('batches hold their surfaces until the work that reads them is done', async () => {
    const reader = await open('avcBFrames');
    const copies: VideoFrame[] = [];
    for await (const frames of reader.batches(16)) {
      for (const frame of frames.frames) {
        copies.push(frame.clone());
      }
    }
    expect(await Promise.all(copies.map(digest))).toEqual(hashes.avcBFrames);
    for (const frame of copies) {
      frame.dispose();
    }
    reader.dispose();
  });

  it('can be disposed of in the middle, at any frame', async () => {
    for (let stop = 0; stop < 12; stop++) {
      const reader = await open('avcBFrames', { engines: 1 + (stop % 3) });
      await expect(
        (async () => {
          for await (const frame of reader.frames()) {
            if (frame.index === stop) {
              reader.dispose();
            }
          }
        })(),
      ).rejects.toMatchObject({ code: 'disposed' });
    }
  });

  it('says why NVDEC does not decode a video, and what does instead', async () => {
    const chip = nvdecCapabilities(device).find(
      ({ codec, chroma, bitDepth }) => codec === 'av1' && chroma === 1 && bitDepth === 8,
    );
    if (chip?.supported) {
      const reader = await open('av1');
      expect(await digests(reader)).toEqual(hashes.av1);
      reader.dispose();
      return;
    }
    await expect(open('av1')).rejects.toMatchObject({
      code: 'nvdecUnavailable',
      reason: 'unsupportedByDevice',
      message: expect.stringContaining('does not decode 8-bit 4:2:0 av1'),
    });
  });
});
