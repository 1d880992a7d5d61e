/** Captured calls, on the CPU and on the stand-in for CUDA's driver. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Device, Image, openDevice, Tensor } from '../../runtime/index.js';
import { buildHandmade, type Handmade } from '../support/handmade.js';

const [width, height] = [40, 30];
const rect = { x: 2, y: 1, width: 20, height: 10 };
const spec = { shape: [1, 3, 10, 20], dtype: 'f32', layout: 'NCHW' } as const;
const message = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return 'nothing';
};

let made: Handmade;
beforeAll(async () => {
  made = await buildHandmade({ fakeCuda: true });
}, 120_000);
afterAll(() => made?.remove());

describe.each(['cpu', 'cuda'] as const)('a graph on %s', kind => {
  let device: Device;
  let image: Image;
  let output: Tensor;
  beforeAll(() => {
    device = openDevice(kind);
    image = Image.empty(device, { format: 'rgb8', width, height });
    output = Tensor.empty(device, spec);
    const data = new Uint8Array(width * height * 3).fill(10);
    expect(data.length).toBe(3600);
  });
  afterAll(async () => {
    image.dispose();
    output.dispose();
    await device.synchronize();
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it('reads its memory anew with every launch, in order with what is around it', async () => {
    const values = Tensor.empty(device, { shape: [height, width, 3], dtype: 'u8', layout: 'HWC' });
    const doubled = Tensor.empty(device, spec);
    const graph = device.stream.capture(() => {
      made.cropped.runInto(output, values, { rect, gain: 1 });
      made.cropped.runInto(doubled, values, { rect, gain: 2 });
    });
    expect([graph.kernels, graph.stream, graph.device]).toEqual([2, device.stream, device]);
    for (const seed of [3, 40]) {
      const next = Tensor.fromHost(device, new Uint8Array(width * height * 3).fill(seed), {
        shape: [height, width, 3],
        dtype: 'u8',
        layout: 'HWC',
      });
      next.copyTo?.(values);
      next.dispose();
    }
    graph.dispose();
    values.dispose();
    doubled.dispose();
  });
});
