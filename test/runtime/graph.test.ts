/** Captured calls, on the CPU and on the stand-in for CUDA's driver. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Device, Image, openDevice, Tensor } from '../../runtime/index.js';
import { buildHandmade, type Handmade } from '../support/handmade.js';

const [width, height] = [40, 30];
const rect = { x: 2, y: 1, width: 20, height: 10 };
const source = { shape: [1, height, width, 3], dtype: 'u8', layout: 'NHWC' } as const;
const spec = { shape: [1, 3, 10, 20], dtype: 'f32', layout: 'NCHW' } as const;
const filled = (value: number): Uint8Array => new Uint8Array(width * height * 3).fill(value);

let made: Handmade;
beforeAll(async () => {
  made = await buildHandmade({ fakeCuda: true });
});
afterAll(() => made?.remove());

describe.each(['cpu', 'cuda'] as const)('a graph on %s', kind => {
  let device: Device;
  let input: Tensor;
  let output: Tensor;
  beforeAll(() => {
    device = openDevice(kind);
    input = Tensor.fromHost(device, filled(10), source);
    output = Tensor.empty(device, spec);
  });
  afterAll(async () => {
    for (const held of [input, output]) {
      held.dispose();
    }
    await device.synchronize();
    expect(device.memory().live).toBe(0);
    device.dispose();
  });
  const fill = (value: number): void => {
    const next = Tensor.fromHost(device, filled(value), source);
    next.copyTo(input);
    next.dispose();
  };
  const firstOf = async (tensor: Tensor): Promise<number> => (await tensor.toHost()).data[0]!;
  const refusal = (call: () => unknown): string => {
    try {
      call();
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
    return 'not refused';
  };
  const captured = () => device.stream.capture(() => made.cropped.runInto(output, input, { rect, gain: 3 }));

  it('enqueues nothing when it is captured, and reads its memory anew with every launch', async () => {
    const doubled = Tensor.fromHost(device, new Float32Array(600), spec);
    const graph = device.stream.capture(() => {
      made.cropped.runInto(output, input, { rect, gain: 1 });
      made.cropped.runInto(doubled, input, { rect, gain: 2 });
    });
    expect([graph.kernels, graph.stream, graph.device]).toEqual([2, device.stream, device]);
    expect(await firstOf(doubled)).toBe(0);
    for (const value of [3, 40, 41]) {
      fill(value);
      graph.launch();
      expect([await firstOf(output), await firstOf(doubled)]).toEqual([value, 2 * value]);
    }
    graph.dispose();
    expect(() => graph.launch()).toThrowErrorMatchingInlineSnapshot(
      `[DisposedError: The graph is disposed.]`,
    );
    doubled.dispose();
  });

  it('is in order with work on other streams, by what it touches', async () => {
    const [first, second] = [device.createStream(), device.createStream()];
    const graph = first.capture(() => made.cropped.runInto(output, input, { rect, gain: 5 }));
    expect(graph.stream).toBe(first);
    for (const value of [7, 8, 9]) {
      const next = Tensor.fromHost(device, filled(value), source, { stream: second });
      next.copyTo(input, { stream: second });
      next.dispose();
      graph.launch();
      expect((await output.toHost({ stream: second })).data[0]).toBe(5 * value);
    }
    first.dispose();
    expect(() => graph.launch()).toThrow('The stream is disposed.');
    graph.dispose();
    second.dispose();
  });

  it('does not touch memory that is given back', async () => {
    const given = Tensor.empty(device, spec);
    const graph = device.stream.capture(() => made.cropped.runInto(given, input, { rect, gain: 1 }));
    given.dispose();
    expect(() => graph.launch()).toThrow(/disposed/);
    graph.dispose();
    // The stream goes on.
    const other = captured();
    fill(2);
    other.launch();
    expect(await firstOf(output)).toBe(6);
    other.dispose();
  });

  it('refuses what cannot be captured, and captures the next', async () => {
    const other = device.createStream();
    const image = Image.empty(device, { format: 'rgb8', width, height });
    const call = { rect, gain: 1 };
    const reasons = [
      () => made.cropped(input, call),
      () => made.cropped.runEach(input, call),
      () => made.cropped.runInto(output, input, call, { stream: other }),
      () => Tensor.empty(device, spec),
      () => Tensor.empty(device, spec, { stream: other }),
      () => image.clone(),
      () => input.copyTo(input),
      () => device.stream.record(),
      () => device.stream.capture(() => undefined),
      () => other.dispose(),
      () => undefined,
      async () => undefined,
      () => made.cropped.runInto(output, input, { rect, gain: 'much' as never }),
    ].map(work => refusal(() => device.stream.capture(work as () => void)));
    expect(reasons).toMatchInlineSnapshot(`
      [
        "ArgumentError: Expected calls of runInto on the stream that captures for work but received cropped with results of its own. Use runInto, with memory that is there.",
        "ArgumentError: Expected calls of runInto on the stream that captures for work but received cropped with results of its own. Use runInto, with memory that is there.",
        "ArgumentError: Expected calls of runInto on the stream that captures for work but received a call on another stream. Leave out call.stream, or give it the one that captures.",
        "ArgumentError: Expected calls of runInto on the stream that captures for work but received something else that uses a stream: a new tensor or image, a copy, an event, synchronize(). Do that before stream.capture() or after it.",
        "ArgumentError: Expected calls of runInto on the stream that captures for work but received something else that uses a stream: a new tensor or image, a copy, an event, synchronize(). Do that before stream.capture() or after it.",
        "ArgumentError: Expected calls of runInto on the stream that captures for work but received something else that uses a stream: a new tensor or image, a copy, an event, synchronize(). Do that before stream.capture() or after it.",
        "ArgumentError: Expected memory apart from the source for target but received some of the same memory.",
        "ArgumentError: Expected calls of runInto on the stream that captures for work but received something else that uses a stream: a new tensor or image, a copy, an event, synchronize(). Do that before stream.capture() or after it.",
        "ArgumentError: Expected calls of runInto on the stream that captures for work but received something else that uses a stream: a new tensor or image, a copy, an event, synchronize(). Do that before stream.capture() or after it.",
        "ArgumentError: Expected calls of runInto on the stream that captures for work but received dispose() of a stream. Do that before or after it.",
        "ArgumentError: Expected calls of runInto for work but received a function that makes none.",
        "ArgumentError: Expected a function that is not asynchronous for work but received one that gives a promise.",
        "ArgumentError: Expected a finite number for options.gain but received 'much'.",
      ]
    `);
    expect(refusal(() => device.stream.capture(3 as never))).toMatchInlineSnapshot(
      `"ArgumentError: Expected a function for work but received 3."`,
    );
    const graph = captured();
    fill(4);
    graph.launch();
    expect(await firstOf(output)).toBe(12);
    for (const held of [graph, other, image]) {
      held.dispose();
    }
  });

  it('refuses what waits', async () => {
    let waited: Promise<unknown> | undefined;
    const work = () => {
      made.cropped.runInto(output, input, { rect, gain: 1 });
      waited = output.toHost();
      waited.catch(() => undefined);
    };
    const graph = device.stream.capture(work);
    await expect(waited).rejects.toThrow(/runInto/);
    graph.dispose();
  });
});
