/** Two kernels of several results in one launch: beside the host. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../compiler/ir/plan.js';
import type { Manifest, ManifestComposite } from '../../native/manifest.js';
import { loadAddon, type NativePipeline } from '../../runtime/device/addon.js';
import { cudaStatus, type Device, Image, openDevice, type Pipeline, Tensor } from '../../runtime/index.js';
import { type Built, type BuiltTwice, buildTwice, large } from '../support/builtTwice.js';
import { runBuilt } from '../support/executions.js';
import {
  blankImage,
  expectIntact,
  expectSame,
  randomImage,
  readPixels,
  type TestImage,
} from '../support/images.js';
import { random } from '../support/random.js';
import { expectWithin, roundingTolerance } from '../support/tolerance.js';

/** Of results whose size is not the source's. */
const sizes = {
  small: [33, 20],
  tiny: [9, 70],
  large: [large(700), large(765)],
  other: [large(768), large(700)],
  turned: [50, 40],
} as const;
const sized = (width: number, height: number): string =>
  `resize({ width: ${width}, height: ${height}, filter: linear, border: replicate })`;
const spec = `
import { constant, linear, nchw, nearest, nhwc, normalize, nv12, outputs, pipeline, replicate, resize, rgb8, rotate, warpAffine, yuvToRgb } from 'cuweave/ops';

const yuv = yuvToRgb({ matrix: 'bt709', range: 'limited' });
const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
const large = [${sized(...sizes.large)}, normalize(imagenet), nchw('f16')] as const;
const small = [${sized(...sizes.small)}, nchw('f32')] as const;

/** Threads that read from the source, or from shared memory: neither, one, or both. */
export const twice = pipeline(nv12(), yuv, outputs({ small: [...small], tiny: [${sized(...sizes.tiny)}, nhwc('u8')] }));
export const oneStaged = pipeline(nv12(), yuv, outputs({ large: [...large], small: [...small] }));
export const bothStaged = pipeline(nv12(), yuv, outputs({ large: [...large], other: [${sized(...sizes.other)}, nhwc('f32')] }));
/** Runs beside single pixels; a third kernel by itself. */
export const full = pipeline(nv12(), yuv, outputs({ picture: [nhwc('u8')], small: [...small], tiny: [${sized(...sizes.tiny)}, nchw('f16')] }));
/** Chroma between samples, for which a kernel has more registers. */
export const soft = pipeline(nv12({ chroma: 'linear', siting: 'left' }), yuv, outputs({ small: [...small], picture: [nchw('f16')] }));
/** Two that read an intermediate image. */
export const between = pipeline(rgb8(), resize({ width: 50, height: 40, filter: nearest, border: replicate }), outputs({ small: [...small], turned: [rotate({ degrees: 20, filter: linear, border: constant(3) }), nhwc('u8')] }));
`;
const status = cudaStatus();
const title = status.usable ? '' : ' (skipped: no CUDA device)';

type Case = {
  readonly name: string;
  readonly images: number;
  readonly width: number;
  readonly height: number;
  readonly align: number;
};
const cases: readonly Case[] = [
  ...['twice', 'full', 'soft', 'between'].flatMap(name => [
    { name, images: 1, width: 70, height: 46, align: 16 },
    // Rows that cannot be moved in runs.
    { name, images: 3, width: 71, height: 45, align: 1 },
    // The most of a pair's launch, and more, which are left to the two kernels.
    { name, images: 16, width: 64, height: 36, align: 16 },
    { name, images: 17, width: 64, height: 36, align: 16 },
  ]),
  { name: 'oneStaged', images: 2, width: large(695), height: large(763), align: 16 },
  { name: 'bothStaged', images: 2, width: large(695), height: large(763), align: 16 },
];

