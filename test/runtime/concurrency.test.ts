/** Calls enqueue and return; work runs elsewhere, in order, and everything is given back. */
import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  ArgumentError,
  type Device,
  Image,
  OutOfMemoryError,
  openDevice,
  Tensor,
} from '../../runtime/index.js';
import { buildHandmade, type Handmade } from '../support/handmade.js';

let made: Handmade;
let device: Device;
beforeAll(async () => {
  made = await buildHandmade();
  device = openDevice('cpu');
});
afterAll(async () => {
  device?.dispose();
  await made?.remove();
});

const nv12 = (luma: number, height = 2): Image =>
  Image.fromHost(device, {
    format: 'nv12',
    width: 2,
    height,
    planes: [
      { data: new Uint8Array(2 * height).fill(luma) },
      { data: new Uint8Array(2 * Math.ceil(height / 2)) },
    ],
    colour: { matrix: 'bt601', range: 'full', source: 'stream' },
  });
// Neutral: the output is the luma plus rv, 1.402.
const still = { matrix: { dstToSrc: [1, 0, 0, 0, 1, 0] }, pause: 0, code: 0 };

it('runs 200 calls while the event loop and the thread pool stay free', async () => {
  const begin = performance.now();
  const results = Array.from({ length: 200 }, async (_, n) => {
    const image = nv12(n);
    const tensor = made.slow(image, { ...still, pause: 4000 });
    image.dispose();
    const host = tensor.toHost();
    tensor.dispose();
    return (await host).data[0];
  });
  let settled = false;
  const all = Promise.all(results).then(values => {
    settled = true;
    return values;
  });
  const text = await readFile(new URL(import.meta.url), 'utf8');
  await new Promise(resolve => setTimeout(resolve, 10));
  expect(text).toContain('200 calls');
  expect(settled).toBe(false);
  const values = await all;
  expect(values.every((value, n) => Math.abs(value - (n + 1.402)) < 1e-3)).toBe(true);
  // Each of the 200 sleeps 8 ms, one after the other.
  expect(performance.now() - begin).toBeGreaterThan(1590);
  expect(device.memory().live).toBe(0);
});

it('keeps arrays and memory alive until the work that reads them is done', async () => {
  const tensors = Array.from({ length: 20 }, (_, n) => made.slow(nv12(n), { ...still, pause: 500 }));
  collect();
  const hosts = tensors.map(tensor => tensor.toHost());
  for (const tensor of tensors) {
    tensor.dispose();
  }
  const values = (await Promise.all(hosts)).map(({ data }) => Math.round(data[3]) - 1);
  expect(values).toEqual(Array.from({ length: 20 }, (_, n) => n));
  expect(device.memory().live).toBe(0);
});

const collect = (): void => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
};

it('gives memory back when the collector finds a tensor', async () => {
  for (let n = 0; n < 50; n++) {
    Tensor.empty(device, { shape: [1, 64, 64, 3], dtype: 'f32', layout: 'NHWC' });
  }
  expect(device.memory().live).toBeGreaterThan(0);
  for (let n = 0; n < 20 && device.memory().live > 0; n++) {
    collect();
    await new Promise(resolve => setImmediate(resolve));
  }
  expect(device.memory().live).toBe(0);
});

it('orders streams by what they touch, and lets others overlap', async () => {
  const [first, second] = [device.createStream(), device.createStream()];
  const slow = made.slow(nv12(1, 100), { ...still, pause: 2000 }, { stream: first });
  const quick = made.slow(nv12(2), still, { stream: second });
  // Uses the slow one's output on another stream.
  const dependent = second.record();
  const copied = slow.toHost({ stream: second });
  await dependent.wait();
  await quick.toHost({ stream: second }).then(() => undefined);
  const { data } = await copied;
  expect(Math.round(data[0] - 1.402)).toBe(1);
  expect(Math.round(data[199] - 1.402)).toBe(1);
  for (const held of [slow, quick, first, second]) {
    held.dispose();
  }
});

