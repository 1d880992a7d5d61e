/**
 * Random well-typed pipelines over every pair of formats, and random batches for them: what test/random.test.ts runs on the CPU and
 * test/gpu/random.test.ts on a GPU.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as fc from 'fast-check';
import { type BuildOptions, build } from '../../compiler/build/build.js';
import type { Kernel, Plan } from '../../compiler/ir/plan.js';
import type { PipelineIr } from '../../compiler/ir/types.js';
import { exactDType, followRanges } from '../../compiler/pass/exact.js';
import { plan } from '../../compiler/pass/plan.js';
import { isPoint } from '../../compiler/pass/results.js';
import { plansOf } from '../../compiler/specs.js';
import { nhwc } from '../../ops/index.js';
import type { Fork, Pipeline } from '../../ops/spec.js';
import type { Pipeline as Built, Device } from '../../runtime/index.js';
import { randomBeside } from './beside.js';
import {
  buildFolder,
  loadOracle,
  loadOracles,
  type Oracle,
  onStandIn,
  resultsOf,
  root,
  runBuilt,
  runOracle,
  runOracles,
} from './executions.js';
import { bitsOf, blankImage, expectIntact, randomImage, type TestImage } from './images.js';
import { buildQuick } from './quickBuild.js';
import { type Random, random } from './random.js';
import { randomTexts, words } from './randomTexts.js';
import { type Given, sizeBehind } from './reference.js';

const number = (name: string, otherwise: number): number => {
  const value = Number(process.env[name] ?? otherwise);
  if (!Number.isInteger(value) || value < 1) {
    throw new Error(`Expected a whole number of at least 1 for ${name} but received ${process.env[name]}.`);
  }
  return value;
};
/**
 * How many pipelines and cases, and where their choice begins; set by the environment.
 * @param further How far behind the usual seed the choice begins where the environment names none.
 */
export const settings = (pipelines: number, cases: number, further = 0) => ({
  pipelines: number('CUWEAVE_RANDOM_PIPELINES', pipelines),
  cases: number('CUWEAVE_RANDOM_CASES', cases),
  seed: number('CUWEAVE_RANDOM_SEED', 20251128 + further),
});

/** A built pipeline with its oracles. */
export type RandomPipeline = {
  readonly text: string;
  readonly spec: Pipeline | Fork;
  readonly plan: Plan;
  readonly oracles: readonly Oracle[];
  readonly built: Built<never>;
  /** Where a pipeline stands at its head: that one, and what goes on from its stored result. */
  readonly parts?: readonly [head: Plan, tail: Plan];
};