describe.skipIf(!status.usable)(`pairs of kernels${title}`, () => {
  let built: BuiltTwice;
  let plans: ReadonlyMap<string, Plan>;
  let cuda: Device;
  let host: Device;
  beforeAll(async () => {
    built = await buildTwice('pairs', spec);
    plans = new Map(built.plans.map(plan => [plan.name, plan]));
    cuda = openDevice('cuda');
    host = openDevice('cpu');
  });
  afterAll(() => {
    built.remove();
    for (const device of [cuda, host]) {
      expect(device.memory().live).toBe(0);
      device.dispose();
    }
  });

  it('every pipeline here has one', () => {
    for (const { name, pairs } of plans.values()) {
      expect(pairs, name).toHaveLength(1);
    }
  });

  it.each(cases)(
    '$name: $images of $width×$height, rows by $align',
    async ({ name, images: count, ...of }) => {
      const { kernels } = plans.get(name)!;
      const { source } = kernels[0].pipeline;
      const run = async (from: Built, device: Device): Promise<TestImage[]> => {
        // They differ in size: blocks beyond the smaller ones have nothing to do.
        const images = Array.from({ length: count }, (_, n) =>
          randomImage(source, of.width - (n % 3), of.height - (n % 2), random(n), {
            padding: of.align === 1 ? 3 : 0,
            align: of.align,
          }),
        );
        const sinks = kernels.flatMap(({ pipeline }) => pipeline.sinks).filter(({ output }) => output);
        const outs = new Map(
          sinks.map(({ output, format }) => [
            output!,
            images.map(image => {
              const [width, height] = sizes[output as keyof typeof sizes] ?? [image.width, image.height];
              return blankImage(format, width, height, { padding: 8 });
            }),
          ]),
        );
        await runBuilt(from[name]!, device, images, outs, {});
        const made = [...outs.values()].flat();
        expectIntact(...images, ...made);
        return made;
      };
      const expected = await run(built.strict, host);
      expectSame(await run(built.strict, cuda), expected);
      // A shipped build fuses multiply-adds as nvcc likes.
      const actual = await run(built.shipped, cuda);
      actual.forEach((image, n) => {
        const { dtype, code } = image.format;
        expectWithin(readPixels(image), readPixels(expected[n]!), roundingTolerance(name, dtype, code));
      });
    },
  );

  it('are refused where they cannot be launched', () => {
    const manifest = JSON.parse(
      readFileSync(join(built.folder, 'strict', 'manifest.json'), 'utf8'),
    ) as Manifest;
    const entry = manifest.pipelines.find(({ name }) => name === 'twice') as ManifestComposite;
    const library = loadAddon().openLibrary(join(built.folder, 'strict', manifest.library));
    const [first, second] = entry.steps.map(({ kernel: { name, args, image, geometry } }) =>
      library.pipeline(name, args.size, image.size, image.sizes + 8 * geometry.length),
    ) as [NativePipeline, NativePipeline];
    const pair = library.pair(entry.pairs![0]!.name, first.handle, second.handle);
    const block = new Uint8Array(4096);
    const launch = (device: Device, ...blocks: Uint8Array[]) => {
      const stream = device._native().createStream();
      try {
        stream.launch(pair.handle, block, 1, new Float64Array(1), 0, 0, blocks[0]);
      } finally {
        stream.dispose();
      }
    };
    const cases: Record<string, () => unknown> = {
      'another name': () => library.pair('twice_other', first.handle, second.handle),
      'no name': () => library.pair('../twice', first.handle, second.handle),
      'no handle': () => library.pair('twice_pair', first.handle, 1e9),
      'a pair of pairs': () => library.pair('twice_pair', pair.handle, second.handle),
      'one block': () => launch(cuda),
      'a small block': () => launch(cuda, new Uint8Array(8)),
      'a CPU': () => launch(host, block),
    };
    const said = Object.entries(cases).map(([name, run]) => {
      try {
        run();
        return `${name}: accepted`;
      } catch (error) {
        return `${name}: ${(error as Error).message.replace(/ in \/.*/, ' in …')}`;
      }
    });
    expect(said).toMatchInlineSnapshot(`
      [
        "another name: no function cuweave_twice_other in …",
        "no name: Expected a pipeline's name of letters, digits and _.",
        "no handle: Expected the handle of a native pipeline.",
        "a pair of pairs: A kernel of a pair cannot be paired again: please report it.",
        "one block: Expected a typed array for the block.",
        "a small block: The argument block does not have the size that pipeline 'twice_tiny' needs.",
        "a CPU: Two kernels in one launch exist on CUDA alone, and this is a CPU device: please report it.",
      ]
    `);
  });

  it('are captured in a graph', async () => {
    const device = cuda;
    const bytes = (): Uint8Array => new Uint8Array(64 * 36 * 1.5).map((_, n) => (n * 31) % 251);
    const image = Image.fromHost(device, {
      format: 'nv12',
      width: 64,
      height: 36,
      planes: [
        { data: bytes().subarray(0, 64 * 36), pitch: 64 },
        { data: bytes().subarray(64 * 36), pitch: 64 },
      ],
    });
    const twice = built.strict.twice as unknown as Pipeline<
      Record<never, never>,
      { small: Tensor; tiny: Tensor }
    >;
    const direct = twice(image);
    const again = {
      small: Tensor.empty(device, { shape: direct.small.shape, dtype: 'f32', layout: 'NCHW' }),
      tiny: Tensor.empty(device, { shape: direct.tiny.shape, dtype: 'u8', layout: 'NHWC' }),
    };
    const graph = device.stream.capture(() => {
      twice.runInto(again, image);
    });
    expect(graph.kernels).toBe(1);
    graph.launch();
    for (const name of ['small', 'tiny'] as const) {
      expect(await again[name].toHost()).toEqual(await direct[name].toHost());
      again[name].dispose();
      direct[name].dispose();
    }
    graph.dispose();
    image.dispose();
  });
});