it('waits for events, measures between them, and finishes what a disposed stream holds', async () => {
  const [first, second] = [device.createStream(), device.createStream()];
  const start = first.record();
  const output = made.slow(nv12(9, 20), { ...still, pause: 1000 }, { stream: first });
  const end = first.record();
  expect(end.done).toBe(false);
  expect(() => end.since(start)).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: Expected events that have passed: await event.wait() first.]`,
  );
  second.waitFor(end);
  const passed = second.record();
  first.dispose();
  await passed.wait();
  expect(end.done).toBe(true);
  expect(end.since(start)).toBeGreaterThan(9);
  expect((await output.toHost()).data[39]).toBeCloseTo(10.402, 3);
  output.dispose();
  second.dispose();
});

it('rejects when a pipeline fails', async () => {
  const stream = device.createStream();
  const tensor = made.slow(nv12(1), { ...still, code: 5 }, { stream });
  await expect(stream.synchronize()).rejects.toThrowErrorMatchingInlineSnapshot(
    `[CuweaveError: Pipeline 'slow' failed on the CPU with code 5.]`,
  );
  await expect(tensor.toHost({ stream })).rejects.toThrowError();
  tensor.dispose();
  stream.dispose();
});

// What moves an array's memory away, or makes it smaller, while work is under way.
const movers: Readonly<Record<string, (buffer: ArrayBuffer) => unknown>> = {
  structuredClone: buffer => structuredClone(buffer, { transfer: [buffer] }),
  postMessage: buffer => {
    const { port1 } = new MessageChannel();
    port1.postMessage(buffer, [buffer]);
    port1.close();
  },
  // Of newer engines only.
  transfer: buffer =>
    'transfer' in buffer
      ? (buffer as unknown as { transfer(bytes: number): unknown }).transfer(16)
      : structuredClone(buffer, { transfer: [buffer] }),
};

it.each(Object.keys(movers))('works on copies of arrays that %s takes away', async name => {
  const held = made.slow(nv12(1), { ...still, pause: 50_000 });
  const data = Uint8Array.from({ length: 12 }, (_, n) => n);
  const image = (of: Uint8Array): Image =>
    Image.fromHost(device, { format: 'rgb8', width: 2, height: 2, planes: [{ data: of }] });
  const options = { rect: { x: 0, y: 0, width: 2, height: 2 }, gain: 1 };
  const kept = made.cropped(image(data.slice()), options);
  const tensor = made.cropped(image(data), options);
  movers[name](data.buffer as ArrayBuffer);
  expect((await tensor.toHost()).data).toEqual((await kept.toHost()).data);
  held.dispose();
});

it.each(Object.keys(movers))('writes nothing into an array that %s took away', async name => {
  const tensor = Tensor.fromHost(device, new Float32Array(1 << 18).fill(3), {
    shape: [1, 512, 512],
    dtype: 'f32',
    layout: 'CHW',
  });
  const held = made.slow(nv12(1), { ...still, pause: 50_000 });
  const into = new Float32Array(1 << 18);
  const filled = tensor.toHost({ into });
  const moved = movers[name](into.buffer as ArrayBuffer);
  await expect(filled).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: The array for the values was transferred or resized before they came.]`,
  );
  if (moved instanceof ArrayBuffer) {
    expect(new Float32Array(moved).every(value => value === 0)).toBe(true);
  }
  held.dispose();
  tensor.dispose();
});

it('has no pool of memory to trim on the CPU', () => {
  device.trim();
  expect(device.memory().reserved).toBeUndefined();
  for (const keep of [-1, 0.5, Number.NaN]) {
    expect(() => device.trim(keep)).toThrowError(ArgumentError);
  }
});

it('goes on with the memory of allocateHost wherever its buffer went', async () => {
  const spec = { shape: [1, 2, 3], dtype: 'f32', layout: 'CHW' } as const;
  const tensor = Tensor.fromHost(device, Float32Array.of(1, 2, 3, 4, 5, 6), spec);
  const held = made.slow(nv12(1), { ...still, pause: 20_000 });
  const into = new Float32Array(device.allocateHost(24));
  const filled = tensor.toHost({ into });
  let moved = into;
  try {
    // An engine copies such a buffer instead of moving it, or refuses to.
    structuredClone(into.buffer, { transfer: [into.buffer] });
    if ('transfer' in into.buffer) {
      moved = new Float32Array((into.buffer as unknown as { transfer(): ArrayBuffer }).transfer());
    }
  } catch {}
  await filled;
  expect(Array.from(moved)).toEqual([1, 2, 3, 4, 5, 6]);
  held.dispose();
  tensor.dispose();
});

it('reads and writes shared memory where it is', async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(12));
  const image = Image.fromHost(device, { format: 'rgb8', width: 2, height: 2, planes: [{ data: shared }] });
  shared.fill(9);
  expect((await image.toHost()).planes[0].data).toEqual(new Uint8Array(12).fill(9));
  const tensor = Tensor.fromHost(device, new Uint8Array(12).fill(4), {
    shape: [2, 2, 3],
    dtype: 'u8',
    layout: 'HWC',
  });
  await tensor.toHost({ into: shared });
  expect(Array.from(shared)).toEqual(new Array(12).fill(4));
});

it('refuses more memory of the host than there is', () => {
  expect(() => device.allocateHost(1e12)).toThrowError(OutOfMemoryError);
  expect(() => device.allocateHost(2 ** 52)).toThrowError(OutOfMemoryError);
  for (const bytes of [0, -1, 1.5, Number.NaN, '8' as never]) {
    expect(() => device.allocateHost(bytes)).toThrowError(ArgumentError);
  }
});

it('refuses to bring to the host what it has no room for, and goes on', async () => {
  // Nobody reads at that address: the values' array comes first.
  const huge = Tensor.wrap(device, {
    pointer: 4096n,
    shape: [2 ** 15, 2 ** 15, 2 ** 15],
    dtype: 'f32',
    layout: 'HWC',
  });
  await expect(huge.toHost()).rejects.toThrowErrorMatchingInlineSnapshot(
    `[OutOfMemoryError: Out of memory: 134217728.0 MiB were asked for. Dispose tensors and images that are done with, or give fewer images at a time.]`,
  );
  await expect(huge.toHost()).rejects.toBeInstanceOf(OutOfMemoryError);
  const tensor = made.slow(nv12(7), still);
  expect((await tensor.toHost()).data[0]).toBeCloseTo(8.402, 3);
  tensor.dispose();
});

it('copies tensors of any stride to the host, into a given array too', async () => {
  const source = Float32Array.from({ length: 60 }, (_, n) => n);
  const image = Tensor.fromHost(device, source, { shape: [3, 4, 5], dtype: 'f32', layout: 'CHW' });
  const part = Tensor.wrap(device, {
    pointer: image.pointer + 4n,
    shape: [2, 3, 2],
    dtype: 'f32',
    layout: 'CHW',
    strides: [20, 5, 1],
  });
  const into = new Float32Array(12);
  const { data } = await part.toHost({ into });
  expect(data).toBe(into);
  expect(Array.from(data)).toEqual([1, 2, 6, 7, 11, 12, 21, 22, 26, 27, 31, 32]);
  image.dispose();
});
