/**
 * Random well-typed pipelines over every pair of formats, and random batches for them: what test/random.test.ts runs on the CPU and
 * test/gpu/random.test.ts on a GPU. Operators are those that give the same bits everywhere.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as fc from 'fast-check';
import { type BuildOptions, build } from '../../compiler/build.js';
import type { Kernel } from '../../compiler/ir/plan.js';
import type { PipelineIr } from '../../compiler/ir/types.js';
import { exactDType, followRanges } from '../../compiler/pass/exact.js';
import { plan } from '../../compiler/pass/plan.js';
import { plansOf } from '../../compiler/specs.js';
import { nhwc } from '../../ops/index.js';
import type { Pipeline as Built, Device } from '../../runtime/index.js';
import { buildFolder, loadOracle, type Oracle, root, runBuilt, runOracle } from './executions.js';
import { blankImage, expectIntact, randomImage, type TestImage } from './images.js';
import { buildQuick } from './quickBuild.js';
import { random } from './random.js';
import type { Given } from './reference.js';

const number = (name: string, otherwise: number): number => {
  const value = Number(process.env[name] ?? otherwise);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`Expected a whole number of at least 1 for ${name} but received ${process.env[name]}.`);
  return value;
};
/** How many pipelines and cases, and where their choice begins; set by the environment. */
export const settings = (pipelines: number, cases: number) => ({
  pipelines: number('CUWEAVE_RANDOM_PIPELINES', pipelines),
  cases: number('CUWEAVE_RANDOM_CASES', cases),
  seed: number('CUWEAVE_RANDOM_SEED', 20251128),
});

type Model = 'yuv' | 'rgb' | 'rgba' | 'gray';
type Written = readonly [text: string, model: Model];

const subsampled = 'nv12 nv21 i420 yv12 nv16 yuv422p yuyv uyvy p010 p012 p016'.split(' ');
const sitings = ['left', 'centre', 'topLeft'];
const tensors: readonly Written[] = (['u8', 'u16', 'f16', 'f32'] as const).flatMap(dtype =>
  (['yuv', 'rgb', 'rgba', 'gray'] as const).flatMap(model =>
    (['nhwc', 'nchw'] as const).map(
      (layout): Written => [`${layout}('${dtype}', { colour: '${model}' })`, model],
    ),
  ),
);
/** Every format that is written as well as read. */
const both: readonly Written[] = [
  ...[...subsampled, 'nv24', 'yuv444p', 'yuv444p16'].map((name): Written => [`${name}()`, 'yuv']),
  ...['rgb8', 'bgr8', 'rgb16'].map((name): Written => [`${name}()`, 'rgb']),
  ...['rgba8', 'bgra8'].map((name): Written => [`${name}()`, 'rgba']),
  ...['gray8', 'gray16'].map((name): Written => [`${name}()`, 'gray']),
];
const linear: readonly Written[] = subsampled.flatMap(name =>
  sitings.map((siting): Written => [`${name}({ chroma: 'linear', siting: '${siting}' })`, 'yuv']),
);

