/** Numbers from end to end, on the CPU: full ranges of many bits, pictures of 16 bits, NaN. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../compiler/ir/plan.js';
import { plansOf } from '../../compiler/specs.js';
import { nhwc } from '../../ops/index.js';
import {
  type ColourDescription,
  type Device,
  Image,
  ImageBatch,
  openDevice,
  type Pipeline,
  Tensor,
  VideoReader,
} from '../../runtime/index.js';
import { decodeClipPath } from '../media/decodeClips.js';
import { buildFolder, loadOracles, root, runOracles } from '../support/executions.js';
import { blankImage, fillImage, readPixels, type TestImage } from '../support/images.js';
import type * as specs from '../support/numberPipelines.js';
import { clamped, minMaxSign, remapped } from '../support/numberPipelines.js';
import { buildQuick } from '../support/quickBuild.js';
import { reference } from '../support/reference.js';

type Name = keyof typeof specs;
let plans: ReadonlyMap<string, Plan>;
let built: Readonly<Record<Name, Pipeline<Record<string, unknown>, never>>>;
let device: Device;
beforeAll(async () => {
  const all = await plansOf({ root, entries: ['test/support/numberPipelines.ts'] });
  plans = new Map(all.map(plan => [plan.name, plan]));
  const out = buildFolder('numbers');
  await buildQuick(all, out);
  built = (await import(pathToFileURL(join(out, 'index.js')).href)) as never;
  device = openDevice('cpu');
});
afterAll(() => device?.dispose());

/** The one image of a result. */
const first = <T extends Tensor | Image>(result: T | ImageBatch): T =>
  (result instanceof ImageBatch ? result.at(0) : result) as T;
/** What a pipeline makes of an image or a tensor, as numbers. */
const made = async (name: Name, input: unknown, options: object = {}): Promise<number[]> => {
  const result = first<Tensor | Image>(built[name](input as never, options as never));
  const host = await result.toHost();
  return 'planes' in host ? host.planes.flatMap(({ data }) => [...data]) : [...host.data];
};
const tensor = (pixels: readonly (readonly number[])[]): Tensor =>
  Tensor.fromHost(device, Float32Array.from(pixels.flat()), {
    shape: [1, pixels.length, 3],
    dtype: 'f32',
    layout: 'HWC',
  });
/** Two by two pixels of one code each of luma and chroma. */
const yuv420 = (format: string, [y, u, v]: readonly number[], colour?: ColourDescription): Image => {
  const planes = [
    [y, y, y, y],
    [u, v],
  ].map(codes => ({
    data: format === 'nv12' ? Uint8Array.from(codes as number[]) : Uint16Array.from(codes as number[]),
  }));
  return Image.fromHost(device, { format, width: 2, height: 2, planes, ...(colour ? { colour } : {}) });
};

const deep = [
  ['8', 'nv12', 8, 0],
  ['10', 'p010', 10, 6],
  ['12', 'p012', 12, 4],
  ['16', 'p016', 16, 0],
] as const;

