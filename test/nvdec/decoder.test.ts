/** VideoDecoder: packets without a container. */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Device, openDevice, VideoDecoder, type VideoFrame } from '../../runtime/index.js';
import { openVideoFile } from '../../runtime/video/container/videoFile.js';
import { type DecodeClipName, decodeClipPath, decodeHashes } from '../media/decodeClips.js';
import { digest, nvdec } from './clips.js';

const hashes = decodeHashes();

describe.skipIf(!nvdec.usable)(`VideoDecoder on NVDEC${nvdec.title}`, () => {
  let device: Device;
  beforeAll(() => {
    device = openDevice('cuda');
  });
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  const take = async (frames: string[], frame: VideoFrame | undefined): Promise<boolean> => {
    if (!frame) {
      return false;
    }
    frames.push(await digest(frame));
    frame.dispose();
    return true;
  };
  /** Gives a stream in pieces of any size, and reads everything. */
  const decode = async (decoder: VideoDecoder, bytes: Uint8Array, piece: number): Promise<string[]> => {
    const found: string[] = [];
    for (let at = 0; at < bytes.length; at += piece) {
      await decoder.push(bytes.subarray(at, at + piece), at);
      while (await take(found, await decoder.next())) {}
    }
    for await (const frame of decoder.flush()) {
      await take(found, frame);
    }
    return found;
  };

  it('H.264 in pieces, twice', async () => {
    const bytes = await readFile(decodeClipPath('annexB'));
    using decoder = new VideoDecoder({ device, codec: 'avc' });
    expect(await decode(decoder, bytes, 1000)).toEqual(hashes.annexB);
    expect(await decode(decoder, bytes, 100_000)).toEqual(hashes.annexB);
  });

  // Their inverse transforms are not prescribed to the last bit: a level per decoded picture, and those refer to each other.
  it.each(['mpeg2', 'mpeg4'] as const)('%s in pieces, to a few levels', async codec => {
    const bytes = await readFile(decodeClipPath(codec));
    const expected = gunzipSync(await readFile(`${decodeClipPath(codec)}.nv12.gz`));
    using decoder = new VideoDecoder({ device, codec });
    const frames: VideoFrame[] = [];
    for (let at = 0; at < bytes.length; at += 3000) {
      await decoder.push(bytes.subarray(at, at + 3000), at);
      for (let frame = await decoder.next(); frame; frame = await decoder.next()) {
        frames.push(frame);
      }
    }
    for await (const frame of decoder.flush()) {
      frames.push(frame);
    }
    expect(frames).toHaveLength(hashes[codec].length);
    const size = expected.length / frames.length;
    for (const [n, frame] of frames.entries()) {
      const { planes } = await frame.toHost();
      const actual = Buffer.concat(planes.map(({ data }) => Buffer.from(data.buffer as ArrayBuffer)));
      expect(actual).toHaveLength(size);
      let worst = 0;
      for (let i = 0; i < size; i++) {
        worst = Math.max(worst, Math.abs(actual[i] - expected[n * size + i]));
      }
      expect(worst).toBeLessThanOrEqual(4);
      frame.dispose();
    }
  });

  it('VP8, packet by packet', async () => {
    const file = await openVideoFile(decodeClipPath('vp8'));
    using decoder = new VideoDecoder({ device, codec: 'vp8' });
    const found: string[] = [];
    for await (const packet of file.packets()) {
      await decoder.push(packet.data, packet.timestamp);
      while (await take(found, await decoder.next())) {}
    }
    for await (const frame of decoder.flush()) {
      await take(found, frame);
    }
    file.close();
    expect(found).toEqual(hashes.vp8);
  });

  // test/media/decode/gradientN.jpg: this gradient by sharp, quality 95, 4:2:0. Smooth, so that a level or two is all that
  // the coding and the replicated chroma change.
  it('MJPEG: pictures of a known gradient', async () => {
    const [width, height] = [320, 240];
    using decoder = new VideoDecoder({ device, codec: 'mjpeg' });
    for (const n of [0, 1, 2]) {
      await decoder.push(await readFile(new URL(`../media/decode/gradient${n}.jpg`, import.meta.url)), n);
    }
    const frames: VideoFrame[] = [];
    for await (const frame of decoder.flush()) {
      frames.push(frame);
    }
    expect(frames).toHaveLength(3);
    for (const [n, frame] of frames.entries()) {
      expect(frame).toMatchObject({ width, height, format: 'nv12' });
      const [luma, chroma] = (await frame.toHost()).planes.map(({ data }) => data as Uint8Array);
      let worst = 0;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const at = (y >> 1) * width + (x & ~1);
          const [l, u, v] = [luma[y * width + x], chroma[at] - 128, chroma[at + 1] - 128];
          // JFIF: BT.601, full range.
          const rgb = [l + 1.402 * v, l - 0.344136 * u - 0.714136 * v, l + 1.772 * u];
          const drawn = [40 + ((x + 30 * n) >> 1), 40 + (y >> 1), 200 - (x >> 2)];
          for (const [c, value] of rgb.entries()) {
            worst = Math.max(worst, Math.abs(value - drawn[c]));
          }
        }
      }
      expect(worst).toBeLessThanOrEqual(5);
      frame.dispose();
    }
  });

  it('follows a stream that changes its size', async () => {
    const [large, small] = await Promise.all(
      (['annexB', 'annexBSmall'] as const).map(name => readFile(decodeClipPath(name))),
    );
    using decoder = new VideoDecoder({ device, codec: 'avc' });
    expect(await decode(decoder, Buffer.concat([large, small, large]), 700)).toEqual([
      ...hashes.annexB,
      ...hashes.annexBSmall,
      ...hashes.annexB,
    ]);
  });

  const packetsOf = async (name: DecodeClipName) => {
    const file = await openVideoFile(decodeClipPath(name));
    const packets = [];
    for await (const { data, timestamp } of file.packets()) {
      packets.push({ data, timestamp });
    }
    file.close();
    return { packets, description: file.setup.description };
  };

  it('low latency: a picture per packet, at once, where no picture is shown out of order', async () => {
    const { packets } = await packetsOf('vp9');
    using decoder = new VideoDecoder({ device, codec: 'vp9', lowLatency: true });
    const found: string[] = [];
    for (const { data, timestamp } of packets) {
      await decoder.push(data, timestamp);
      const frame = await decoder.next();
      expect(frame?.timestamp).toBe(timestamp);
      await take(found, frame);
    }
    expect(found).toEqual(hashes.vp9);
  });

  it('takes packets with lengths, and their times', async () => {
    const { packets, description } = await packetsOf('avcBFrames');
    using decoder = new VideoDecoder({ device, codec: 'avc', ...(description ? { description } : {}) });
    const times: number[] = [];
    const found: string[] = [];
    const note = async (frame: VideoFrame | undefined): Promise<boolean> => {
      if (frame) {
        times.push(frame.timestamp);
      }
      return take(found, frame);
    };
    for (const { data, timestamp } of packets) {
      await decoder.push(data, timestamp);
      while (await note(await decoder.next())) {}
    }
    for await (const frame of decoder.flush()) {
      await note(frame);
    }
    expect(found).toEqual(hashes.avcBFrames);
    expect(times).toEqual(packets.map(({ timestamp }) => timestamp).sort((a, b) => a - b));
  });

  it('reset forgets, and the next packet begins anew', async () => {
    const bytes = await readFile(decodeClipPath('annexB'));
    using decoder = new VideoDecoder({ device, codec: 'avc' });
    for (let n = 0; n < 5; n++) {
      await decoder.push(bytes.subarray(0, 3000 + 400 * n), 0);
      if (n % 2 === 0) {
        (await decoder.next())?.dispose();
      }
      decoder.reset();
    }
    expect(await decode(decoder, bytes, 2000)).toEqual(hashes.annexB);
  });

  it('says so when all surfaces are held, and goes on when they are given back', async () => {
    const { packets, description } = await packetsOf('avcBFrames');
    using decoder = new VideoDecoder({
      device,
      codec: 'avc',
      held: 2,
      ...(description ? { description } : {}),
    });
    for (const { data, timestamp } of packets.slice(0, 24)) {
      await decoder.push(data, timestamp);
    }
    const held: VideoFrame[] = [];
    const takeAll = async () => {
      for (let frame = await decoder.next(); frame; frame = await decoder.next()) {
        held.push(frame);
      }
    };
    await expect(takeAll()).rejects.toThrow(
      /All surfaces of the decoder are in use: \d+ frames are not disposed/,
    );
    expect(held.length).toBeGreaterThan(2);
    for (const frame of held.splice(0)) {
      frame.dispose();
    }
    const next = await decoder.next();
    expect(next?.width).toBe(320);
    next?.dispose();
  });

  it('refuses wrong arguments', async () => {
    const fail = (run: () => unknown): unknown => {
      try {
        return run();
      } catch (error) {
        return String(error);
      }
    };
    expect([
      fail(() => new VideoDecoder({ device, codec: 'h264' as 'avc' })),
      fail(() => new VideoDecoder({ device, codec: 'avc', held: 0 })),
      fail(() => new VideoDecoder({ device, codec: 'avc', description: new Uint8Array(3) })),
    ]).toMatchInlineSnapshot(`
      [
        "ArgumentError: Expected one of avc, hevc, vp8, vp9, av1, mpeg1, mpeg2, mpeg4, mjpeg for options.codec but received 'h264'.",
        "ArgumentError: Expected a whole number from 1 to 36 for options.held but received 0.",
        "VideoError: The codec description of avc is damaged",
      ]
    `);
  });
});
