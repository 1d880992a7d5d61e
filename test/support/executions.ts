/** Runs one spec in its several executions on the same images: the oracle, and a built pipeline on a device. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../../compiler/build/build.js';
import { oracleSource } from '../../compiler/generate.js';
import { mathFunctions } from '../../compiler/ir/math.js';
import type { Kernel, Plan } from '../../compiler/ir/plan.js';
import { withReduceStages } from '../../compiler/ir/reduce.js';
import { type Stage, stagesOf, withImageStages } from '../../compiler/ir/types.js';
import { type Fork, type Format, type Pipeline, paramFields } from '../../ops/spec.js';
import { packParam, valueOfImage } from '../../runtime/call/params.js';
import type { Pipeline as Built, Device } from '../../runtime/index.js';
import { Image, Tensor } from '../../runtime/index.js';
import { besideImage, isBeside, randomBeside } from './beside.js';
import {
  bitsOf,
  blankImage,
  expectIntact,
  type Pixels,
  pixelReader,
  randomImage,
  type TestImage,
} from './images.js';
import * as specs from './pipelines.js';
import { plansIn } from './plans.js';
import { buildQuick } from './quickBuild.js';
import type { Random } from './random.js';
import { type Given, reference, sizeBehind } from './reference.js';
import { shardOf } from './shard.js';
import { storeLikeKernel } from './sinks.js';
import { exact, nearFunctions, type Tolerance } from './tolerance.js';
import { type Windows, windowsOf } from './windows.js';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const entry = 'test/support/pipelines.ts';

/** Every plan of test/support/pipelines.ts. */
export const suitePlans = (): Promise<readonly Plan[]> => plansIn(entry);
/** The spec of that name, as the author wrote it. */
export const specOf = (name: string): Pipeline | Fork =>
  (specs as unknown as Record<string, Pipeline | Fork>)[name]!;
/** Whether CUDA is the stand-in that test/standIn.test.ts sets up. */
export const onStandIn = process.env.CUWEAVE_STAND_IN === '1';
/** Where a build of the suite goes; in the repository, so that `cuweave` resolves. */
export const buildFolder = (name: string): string =>
  join(root, 'test', 'build', onStandIn ? 'standIn' : '', name);

/** What a sweep on CUDA takes: all of it on a GPU, and a part by `CUWEAVE_SHARD` on the stand-in, where compiling takes long. */
export const sweepOf = <T>(items: readonly T[]): readonly T[] => (onStandIn ? shardOf(items) : items);

/**
 * Builds an entry's pipelines for CUDA and the host. The stand-in's nvcc makes no fast code anyway: there many kernels are
 * in a file, which takes a fraction of the time, and only the given pipelines are built.
 * @param options.names Default: all.
 * @param options.sizes 'all': for launches of every size on the stand-in, too, as a build has them.
 */
export const buildForCuda = async (
  from: string,
  out: string,
  {
    strict,
    names,
    sizes = 'largest',
  }: { readonly strict: boolean; readonly names?: readonly string[]; readonly sizes?: 'largest' | 'all' },
): Promise<void> => {
  if (onStandIn) {
    const plans = await plansIn(from);
    const asked = names ? plans.filter(({ name }) => names.includes(name)) : plans;
    await buildQuick(asked, out, { strictCuda: sizes === 'all' || sizes });
  } else {
    await build({ root, entries: [from], out, strict });
  }
};

type Sizes = { width: number; height: number };
export type OracleImage = {
  read(x: number, y: number): number[];
  images: Record<string, (x: number, y: number) => number[]>;
  size: readonly Sizes[];
  params: Record<string, Record<string, number[]>>;
  windows?: (Windows & { axis(): number }) | undefined;
};
export type Oracle = {
  /** Of a kernel with several sinks, a pixel for each. */
  pixel(image: OracleImage, x: number, y: number): number[] | number[][];
  sizes: Record<string, (p: Record<string, number[]>, src: Sizes) => [number, number]>;
};

/** Whether a function that is exact nowhere is called in it. */
const callsInexact = (node: unknown): boolean => {
  if (typeof node !== 'object' || node === null) {
    return false;
  }
  const { kind, fn } = node as { readonly kind?: unknown; readonly fn?: unknown };
  if (kind === 'math' && typeof fn === 'string' && mathFunctions[fn]?.exact !== true) {
    return true;
  }
  return Object.values(node).some(callsInexact);
};

/** One result of a plan: its name, or '' where there is one without a name. */
export type PlanResult = { readonly name: string; readonly sink: Format };
export const resultsOf = ({ pipeline }: Plan): readonly PlanResult[] =>
  'outputs' in pipeline ? pipeline.outputs : [{ name: '', sink: pipeline.sink }];

