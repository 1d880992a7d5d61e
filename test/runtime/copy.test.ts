import { afterAll, expect, it } from 'vitest';
import { openDevice, Tensor } from '../../runtime/index.js';

const device = openDevice('cpu');
afterAll(() => device.dispose());

const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, n) => n);
const tensor = (shape: number[], data: Uint8Array): Tensor =>
  Tensor.fromHost(device, data, { shape, dtype: 'u8', layout: 'HWC' });

it('copies a dense tensor', async () => {
  const source = tensor([2, 3, 4], counting(24));
  const target = tensor([2, 3, 4], new Uint8Array(24));
  source.copyTo(target);
  expect((await target.toHost()).data).toEqual(counting(24));
});

it('copies between different strides and leaves what lies between the rows alone', async () => {
  const source = tensor([2, 3, 4], counting(24));
  const memory = tensor([1, 64, 1], new Uint8Array(64).fill(255));
  const target = Tensor.wrap(device, {
    shape: [2, 3, 4],
    dtype: 'u8',
    layout: 'HWC',
    pointer: memory.pointer,
    strides: [30, 6, 1],
  });
  source.copyTo(target);
  expect((await target.toHost()).data).toEqual(counting(24));
  const { data } = await memory.toHost();
  expect([...data.slice(0, 8)]).toEqual([0, 1, 2, 3, 255, 255, 4, 5]);
  expect([...data.slice(28, 32)]).toEqual([255, 255, 12, 13]);
  const back = tensor([2, 3, 4], new Uint8Array(24));
  target.copyTo(back);
  expect((await back.toHost()).data).toEqual(counting(24));
});

it('refuses what does not fit', () => {
  const source = tensor([2, 3, 4], counting(24));
  expect(() => source.copyTo(tensor([2, 4, 3], new Uint8Array(24)))).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: Expected u8 [2, 3, 4] on cpu for target but received u8 [2, 4, 3] on cpu.]`,
  );
  expect(() => source.copyTo(source)).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: Expected memory apart from the source for target but received some of the same memory.]`,
  );
  expect(() => source.copyTo({} as never)).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: Expected a Tensor for target but received {}.]`,
  );
});

it('reads the source of before, though it is disposed of at once and its memory given out anew', async () => {
  const spec = { shape: [2 ** 16], dtype: 'i32', layout: 'any' } as const;
  const targets = Array.from({ length: 200 }, (_, value) => {
    const target = Tensor.empty(device, spec);
    using source = Tensor.fromHost(device, new Int32Array(2 ** 16).fill(value), spec);
    source.copyTo(target);
    return target;
  });
  const last = await Promise.all(targets.map(async target => (await target.toHost()).data.at(-1)));
  expect(last).toEqual(targets.map((_, value) => value));
  for (const target of targets) {
    target.dispose();
  }
});
