/** Memory, copies, events, promises and errors on a real GPU; test/native/fakeCuda.test.ts has the same without one. */
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAddon } from '../../compiler/build/addon.js';
import { addonPath } from '../../native/location.js';
import {
  cudaStatus,
  type Device,
  Image,
  LibraryError,
  OutOfMemoryError,
  openDevice,
  Tensor,
} from '../../runtime/index.js';
import { onStandIn } from '../support/executions.js';
import { buildHandmade, type Handmade } from '../support/handmade.js';

await buildAddon();
const status = cudaStatus();
const title = status.usable ? '' : ' (skipped: no CUDA device)';

const bytes = (length: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length }, (_, n) => (n * 31 + seed * 17) % 256);

describe.skipIf(!status.usable)(`the addon on CUDA${title}`, () => {
  let device: Device;
  let made: Handmade;
  beforeAll(async () => {
    made = await buildHandmade();
    device = openDevice('cuda');
  });
  afterAll(async () => {
    await device.synchronize();
    expect(device.memory().live).toBe(0);
    device.dispose();
    await made.remove();
  });

  it('describes the device', () => {
    expect(status.driverVersion).toBeGreaterThanOrEqual(12000);
    expect(status.devices[0]).toEqual(device.properties);
    expect(device.properties.computeCapability?.[0]).toBeGreaterThanOrEqual(5);
    expect(device.properties.multiprocessors).toBeGreaterThan(0);
    const { live, free = 0, total = 0 } = device.memory();
    expect(live).toBe(0);
    expect(free).toBeGreaterThan(0);
    expect(free).toBeLessThanOrEqual(total);
    expect(openDevice().toString()).toBe('cuda:0');
  });

  it('gives memory that nobody uses back to the GPU', async () => {
    const MiB = 2 ** 20;
    const [small, large] = [1, 512].map(size =>
      Tensor.empty(device, { shape: [size, 1024, 1024], dtype: 'u8', layout: 'CHW' }),
    );
    large!.dispose();
    await device.synchronize();
    const before = device.memory();
    // The stand-in's pool keeps nothing that is freed.
    expect(before.reserved).toBeGreaterThanOrEqual(onStandIn ? 0 : 512 * MiB);
    device.trim();
    const after = device.memory();
    expect(before.reserved! - after.reserved!).toBeGreaterThanOrEqual(onStandIn ? 0 : 448 * MiB);
    expect(after.free! - before.free!).toBe(before.reserved! - after.reserved!);
    expect(after.reserved).toBeGreaterThanOrEqual(after.live);
    small!.dispose();
  });

  it('copies tensors of every dtype there and back', async () => {
    const shape = [3, 5, 7];
    const arrays = {
      u8: bytes(105),
      u16: Uint16Array.from(bytes(105), v => v * 257),
      i32: Int32Array.from(bytes(105), v => v * -70000),
      f16: Uint16Array.from(bytes(105), v => v * 200),
      f32: Float32Array.from(bytes(105), v => v / 3),
    } as const;
    for (const dtype of ['u8', 'u16', 'i32', 'f16', 'f32'] as const) {
      const tensor = Tensor.fromHost(device, arrays[dtype], { shape, dtype, layout: 'CHW' });
      expect(await tensor.toHost()).toEqual({ data: arrays[dtype], shape, dtype, layout: 'CHW' });
      tensor.dispose();
    }
  });

  it('copies pitched planes of odd sizes there and back', async () => {
    const [width, height] = [1919, 1079];
    const y = bytes(2048 * height, 2);
    const uv = bytes(2000 * 540, 3);
    const image = Image.fromHost(device, {
      format: 'nv12',
      width,
      height,
      planes: [
        { data: y, pitch: 2048 },
        { data: uv, pitch: 2000 },
      ],
    });
    expect(image.planes.every(({ pitch }) => pitch % 256 === 0)).toBe(true);
    const { planes } = await image.toHost();
    for (const row of [0, 1, 537, 1078]) {
      const got = planes[0].data.subarray(row * width, (row + 1) * width);
      expect(got).toEqual(y.subarray(row * 2048, row * 2048 + width));
    }
    for (const row of [0, 1, 539]) {
      const got = planes[1].data.subarray(row * 1920, (row + 1) * 1920);
      expect(got).toEqual(uv.subarray(row * 2000, row * 2000 + 1920));
    }
    image.dispose();
  });

  it('takes what the array held at the call', async () => {
    const data = bytes(1 << 24);
    const before = data.slice();
    const spec = { shape: [1 << 12, 1 << 12, 1], dtype: 'u8', layout: 'HWC' } as const;
    const tensor = Tensor.fromHost(device, data, spec);
    data.fill(0);
    expect(Buffer.compare((await tensor.toHost()).data as Uint8Array, before)).toBe(0);
    tensor.dispose();
  });

  it('copies page-locked memory directly', async () => {
    const up = new Float32Array(device.allocateHost(1 << 22)).fill(1.25);
    const into = new Float32Array(device.allocateHost(1 << 22));
    const tensor = Tensor.fromHost(device, up, { shape: [1, 1 << 10, 1 << 10], dtype: 'f32', layout: 'CHW' });
    expect((await tensor.toHost({ into })).data).toBe(into);
    expect(into.every(value => value === 1.25)).toBe(true);
    tensor.dispose();
  });

  it('orders streams by what they touch', async () => {
    const streams = [device.createStream(), device.createStream()];
    const spec = { shape: [1 << 11, 1 << 11, 1], dtype: 'u8', layout: 'HWC' } as const;
    for (let n = 0; n < 20; n++) {
      const data = new Uint8Array(1 << 22).fill(n + 1);
      const tensor = Tensor.fromHost(device, data, spec, { stream: streams[n % 2] });
      const host = tensor.toHost({ stream: streams[(n + 1) % 2] });
      tensor.dispose();
      expect((await host).data.every(value => value === n + 1)).toBe(true);
    }
    for (const stream of streams) {
      stream.dispose();
    }
  });

  it('measures with events', async () => {
    const spec = { shape: [1 << 12, 1 << 12, 4], dtype: 'u8', layout: 'HWC' } as const;
    const start = device.stream.record();
    const tensor = Tensor.fromHost(device, new Uint8Array(1 << 26), spec);
    const end = device.stream.record();
    await end.wait();
    expect(end.done && start.done).toBe(true);
    const milliseconds = end.since(start);
    expect(milliseconds).toBeGreaterThan(0.1);
    tensor.dispose();
  });

  it('keeps 50 copies in flight while the event loop runs', async () => {
    let turns = 0;
    let next: NodeJS.Immediate;
    const turn = (): void => {
      turns++;
      next = setImmediate(turn);
    };
    next = setImmediate(turn);
    const thereAndBack = async (n: number): Promise<number> => {
      const data = new Uint8Array(1 << 20).fill(n);
      const tensor = Tensor.fromHost(device, data, {
        shape: [1 << 10, 1 << 10, 1],
        dtype: 'u8',
        layout: 'HWC',
      });
      const host = tensor.toHost();
      tensor.dispose();
      return (await host).data[12345];
    };
    // A fast device is done with a round before this thread has enqueued it: the loop runs between rounds at the latest.
    for (let round = 0; round < 4; round++) {
      const numbers = Array.from({ length: 50 }, (_, n) => 50 * round + n);
      expect(await Promise.all(numbers.map(thereAndBack))).toEqual(numbers);
    }
    clearImmediate(next);
    expect(turns).toBeGreaterThan(0);
    expect(device.memory().live).toBe(0);
  });

  it('says how much was asked for when memory is out, and goes on', async () => {
    const height = Math.ceil((device.properties.totalMemory * 2) / (1 << 20));
    let error: unknown;
    try {
      Tensor.empty(device, { shape: [height, 1 << 18, 1], dtype: 'f32', layout: 'HWC' });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect(error).toMatchObject({ code: 2, cuda: 'CUDA_ERROR_OUT_OF_MEMORY', bytes: height * (1 << 20) });
    const tensor = Tensor.fromHost(device, Uint8Array.of(5), {
      shape: [1, 1, 1],
      dtype: 'u8',
      layout: 'HWC',
    });
    expect((await tensor.toHost()).data[0]).toBe(5);
    tensor.dispose();
  });

  it('refuses a pipeline that was built for the CPU only', () => {
    const image = Image.fromHost(device, {
      format: 'rgb8',
      width: 2,
      height: 2,
      planes: [{ data: new Uint8Array(12) }],
    });
    const rect = { x: 0, y: 0, width: 2, height: 2 };
    expect(() => made.cropped(image, { rect, gain: 1 })).toThrowError(LibraryError);
    image.dispose();
  });

  it('works in worker threads that end in the middle of work', async () => {
    const code = `
      const { parentPort, workerData } = require('node:worker_threads');
      const device = require(workerData).openDevice('cuda', 0);
      const stream = device.createStream();
      const size = 1 << 24;
      const memory = device.allocate(stream, size);
      stream.upload(memory, 0, size, new Uint8Array(size).fill(9), 0, size, size, 1);
      const out = new Uint8Array(size);
      stream.download(out, 0, size, memory, 0, size, size, 1).then(() => {
        parentPort.postMessage(out.every(value => value === 9));
        for (let n = 0; n < 20; n++) stream.download(out, 0, size, memory, 0, size, size, 1);
      });`;
    const run = async (): Promise<unknown> => {
      const worker = new Worker(code, { eval: true, workerData: addonPath });
      const answer = await new Promise((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
      await worker.terminate();
      return answer;
    };
    expect(await Promise.all([run(), run()])).toEqual([true, true]);
    await device.synchronize();
  });
});
