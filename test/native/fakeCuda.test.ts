/** The addon's CUDA side, on a stand-in for the driver (test/support/fakeCuda.cpp). */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cudaStatus, type Device, Image, openDevice, Tensor } from '../../runtime/index.js';
import { buildHandmade, type Handmade } from '../support/handmade.js';

let made: Handmade;
let device: Device;
beforeAll(async () => {
  made = await buildHandmade({ fakeCuda: true });
  device = openDevice('cuda');
});
afterEach(() => {
  delete process.env.CUWEAVE_FAKE_FAIL;
  delete process.env.CUWEAVE_FAKE_LAUNCH;
});
afterAll(async () => {
  device?.dispose();
  await made?.remove();
});

const picture = (seed: number, width = 40, height = 30): Uint8Array =>
  Uint8Array.from({ length: width * height * 3 }, (_, n) => (n * 7 + seed * 13) % 256);
const upload = (data: Uint8Array, width = 40, height = 30): Image =>
  Image.fromHost(device, { format: 'rgb8', width, height, planes: [{ data }] });
const whole = { x: 0, y: 0, width: 40, height: 30 };

// No thread of the addon's may read the environment while it is being changed, or meet a failure meant for another.
const settle = (): Promise<void> => device.synchronize();

describe('CUDA on a stand-in driver', () => {
  it('says what it found', () => {
    expect(cudaStatus()).toMatchObject({ usable: true, driverVersion: 13000, message: '' });
    expect(device.properties).toMatchObject({
      name: 'Fake GPU',
      computeCapability: [9, 0],
      multiprocessors: 4,
    });
    expect(openDevice().kind).toBe('cuda');
    expect(() => openDevice('cuda:1')).toThrowErrorMatchingInlineSnapshot(
      `[DeviceUnavailableError: Device 'cuda:1' cannot be used: there is no CUDA device 1: the driver sees 1. Check CUDA_VISIBLE_DEVICES and nvidia-smi, or use openDevice('cpu').]`,
    );
  });

  it('copies what the array held at the call', async () => {
    const data = picture(1);
    const image = upload(data);
    const before = data.slice();
    data.fill(0);
    const { planes } = await image.toHost();
    expect(planes[0].data).toEqual(before);
    image.dispose();
  });

  it('runs many calls at once, each with its own data, and gives everything back', async () => {
    const results = await Promise.all(
      Array.from({ length: 60 }, async (_, n) => {
        const image = upload(picture(n));
        const tensor = made.cropped(image, { rect: whole, gain: 1 });
        image.dispose();
        const host = tensor.toHost();
        tensor.dispose();
        return (await host).data[2];
      }),
    );
    expect(results).toEqual(results.map((_, n) => (6 * 7 + n * 13) % 256));
    await device.synchronize();
    expect(device.memory().live).toBe(0);
  });

  it('orders work on several streams by what it touches', async () => {
    const streams = [device.createStream(), device.createStream()];
    for (let n = 0; n < 10; n++) {
      const image = Image.fromHost(
        device,
        { format: 'rgb8', width: 40, height: 30, planes: [{ data: picture(n) }] },
        { stream: streams[0] },
      );
      const tensor = made.cropped(image, { rect: whole, gain: 2 }, { stream: streams[1] });
      image.dispose();
      const host = tensor.toHost();
      tensor.dispose();
      expect((await host).data[0]).toBe(((n * 13) % 256) * 2);
    }
    for (const stream of streams) {
      stream.dispose();
    }
    expect(device.memory().live).toBe(0);
  });

  it('frees memory whose stream is gone', async () => {
    const stream = device.createStream();
    const spec = { shape: [4, 5, 6], dtype: 'f32', layout: 'CHW' } as const;
    const tensor = Tensor.fromHost(device, new Float32Array(120).fill(3), spec, { stream });
    stream.dispose();
    expect((await tensor.toHost()).data[119]).toBe(3);
    tensor.dispose();
    expect(device.memory().live).toBe(0);
  });

  it('says what its pool holds, and trims it', async () => {
    const tensor = Tensor.empty(device, { shape: [1, 1, 1000], dtype: 'u8', layout: 'CHW' });
    expect(device.memory().reserved).toBeGreaterThanOrEqual(1000);
    device.trim();
    expect(device.memory().live).toBe(1000);
    tensor.dispose();
    // What an earlier test let go comes back on a stream of its own.
    await expect.poll(() => device.memory().reserved).toBe(0);
    device.trim();
    expect(device.memory().reserved).toBe(0);
  });

  it('measures with events', async () => {
    const start = device.stream.record();
    const image = upload(picture(1));
    const end = device.stream.record();
    await end.wait();
    expect(start.done).toBe(true);
    expect(end.since(start)).toBeGreaterThan(1);
    image.dispose();
  });

  it('takes streams of others, and gives handles of its own', async () => {
    // Another library's stream: here one of this library's own; the other handle knows nothing of it.
    const theirs = device.createStream();
    expect(theirs.handle).toBeGreaterThan(0n);
    expect(theirs.handle).not.toBe(device.stream.handle);
    const wrapped = device.wrapStream(theirs.handle);
    expect(wrapped.handle).toBe(theirs.handle);
    const event = wrapped.record();
    expect(event.handle).toBeGreaterThan(0n);
    await event.wait();

    const results = await Promise.all(
      Array.from({ length: 30 }, async (_, n) => {
        const image = Image.fromHost(
          device,
          { format: 'rgb8', width: 40, height: 30, planes: [{ data: picture(n) }] },
          { stream: wrapped },
        );
        const tensor = made.cropped(image, { rect: whole, gain: 1 }, { stream: wrapped });
        // The same memory as another library sees it, written on the stream so far: read on a stream that knows nothing of it.
        const { shape, dtype, layout, pointer } = tensor;
        const seen = Tensor.wrap(device, {
          ...{ shape, dtype, layout, pointer, keepAlive: tensor },
          stream: wrapped,
        });
        const { data } = await seen.toHost({ stream: device.stream });
        for (const one of [image, seen, tensor]) {
          one.dispose();
        }
        return data[2];
      }),
    );
    expect(results).toEqual(results.map((_, n) => (6 * 7 + n * 13) % 256));
    const legacy = device.wrapStream(0n);
    expect(legacy.handle).toBe(0n);
    await legacy.record().wait();
    legacy.dispose();
    wrapped.dispose();
    expect(() => wrapped.handle).toThrowErrorMatchingInlineSnapshot(
      `[DisposedError: The stream is disposed.]`,
    );
    // It was not ended: its owner goes on.
    const image = upload(picture(5));
    const { planes } = await image.toHost({ stream: theirs });
    expect(planes[0].data).toEqual(picture(5));
    image.dispose();
    theirs.dispose();
    await device.synchronize();
    expect(device.memory().live).toBe(0);
  });

  it('refuses handles that are none, or of another device', () => {
    const cpu = openDevice('cpu');
    const said = [
      () => device.wrapStream(7 as never),
      () => device.wrapStream(-1n),
      () => device.wrapStream(2n ** 64n),
      () => device.wrapStream(0x1001n),
      () => cpu.wrapStream(0n),
      () => cpu.stream.handle,
      () => cpu.stream.record().handle,
      () =>
        Tensor.wrap(device, {
          shape: [4],
          dtype: 'u8',
          layout: 'HWC',
          pointer: 64n,
          stream: 3 as never,
        } as never),
      () =>
        Tensor.wrap(device, {
          ...{ shape: [1, 1, 4], dtype: 'u8', layout: 'HWC', pointer: 64n },
          stream: cpu.stream,
        }),
      () =>
        Image.wrap(device, {
          ...{ format: 'gray8', width: 4, height: 1, planes: [{ pointer: 64n, pitch: 4 }] },
          stream: {} as never,
        }),
    ].map(call => {
      try {
        return `${call()}`;
      } catch (error) {
        const { name, message } = error as Error;
        return `${name}: ${message}`;
      }
    });
    cpu.dispose();
    expect(said).toMatchInlineSnapshot(`
      [
        "ArgumentError: Expected a bigint of 64 bits for handle but received 7.",
        "ArgumentError: Expected a bigint of 64 bits for handle but received -1n.",
        "ArgumentError: Expected a bigint of 64 bits for handle but received 18446744073709551616n.",
        "ArgumentError: Expected a stream of the device's primary context.",
        "DeviceUnavailableError: The CPU has no CUDA streams, and so no handles of them: open a GPU by openDevice('cuda').",
        "DeviceUnavailableError: The CPU has no CUDA streams, and so no handles of them: open a GPU by openDevice('cuda').",
        "DeviceUnavailableError: The CPU has no CUDA events, and so no handles of them: open a GPU by openDevice('cuda').",
        "ArgumentError: Expected 3 sizes (HWC) for spec.shape but received [4].",
        "ArgumentError: Expected a stream of cuda:0 for spec.stream but received one of cpu.",
        "ArgumentError: Expected a Stream for spec.stream but received {}.",
      ]
    `);
  });

  it('copies page-locked memory directly', async () => {
    const floats = new Float32Array(device.allocateHost(4000));
    floats.fill(2.5);
    const tensor = Tensor.fromHost(device, floats, { shape: [10, 10, 10], dtype: 'f32', layout: 'CHW' });
    const into = new Float32Array(device.allocateHost(4000));
    expect((await tensor.toHost({ into })).data).toBe(into);
    expect(into[999]).toBe(2.5);
    tensor.dispose();
  });

  it('says how much was asked for when memory is out, and goes on', () => {
    const spec = { shape: [1024, 1024, 100], dtype: 'u8', layout: 'HWC' } as const;
    expect(() => Tensor.empty(device, spec)).toThrowErrorMatchingInlineSnapshot(
      `[OutOfMemoryError: Out of memory: 100.0 MiB were asked for with 64.0 MiB free of 64.0 MiB. Dispose tensors and images that are done with, or give fewer images at a time.]`,
    );
    Tensor.empty(device, { ...spec, shape: [10, 10, 3] }).dispose();
  });

  it('makes a typed error of a failed launch', async () => {
    const image = upload(picture(1));
    await settle();
    process.env.CUWEAVE_FAKE_LAUNCH = '209';
    expect(() => made.cropped(image, { rect: whole, gain: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[LaunchError: Pipeline 'cropped' could not be launched for 1 image on cuda:0: the launch failed with CUDA_ERROR_NO_BINARY_FOR_GPU (209): no kernel image is available for execution on the device. It was built for no GPU, and this GPU is sm_90: build it for that one too.]`,
    );
    delete process.env.CUWEAVE_FAKE_LAUNCH;
    made.cropped(image, { rect: whole, gain: 1 }).dispose();
    image.dispose();
    expect(device.memory().live).toBe(0);
  });

  it('rejects, with the failure of the work, and then refuses the lost device', async () => {
    await settle();
    process.env.CUWEAVE_FAKE_FAIL = 'cuEventSynchronize:700';
    await expect(device.synchronize()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DeviceLostError: The device is lost: work on the stream failed with CUDA_ERROR_ILLEGAL_ADDRESS (700): an illegal memory access was encountered. Start another process, or use openDevice('cpu').]`,
    );
    delete process.env.CUWEAVE_FAKE_FAIL;
    expect(() => upload(picture(1))).toThrowErrorMatchingInlineSnapshot(
      `[DeviceLostError: The device is lost: an earlier call failed with CUDA_ERROR_ILLEGAL_ADDRESS (700): an illegal memory access was encountered. Start another process, or use openDevice('cpu').]`,
    );
    await expect(device.synchronize()).rejects.toMatchObject({ name: 'DeviceLostError', code: 700 });
  });
});
