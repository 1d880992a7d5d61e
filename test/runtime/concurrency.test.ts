/** Calls enqueue and return; work runs elsewhere, in order, and everything is given back. */
import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Device, Image, openDevice, Tensor } from '../../runtime/index.js';
import { buildHandmade, type Handmade } from '../support/handmade.js';

let made: Handmade;
let device: Device;
beforeAll(async () => {
  made = await buildHandmade();
  device = openDevice('cpu');
}, 120_000);
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
    const tensor = made.slow(image, { ...still, pause: 1000 });
    image.dispose();
    const host = tensor.toHost();
    tensor.dispose();
    return (await host).data[0];
  });
  const enqueued = performance.now() - begin;
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
  // Each of the 200 sleeps 2 ms, one after the other.
  expect(performance.now() - begin).toBeGreaterThan(390);
  expect(enqueued).toBeLessThan(390);
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

it('refuses an array that was transferred away', async () => {
  const data = new Uint8Array(12);
  const image = Image.fromHost(device, { format: 'rgb8', width: 2, height: 2, planes: [{ data }] });
  structuredClone(data.buffer, { transfer: [data.buffer] });
  const rect = { x: 0, y: 0, width: 2, height: 2 };
  expect(() => made.cropped(image, { rect, gain: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: The array behind this image was transferred or resized after it was given.]`,
  );
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
