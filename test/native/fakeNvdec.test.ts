/** Decoding by NVDEC on stand-ins for the driver and its video library (test/support/fakeNvcuvid.cpp). */
import { join } from 'node:path';
import { BufferTarget, EncodedPacket, EncodedVideoPacketSource, Output, WebMOutputFormat } from 'mediabunny';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadAddon, type NativeMemory } from '../../runtime/device/addon.js';
import {
  type Device,
  nvdecCapabilities,
  nvdecStatus,
  openDevice,
  VideoDecoder,
  type VideoFrame,
  VideoReader,
} from '../../runtime/index.js';
import type { Packet } from '../../runtime/video/container/packet.js';
import { openVideoFile } from '../../runtime/video/container/videoFile.js';
import { engineDecoder } from '../../runtime/video/decode/engines.js';
import { NvdecPicture, NvdecSessions } from '../../runtime/video/decode/nvdecDecoder.js';
import { caseVideo } from '../cases/cases.js';
import {
  annexB,
  avcDescription,
  behindLengths,
  type Crop,
  gradedSlice,
  pictureSet,
  sequenceSet,
} from '../support/containers/avc.js';
import { mp4 } from '../support/containers/mp4.js';
import { buildHandmade, compile, type Handmade } from '../support/handmade.js';

let made: Handmade;
let device: Device;
beforeAll(async () => {
  made = await buildHandmade({ fakeCuda: true });
  const library = join(made.directory, 'libnvcuvid.so.1');
  await compile('fakeNvcuvid.cpp', library, ['-Wl,-soname,libnvcuvid.so.1']);
  loadAddon().openLibrary(library);
  device = openDevice('cuda');
});
afterEach(async () => {
  vi.restoreAllMocks();
  // Whatever a test did, all surfaces and copies are given back.
  await expect.poll(() => device.memory().free, { timeout: 60_000 }).toBe(device.memory().total);
  expect(device.memory().live).toBe(0);
});
afterAll(async () => {
  device?.dispose();
  await made?.remove();
});

/** A picture of the stand-in's: 64×48 unless it says otherwise. */
const coded = (letter: string, value: number, width = 64, height = 48): Uint8Array =>
  Uint8Array.of(letter.charCodeAt(0), value, width / 8, height / 8);
const packetAt = (n: number): Uint8Array => coded(n % 10 === 0 ? 'V' : 'W', n % 251);

/** The value that all samples of a frame have; undefined: they differ, or are those of memory that was given back. */
const levelOf = async (frame: VideoFrame): Promise<number | undefined> => {
  const { planes } = await frame.toHost();
  const values = new Set(planes.flatMap(({ data }) => [...new Set(data as Uint8Array)]));
  return values.size === 1 ? [...values][0] : undefined;
};
const drain = async (decoder: VideoDecoder, found: number[]): Promise<void> => {
  for (let frame = await decoder.next(); frame; frame = await decoder.next()) {
    found.push((await levelOf(frame)) ?? -1);
    frame.dispose();
  }
};
const finish = async (decoder: VideoDecoder, found: number[]): Promise<void> => {
  for await (const frame of decoder.flush()) {
    found.push((await levelOf(frame)) ?? -1);
    frame.dispose();
  }
};
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n % 251);

/** A WebM of such pictures, a key frame every ten, 25 a second. */
const webm = async (packets: readonly Uint8Array[]): Promise<Uint8Array> => {
  const target = new BufferTarget();
  const output = new Output({ format: new WebMOutputFormat(), target });
  const source = new EncodedVideoPacketSource('vp8');
  output.addVideoTrack(source, { frameRate: 25 });
  await output.start();
  const decoderConfig = { codec: 'vp8', codedWidth: 64, codedHeight: 48 };
  for (const [n, data] of packets.entries()) {
    const type = (data[0] & 1) === 0 ? 'key' : 'delta';
    await source.add(new EncodedPacket(data, type, n / 25, 1 / 25), { decoderConfig });
  }
  await output.finalize();
  return new Uint8Array(target.buffer as ArrayBuffer);
};