/** How far two executions of one plan may be apart, where neither fuses multiplications and additions. */
export const executionTolerance = ({ pipeline }: Plan, { sink }: PlanResult): Tolerance =>
  callsInexact(withImageStages(stagesOf(pipeline))) ? nearFunctions(sink.dtype) : exact;

/** The oracle of a kernel, ready to run. */
export const loadOracle = async (kernel: Kernel): Promise<Oracle> =>
  (await import(`data:text/javascript,${encodeURIComponent(oracleSource(kernel))}`)) as Oracle;
/** The oracles of a plan's kernels. */
export const loadOracles = ({ kernels }: Plan): Promise<readonly Oracle[]> =>
  Promise.all(kernels.map(loadOracle));

/**
 * Writes what the oracles compute for an image of a batch, one after the other. `outs` have the right sizes already; results that are not
 * among them go to images of their own.
 * @returns Every result.
 */
export const runOracles = (
  { kernels, steps }: Plan,
  oracles: readonly Oracle[],
  image: TestImage,
  outs: ReadonlyMap<string, TestImage>,
  given: Given,
  place: { readonly number: number; readonly of: number },
): ReadonlyMap<string, TestImage> => {
  const results = new Map<string, TestImage>();
  const between: (TestImage | undefined)[] = [];
  for (const [n, kernel] of kernels.entries()) {
    const { reads } = steps[n]!;
    // What is between two kernels means the colours of the image that it is made of.
    const signal = { colour: image.colour, bitDepth: bitsOf(image) };
    const from = reads === undefined ? image : { ...between[reads]!, ...signal };
    const { sinks } = kernel.pipeline;
    const own = sinks.map(({ output }) => (output === undefined ? undefined : outs.get(output)));
    const written = runOracleTo(own, kernel, oracles[n]!, from, given, place);
    between.push(written[sinks.findIndex(({ output }) => output === undefined)]);
    for (const [n, { output }] of sinks.entries()) {
      if (output !== undefined) {
        results.set(output, written[n]!);
      }
    }
  }
  return results;
};

/** What the oracle is called with for an image of a batch. */
export const oracleImage = (
  kernel: Kernel,
  oracle: Oracle,
  image: TestImage,
  given: Given,
  place: { readonly number: number; readonly of: number },
  measured: OracleImage['params'] = {},
): OracleImage => {
  const size: Sizes[] = [{ width: image.width, height: image.height }];
  const params: OracleImage['params'] = {};
  const paramsOf = (stage: Stage, of: TestImage, src: Sizes): Record<string, number[]> => {
    const placed = kernel.layout.params.filter(({ stage: name }) => name === stage.name);
    const own: Record<string, number[]> = {};
    for (const field of placed.flatMap(({ fields }) => fields)) {
      if ('origin' in field.value) {
        own[field.name] = [of.origin![field.value.origin]];
        continue;
      }
      const value = 'open' in field.value ? given[field.value.open] : field.value.settled;
      const { value: mine } = valueOfImage(field, value, place.number, place.of, field.name);
      const channels = field.per === 'channel' ? field.lanes / paramFields[field.kind].lanes : undefined;
      const colour = of.colour as never;
      const bitDepth = field.bitDepth ?? (field.kind === 'yuvToRgb' ? bitsOf(of) : undefined);
      const { lanes, steps } = field;
      const context = { path: field.name, src, colour, bitDepth, lanes, steps };
      own[field.name] = packParam(field.kind, mine, { ...context, ...(channels ? { channels } : {}) });
    }
    return own;
  };
  const images: OracleImage['images'] = {};
  for (const stage of withReduceStages(kernel.pipeline)) {
    const src = size.at(-1)!;
    const own = { ...paramsOf(stage, image, src), ...measured[stage.name] };
    params[stage.name] = own;
    for (const { name, open, points } of stage.images ?? []) {
      const beside = besideImage(given, open, place.number);
      for (const point of points) {
        params[point.name] = paramsOf(point, beside, src);
      }
      images[open] = pixelReader(beside);
      own[name] = [beside.width, beside.height];
    }
    if (stage.role === 'point') {
      continue;
    }
    const next = oracle.sizes[stage.name]?.(own, src);
    size.push(next ? { width: next[0], height: next[1] } : src);
  }
  return { read: pixelReader(image), images, size, params, windows: windowsOfKernel(kernel, size) };
};
/** The table of a kernel's filter, if it has one. */
const windowsOfKernel = ({ resample }: Kernel, size: readonly Sizes[]): OracleImage['windows'] => {
  const table = resample?.stage.filter.table;
  if (!resample || !table) {
    return undefined;
  }
  const [from, to] = [size[resample.number]!, size[resample.number + 1]!];
  const isDown = table.pass === 'first' ? from.height !== to.height : from.width === to.width;
  const side = isDown ? 'height' : 'width';
  return { ...windowsOf(table.window, from[side], to[side]), axis: () => (isDown ? 1 : 0) };
};

