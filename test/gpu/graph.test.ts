/** Calls captured as a CUDA graph, on a real driver. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cudaStatus, type Device, openDevice, Tensor } from '../../runtime/index.js';
import { large } from '../support/builtTwice.js';
import { buildHalved, type Halved } from '../support/halved.js';
import { buildCalls, type Calls } from './build.js';

const status = cudaStatus();
const title = status.usable ? '' : ' (skipped: no CUDA device)';
const [width, height] = [320, 240];
const interleaved = { shape: [1, height, width, 3], dtype: 'u8', layout: 'NHWC' } as const;

describe.skipIf(!status.usable)(`a CUDA graph${title}`, () => {
  let calls: Calls;
  let halved: Halved;
  let device: Device;
  beforeAll(async () => {
    calls = await buildCalls();
    halved = await buildHalved('halvedCuda', { cpu: false });
    device = openDevice('cuda');
  }, 1_200_000);
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });
  const values = (seed: number): Uint8Array =>
    Uint8Array.from({ length: width * height * 3 }, (_, n) => (n * 31 + seed * 17) % 251);

  it('gives what the calls give, launch after launch, with kernels that were never launched before', async () => {
    const input = Tensor.fromHost(device, values(0), interleaved);
    const middle = Tensor.empty(device, { shape: [1, 3, height, width], dtype: 'u8', layout: 'NCHW' });
    const output = Tensor.empty(device, { shape: [1, height, width, 3], dtype: 'f32', layout: 'NHWC' });
    const stream = device.createStream();
    const graph = stream.capture(() => {
      calls.planar.runInto(middle, input, {});
      calls.brighter.runInto(output, middle, {});
    });
    for (let seed = 1; seed < 20; seed++) {
      const next = Tensor.fromHost(device, values(seed), interleaved);
      next.copyTo(input);
      graph.launch();
      const { data } = await output.toHost();
      expect(Buffer.compare(new Uint8Array(data.buffer), bytesOf(values(seed)))).toBe(0);
      next.dispose();
    }
    graph.dispose();
    for (const held of [input, middle, output, stream]) {
      held.dispose();
    }
  });

  it('keeps the image between two kernels', async () => {
    const forked = halved.built.halvedCubic as never as {
      runInto(output: Tensor, input: Tensor, options: object): Tensor;
    };
    const input = Tensor.fromHost(
      device,
      Uint16Array.from({ length: 90 * 70 }, (_, n) => (n * 977) % 65521),
      { shape: [1, 70, 90, 1], dtype: 'u16', layout: 'NHWC' },
    );
    const spec = { shape: [1, 7, 9, 1], dtype: 'f16', layout: 'NHWC' } as const;
    const [called, launched] = [Tensor.empty(device, spec), Tensor.empty(device, spec)];
    const size = { width: 9, height: 7 };
    forked.runInto(called, input, size);
    const graph = device.stream.capture(() => forked.runInto(launched, input, size));
    expect(graph.kernels).toBe(2);
    for (let n = 0; n < 3; n++) {
      graph.launch();
    }
    expect(await launched.toHost()).toEqual(await called.toHost());
    graph.dispose();
    for (const held of [input, called, launched]) {
      held.dispose();
    }
  });

  it('a kernel begins when all that the one before it wrote is there, called and launched', async () => {
    // The stand-in runs one thread at a time.
    const size = { width: large(1920), height: large(1080) };
    const picture = Uint8Array.from({ length: size.width * size.height * 3 }, (_, n) => (n * 31) % 251);
    const spec = { ...interleaved, shape: [1, size.height, size.width, 3] } as const;
    const stream = device.createStream();
    const there = Tensor.fromHost(device, picture, spec);
    const [back, seen] = [Tensor.empty(device, spec), Tensor.empty(device, spec)];
    // Each reads what the other one writes: too early, and a pixel is mirrored once more than its neighbour.
    const thereAndBack = (times: number): void => {
      for (let n = 0; n < times; n++) {
        calls.mirrored.runInto(back, there, {}, { stream });
        calls.mirrored.runInto(there, back, {}, { stream });
      }
    };
    thereAndBack(20);
    const graph = stream.capture(() => {
      thereAndBack(5);
      calls.mirrored.runInto(seen, there, {}, { stream });
    });
    for (let n = 0; n < 4; n++) {
      graph.launch();
    }
    const { data } = await seen.toHost({ stream });
    const expected = picture.map((_, n) => {
      const column = Math.floor(n / 3) % size.width;
      return picture[n + 3 * (size.width - 1 - 2 * column)]!;
    });
    expect(Buffer.compare(new Uint8Array(data.buffer), expected)).toBe(0);
    graph.dispose();
    for (const held of [there, back, seen, stream]) {
      held.dispose();
    }
  });
});

const bytesOf = (values: Uint8Array): Uint8Array =>
  new Uint8Array(Float32Array.from(values, v => v * 2 + 1).buffer);