describe('NVDEC on stand-ins', () => {
  it('says what it found', () => {
    expect(nvdecStatus()).toEqual({ usable: true, message: '' });
    const able = nvdecCapabilities(device).filter(({ supported }) => supported);
    expect(able.map(({ codec, engines }) => `${codec} ${engines}`)).toEqual(['avc 3', 'vp8 3']);
  });

  it('hands out pictures in order, each with its time, whatever it is asked between', async () => {
    for (const lowLatency of [false, true]) {
      const decoder = new VideoDecoder({ device, codec: 'vp8', lowLatency });
      const found: number[] = [];
      const times: number[] = [];
      for (let n = 0; n < 60; n++) {
        await decoder.push(packetAt(n), n / 25);
        if (n % 7 === 0) {
          continue;
        }
        for (let frame = await decoder.next(); frame; frame = await decoder.next()) {
          times.push(frame.timestamp);
          found.push((await levelOf(frame)) ?? -1);
          expect(frame).toMatchObject({ format: 'nv12', width: 64, height: 48, damaged: false });
          frame.dispose();
        }
        if (lowLatency) {
          expect(found).toHaveLength(n + 1);
        }
      }
      await finish(decoder, found);
      expect(found).toEqual(upTo(60));
      expect(times.slice(0, 40)).toEqual(upTo(40).map(n => n / 25));
      decoder.dispose();
    }
  });

  it('follows changes of size, and streams one after another', async () => {
    using decoder = new VideoDecoder({ device, codec: 'vp8' });
    for (let round = 0; round < 3; round++) {
      const sizes: string[] = [];
      for (const [n, [width, height]] of [
        [64, 48],
        [128, 96],
        [64, 48],
      ].entries()) {
        await decoder.push(coded('V', n, width, height), n);
      }
      for await (const frame of decoder.flush()) {
        sizes.push(`${frame.width}×${frame.height}: ${await levelOf(frame)}`);
        frame.dispose();
      }
      expect(sizes).toEqual(['64×48: 0', '128×96: 1', '64×48: 2']);
    }
  });

  it('shows the last pictures of a sequence behind whose end another has begun', async () => {
    using decoder = new VideoDecoder({ device, codec: 'vp8' });
    const found: string[] = [];
    const take = async (frame: VideoFrame) => {
      found.push(`${frame.timestamp}: ${await levelOf(frame)}, ${frame.width}×${frame.height}`);
      frame.dispose();
    };
    // Another size, and a new header of the same size; in each sequence the numbers of surfaces begin anew.
    const expected: string[] = [];
    for (let n = 0; n < 30; n++) {
      const [width, height] = n < 10 || n >= 20 ? [64, 48] : [128, 96];
      const letter = n % 10 === 0 ? 'V' : n % 10 === 7 ? 'P' : 'W';
      await decoder.push(coded(letter, n, width, height), n);
      expected.push(`${n}: ${n}, ${width}×${height}`);
      for (let frame = await decoder.next(); frame; frame = await decoder.next()) {
        await take(frame);
      }
    }
    for await (const frame of decoder.flush()) {
      await take(frame);
    }
    expect(found).toEqual(expected);
  });

  it('copies are those of the picture, though its surface is given back at once', async () => {
    using decoder = new VideoDecoder({ device, codec: 'vp8', held: 2 });
    const copies: VideoFrame[] = [];
    for (let n = 0; n < 40; n++) {
      await decoder.push(packetAt(n), n);
      for (let frame = await decoder.next(); frame; frame = await decoder.next()) {
        copies.push(frame.clone());
        frame.dispose();
      }
    }
    for await (const frame of decoder.flush()) {
      copies.push(frame.clone());
      frame.dispose();
    }
    expect(await Promise.all(copies.map(levelOf))).toEqual(upTo(40));
    for (const copy of copies) {
      copy.dispose();
    }
  });

  it('refuses what the device does not decode, and says why', async () => {
    const refusal = async (codec: 'hevc' | 'vp8', packet: Uint8Array): Promise<unknown> => {
      using decoder = new VideoDecoder({ device, codec });
      await decoder.push(packet, 0);
      return await decoder
        .next()
        .catch(error => `${error.name}, ${error.reason ?? error.code}: ${error.message}`);
    };
    expect([
      await refusal('hevc', coded('V', 1)),
      await refusal('vp8', coded('V', 1, 2000, 48)),
      await refusal('vp8', coded('Y', 1)),
      await refusal('vp8', coded('?', 1)),
    ]).toMatchInlineSnapshot(`
      [
        "DeviceUnavailableError, unsupportedByDevice: Fake GPU does not decode 8-bit 4:2:0 hevc of 64×48",
        "DeviceUnavailableError, unsupportedByDevice: Fake GPU does not decode 8-bit 4:2:0 vp8 of 2000×48: it takes 16×16 to 1024×1024, of at most 4096 macroblocks",
        "VideoError, corrupt: NVDEC refused the video: cuvidDecodePicture failed with CUDA_ERROR_FAKE (999)",
        "VideoError, corrupt: NVDEC refused the video: cuvidParseVideoData failed with CUDA_ERROR_FAKE (999)",
      ]
    `);
  });

  it('is usable again after a reset', async () => {
    using decoder = new VideoDecoder({ device, codec: 'vp8' });
    for (const letter of ['Y', '?']) {
      for (let n = 0; n < 8; n++) {
        await decoder.push(packetAt(n), n);
      }
      await decoder.push(coded(letter, 0), 8).catch(() => {});
      const failing = (async () => {
        for (;;) {
          const frame = await decoder.next();
          if (!frame) {
            return 'no error';
          }
          frame.dispose();
        }
      })();
      await expect(failing).rejects.toMatchObject({ code: 'corrupt' });
      await expect(decoder.push(packetAt(0), 0)).rejects.toMatchObject({ code: 'corrupt' });
      decoder.reset();
      const found: number[] = [];
      for (let n = 0; n < 20; n++) {
        await decoder.push(packetAt(n), n);
        await drain(decoder, found);
      }
      await finish(decoder, found);
      expect(found).toEqual(upTo(20));
    }
  });

  it('says so when all surfaces are held', async () => {
    using decoder = new VideoDecoder({ device, codec: 'vp8', held: 3 });
    for (let n = 0; n < 30; n++) {
      await decoder.push(packetAt(n), n);
    }
    const held: VideoFrame[] = [];
    const takeAll = async (): Promise<void> => {
      for (let frame = await decoder.next(); frame; frame = await decoder.next()) {
        held.push(frame);
      }
    };
    await expect(takeAll()).rejects.toThrow(/frames are not disposed of, and options.held is 3/);
    expect(await Promise.all(held.map(levelOf))).toEqual(upTo(held.length));
    const before = held.length;
    for (const frame of held.splice(0)) {
      frame.dispose();
    }
    const next = await decoder.next();
    expect(next && (await levelOf(next))).toBe(before);
    next?.dispose();
  });

  it('can be disposed of at any moment', async () => {
    for (let n = 0; n < 30; n++) {
      const decoder = new VideoDecoder({ device, codec: 'vp8', held: 2 });
      for (let k = 0; k <= n; k++) {
        await decoder.push(packetAt(k), k);
      }
      const frame = n % 2 ? await decoder.next() : undefined;
      decoder.dispose();
      await expect(decoder.next()).rejects.toThrow('The decoder is disposed.');
      if (frame) {
        expect(await levelOf(frame)).toBe(0);
      }
      frame?.dispose();
    }
  });

  it('reads a file, on one engine and on several', async () => {
    const bytes = await webm(Array.from({ length: 200 }, (_, n) => packetAt(n)));
    for (const [engines, budget] of [
      [1, 0],
      [2, 0],
      [3, 20_000],
      ['auto', 1e6],
    ] as const) {
      const reader = await VideoReader.open(bytes, { device, engines, budget });
      expect(reader).toMatchObject({ decoder: 'nvdec', engines: engines === 'auto' ? 3 : engines });
      const found: unknown[] = [];
      for await (const frames of reader.batches(7)) {
        found.push(...(await Promise.all(frames.frames.map(levelOf))));
      }
      expect(found).toEqual(upTo(200));
      const some: unknown[] = [];
      for await (const frame of reader.frames({ from: 1.96, to: 3, step: 5 })) {
        some.push(await levelOf(frame));
      }
      expect(some).toEqual([49, 54, 59, 64, 69, 74]);
      const batch = await reader.framesAt([{ index: 150 }, { time: 0.5 }, { index: 3 }]);
      expect(await Promise.all(batch.frames.map(levelOf))).toEqual([150, 12, 3]);
      batch.dispose();
      // Left in the middle, and disposed of in the middle.
      for await (const frame of reader.frames()) {
        if (frame.index === 33) {
          break;
        }
      }
      const frames = reader.frames();
      await frames.next();
      reader.dispose();
      await expect(frames.next()).rejects.toMatchObject({ code: 'disposed' });
    }
  });

  it('hidden pictures of VP8 take no place among those that are shown', async () => {
    const packets = Array.from({ length: 60 }, (_, n) => (n % 7 === 1 ? coded('A', 200) : packetAt(n)));
    const shown = packets.flatMap((packet, n) => (packet[0] === 'A'.charCodeAt(0) ? [] : [n % 251]));
    for (const engines of [1, 3]) {
      const reader = await VideoReader.open(await webm(packets), { device, engines });
      const found: (number | undefined)[] = [];
      for await (const frame of reader.frames()) {
        found.push(await levelOf(frame));
      }
      expect(found).toEqual(shown);
      reader.dispose();
    }
  });

  describe('pictures that are cropped on all sides', () => {
    const crop: Crop = { left: 2, right: 6, top: 4, bottom: 8 };
    const other: Crop = { left: 10, right: 0, top: 0, bottom: 2 };
    const coded = { width: 96, height: 64 };
    const sequence = (cropped: Crop) => sequenceSet(coded.width, coded.height, cropped);
    const slice = (value: number) => gradedSlice(value, coded.width, coded.height);
    /** Whether each sample is that of its place in the coded picture. */
    const expectCropped = async (frame: VideoFrame, value: number, { left, right, top, bottom }: Crop) => {
      const [width, height] = [coded.width - left - right, coded.height - top - bottom];
      expect(frame).toMatchObject({ format: 'nv12', width, height });
      const { planes } = await frame.toHost();
      const luma = Array.from({ length: width * height }, (_, n) => {
        const [x, y] = [(n % width) + left, Math.floor(n / width) + top];
        return (value + x + 3 * y) & 255;
      });
      const chroma = Array.from({ length: (width * height) / 2 }, (_, n) => {
        const [x, y] = [((n % width) + left) >> 1, Math.floor(n / width) + top / 2];
        return (value + x + 3 * y) & 255;
      });
      expect(planes.map(({ data }) => [...(data as Uint8Array)])).toEqual([luma, chroma]);
    };

    it('whole packets, each with another cropping', async () => {
      using decoder = new VideoDecoder({ device, codec: 'avc', lowLatency: true });
      for (const [n, cropped] of [crop, other, crop].entries()) {
        await decoder.push(annexB(sequence(cropped), pictureSet, slice(n)), n);
        const frame = (await decoder.next()) as VideoFrame;
        await expectCropped(frame, n, cropped);
        await using copy = frame.clone();
        await expectCropped(copy, n, cropped);
        frame.dispose();
      }
    });

    it('pieces of a stream that cut its parameter set', async () => {
      using decoder = new VideoDecoder({ device, codec: 'avc' });
      const stream = annexB(sequence(crop), pictureSet);
      await decoder.push(stream.subarray(0, 9), 0);
      await decoder.push(Buffer.concat([stream.subarray(9), annexB(slice(7))]), 0);
      for await (const frame of decoder.flush()) {
        await expectCropped(frame, 7, crop);
        frame.dispose();
      }
    });

    it('a file, on one engine and on several, whose cropping changes', async () => {
      const samples = Array.from({ length: 24 }, (_, n) => ({
        // From 12 on with a parameter set of their own, once.
        data: n === 12 ? behindLengths(sequence(other), pictureSet, slice(n)) : behindLengths(slice(n)),
        key: n % 12 === 0,
        time: n,
      }));
      const file = mp4(samples, { description: avcDescription(sequence(crop)) });
      for (const engines of [1, 3]) {
        const reader = await VideoReader.open(file, { device, decoder: 'nvdec', engines });
        expect(reader).toMatchObject({ width: 88, height: 52 });
        for await (const frame of reader.frames()) {
          await expectCropped(frame, frame.index, frame.index < 12 ? crop : other);
        }
        const late = await reader.frameAt({ index: 13 });
        await expectCropped(late, 13, other);
        late.dispose();
        reader.dispose();
      }
    });

    it('refuses 4:2:2 at once, and decodes in software where nothing else is asked for', async () => {
      const wide = sequenceSet(96, 64, undefined, '4:2:2');
      const file = mp4([{ data: behindLengths(slice(0)), key: true, time: 0 }], {
        description: avcDescription(wide),
      });
      await expect(VideoReader.open(file, { device, decoder: 'nvdec' })).rejects.toMatchObject({
        code: 'nvdecUnavailable',
        reason: 'unsupportedByDevice',
        message: expect.stringContaining('does not decode 8-bit 4:2:2 avc'),
      });
      for (const source of [file, caseVideo('vp9_yuv444p.webm')]) {
        const reader = await VideoReader.open(source, { device });
        expect(reader.decoder).toBe('software');
        expect(reader.decoderReason).toContain('does not decode 8-bit 4:');
        reader.dispose();
      }
    });

    it('refuses a window that lies outside of what is coded', async () => {
      const native = device._native().createDecoder('avc', 4, true, true);
      const stream = annexB(sequence(crop), pictureSet, slice(1));
      native.push(stream, 0, 0, false, undefined, Uint32Array.of(2, 2, 96, 32));
      await native.wait();
      expect(() => native.take(1)).toThrow('lies outside of its pictures of 96×64');
      expect(() => native.push(stream, 0, 0, false, undefined, Uint32Array.of(2, 2))).toThrow('four numbers');
      native.dispose();
    });
  });

  it('decodes no more ahead than its budget allows, in one long group of pictures too', async () => {
    const picture = 512 * 48 * 1.5;
    const used = (): number => {
      const { total = 0, free = 0 } = device.memory();
      return (total - free) / picture;
    };
    for (const keys of [10, 1000]) {
      const packets = Array.from({ length: 300 }, (_, n) => coded(n % keys === 0 ? 'V' : 'W', n % 251));
      const reader = await VideoReader.open(await webm(packets), {
        device,
        engines: 2,
        budget: 10 * picture,
      });
      let found = 0;
      for await (const frame of reader.frames()) {
        if (frame.index === 3) {
          // Whoever decodes comes to a stop.
          await new Promise(resolve => setTimeout(resolve, 500));
          // Beside the budget: the frame that was read, and in each of two decoders a surface that waits to be copied.
          expect(used()).toBeLessThanOrEqual(10 + 1 + 2);
        }
        expect(await levelOf(frame)).toBe(found++ % 251);
      }
      expect(found).toBe(300);
      reader.dispose();
    }
  });

  it('a loop that is left while everything is decoded ahead ends at once', async () => {
    const bytes = await webm(Array.from({ length: 200 }, (_, n) => packetAt(n)));
    for (const engines of [1, 3]) {
      const reader = await VideoReader.open(bytes, { device, engines });
      for await (const frame of reader.frames()) {
        // All surfaces fill up meanwhile.
        await new Promise(resolve => setTimeout(resolve, 200));
        if (frame.index === 2) {
          break;
        }
      }
      reader.dispose();
    }
  });

  it('damage ends the loop, or comes marked', async () => {
    const packets = Array.from({ length: 60 }, (_, n) => (n === 43 ? coded('S', n) : packetAt(n)));
    for (const engines of [1, 3]) {
      const strict = await VideoReader.open(await webm(packets), { device, engines });
      let seen = 0;
      const loop = (async () => {
        for await (const frame of strict.frames()) {
          seen = frame.index + 1;
        }
      })();
      await expect(loop).rejects.toMatchObject({ code: 'corrupt' });
      expect(seen).toBe(43);
      strict.dispose();
      const lenient = await VideoReader.open(await webm(packets), { device, engines, onDamage: 'keep' });
      const damaged: number[] = [];
      for await (const frame of lenient.frames()) {
        if (frame.damaged) {
          damaged.push(frame.index);
        }
      }
      expect(damaged).toEqual([43]);
      lenient.dispose();
    }
    // What the decoder refuses ends the loop after the frames before it.
    packets[43] = coded('Y', 0);
    const reader = await VideoReader.open(await webm(packets), { device });
    let seen = 0;
    const loop = (async () => {
      for await (const frame of reader.frames()) {
        seen = frame.index + 1;
      }
    })();
    await expect(loop).rejects.toMatchObject({ code: 'corrupt' });
    expect(seen).toBeGreaterThan(30);
    reader.dispose();
  });

  it('keeps what is to be kept, in memory of its own', async () => {
    const reader = await VideoReader.open(await webm(upTo(50).map(packetAt)), { device, engines: 2 });
    const kept: VideoFrame[] = [];
    for await (const frame of reader.frames({ keep: true })) {
      kept.push(frame);
    }
    for await (const frames of reader.batches(45, { keep: true })) {
      kept.push(...frames.frames);
    }
    reader.dispose();
    expect(await Promise.all(kept.map(levelOf))).toEqual([...upTo(50), ...upTo(50)]);
    for (const frame of kept) {
      frame.dispose();
    }
  });

  it('hands a decoder on when all its pictures are there, also from a stream that it cannot go on with', async () => {
    const bytes = 512 * 48;
    const copies: { readonly memory: NativeMemory; readonly value: number }[] = [];
    /** What is enqueued for so many pictures takes 4 ms each, and handing them out next to nothing. */
    const decode = async (first: number, more: readonly Uint8Array[] = []): Promise<void> => {
      const native = device._native().createDecoder('vp8', 8, true, false, 32, 1e7);
      const values = Array.from({ length: 12 }, (_, n) => first + n);
      const packets = [...values.map((value, n) => coded(n === 0 ? 'V' : 'W', value)), ...more];
      for (const [n, data] of packets.entries()) {
        native.push(data, n, 0, n === packets.length - 1, undefined);
      }
      try {
        for (let ended = false; !ended; ) {
          const pictures = native.take(32);
          for (const picture of pictures) {
            if (picture) {
              copies.push({ memory: picture.memory, value: values[picture.id]! });
            }
          }
          ended = pictures.includes(null);
          if (!ended) {
            await native.wait();
          }
        }
      } finally {
        native.dispose();
        // The decoder's thread ends.
        await new Promise(done => setTimeout(done, 5));
      }
    };
    await decode(1);
    await decode(51);
    // Wider than any decoder's most: what is shown before is there.
    await expect(decode(101, [coded('V', 0, 2040)])).rejects.toThrow('2048×48');
    await decode(151);
    await decode(201);
    const stream = device.createStream();
    for (const { memory, value } of copies) {
      const target = new Uint8Array(device._native().allocateHost(bytes));
      await stream._native().download(target, 0, 512, memory, 0, 512, 512, 48);
      expect(target.every(found => found === value)).toBe(true);
      memory.dispose();
    }
    expect(copies.length).toBeGreaterThanOrEqual(48);
    stream.dispose();
  });

  it('keeps those of small batches, too, of which one decoder has not surfaces enough', async () => {
    const reader = await VideoReader.open(await webm(upTo(60).map(packetAt)), { device });
    const kept: VideoFrame[] = [];
    for await (const frames of reader.batches(8, { keep: true })) {
      kept.push(...frames.frames);
    }
    reader.dispose();
    expect(await Promise.all(kept.map(levelOf))).toEqual(upTo(60));
    for (const frame of kept) {
      frame.dispose();
    }
  });

  it('decodes with the least where the budget allows nothing', async () => {
    const picture = 512 * 48 * 1.5;
    const reader = await VideoReader.open(await webm(upTo(100).map(packetAt)), {
      device,
      engines: 3,
      budget: 0,
    });
    const found: unknown[] = [];
    for await (const frame of reader.frames()) {
      if (frame.index === 20) {
        await new Promise(resolve => setTimeout(resolve, 300));
        const { total = 0, free = 0 } = device.memory();
        // The one that was read, the next one, and in each decoder one that waits to be taken and a surface.
        expect((total - free) / picture).toBeLessThanOrEqual(2 + 3 * 2);
      }
      found.push(await levelOf(frame));
    }
    expect(found).toEqual(upTo(100));
    reader.dispose();
  });

  it('goes on decoding while a stream has long to do before it is done with a frame', async () => {
    const native = device._native().createDecoder('vp8', 8, true, false, 32, 1e6);
    const slow = device.createStream();
    const target = device._allocate(slow._native(), 512 * 48);
    for (let n = 0; n < 60; n++) {
      native.push(packetAt(n), n, 0, n === 59, undefined);
    }
    let event: { readonly done: boolean } | undefined;
    let taken = 0;
    for (let ended = false; !ended; ) {
      for (const picture of native.take(8)) {
        if (!picture) {
          ended = true;
          continue;
        }
        if (taken++ === 0) {
          // Each takes 2 ms.
          for (let n = 0; n < 2000; n++) {
            slow._native().copy(target, 0, 512, picture.memory, 0, 512, 512, 48);
          }
          event = slow._native().record();
        }
        picture.memory.dispose();
      }
      if (!ended) {
        await native.wait();
      }
    }
    expect(taken).toBe(60);
    expect(event?.done).toBe(false);
    await slow.synchronize();
    target.dispose();
    native.dispose();
    slow.dispose();
  });

  it('copies no more pictures ahead than may wait, in number or in bytes', async () => {
    const picture = 512 * 48 * 1.5;
    const decoder = (pictures: number, bytes: number) =>
      device._native().createDecoder('vp8', 8, true, false, pictures, bytes);
    for (const [pictures, bytes, most] of [
      [3, 1e6, 3],
      [32, 5 * picture, 5],
      [32, 0, 1],
    ]) {
      const native = decoder(pictures, bytes);
      for (let n = 0; n < 20; n++) {
        native.push(packetAt(n), n, 0, false, undefined);
      }
      await expect.poll(() => native.queued, { timeout: 60_000 }).toBeLessThan(20 - most);
      await new Promise(resolve => setTimeout(resolve, 200));
      const taken = native.take(32);
      expect(taken).toHaveLength(most);
      for (const entry of taken) {
        entry?.memory.dispose();
      }
      native.dispose();
    }
    expect(() => decoder(0, 1e6)).toThrow('Expected at least one picture that may wait.');
  });

  it('gives everything back when the driver fails in the middle of a picture', async () => {
    for (const failure of ['cuMemcpyDtoDAsync_v2:1', 'cuEventRecord:1', 'cuMemAllocAsync:1']) {
      const native = device._native().createDecoder('vp8', 8, true, false, 32, 1e6);
      process.env.CUWEAVE_FAKE_FAIL = failure;
      const failing = async () => {
        for (let n = 0; n < 10; n++) {
          native.push(packetAt(n), n, 0, false, undefined);
        }
        await native.wait();
        native.take(8);
      };
      await expect(failing().finally(() => delete process.env.CUWEAVE_FAKE_FAIL)).rejects.toThrow('FAKE');
      native.dispose();
      await expect.poll(() => device.memory().free, { timeout: 60_000 }).toBe(device.memory().total);
    }
  });

  it('tells the collector of frames that are kept, and of no others', async () => {
    const bytes = await webm(upTo(60).map(packetAt));
    const allocate = vi.spyOn(Object.getPrototypeOf(device) as Device, '_allocate');
    let reports = 0;
    const read = NvdecPicture.prototype.read;
    vi.spyOn(NvdecPicture.prototype, 'read').mockImplementation(function (this: NvdecPicture) {
      const found = read.call(this);
      const { memory } = found.image.planes[0];
      const report = memory.report.bind(memory);
      Object.defineProperty(memory, 'report', {
        value: () => {
          reports++;
          report();
        },
      });
      return found;
    });
    const told = (): number =>
      reports + allocate.mock.calls.filter(([, , reported = true]) => reported).length;
    for (const engines of [1, 2]) {
      const reader = await VideoReader.open(bytes, { device, engines });
      for await (const frame of reader.frames()) {
        expect(frame.width).toBe(64);
      }
      for await (const batch of reader.batches(30)) {
        expect(batch.frames).toHaveLength(30);
      }
      expect(told()).toBe(0);
      for await (const frame of reader.frames({ keep: true })) {
        frame.dispose();
      }
      expect(told()).toBe(60);
      reader.dispose();
      reports = 0;
      allocate.mockClear();
    }
  });

  it('chosen frames, on one engine and on several', async () => {
    const bytes = await webm(upTo(250).map(packetAt));
    for (const engines of [1, 2, 3]) {
      const reader = await VideoReader.open(bytes, { device, engines });
      const levels = async (frames: AsyncIterable<VideoFrame>): Promise<(number | undefined)[]> => {
        const found: (number | undefined)[] = [];
        for await (const frame of frames) {
          const level = await levelOf(frame);
          expect(level).toBe(frame.index);
          found.push(level);
        }
        return found;
      };
      const every = (step: number): number[] => upTo(250).filter(n => n % step === 0);
      expect(await levels(reader.frames({ every: 0.12 }))).toEqual(every(3));
      expect(await levels(reader.frames({ fps: 1 }))).toEqual(every(25));
      expect(await levels(reader.frames({ keyFrames: true }))).toEqual(every(10));
      const indices = [0, 9, 9, 9, 10, 99, 140, 249];
      expect(await levels(reader.frames({ indices }))).toEqual(indices);
      // More at a time than the decoder has surfaces, and frames that are shown again beyond their batch.
      const batched: number[] = [];
      for await (const batch of reader.batches(40, { fps: 50, from: 1, to: 3 })) {
        for (const frame of batch.frames) {
          batched.push((await levelOf(frame)) ?? -1);
        }
      }
      expect(batched).toEqual(Array.from({ length: 100 }, (_, n) => 25 + (n >> 1)));
      const kept: VideoFrame[] = [];
      for await (const frame of reader.frames({ count: 50, keep: true })) {
        kept.push(frame);
      }
      expect(await Promise.all(kept.map(levelOf))).toEqual(Array.from({ length: 50 }, (_, n) => 5 * n + 2));
      for (const frame of kept) {
        frame.dispose();
      }
      for await (const frame of reader.frames({ every: 0.04 })) {
        if (frame.index === 120) {
          break;
        }
      }
      const changes: number[] = [];
      for await (const { index } of reader.sceneChanges({ threshold: 0.5 })) {
        changes.push(index);
      }
      // Every frame is a level above the last: the second alone differs more than the one before it.
      expect(changes).toEqual([1]);
      reader.dispose();
    }
  });

  it('only frames that go with the loop are refused by a capture', async () => {
    const bytes = await webm(upTo(50).map(packetAt));
    for (const engines of [1, 2]) {
      const reader = await VideoReader.open(bytes, { device, engines });
      const single = await reader.frameAt({ index: 7 });
      const several = await reader.framesAt([{ index: 3 }, { index: 30 }]);
      expect([single, ...several.frames].map(({ _passes }) => _passes)).toEqual([false, false, false]);
      single.dispose();
      several.dispose();
      for await (const frame of reader.frames()) {
        expect(frame._passes).toBe(true);
        const copy = frame.clone();
        expect(copy._passes).toBe(false);
        copy.dispose();
      }
      for await (const batch of reader.batches(40)) {
        expect(batch.frames.every(f => f._passes)).toBe(true);
      }
      for await (const frame of reader.frames({ keep: true })) {
        expect(frame._passes).toBe(false);
        frame.dispose();
      }
      reader.dispose();
    }
  });

  it('delivers what lies before a key frame that cannot be read', async () => {
    const file = await openVideoFile(await webm(upTo(200).map(packetAt)));
    async function* upToFault(packets: AsyncGenerator<Packet>): AsyncGenerator<Packet, void, undefined> {
      for await (const packet of packets) {
        if (packet.timestamp >= 5.19) {
          throw new Error('the disk is gone');
        }
        yield packet;
      }
    }
    const broken = {
      ...file,
      keys: (from?: number) => upToFault(file.keys(from)),
      packetsAt: (place: unknown) => upToFault(file.packetsAt(place)),
    };
    for (const sessions of [1, 2, 3, 7]) {
      const decoder = engineDecoder(new NvdecSessions(device, broken), { sessions, budget: 1e7 });
      let found = 0;
      const all = (async () => {
        for await (const picture of decoder.decode(undefined, 100, { held: 1 })) {
          expect(picture.timestamp).toBeCloseTo(found++ / 25);
          picture.drop();
        }
      })();
      await expect(all).rejects.toThrow('the disk is gone');
      expect(found).toBe(130);
      decoder.close?.();
    }
    file.close();
  });
});