/** Writes specs by their names, and reads them. */
const writeSpecs = async (
  out: string,
  name: string,
  specs: ReadonlyMap<string, string>,
): Promise<{ readonly file: string; readonly plans: ReadonlyMap<string, Plan> }> => {
  const texts = [...specs.values()];
  const used = new Set(texts.flatMap(text => text.match(/\b\w+(?=\()/g) ?? []));
  const file = join(out, name);
  const ops = relative(out, join(root, 'ops', 'index.js'));
  writeFileSync(
    file,
    `import { ${[...new Set([...used, ...words, 'pipeline'])].sort().join(', ')} } from '${ops}';\n${[
      ...specs,
    ]
      .map(([name, text]) => `export const ${name} = pipeline(${text});\n`)
      .join('')}`,
  );
  const plans = await plansOf({ root, entries: [relative(root, file)] });
  return { file, plans: new Map(plans.map(plan => [plan.name, plan])) };
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
  const all = randomTexts(pipelines, seed);
  const { file, plans } = await writeSpecs(
    out,
    'pipelines.ts',
    new Map(all.map(({ text }, n) => [`random${n}`, text])),
  );
  const parts = await writeSpecs(
    out,
    'parts.ts',
    new Map(
      all.flatMap(({ parts = [] }, n) => parts.map((text, part) => [`random${n}part${part}`, text] as const)),
    ),
  );
  if (options === 'quick') {
    await buildQuick([...plans.values()], join(out, 'build'));
  } else if (onStandIn) {
    await buildQuick([...plans.values()], join(out, 'build'), { strictCuda: 'largest' });
  } else {
    await build({ root, entries: [relative(root, file)], out: join(out, 'build'), ...options });
  }
  const [specs, bindings] = await Promise.all([
    import(pathToFileURL(file).href) as Promise<Record<string, Pipeline | Fork>>,
    import(pathToFileURL(join(out, 'build', 'index.js')).href) as Promise<Record<string, Built<never>>>,
  ]);
  return Promise.all(
    all.map(async ({ text }, n) => {
      const name = `random${n}`;
      const plan = plans.get(name)!;
      const [head, tail] = [0, 1].map(part => parts.plans.get(`${name}part${part}`));
      return {
        text,
        spec: specs[name]!,
        plan,
        oracles: await loadOracles(plan),
        built: bindings[name]!,
        ...(head && tail ? { parts: [head, tail] as const } : {}),
      };
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

/** What a call is given beside the images: the region of a crop, and the images that operators read. */
const givenFor = (
  { text, spec }: RandomPipeline,
  images: readonly TestImage[],
  region: Case['region'],
  numbers: Random,
  align: number,
): Given => {
  const rects = images.map(({ width, height }) => {
    const [x, y] = [region[0] % width, region[1] % height];
    return { x, y, width: 1 + (region[2] % (width - x)), height: 1 + (region[3] % (height - y)) };
  });
  const sizeBefore = (before: Pipeline, n: number, given: Given) => sizeBehind(before, images[n]!, given, n);
  const rect = text.includes('crop()') ? { rect: rects } : {};
  return randomBeside(spec, images.length, sizeBefore, rect, numbers, align);
};

/** Runs a case on a device and by the oracle, and throws where the bytes of the results differ. */
export const runCase = async (
  pipelines: readonly RandomPipeline[],
  device: Device,
  { pipeline: number, images: sizes, align, region, seed }: Case,
): Promise<void> => {
  const one = pipelines[number]!;
  const numbers = random(seed);
  const images = sizes.map(({ width, height, padding }) =>
    randomImage(one.plan.pipeline.source, width, height, numbers, { padding, align }),
  );
  const given = givenFor(one, images, region, numbers, align);
  const expected = images.map((image, n) =>
    runOracles(one.plan, one.oracles, image, new Map(), given, { number: n, of: images.length }),
  );
  const actual = new Map(
    resultsOf(one.plan).map(({ name }) => [
      name,
      expected.map(results => {
        const { format, width, height } = results.get(name)!;
        return blankImage(format, width, height, { padding: numbers.int(0, 9), align });
      }),
    ]),
  );
  await runBuilt(one.built, device, images, actual, given);
  expectIntact(...images, ...[...actual.values()].flat());
  for (const [name, made] of actual) {
    for (const [n, image] of made.entries()) {
      expectSame(image, expected[n]!.get(name)!, `pipeline(${one.text}), image ${n}${ofResult(name)}`);
    }
  }
};
const ofResult = (name: string): string => (name === '' ? '' : `, result ${name}`);

const planOf = (pipeline: PipelineIr): Plan => plan(pipeline).plan!;

/**
 * The kernels before and after each place where one may be cut without a change of bits: with an image between them of the smallest
 * type that the planner says holds its pixels. An operator that follows the filter in one kernel is not cut off from it, since that
 * changes roundings; maps that are sampled together stay so.
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
    if (stage.role === 'point') {
      colour = stage.to;
    }
    if (moved >= 0 && n >= moved && n < sampled) {
      return [];
    }
    if (stages[n + 1]?.role === 'chainedMap') {
      return [];
    }
    const between = nhwc(exactDType(ranges[n + 1]!) as Parameters<typeof nhwc>[0], { colour });
    const kernel = (part: Pick<PipelineIr, 'source' | 'stages' | 'sink'>): Kernel =>
      planOf({ name: pipeline.name, doc: '', loc: pipeline.loc, ...part }).kernels[0];
    return [
      [
        kernel({ source, stages: stages.slice(0, n + 1), sink: between }),
        kernel({ source: between, stages: stages.slice(n + 1), sink }),
      ] as const,
    ];
  });
};

/** How many operators follow a filter that they stand before. */
const followersIn = ({ kernels }: Plan): number => {
  const late = kernels.flatMap(({ pre, postponed, pipeline: { stages } }) => {
    const sampled = stages.findIndex(({ role }) => role === 'map');
    const early = stages.slice(0, Math.max(sampled, 0)).filter(isPoint);
    return early.filter(stage => !pre.includes(stage) || postponed.includes(stage));
  });
  return new Set(late).size;
};

/** Each result as a pipeline of its own. */
const apart = ({ name, pipeline }: Plan): ReadonlyMap<string, Plan> => {
  if (!('outputs' in pipeline)) {
    return new Map([['', planOf(pipeline)]]);
  }
  const { outputs, ...trunk } = pipeline;
  return new Map(
    outputs.map(({ name: result, stages, sink }) => [
      result,
      planOf({ ...trunk, name, stages: [...trunk.stages, ...stages], sink }),
    ]),
  );
};

/** How often pipelines were done in another way, with the same bytes. */
export type OtherWays = {
  /** A kernel cut in two. */
  readonly cuts: number;
  /** A result of several by a pipeline of its own. */
  readonly apart: number;
  /** A pipeline at a head by itself, and the rest on its stored result. */
  readonly heads: number;
};

/** Does every pipeline in other ways that are to give the same bytes, by the oracle, and throws where one does not. */
export const checkOtherWays = async (
  pipelines: readonly RandomPipeline[],
  seed: number,
): Promise<OtherWays> => {
  const numbers = random(seed);
  const ran = { cuts: 0, apart: 0, heads: 0 };
  for (const one of pipelines) {
    const { text, plan, oracles, parts } = one;
    const source = randomImage(plan.pipeline.source, numbers.int(1, 20), numbers.int(1, 12), numbers);
    const { width, height } = source;
    const given = givenFor(one, [source], [width >> 2, height >> 2, width >> 1, height >> 1], numbers, 1);
    const place = { number: 0, of: 1 };
    // What a kernel makes is still a signal of as many bits as its source.
    const run = async (kernel: Kernel, image: TestImage): Promise<TestImage> => ({
      ...runOracle(kernel, await loadOracle(kernel), image, undefined, given, place),
      bitDepth: bitsOf(image),
    });
    const whole = runOracles(plan, oracles, source, new Map(), given, place);
    for (const [name, own] of apart(plan)) {
      let image = source;
      for (const kernel of own.kernels) {
        const made = await run(kernel, image);
        for (const [head, tail] of cutsOf(kernel)) {
          const cut = await run(tail, await run(head, image));
          expectSame(cut, made, `pipeline(${text})${ofResult(name)}, cut at ${head.chain}`);
          ran.cuts += 1;
        }
        image = made;
      }
      expectSame(image, whole.get(name)!, `pipeline(${text})${ofResult(name)}, by a pipeline of its own`);
      if (name !== '') {
        ran.apart += 1;
      }
    }
    if (parts) {
      const [head, tail] = parts;
      const stored = runOracles(head, await loadOracles(head), source, new Map(), given, place).get('')!;
      const results = runOracles(tail, await loadOracles(tail), stored, new Map(), given, place);
      // Nothing rounds what a head of f32 gives, and so its last operators may follow a filter of the rest.
      if (followersIn(head) + followersIn(tail) !== followersIn(plan)) {
        continue;
      }
      for (const [name, made] of results) {
        expectSame(made, whole.get(name)!, `pipeline(${text})${ofResult(name)}, its head by itself`);
      }
      ran.heads += 1;
    }
  }
  return ran;
};

/** Throws where the bytes of two images differ. */
const expectSame = (actual: TestImage, expected: TestImage, what: string): void => {
  const difference = firstDifference(actual, expected);
  if (difference) {
    throw new Error(`${what}: ${difference}`);
  }
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
      if (at >= 0) {
        return `value ${at} of row ${row} of plane ${plane.name} is ${mine[at]} instead of ${theirs[at]}`;
      }
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
  if (format.dtype === 'f32') {
    return new Float32Array(bytes.buffer);
  }
  if (format.dtype === 'u8') {
    return bytes;
  }
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