const anywhere = [
  `flip({ direction: 'horizontal' })`,
  `flip({ direction: 'vertical' })`,
  `rotate90({ clockwise: '90' })`,
  `rotate90({ clockwise: '180' })`,
  'invert()',
  'clamp({ least: 16, most: 235 })',
  `convertTo('u8')`,
  `convertTo('f16', { scale: 0.5, offset: 3 })`,
  'scaleOffset({ scale: 1.25, offset: -7 })',
  'normalize({ mean: 0.25, std: 0.5 })',
];
const stages: Readonly<Record<Model, readonly Written[]>> = {
  yuv: [
    [`yuvToRgb({ matrix: 'bt601', range: 'full' })`, 'rgb'],
    [`yuvToRgb({ matrix: 'bt709', range: 'limited' })`, 'rgb'],
    ['seedYuvToRgb()', 'rgb'],
  ],
  rgb: [
    [`rgbToYuv({ matrix: 'bt709', range: 'limited' })`, 'yuv'],
    [`rgbToYuv({ matrix: 'bt2020', range: 'full' })`, 'yuv'],
    ['rgbToGray()', 'gray'],
    ['swapChannels()', 'rgb'],
  ],
  rgba: [['swapChannels()', 'rgba']],
  gray: [['grayToRgb()', 'rgb']],
};
/** One of these at most, so that a pipeline stays one kernel. */
const resamplings = [
  'resize({ width: 13, height: 6, filter: linear, border: replicate })',
  'resize({ width: 5, height: 9, filter: antialiasedLinear, border: replicate })',
  'resize({ width: 31, height: 3, filter: antialiasedCubic, border: constant(9) })',
  'resize({ width: 4, height: 4, filter: area, border: reflect })',
  'warpAffine({ matrix: { dstToSrc: [0.8, 0.3, -2, -0.25, 1.1, 1] }, filter: cubic, border: reflect101 })',
  'warpAffine({ matrix: { dstToSrc: [1.3, -0.2, 1, 0.1, 0.7, -3] }, filter: linear, border: constant(200) })',
];
const words = [
  'linear',
  'cubic',
  'antialiasedLinear',
  'antialiasedCubic',
  'area',
  'replicate',
  'reflect',
  'reflect101',
];
const noAlpha = new Set(['invert()', 'normalize({ mean: 0.25, std: 0.5 })']);

/** The text of a pipeline: each choice is a number, so that smaller numbers are simpler pipelines. */
const pipelineText = ([source, ...between]: readonly number[], last: number): string => {
  const sources = [...both, ...linear, ...tensors];
  const [head, first] = sources[source! % sources.length]!;
  const texts = [head];
  let model = first;
  for (const choice of between) {
    const own = stages[model];
    // Its region is asked for at the call, of the source's size.
    const cropped = texts.length === 1 ? ['crop()'] : [];
    const sampled = texts.some(text => resamplings.includes(text)) ? [] : resamplings;
    const others: Written[] = [...cropped, ...anywhere, ...sampled]
      .filter(text => (model !== 'rgba' && model !== 'yuv') || !noAlpha.has(text))
      .map(text => [text, model]);
    const [text, next] = [...own, ...others][choice % (own.length + others.length)]!;
    texts.push(text);
    model = next;
  }
  const sinks = [...both, ...tensors].filter(([, holds]) => holds === model);
  return [...texts, sinks[last % sinks.length]![0]].join(', ');
};

const texts = (count: number, seed: number): readonly string[] => {
  const choice = fc.nat(9999);
  const arbitrary = fc.tuple(fc.array(choice, { minLength: 1, maxLength: 4 }), choice);
  // Twice as many as needed: some come more than once.
  const all = fc
    .sample(arbitrary, { seed, numRuns: 2 * count + 20 })
    .map(choices => pipelineText(...choices));
  // The simplest first: a failure shrinks to them.
  const weight = (text: string): number => text.split('(').length;
  return [...new Set(all)].slice(0, count).sort((a, b) => weight(a) - weight(b));
};

/** A built pipeline with its oracle. */
export type RandomPipeline = {
  readonly text: string;
  readonly kernel: Kernel;
  readonly oracle: Oracle;
  readonly built: Built<never>;
};

/**
 * Writes, reads and builds so many pipelines in one go.
 * @param options 'quick': for the CPU, by a compiler that is not asked to make fast code.
 */
