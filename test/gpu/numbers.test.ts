/** Numbers at the edges on a GPU: NaN and infinities, full ranges of many bits. test/runtime/numbers.test.ts says what is right. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cudaStatus, type Device, Image, ImageBatch, openDevice, Tensor } from '../../runtime/index.js';
import { buildFolder, buildForCuda, onStandIn } from '../support/executions.js';
import { random } from '../support/random.js';

const status = cudaStatus();
const title = status.usable ? '' : ' (skipped: no CUDA device)';
const names = [
  'minMaxSign',
  'clamped',
  'clampedBytes',
  'remapped',
  'remappedBytes',
  'decode10',
  'decode16',
  'decodeDeep444',
  'encode10',
  'encode16',
] as const;
type Run = (input: unknown, options?: object) => Tensor | Image | ImageBatch;
type Built = Readonly<Record<(typeof names)[number], Run>>;

const special = [NaN, Infinity, -Infinity, 3, -2, 0, -0, 300, 1e30, -1e30];
const pixels = special.flatMap(a => special.flatMap(b => [a, b, a]));
const points = [NaN, Infinity, -Infinity, 3e38, 2 ** 31, -1, 0.5, 1].flatMap((x, _, all) =>
  all.flatMap(y => [x, y]),
);

// A shipped build fuses multiply-adds, and is compiled for speed: what is NaN stays NaN there as well.
const modes = [
  { mode: 'strict', strict: true },
  { mode: 'shipped', strict: false },
].filter(({ strict }) => strict || !onStandIn);

describe.skipIf(!status.usable).each(modes)(`numbers on CUDA, $mode build${title}`, ({ mode, strict }) => {
  let built: Built;
  let cuda: Device;
  let host: Device;
  beforeAll(async () => {
    const out = buildFolder(`numbers-${mode}`);
    await buildForCuda('test/support/numberPipelines.ts', out, { strict, names });
    built = (await import(pathToFileURL(join(out, 'index.js')).href)) as unknown as Built;
    cuda = openDevice('cuda');
    host = openDevice('cpu');
  });
  afterAll(() => {
    for (const device of [cuda, host]) {
      expect(device.memory().live).toBe(0);
      device.dispose();
    }
  });

  type Make = (device: Device) => Tensor | Image;
  const made = async (
    name: keyof Built,
    device: Device,
    inputs: { readonly input: Make; readonly map?: Make },
  ): Promise<number[]> => {
    const input = inputs.input(device);
    const map = inputs.map?.(device);
    const result = built[name](input, map ? { map } : {});
    const one = result instanceof ImageBatch ? result.at(0)! : result;
    const read = await one.toHost();
    for (const memory of [input, map, result]) {
      memory?.dispose();
    }
    return 'planes' in read
      ? read.planes.flatMap(({ data }) => [...data].map(Number))
      : [...read.data].map(Number);
  };
  const expectAlike = async (
    name: keyof Built,
    inputs: { readonly input: Make; readonly map?: Make },
    /** What a fused multiply-add may move a value by. */
    tolerance: number,
  ): Promise<number[]> => {
    const actual = await made(name, cuda, inputs);
    const expected = await made(name, host, inputs);
    if (strict) {
      // The sign of a zero that comes out of `min` or `max` is open: toEqual would tell −0 from 0.
      const unsigned = (values: readonly number[]): number[] => values.map(value => value + 0);
      expect(unsigned(actual)).toEqual(unsigned(expected));
    } else {
      expect(actual.map(Number.isNaN)).toEqual(expected.map(Number.isNaN));
      const wrong = actual.filter((value, n) => {
        const other = expected[n]!;
        return value !== other && Math.abs(value - other) > tolerance;
      });
      expect(wrong).toEqual([]);
    }
    return actual;
  };
  const tensor =
    (values: readonly number[], height: number, width: number, channels: number): Make =>
    device =>
      Tensor.fromHost(device, Float32Array.from(values), {
        shape: [height, width, channels],
        dtype: 'f32',
        layout: 'HWC',
      });

  it.each(['minMaxSign', 'clamped', 'clampedBytes'] as const)('%s of NaN and infinities', async name => {
    const input = tensor(pixels, 1, pixels.length / 3, 3);
    const found = await expectAlike(name, { input }, 0);
    expect(found.some(Number.isNaN)).toBe(name !== 'clampedBytes');
  });

  it('a map with points that are no numbers, or endless', async () => {
    const map = tensor(points, 1, points.length / 2, 2);
    const input = tensor(
      Array.from({ length: 36 }, (_, n) => 100 + n),
      3,
      4,
      3,
    );
    const found = await expectAlike('remapped', { input, map }, 1e-3);
    expect(found.slice(0, 3)).toEqual([7, 7, 7]);
    const picture: Make = device =>
      Image.fromHost(device, {
        format: 'rgb8',
        width: 4,
        height: 3,
        planes: [{ data: Uint8Array.from({ length: 36 }, (_, n) => 100 + n) }],
      });
    await expectAlike('remappedBytes', { input: picture, map }, 1);
  });

  const codes = (format: string, shift: number, bitDepth?: number): Make => {
    const next = random(31);
    const most = 2 ** (16 - shift) - 1;
    const plane = (length: number): Uint16Array =>
      // The ends, and anything between.
      Uint16Array.from({ length }, (_, n) => (n < 4 ? (n % 2) * most : next.int(0, most)) << shift);
    const isPlanar = format === 'yuv444p16';
    const planes = (isPlanar ? [64, 64, 64] : [64, 32]).map(length => ({ data: plane(length) }));
    const colour = bitDepth && ({ matrix: 'bt709', range: 'full', source: 'stream', bitDepth } as const);
    return device =>
      Image.fromHost(device, { format, width: 8, height: 8, planes, ...(colour ? { colour } : {}) });
  };

  it.each([
    ['decode10', 'p010', 6, undefined],
    ['decode16', 'p016', 0, undefined],
    ['decodeDeep444', 'yuv444p16', 6, 10],
    ['decodeDeep444', 'yuv444p16', 0, 16],
  ] as const)('%s of %s: the whole range of its codes', async (name, format, shift, bitDepth) => {
    await expectAlike(name, { input: codes(format, shift, bitDepth) }, 1e-3);
  });

  it.each(['encode10', 'encode16'] as const)('%s', async name => {
    const next = random(7);
    const values = Array.from({ length: 8 * 8 * 3 }, () => next.int(0, 2550) / 10);
    // A code of 10 bits stands 6 bits up.
    await expectAlike(name, { input: tensor(values, 8, 8, 3) }, name === 'encode10' ? 64 : 1);
  });
});
