/** Pipelines whose results are images: formats whose planes are not one tensor. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../compiler/build/build.js';
import type { YuvEncoding } from '../../ops/spec.js';
import {
  type Device,
  Image,
  ImageBatch,
  openDevice,
  type Pipeline,
  VideoReader,
} from '../../runtime/index.js';
import { clipPath } from '../media/clips.js';
import { digestOf } from '../support/digest.js';
import { buildFolder, root } from '../support/executions.js';
import { random } from '../support/random.js';

type Rect = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
type None = Record<never, never>;
let built: {
  readonly same: Pipeline<None, Image>;
  readonly part: Pipeline<{ readonly rect: Rect }, Image>;
  readonly encode: Pipeline<None, Image>;
  readonly recode: Pipeline<None, Image>;
  readonly encodeAs: Pipeline<{ readonly signal: YuvEncoding | readonly YuvEncoding[] }, Image>;
  readonly encodeOwn: Pipeline<None, Image>;
};
let device: Device;
beforeAll(async () => {
  const out = buildFolder('imageResults');
  await build({ root, entries: ['test/support/imagePipelines.ts'], out, cpu: true });
  built = (await import(pathToFileURL(join(out, 'index.js')).href)) as never;
  device = openDevice('cpu');
});
afterAll(() => device?.dispose());

const bytes = async (image: Image): Promise<number[][]> =>
  (await image.toHost()).planes.map(({ data }) => [...data]);
const rgb = (width: number, height: number, at: (x: number, y: number, c: number) => number): Image => {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, n) =>
    at(Math.floor(n / 3) % width, Math.floor(n / 3 / width), n % 3),
  );
  return Image.fromHost(device, { format: 'rgb8', width, height, planes: [{ data }] });
};

describe('results that are images', () => {
  it.each(['bars', 'odd'] as const)('decoded frames of %s stay what they are, to the bit', async clip => {
    const video = await VideoReader.open(clipPath(clip), { device });
    let frames = 0;
    for await (const batch of video.batches(4, { to: 0.2 })) {
      const results = built.same(batch);
      expect(results).toBeInstanceOf(ImageBatch);
      for (const [n, result] of results.images.entries()) {
        const { format, width, height, colour } = batch.frames[n];
        expect(result).toMatchObject({ format, width, height, colour });
        expect(digestOf(await result.toHost())).toBe(digestOf(await batch.frames[n].toHost()));
        frames += 1;
      }
      results.dispose();
    }
    video.dispose();
    expect(frames).toBeGreaterThan(3);
  });

  it('a crop from an even pixel on moves samples as they are; from an odd one on it means them anew', async () => {
    const [width, height] = [10, 6];
    const { int } = random(7);
    const y = Uint8Array.from({ length: 60 }, () => int(0, 255));
    const uv = Uint8Array.from({ length: 30 }, () => int(0, 255));
    const image = Image.fromHost(device, {
      format: 'nv12',
      width,
      height,
      planes: [{ data: y }, { data: uv }],
    });
    const [even] = built.part.runEach(image, { rect: { x: 2, y: 2, width: 6, height: 4 } });
    const rows = (data: Uint8Array, pitch: number, x: number, from: number, columns: number, count: number) =>
      Array.from({ length: count }, (_, n) => [
        ...data.subarray((from + n) * pitch + x, (from + n) * pitch + x + columns),
      ]).flat();
    expect(await bytes(even)).toEqual([rows(y, 10, 2, 2, 6, 4), rows(uv, 10, 2, 1, 6, 2)]);
    const [odd] = built.part.runEach(image, { rect: { x: 1, y: 0, width: 3, height: 2 } });
    const mean = (a: number, b: number): number => {
      const half = (a + b) / 2;
      return Number.isInteger(half) ? half : 2 * Math.round(half / 2);
    };
    // Of pixels 1 and 2, which have chroma samples of their own; of pixel 3 alone.
    expect((await bytes(odd))[1]).toEqual([mean(uv[0], uv[2]), mean(uv[1], uv[3]), uv[2], uv[3]]);
    for (const result of [even, odd]) {
      result.dispose();
    }
  });

  it('of different sizes come in one call, a batch or an array', async () => {
    const images = [rgb(5, 3, () => 255), rgb(2, 7, () => 0)];
    const batch = built.encode(images);
    expect(batch.images.map(({ format, width, height }) => [format, width, height])).toEqual([
      ['nv12', 5, 3],
      ['nv12', 2, 7],
    ]);
    expect(await bytes(batch.at(0)!)).toEqual([Array(15).fill(235), Array(12).fill(128)]);
    expect(await bytes(batch.at(1)!)).toEqual([Array(14).fill(16), Array(8).fill(128)]);
    const each = built.encode.runEach(images);
    expect(await bytes(each[1])).toEqual(await bytes(batch.at(1)!));
    for (const image of [...batch, ...each]) {
      image.dispose();
    }
    await device.synchronize();
    expect(device.memory().live).toBe(0);
  });

  it('say what their colours mean, where that is known', () => {
    const image = rgb(4, 4, x => 60 * x);
    const colourOf = (batch: ImageBatch): unknown[] => batch.images.map(({ colour }) => colour);
    expect(colourOf(built.encode(image))).toEqual([
      { matrix: 'bt601', range: 'limited', source: 'pipeline' },
    ]);
    const signal = [
      { matrix: 'bt2020', range: 'full' },
      { matrix: 'bt709', range: 'limited' },
    ] as const;
    expect(colourOf(built.encodeAs([image, image], { signal }))).toEqual([
      { matrix: 'bt2020', range: 'full', source: 'pipeline' },
      { matrix: 'bt709', range: 'limited', source: 'pipeline' },
    ]);
    expect(colourOf(built.encodeOwn(image))).toEqual([undefined]);
  });

  it('go into the next pipeline as its source', async () => {
    const first = built.encode(rgb(8, 8, (x, y, c) => (c === 0 ? 20 * x : c === 1 ? 20 * y : 100)));
    const second = built.recode(first);
    expect(second.at(0)).toMatchObject({ format: 'p010', colour: { matrix: 'bt709' } });
    const [luma] = await bytes(second.at(0)!);
    expect(luma.every(code => code % 64 === 0)).toBe(true);
  });

  // OpenCV's COLOR_RGB2YUV_I420: BT.601 limited in fixed point of 20 bits, chroma of a block's upper left pixel.
  const fixed = (r: number, g: number, b: number, k: readonly number[], offset: number): number =>
    (r * k[0] + g * k[1] + b * k[2] + offset * 2 ** 20 + 2 ** 19) >> 20;
  const openCv = (r: number, g: number, b: number): number[] => [
    fixed(r, g, b, [269484, 528482, 102760], 16),
    fixed(r, g, b, [-155188, -305135, 460324], 128),
    fixed(r, g, b, [460324, -385875, -74448], 128),
  ];

  it('RGB to NV12 is OpenCV’s within a level where a block has one colour', async () => {
    const { int } = random(3);
    const colours = Array.from({ length: 32 * 24 }, () => [int(0, 255), int(0, 255), int(0, 255)]);
    const at = (x: number, y: number): number[] => colours[(y >> 1) * 32 + (x >> 1)];
    const [y, uv] = await bytes(built.encode(rgb(64, 48, (x, line, c) => at(x, line)[c])).at(0)!);
    let worst = 0;
    for (const [n, [r, g, b]] of colours.entries()) {
      const [luma, u, v] = openCv(r, g, b);
      const corner = (n >> 5) * 2 * 64 + (n & 31) * 2;
      worst = Math.max(
        worst,
        Math.abs(y[corner] - luma),
        Math.abs(uv[2 * n] - u),
        Math.abs(uv[2 * n + 1] - v),
      );
    }
    expect(worst).toBeLessThanOrEqual(1);
  });

  it('and where it has several, the mean of theirs, not the upper left one’s', async () => {
    const [, uv] = await bytes(
      built.encode(rgb(2, 2, (x, y, c) => (x + y === 0 && c === 2 ? 255 : 0))).at(0)!,
    );
    expect(openCv(0, 0, 255).slice(1)).toEqual([240, 110]);
    expect(uv).toEqual([156, 123]);
  });

  it('an empty image is refused where its size or format is wrong', () => {
    const refusal = (spec: object): unknown => {
      try {
        return Image.empty(device, spec as never);
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect([
      refusal({ format: 'nv12', width: 0, height: 4 }),
      refusal({ format: 'nv12', width: 4, height: 65536 }),
      refusal(undefined as never),
    ]).toMatchInlineSnapshot(`
      [
        "Expected a whole number from 1 to 65535 for width but received 0.",
        "Expected a whole number from 1 to 65535 for height but received 65536.",
        "Expected { format, width, height } for image but received undefined.",
      ]
    `);
  });
});