export const buildRandom = async (
  { pipelines, seed }: { readonly pipelines: number; readonly seed: number },
  folder: string,
  options: Pick<BuildOptions, 'cpu' | 'strict'> | 'quick',
): Promise<readonly RandomPipeline[]> => {
  const out = buildFolder(folder);
  mkdirSync(out, { recursive: true });
  const all = texts(pipelines, seed);
  const used = [...new Set(all.flatMap(text => text.match(/\b\w+(?=\()/g) ?? []))].sort();
  const file = join(out, 'pipelines.ts');
  const ops = relative(out, join(root, 'ops', 'index.js'));
  writeFileSync(
    file,
    `import { ${[...used, ...words, 'pipeline'].join(', ')} } from '${ops}';\n${all
      .map((text, n) => `export const random${n} = pipeline(${text});\n`)
      .join('')}`,
  );
  const entries = [relative(root, file)];
  const plans = await plansOf({ root, entries });
  const kernels = new Map(plans.map(plan => [plan.name, plan.kernels[0]]));
  if (options === 'quick') await buildQuick(plans, join(out, 'build'));
  else await build({ root, entries, out: join(out, 'build'), ...options });
  const bindings = (await import(pathToFileURL(join(out, 'build', 'index.js')).href)) as Record<
    string,
    Built<never>
  >;
  return Promise.all(
    all.map(async (text, n) => {
      const kernel = kernels.get(`random${n}`)!;
      return { text, kernel, oracle: await loadOracle(kernel), built: bindings[kernel.name]! };
    }),
  );
};

type Case = {
  readonly pipeline: number;
  readonly images: readonly { readonly width: number; readonly height: number; readonly padding: number }[];
  readonly align: number;
  readonly region: readonly [number, number, number, number];
  readonly seed: number;
};

/** A pipeline by its number, and a batch: sizes up to a few tiles of a GPU, rows padded or aligned, what the pixels begin with. */
export const cases = (pipelines: readonly RandomPipeline[]): fc.Arbitrary<Case> =>
  fc.record({
    pipeline: fc.nat(pipelines.length - 1),
    images: fc.array(
      fc.record({
        width: fc.integer({ min: 1, max: 70 }),
        height: fc.integer({ min: 1, max: 20 }),
        padding: fc.nat(33),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    align: fc.constantFrom(1, 4, 16),
    region: fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99)),
    seed: fc.nat(0xffff),
  });

/** Runs a case on a device and by the oracle, and throws where the bytes of the results differ. */
export const runCase = async (
  pipelines: readonly RandomPipeline[],
  device: Device,
  { pipeline: number, images: sizes, align, region, seed }: Case,
): Promise<void> => {
  const { text, kernel, oracle, built } = pipelines[number]!;
  const numbers = random(seed);
  const images = sizes.map(({ width, height, padding }) =>
    randomImage(kernel.pipeline.source, width, height, numbers, { padding, align }),
  );
  const given: Given = text.includes('crop()')
    ? {
        rect: images.map(({ width, height }) => {
          const [x, y] = [region[0] % width, region[1] % height];
          return { x, y, width: 1 + (region[2] % (width - x)), height: 1 + (region[3] % (height - y)) };
        }),
      }
    : {};
  const expected = images.map((image, n) =>
    runOracle(kernel, oracle, image, undefined, given, { number: n, of: images.length }),
  );
  const actual = expected.map(({ format, width, height }) =>
    blankImage(format, width, height, { padding: numbers.int(0, 9), align }),
  );
  await runBuilt(built, device, images, actual, given);
  expectIntact(...images, ...actual);
  for (const [n, image] of actual.entries()) {
    const place = firstDifference(image, expected[n]!);
    if (place) throw new Error(`pipeline(${text}), image ${n}: ${place}`);
  }
};

/**
 * The kernels before and after each place where a pipeline may be cut without a change of bits: with an image between them of the smallest
 * type that the planner says holds its pixels. An operator that follows the filter in one kernel is not cut off from it, since that
 * changes roundings.
 */
const cutsOf = ({ pipeline, pre, postponed }: Kernel): readonly (readonly [Kernel, Kernel])[] => {
  const { source, stages, sinks } = pipeline;
  const sink = sinks[0].format;
  const ranges = followRanges({ source, stages });
  const sampled = stages.findIndex(({ role }) => role === 'map');
  const moved = stages.findIndex(
    (stage, n) =>
      stage.role === 'point' && n < sampled && (!pre.includes(stage) || postponed.includes(stage)),
  );
  let { colour } = source;
  return stages.flatMap((stage, n) => {
    if (stage.role === 'point') colour = stage.to;
    if (moved >= 0 && n >= moved && n < sampled) return [];
    const between = nhwc(exactDType(ranges[n + 1]!) as Parameters<typeof nhwc>[0], { colour });
    const kernel = (part: Pick<PipelineIr, 'source' | 'stages' | 'sink'>): Kernel =>
      plan({ name: pipeline.name, doc: '', loc: pipeline.loc, ...part }).plan!.kernels[0];
    return [
      [
        kernel({ source, stages: stages.slice(0, n + 1), sink: between }),
        kernel({ source: between, stages: stages.slice(n + 1), sink }),
      ] as const,
    ];
  });
};

/** Cuts every pipeline wherever it may be cut, and throws where the bytes are not those of the one kernel. @returns How many cuts. */
export const checkCuts = async (pipelines: readonly RandomPipeline[], seed: number): Promise<number> => {
  const numbers = random(seed);
  let ran = 0;
  for (const { text, kernel, oracle } of pipelines) {
    const image = randomImage(kernel.pipeline.source, numbers.int(1, 20), numbers.int(1, 12), numbers);
    const { width, height } = image;
    const given: Given = text.includes('crop()')
      ? { rect: { x: width >> 2, y: height >> 2, width: (width + 1) >> 1, height: (height + 1) >> 1 } }
      : {};
    const place = { number: 0, of: 1 };
    const whole = runOracle(kernel, oracle, image, undefined, given, place);
    for (const [head, tail] of cutsOf(kernel)) {
      const between = runOracle(head, await loadOracle(head), image, undefined, given, place);
      const cut = runOracle(tail, await loadOracle(tail), between, undefined, given, place);
      const difference = firstDifference(cut, whole);
      if (difference)
        throw new Error(`pipeline(${text}), cut at ${head.pipeline.sinks[0].format.name}: ${difference}`);
      ran += 1;
    }
  }
  return ran;
};

/** The first byte in which two images differ, wherever their rows lie. The sign of a zero is not compared, nor what a NaN is. */
const firstDifference = (actual: TestImage, expected: TestImage): string | undefined => {
  for (const [number, plane] of actual.planes.entries()) {
    const other = expected.planes[number]!;
    for (let row = 0; row < plane.rows; row++) {
      const mine = valuesOf(plane.data, row * plane.pitch, plane.rowBytes, actual);
      const theirs = valuesOf(other.data, row * other.pitch, other.rowBytes, expected);
      const at = mine.findIndex(
        (value, n) => value !== theirs[n] && !(Number.isNaN(value) && Number.isNaN(theirs[n])),
      );
      if (at >= 0)
        return `value ${at} of row ${row} of plane ${plane.name} is ${mine[at]} instead of ${theirs[at]}`;
    }
  }
  return undefined;
};

const valuesOf = (
  data: Uint8Array,
  start: number,
  length: number,
  { format }: TestImage,
): ArrayLike<number> & {
  findIndex(test: (value: number, n: number) => boolean): number;
} => {
  const bytes = data.slice(start, start + length);
  if (format.dtype === 'f32') return new Float32Array(bytes.buffer);
  if (format.dtype === 'u8') return bytes;
  const words = new Uint16Array(bytes.buffer);
  // -0 of a half is 0.
  return format.dtype === 'f16' ? words.map(word => (word === 0x8000 ? 0 : word)) : words;
};

/** Checks random cases; on a failure fast-check names the smallest one that it finds, and its seed. */
export const checkRandom = async (
  pipelines: readonly RandomPipeline[],
  device: Device,
  { cases: numRuns, seed }: { readonly cases: number; readonly seed: number },
): Promise<number> => {
  let ran = 0;
  const property = fc.asyncProperty(cases(pipelines), async one => {
    ran += 1;
    await runCase(pipelines, device, one);
  });
  await fc.assert(property, { seed, numRuns });
  return ran;
};