/** Writes what the oracle computes for an image of a batch; `outs`, one for each sink, have the right size, unless they are left out. */
export const runOracleTo = (
  outs: readonly (TestImage | undefined)[],
  kernel: Kernel,
  oracle: Oracle,
  image: TestImage,
  given: Given,
  place: { readonly number: number; readonly of: number },
  measured: OracleImage['params'] = {},
): readonly TestImage[] => {
  const called = oracleImage(kernel, oracle, image, given, place, measured);
  const { width, height } = called.size.at(-1)!;
  const rows = Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => oracle.pixel(called, x, y)),
  );
  const { sinks } = kernel.pipeline;
  return sinks.map(({ format }, n) => {
    const pixel = (x: number, y: number): readonly number[] => {
      const made = rows[y]![x]!;
      return (sinks.length === 1 ? made : made[n]) as number[];
    };
    const made = storeLikeKernel(outs[n] ?? blankImage(format, width, height), pixel);
    return { ...made, origin: called.size.at(-2) ?? called.size[0]! };
  });
};
/** The same of a kernel with one sink. */
export const runOracle = (
  kernel: Kernel,
  oracle: Oracle,
  image: TestImage,
  out: TestImage | undefined,
  given: Given,
  place: { readonly number: number; readonly of: number },
): TestImage => runOracleTo([out], kernel, oracle, image, given, place)[0]!;

/** By result, an image for each of the batch. */
export type Outs = ReadonlyMap<string, readonly TestImage[]>;

/**
 * Runs a built pipeline on a device and writes its results, or its one result, into `outs`, canaries included: every plane lies on the
 * device with the guard bytes around it.
 */
export const runBuilt = async (
  built: Built<never>,
  device: Device,
  images: readonly TestImage[],
  outs: Outs | readonly TestImage[],
  given: Given,
): Promise<void> => {
  const guards: { tensor: Tensor; memory: Uint8Array }[] = [];
  const place = (image: TestImage): Image =>
    Image.wrap(device, {
      format: image.format.name,
      width: image.width,
      height: image.height,
      ...(image.colour ? { colour: { ...image.colour, source: 'stream' } as never } : {}),
      planes: image.planes.map(plane => {
        const tensor = Tensor.fromHost(device, plane.memory, {
          shape: [1, plane.memory.length, 1],
          dtype: 'u8',
          layout: 'HWC',
        });
        guards.push({ tensor, memory: plane.memory });
        return {
          pointer: tensor.pointer + BigInt(plane.data.byteOffset - plane.memory.byteOffset),
          pitch: plane.pitch,
        };
      }),
    });
  const sources = images.map(place);
  const beside = Object.entries(given).filter(([, value]) => isBeside(value));
  const placed = new Map(
    beside.map(([name, value]) => {
      const several = value as TestImage | readonly TestImage[];
      return [name, Array.isArray(several) ? several.map(place) : place(several as TestImage)] as const;
    }),
  );
  const options = { ...given, ...Object.fromEntries(placed) };
  const sinks = new Map(
    [...(outs instanceof Map ? (outs as Outs) : new Map([['', outs as readonly TestImage[]]]))].map(
      ([name, images]) => [name, images.map(place)],
    ),
  );
  built.runInto((sinks.get('') ?? Object.fromEntries(sinks)) as never, sources, options as never);
  for (const { tensor, memory } of guards) {
    await tensor.toHost({ into: memory });
  }
  expectIntact(...beside.flatMap(([, value]) => value as TestImage | readonly TestImage[]));
  for (const held of [
    ...sources,
    ...[...placed.values()].flat(),
    ...[...sinks.values()].flat(),
    ...guards.map(({ tensor }) => tensor),
  ]) {
    held.dispose();
  }
};

/** A case of the suite: a batch of unequal images and what the caller gives. */
export type SuiteCase = {
  readonly images: readonly TestImage[];
  readonly given: Given;
  /** How rows are aligned, of images and results, in bytes. */
  readonly align: number;
};

type Size = readonly [width: number, height: number, padding: number];
/**
 * 1×1, primes, one past a warp and past a vector, unequal and padded, in one batch. The last is aligned as a device's own
 * images are, which GPUs read in wide accesses.
 */
const batches: readonly { readonly sizes: readonly Size[]; readonly align: number }[] = [
  { sizes: [[1, 1, 0]], align: 1 },
  {
    sizes: [
      [37, 23, 0],
      [33, 9, 13],
      [65, 17, 4],
    ],
    align: 1,
  },
  {
    sizes: [
      [64, 12, 0],
      [7, 5, 64],
      [129, 3, 1],
      [2, 2, 0],
    ],
    align: 1,
  },
  {
    sizes: [
      [72, 6, 0],
      [67, 5, 0],
      [3, 18, 0],
    ],
    align: 16,
  },
];