describe('a full range of n bits, by ITU-T H.273', () => {
  /** Y = (2^n − 1)·E'Y, Cb = (2^n − 1)·E'Cb + 2^(n − 1): with Kr = 0.2126 and Kb = 0.0722 of BT.709. */
  const codesOf = ([r, g, b]: readonly [number, number, number], bits: number): number[] => {
    const luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    const most = 2 ** bits - 1;
    const chroma = (difference: number, scale: number): number =>
      Math.min(Math.round((most * difference) / scale) + 2 ** (bits - 1), most);
    return [Math.round(most * luma), chroma(b - luma, 2 * (1 - 0.0722)), chroma(r - luma, 2 * (1 - 0.2126))];
  };
  const colours = [
    [1, 1, 1],
    [0, 0, 0],
    [0.5, 0.25, 0.75],
    [0, 1, 0],
  ] as const;

  it.each(deep)('decoding %s bits', async (name, format, bits, shift) => {
    for (const colour of colours) {
      const codes = codesOf(colour, bits).map(code => code << shift);
      const [r, g, b] = await made(`decode${name}`, yuv420(format, codes));
      // Half a code of luma, and of chroma times 1.86.
      const step = (1.5 * 255) / (2 ** bits - 1) + 1e-4;
      for (const [n, value] of [r, g, b].entries()) {
        expect(Math.abs(value! - 255 * colour[n]!), `${colour}`).toBeLessThan(step);
      }
    }
    const white = yuv420(
      format,
      [2 ** bits - 1, 2 ** (bits - 1), 2 ** (bits - 1)].map(code => code << shift),
    );
    expect((await made(`decode${name}`, white)).map(v => v.toFixed(3))).toEqual(Array(12).fill('255.000'));
  });

  it.each([
    ['encode8', 8, 0],
    ['encode10', 10, 6],
    ['encode12', 12, 4],
    ['encode16', 16, 0],
  ] as const)('%s', async (name, bits, shift) => {
    for (const colour of colours) {
      const pixel = colour.map(v => 255 * v);
      const [y, ...rest] = await made(name, tensor([pixel, pixel]));
      const codes = [y! >> shift, rest.at(1)! >> shift, rest.at(-1)! >> shift];
      const expected = codesOf(colour, bits);
      for (const [n, code] of codes.entries()) {
        // f32 has 24 bits, of which 16 are the code's.
        expect(Math.abs(code - expected[n]!), `${colour}: ${codes}`).toBeLessThanOrEqual(bits === 16 ? 1 : 0);
      }
    }
  });

  it('a limited range is that of 8 bits times 2^(n − 8)', async () => {
    const white = [255, 255, 255];
    expect(await made('encodeLimited10', tensor([white, white]))).toEqual(
      [940, 940, 512, 512].map(c => c << 6),
    );
  });

  it('each result has the bits of its sink', async () => {
    const white = tensor([
      [255, 255, 255],
      [255, 255, 255],
    ]);
    const results = built.bothDepths(white as never) as never as Record<'small' | 'deep', ImageBatch>;
    expect((await first<Image>(results.small).toHost()).planes[0]!.data[0]).toBe(255);
    expect((await first<Image>(results.deep).toHost()).planes[0]!.data[0]).toBe(1023 << 6);
  });

  it('the depth travels: 10 bits in a format of 16, a signal that is passed on, decoded again, or behind another kernel', async () => {
    const white = [1023 << 6, 512 << 6, 512 << 6];
    const colour = { matrix: 'bt709', range: 'full', source: 'stream' } as const;
    const planes = white.map(code => ({ data: Uint16Array.of(code) }));
    const spec = { format: 'yuv444p16', width: 1, height: 1, planes };
    const ofDepth = (bitDepth?: number): Image =>
      Image.fromHost(device, { ...spec, colour: { ...colour, ...(bitDepth ? { bitDepth } : {}) } });
    expect(await made('decodeDeep444', ofDepth(10))).toEqual([255, 255, 255]);
    // Of 16 bits the same code is less than white.
    expect((await made('decodeDeep444', ofDepth()))[0]).toBeCloseTo((255 * (1023 << 6)) / 65535, 3);
    const passed = first<Image>(built.widened(yuv420('p010', white, colour) as never));
    expect(passed.colour).toEqual({ ...colour, bitDepth: 10 });
    expect(await made('decode16', passed)).toEqual(Array(12).fill(255));
    for (const name of ['recoded', 'twoKernels'] as const) {
      for (const value of await made(name, yuv420('p010', white))) {
        expect(value, name).toBeCloseTo(255, 3);
      }
    }
  });

  it('a depth that no format has is refused', () => {
    expect(() =>
      yuv420('p010', [0, 0, 0], { source: 'stream', bitDepth: 17 }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: Expected a whole number from 8 to 16 for colour.bitDepth but received 17.]`,
    );
  });

  it.each([
    ['full10', 'decodeVideo'],
    ['full44410', 'decodeDeep444'],
  ] as const)('HEVC, %s: black is 0 and white is 255', async (clip, name) => {
    const reader = await VideoReader.open(decodeClipPath(clip), { device });
    for await (const frame of reader.frames()) {
      const { width } = frame;
      const pixels = await made(name, frame);
      expect([pixels[0], pixels[3 * (width - 1)]]).toEqual([0, 255]);
      expect(frame.colour?.bitDepth).toBe(clip === 'full10' ? undefined : 10);
    }
    reader.dispose();
  });
});

describe('pictures of 16 bits', () => {
  const picture = (format: 'rgb8' | 'rgb16', codes: readonly number[]): Image => {
    const data = format === 'rgb8' ? Uint8Array.from(codes) : Uint16Array.from(codes);
    return Image.fromHost(device, { format, width: codes.length / 3, height: 1, planes: [{ data }] });
  };
  it('mean what the same picture of 8 bits means', async () => {
    const codes = [0, 1, 64, 128, 200, 255];
    const words = codes.map(code => 257 * code);
    expect(await made('wide', picture('rgb16', words))).toEqual(await made('narrow', picture('rgb8', codes)));
  });
  it('keep every code', async () => {
    const words = Array.from({ length: 65535 }, (_, n) => n);
    const swapped = await made('wideCopy', picture('rgb16', words));
    const wrong = words.filter(n => swapped[n] !== words[n + 2 - 2 * (n % 3)]);
    expect(wrong).toEqual([]);
  });
  it('lose nothing but bits in a sink of 8', async () => {
    const data = Uint16Array.of(0, 128, 129, 65535);
    const image = Image.fromHost(device, { format: 'gray16', width: 4, height: 1, planes: [{ data }] });
    expect(await made('wideGray', image)).toEqual([0, 0, 1, 255]);
  });
});

describe('a picture with alpha that shrinks', () => {
  it('keeps its colour between premultiply and unpremultiply, and mixes what alpha hides without them', async () => {
    // Red that is opaque beside green that is not there.
    const data = Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 0);
    const image = Image.fromHost(device, { format: 'rgba8', width: 2, height: 1, planes: [{ data }] });
    expect(await made('straight', image)).toEqual([127.5, 127.5, 0, 127.5]);
    expect(await made('premultiplied', image)).toEqual([255, 0, 0, 127.5]);
  });
});

describe('NaN', () => {
  const numbers = [NaN, 3, -2, Infinity];
  const pixels = numbers.flatMap(a => numbers.map(b => [a, b, a] as const));

  it.each([
    ['minMaxSign', minMaxSign],
    ['clamped', clamped],
  ] as const)('%s: function, oracle and host agree', async (name, spec) => {
    const plan = plans.get(name)!;
    const { source: format } = plan.pipeline;
    const image: TestImage = fillImage(blankImage(format, pixels.length, 1), (_, __, n) => pixels.flat()[n]!);
    const out = blankImage(format, pixels.length, 1);
    runOracles(plan, await loadOracles(plan), image, new Map([['', out]]), {}, { number: 0, of: 1 });
    const asWritten = [...reference(spec, image).values];
    expect([...readPixels(out).values]).toEqual(asWritten);
    expect(await made(name, tensor(pixels))).toEqual(asWritten);
    expect(asWritten.filter(Number.isNaN)).not.toEqual([]);
  });

  it('becomes 0 in a sink of whole numbers', async () => {
    expect(await made('clampedBytes', tensor([[NaN, 300, -3]]))).toEqual([0, 255, 0]);
  });
});

describe('a point that is no number, or endless', () => {
  const picture = () => {
    const data = Float32Array.from({ length: 3 * 4 * 3 }, (_, n) => 100 + n);
    return Tensor.fromHost(device, data, { shape: [3, 4, 3], dtype: 'f32', layout: 'HWC' });
  };
  const mapOf = (points: readonly (readonly [number, number])[]): Tensor =>
    Tensor.fromHost(device, Float32Array.from(points.flat()), {
      shape: [1, points.length, 2],
      dtype: 'f32',
      layout: 'HWC',
    });
  const points = [
    [NaN, 1],
    [1, NaN],
    [NaN, NaN],
    [Infinity, 1],
    [1, -Infinity],
    [3e38, -3e38],
    [2 ** 31, 0],
    [1, 1],
  ] as const;
  /** The red value that each point shows. */
  const reds = (pixels: readonly number[]): number[] => pixels.filter((_, n) => n % 3 === 0);
  const red = (x: number, y: number): number => 100 + 3 * (4 * y + x);

  it('shows the border of a remap', async () => {
    const constant = await made('remapped', picture(), { map: mapOf(points) });
    expect(reds(constant)).toEqual([7, 7, 7, 7, 7, 7, 7, red(1, 1)]);
    // No number is as far to the left, or above.
    const edge = await made('remappedEdge', picture(), { map: mapOf(points) });
    const nearest: readonly (readonly [number, number])[] = [
      [0, 1],
      [1, 0],
      [0, 0],
      [3, 1],
      [1, 0],
      [3, 0],
      [3, 0],
      [1, 1],
    ];
    reds(edge).forEach((value, n) => {
      expect(value, `${points[n]}`).toBeCloseTo(red(...nearest[n]!), 3);
    });
  });

  it('shows it in pictures of bytes, in runs and one by one', async () => {
    const image = Image.fromHost(device, {
      format: 'rgb8',
      width: 4,
      height: 3,
      planes: [{ data: Uint8Array.from({ length: 36 }, (_, n) => 100 + n) }],
    });
    const many = Array.from({ length: 70 }, (_, n) => points[n % points.length]!);
    const shown = reds(await made('remappedBytes', image, { map: mapOf(many) }));
    expect(shown).toEqual(many.map((_, n) => (n % points.length === 7 ? red(1, 1) : 7)));
  });

  it('shows it in warps whose matrices lead beyond what f32 holds', async () => {
    const affine = { dstToSrc: [3e38, 3e38, -3e38, -3e38, 3e38, 0] };
    expect(new Set(await made('warped', picture(), { matrix: affine }))).toEqual(new Set([7]));
    const endless = { dstToSrc: [3e38, -3e38, 3e38, 3e38, 3e38, 3e38, 1e-30, 1e-30, 1e-30] };
    for (const value of await made('projected', picture(), { matrix: endless })) {
      expect(value).not.toBeNaN();
    }
  });

  it('is what oracle and host show alike', async () => {
    const plan = plans.get('remapped')!;
    const { source } = plan.pipeline;
    const image = fillImage(blankImage(source, 4, 3), (_, row, n) => 100 + 12 * row + n);
    const format = nhwc('f32', { colour: 'xy' });
    const map = fillImage(blankImage(format, points.length, 1), (_, __, n) => points.flat()[n]!);
    const out = blankImage(source, points.length, 1);
    runOracles(plan, await loadOracles(plan), image, new Map([['', out]]), { map }, { number: 0, of: 1 });
    const expected = [...readPixels(out).values];
    expect(await made('remapped', picture(), { map: mapOf(points) })).toEqual(expected);
    expect([...reference(remapped, image, { map }).values]).toEqual(expected);
  });
});

describe('a parameter per image beside a table', () => {
  it('leaves the table in the call, so that a launch takes many images', async () => {
    const [kernel] = plans.get('tableAndSeed')!.kernels;
    expect(kernel.schedule.capacities.at(-1)).toBeGreaterThan(300);
    const curve = Float32Array.from({ length: 256 }, (_, n) => 2 * n);
    const image = Image.fromHost(device, {
      format: 'rgb8',
      width: 1,
      height: 1,
      planes: [{ data: Uint8Array.of(1, 2, 3) }],
    });
    expect(await made('tableAndSeed', [image, image], { curve, seed: [10, 20] })).toEqual([
      12, 14, 16, 22, 24, 26,
    ]);
  });
});
