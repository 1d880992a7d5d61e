/** NVDEC under bad input and under load: an error or marked frames, never a crash, a hang, a leak or others' pixels. */
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CuweaveError,
  type Device,
  openDevice,
  VideoDecoder,
  VideoError,
  VideoReader,
} from '../../runtime/index.js';
import { openVideoFile } from '../../runtime/video/container/videoFile.js';
import { type DecodeClipName, decodeClipPath, decodeHashes } from '../media/decodeClips.js';
import { digest, digests, nvdec, repeated } from './clips.js';

const hashes = decodeHashes();

/** Numbers below `limit`, the same in every run: the generator of Park and Miller. */
const randomFrom = (seed: number): ((limit: number) => number) => {
  let state = seed;
  return limit => {
    state = (state * 48271) % 2147483647;
    return state % limit;
  };
};

describe.skipIf(!nvdec.usable)(`NVDEC under bad input and load${nvdec.title}`, () => {
  let device: Device;
  beforeAll(() => {
    device = openDevice('cuda');
  });
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });
  const free = (): number => device.memory().free as number;
  const open = (name: DecodeClipName, options = {}): Promise<VideoReader> =>
    VideoReader.open(decodeClipPath(name), { device, decoder: 'nvdec', ...options });

  it('1,000 mutated streams: frames or a typed error, and the next stream is whole', async () => {
    const outcomes: Record<string, number> = {};
    const note = (outcome: string): void => {
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    };
    const names = ['avcBFrames', 'hevcOpenGop', 'vp9', 'avcCrop', 'hevc10'] as const;
    for (const [seed, name] of names.entries()) {
      const file = await openVideoFile(decodeClipPath(name));
      const packets: Uint8Array[] = [];
      for await (const { data } of file.packets()) {
        packets.push(data);
      }
      file.close();
      const { codec, description } = file.setup;
      const random = randomFrom(seed + 1);
      const mutate = (packet: Uint8Array, n: number): Uint8Array => {
        const bytes = packet.slice();
        if (n % 4 === 0) {
          return bytes.subarray(0, random(bytes.length));
        }
        if (n % 4 === 1) {
          bytes.fill(random(256), random(bytes.length));
        } else {
          for (let k = 0; k < 1 + (n % 8); k++) {
            bytes[random(bytes.length)] ^= 1 << random(8);
          }
        }
        return bytes;
      };
      for (let n = 0; n < 200; n++) {
        const damaged = description && n % 10 === 9 ? mutate(description, n) : description;
        const victims = new Set([random(12), random(12)]);
        let decoder: VideoDecoder | undefined;
        try {
          decoder = new VideoDecoder({ device, codec, ...(damaged ? { description: damaged } : {}) });
          let marked = false;
          for (const [at, packet] of packets.slice(0, 12).entries()) {
            await decoder.push(victims.has(at) && n % 10 !== 9 ? mutate(packet, n) : packet, at / 25);
            for (let frame = await decoder.next(); frame; frame = await decoder.next()) {
              marked ||= frame.damaged;
              frame.dispose();
            }
          }
          for await (const frame of decoder.flush()) {
            marked ||= frame.damaged;
            frame.dispose();
          }
          note(marked ? 'marked' : 'frames');
        } catch (error) {
          if (!(error instanceof CuweaveError)) {
            throw error;
          }
          note(error instanceof VideoError ? error.code : error.name);
        } finally {
          decoder?.dispose();
        }
      }
      const reader = await open(name);
      expect(await digests(reader)).toEqual(hashes[name]);
      reader.dispose();
    }
    console.log('1,000 mutated streams:', outcomes);
    expect(Object.values(outcomes).reduce((a, b) => a + b)).toBe(1000);
    expect(outcomes.DeviceLostError).toBeUndefined();
  });

  it('200 damaged files: frames or a typed error', async () => {
    const { readFile } = await import('node:fs/promises');
    const codes: Record<string, number> = {};
    for (const [seed, name] of (['avcBFrames', 'hevcOpenGop', 'vp9Odd', 'avcTs'] as const).entries()) {
      const whole = await readFile(decodeClipPath(name));
      const random = randomFrom(seed + 77);
      for (let n = 0; n < 50; n++) {
        const bytes = Buffer.from(n % 5 === 0 ? whole.subarray(0, random(whole.length)) : whole);
        if (n % 5 !== 0) {
          for (let k = 0; k < 8; k++) {
            bytes[random(bytes.length)] = random(256);
          }
        }
        const options = { device, engines: 1 + (n % 2), onDamage: n % 3 ? 'error' : 'keep' } as const;
        const code = await VideoReader.open(bytes, { ...options, decoder: 'nvdec' }).then(
          async reader => {
            try {
              for await (const frame of reader.frames()) {
                if (frame.width < 1) {
                  throw new Error('no width');
                }
              }
              return 'frames';
            } catch (error) {
              if (!(error instanceof CuweaveError)) {
                throw error;
              }
              return error instanceof VideoError ? error.code : error.name;
            } finally {
              reader.dispose();
            }
          },
          error => {
            if (!(error instanceof CuweaveError)) {
              throw error;
            }
            return error instanceof VideoError ? error.code : error.name;
          },
        );
        codes[code] = (codes[code] ?? 0) + 1;
      }
    }
    console.log('200 damaged files:', codes);
    expect(codes.DeviceLostError).toBeUndefined();
  });

  it('a header that lies about the size', async () => {
    const bytes = Buffer.from(
      await (await import('node:fs/promises')).readFile(decodeClipPath('avcBFrames')),
    );
    // The sample entry's width and height (ISO/IEC 14496-12, 12.1.3); the bitstream knows better.
    const entry = bytes.lastIndexOf('avc1');
    bytes.writeUInt16BE(64, entry + 28);
    bytes.writeUInt16BE(9000, entry + 30);
    const reader = await VideoReader.open(bytes, { device, decoder: 'nvdec' });
    const frame = await reader.frameAt({ index: 5 });
    expect([frame.width, frame.height]).toEqual([320, 180]);
    expect(await digest(frame)).toBe(hashes.avcBFrames[5]);
    frame.dispose();
    reader.dispose();
  });

  it('1,000 times open, decode, dispose: memory stays', async () => {
    const once = async (n: number): Promise<void> => {
      const reader = await open(n % 2 ? 'avcBFrames' : 'hevcOpenGop');
      for await (const frame of reader.frames()) {
        if (frame.index === n % 20) {
          break;
        }
      }
      reader.dispose();
    };
    for (let n = 0; n < 50; n++) {
      await once(n);
    }
    const [before, resident] = [free(), process.memoryUsage().rss];
    for (let n = 0; n < 1000; n++) {
      await once(n);
    }
    const [device_, host] = [before - free(), process.memoryUsage().rss - resident];
    console.log(
      `1,000 cycles: device ${device_ / 2 ** 20} MiB, host ${(host / 2 ** 20).toFixed(1)} MiB more`,
    );
    expect(device_).toBeLessThan(64 * 2 ** 20);
    expect(host).toBeLessThan(150 * 2 ** 20);
  });

  it('30,000 frames: memory stays', async () => {
    const bytes = await repeated(decodeClipPath('avcBFrames'), 625);
    const used = (): number => device.memory().total! - free();
    for (const engines of [1, 4]) {
      const reader = await VideoReader.open(bytes, { device, decoder: 'nvdec', engines });
      // How many frames are decoded ahead of the one that is asked for differs from moment to moment, and the pool keeps memory for the
      // most that there were: so it is the most of each half that is compared.
      const most = [0, 0];
      let [resident, count] = [0, 0];
      for await (const frames of reader.batches(16)) {
        count += frames.length;
        const half = count <= 15_000 ? 0 : 1;
        most[half] = Math.max(most[half]!, used());
        if (count === 4800) {
          resident = process.memoryUsage().rss;
        }
      }
      expect(count).toBe(30_000);
      const [device_, host] = [most[1]! - most[0]!, process.memoryUsage().rss - resident];
      console.log(
        `30,000 frames, ${engines} engines: device ${device_ / 2 ** 20} MiB, host ${(host / 2 ** 20).toFixed(1)} MiB more`,
      );
      expect(device_).toBeLessThan(64 * 2 ** 20);
      expect(host).toBeLessThan(150 * 2 ** 20);
      reader.dispose();
      await device.synchronize();
      device.trim();
      expect(device.memory().live).toBe(0);
    }
  });

  it('many files at once', async () => {
    const names = ['avcBFrames', 'hevcOpenGop', 'vp9', 'avcOpenGop'] as const;
    const all = Array.from({ length: 24 }, (_, n) => names[n % names.length]);
    const found = await Promise.all(
      all.map(async name => {
        const reader = await open(name);
        const list = await digests(reader);
        reader.dispose();
        return list;
      }),
    );
    expect(found).toEqual(all.map(name => hashes[name]));
  });

  it('worker threads decode, and may be terminated in the middle', async () => {
    const source = `
      const { parentPort, workerData } = require('node:worker_threads');
      import('cuweave').then(async ({ openDevice, VideoReader }) => {
        const device = openDevice('cuda');
        for (;;) {
          const reader = await VideoReader.open(workerData, { device, decoder: 'nvdec' });
          let frames = 0;
          for await (const frame of reader.frames()) frames++;
          reader.dispose();
          parentPort.postMessage(frames);
        }
      });`;
    const workers = Array.from(
      { length: 3 },
      () => new Worker(source, { eval: true, workerData: decodeClipPath('avcBFrames') }),
    );
    const counts = await Promise.all(
      workers.map(
        worker =>
          new Promise<number>((resolve, reject) => {
            worker.once('message', resolve);
            worker.once('error', reject);
          }),
      ),
    );
    expect(counts).toEqual([48, 48, 48]);
    await Promise.all(workers.map(worker => worker.terminate()));
    const reader = await open('avcBFrames');
    expect(await digests(reader)).toEqual(hashes.avcBFrames);
    reader.dispose();
  });
});