/** The cases of a pipeline, the same for the same seed. */
export const suiteCases = ({ name, pipeline }: Plan, random: Random): readonly SuiteCase[] => {
  const open = new Set(
    withImageStages(stagesOf(pipeline)).flatMap(({ params }) =>
      params.flatMap(({ value }) => ('open' in value ? value.open : [])),
    ),
  );
  const least = name === 'everything' ? 7 : name === 'paddedConstant' ? 2 : 1;
  return batches.map(({ sizes, align }) => {
    const images = sizes.map(([width, height, padding]) =>
      randomImage(pipeline.source, Math.max(width, least), Math.max(height, least), random, {
        padding,
        align,
        colour: { matrix: 'bt2020', range: 'limited' },
      }),
    );
    const each = <T>(make: (image: TestImage) => T): T[] => images.map(make);
    const region = ({ width, height }: TestImage) => {
      const w = random.int(Math.min(least, width), width);
      const h = random.int(Math.min(least, height), height);
      return { x: random.int(0, width - w), y: random.int(0, height - h), width: w, height: h };
    };
    const matrix = ({ width, height }: TestImage, n: number) => {
      const [a, b] = [random.float(-1.2, 1.2), random.float(-1.2, 1.2)];
      const m = [
        a,
        -b,
        width / 2 - a * (width / 2) + b * (height / 2),
        b,
        a,
        height / 2 - b * (width / 2) - a * (height / 2),
      ];
      return n % 2 === 0 ? { dstToSrc: m } : { srcToDst: m };
    };
    const all: Given = {
      mean: 0.25,
      rect: each(region),
      region: each(region),
      width: random.int(1, 70),
      height: random.int(1, 40),
      matrix: images.map(matrix),
      homography: images.map((image, n) => {
        const [[, m]] = Object.entries(matrix(image, n));
        const tilt = [random.float(-0.5, 0.5) / image.width, random.float(-0.5, 0.5) / image.height];
        return { [n % 2 === 0 ? 'dstToSrc' : 'srcToDst']: [...m, ...tilt, 2] };
      }),
      degrees: each(() => random.float(-400, 400)),
      innerWidth: 1,
      innerHeight: 1,
      rest: each(() => random.int(0, 9)),
      level: each(() => random.float(20, 230)),
      exponent: each(() => random.float(0.3, 2.6)),
      lift: each(() => random.float(-60, 60)),
      exposure: each(() => random.float(0.5, 40)),
      twist: each(() => Array.from({ length: 12 }, () => random.float(-1, 1))),
      bits: random.int(1, 8),
      areas: each(image => [
        region(image),
        { x: random.int(-9, 70), y: random.int(-9, 70), width: random.int(1, 40), height: random.int(1, 9) },
      ]),
      seed: each(() => random.int(-2147483648, 2147483647)),
      sigma: each(() => random.float(0, 30)),
      table: Array.from({ length: 256 }, () => random.float(-20, 300)),
      ramp: each(() => Array.from({ length: 256 }, () => random.float(0, 255))),
      shift: each(() => [random.float(-3, 3), random.float(-3, 3)]),
      spread: each(() => random.float(0.3, 4)),
      weights: Array.from({ length: 25 }, () => random.float(-0.5, 0.5)),
    };
    const numbers = Object.fromEntries(Object.entries(all).filter(([name]) => open.has(name)));
    const spec = specOf(name);
    const sizeBefore = (before: Pipeline, n: number, given: Given) =>
      sizeBehind(before, images[n]!, given, n);
    const given = randomBeside(spec, images.length, sizeBefore, numbers, random, align);
    return { images, given, align };
  });
};

/** One result of a plan as a pipeline that the author could have written. */
const pipelineOf = (plan: Plan, { name }: PlanResult): Pipeline => {
  const spec: Pipeline | Fork = specOf(plan.name);
  if (!('outputs' in spec)) {
    return spec;
  }
  const { stages, sink } = spec.outputs[name]!;
  return { ...spec, stages: [...spec.stages, ...stages], sink: sink as Format };
};

/** What the spec as it stands gives for one result of an image. */
export const referenceOf = (
  plan: Plan,
  result: PlanResult,
  image: TestImage,
  given: Given,
  number: number,
): Pixels => reference(pipelineOf(plan, result), image, given, number);

/** Empty images for the results of a case. */
export const blankResults = (plan: Plan, { images, given, align }: SuiteCase, padding = 0): Outs =>
  new Map(
    resultsOf(plan).map(result => [
      result.name,
      images.map((image, number) => {
        const { width, height } = sizeBehind(pipelineOf(plan, result), image, given, number);
        return blankImage(result.sink, width, height, { padding, align });
      }),
    ]),
  );
