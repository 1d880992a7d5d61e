/** `cuweave explain`: what a pipeline becomes, what it moves through memory, and what the compiler made of it. */
import { resamplingCost } from '../../native/resamplingCost.js';
import { channelCount } from '../../ops/spec.js';
import { requireCxx, target } from '../build/target.js';
import { BuildError } from '../errors.js';
import { cudaSource, hostSource, oracleSource, pairSource } from '../generate.js';
import {
  builtKernels,
  type Cut,
  type FusionNote,
  type Halves,
  type Kernel,
  type Pair,
  type Plan,
  pairedKernels,
  type ResultsPlan,
  whyTwice,
} from '../ir/plan.js';
import { resultLength } from '../ir/reduce.js';
import { dtypeBytes, type Format, type ReduceIr, type Stage } from '../ir/types.js';
import { tapsOf } from '../pass/work.js';
import { openImages, openParams } from '../print/data/bindings.js';
import { plansOf, type SpecOptions } from '../specs.js';
import {
  type CompiledCuda,
  type CompiledHost,
  type CudaTools,
  compileCuda,
  compileHost,
  compilePair,
} from './compiled.js';
import { type ExplainedRuns, type ExplainedWaste, explainRuns, explainWaste } from './runs.js';
import { type ExplainedSchedule, explainSchedule } from './schedule.js';

/** Bytes that go through device memory for one image. */
export type Traffic = { readonly step: string; readonly read: number; readonly written: number };
/** What ptxas said of the kernel for one architecture. */
export type CompiledKernel = {
  readonly arch: string;
  readonly registers: number;
  readonly spilled: number;
  /** Machine code of one kernel, in bytes. */
  readonly codeSize: number;
  readonly seconds: number;
};
/** A kernel that a build makes. Those of two that do the work of one are among them. */
export type BuiltKernel = {
  readonly name: string;
  readonly chain: string;
  readonly schedule: ExplainedSchedule;
  /** What nvcc made of it, for every architecture; none without nvcc, or where that was not asked for. */
  readonly cuda?: readonly CompiledCuda[];
  /** What the C++ compiler made of it, where that was asked for. */
  readonly host?: CompiledHost;
};
/** The compilers that made what is reported. */
export type Compilers = {
  /** nvcc's version. */
  readonly nvcc?: string;
  /** Why there is none. */
  readonly cpuOnly?: string;
  /** The first line of what the C++ compiler says of itself. */
  readonly cxx: string;
  readonly strict: boolean;
};
/** One kernel of a pipeline. */
export type ExplainedKernel = {
  readonly name: string;
  readonly chain: string;
  readonly notes: readonly FusionNote[];
  /** How often each operator runs for an output pixel, and what a run costs. */
  readonly operators: readonly ExplainedRuns[];
  /** Costly operators that run on every tap of a filter. */
  readonly waste?: ExplainedWaste;
  readonly traffic: Traffic;
  readonly imagesPerLaunch: readonly number[];
  readonly compiled?: CompiledKernel;
  /** Why there is no `compiled`. */
  readonly notCompiled?: string | undefined;
};
/** A place where a pipeline is split, with the bytes of one intermediate image. */
export type ExplainedCut = Cut & { readonly size: Size; readonly written: number; readonly read: number };
/** Why a pipeline is split at a place. */
export const whyCut = (forced: Cut['forced'], format: Format): string => {
  if (forced.why === 'resampling') {
    return whyTwice(forced);
  }
  if (forced.why === 'stored') {
    if (forced.by === 'author') {
      return `stored('${format.dtype}') stands there`;
    }
    return forced.by === 'table'
      ? 'the filter reads each of these pixels several times, and they are bytes'
      : 'the pipeline at the head ends there, in a format that keeps less than a rounding of each pixel';
  }
  return `the results share what comes before: ${forced.moved} bytes per pixel are moved, not ${forced.otherwise}`;
};
/** Another way to do a kernel's work: two of them, with what both ways cost in taps. */
export type ExplainedHalves = {
  readonly kernel: string;
  readonly chains: readonly [string, string];
  readonly between: Size;
  /** Bytes of the image between them. */
  readonly bytes: number;
  readonly one: number;
  readonly two: number;
};
/** Two kernels that a GPU gets in one launch. */
export type ExplainedPair = {
  readonly name: string;
  readonly kernels: readonly [string, string];
  /** Images of one launch. */
  readonly images: number;
  /** As of {@link BuiltKernel}. */
  readonly cuda?: readonly CompiledCuda[];
};
/** All that `cuweave explain` prints of a pipeline. Plain data: `--json` prints it as it is. */
export type Explanation = {
  readonly name: string;
  readonly place: string;
  readonly chain: string;
  readonly size: Size;
  readonly kernels: readonly ExplainedKernel[];
  readonly cuts: readonly ExplainedCut[];
  readonly halves: readonly ExplainedHalves[];
  readonly pairs: readonly ExplainedPair[];
  /** Where it has several results. */
  readonly results?: ResultsPlan;
  /** One kernel per operator, float32 between them. */
  readonly unfused: readonly Traffic[];
  readonly open: readonly string[];
  /** All kernels of it that a build makes. */
  readonly built: readonly BuiltKernel[];
  /** Where it was asked what they make of these. */
  readonly compilers?: Compilers;
  readonly code?: { readonly cuda: string; readonly host: string };
  /** What the compiler planned: all kernels with their operators, schedules and parameters. */
  readonly plan: Plan;
};

/** What to explain. */
export type ExplainOptions = SpecOptions & {
  /** Pipelines by name; default: all. */
  readonly names?: readonly string[];
  /** The source's size in pixels for the byte counts; default 1920×1080. */
  readonly size?: Size;
  readonly code?: boolean;
  readonly strict?: boolean;
  /** As in a build: compute capabilities, and whether to leave CUDA out. */
  readonly archs?: readonly string[];
  readonly cpu?: boolean;
  /** Whether to compile every kernel, for all architectures and the CPU, and to say what came of it. */
  readonly compiled?: boolean;
  /** Called after every kernel that was compiled for this. */
  readonly onProgress?: (step: {
    readonly done: number;
    readonly total: number;
    readonly label: string;
  }) => void;
};

/** What there is to compile with. */
type Tools = Awaited<ReturnType<typeof target>> & { readonly strict: boolean };

/** Explains pipelines. @throws SpecError, or BuildError for an unknown name or, with `compiled`, without a C++ compiler. */
export const explain = async (options: ExplainOptions): Promise<readonly Explanation[]> => {
  const plans = await plansOf(options);
  const unknown = options.names?.find(wanted => !plans.some(({ name }) => name === wanted));
  if (unknown !== undefined) {
    const known = plans.map(({ name }) => name).join(', ');
    throw new BuildError(`Expected a pipeline (${known}) but received ${JSON.stringify(unknown)}`);
  }
  const chosen = plans.filter(({ name }) => options.names?.includes(name) ?? true);
  const tools: Tools = { ...(await target(options)), strict: options.strict === true };
  const reports = options.compiled ? await compilerReports(chosen, tools, options.onProgress) : undefined;
  const explanations: Explanation[] = [];
  for (const plan of chosen) {
    explanations.push(await explainPlan(plan, options, tools, reports));
  }
  return explanations;
};

/** What compilers say, one after the other, so that their times are those of a compiler alone. */
type Reports = {
  readonly compilers: Compilers;
  readonly of: ReadonlyMap<Kernel, Required<Pick<BuiltKernel, 'host'>> & Pick<BuiltKernel, 'cuda'>>;
  readonly ofPairs: ReadonlyMap<Pair, readonly CompiledCuda[]>;
};
const compilerReports = async (
  plans: readonly Plan[],
  { nvcc, cpuOnly, archs, strict }: Tools,
  onProgress: ExplainOptions['onProgress'],
): Promise<Reports> => {
  const cxx = await requireCxx();
  const kernels = plans.flatMap(builtKernels);
  const pairs = plans.flatMap(plan => plan.pairs.map(pair => ({ plan, pair })));
  const total = kernels.length * (archs.length + 1) + pairs.length * archs.length;
  let done = 0;
  const step = async <R>(label: string, work: Promise<R>): Promise<R> => {
    const result = await work;
    done += 1;
    onProgress?.({ done, total, label });
    return result;
  };
  /** One architecture after the other; none without nvcc. */
  const ofArchs = async (
    name: string,
    compile: (tools: CudaTools) => Promise<CompiledCuda>,
  ): Promise<readonly CompiledCuda[] | undefined> => {
    if (!nvcc) {
      return undefined;
    }
    const cuda: CompiledCuda[] = [];
    for (const arch of archs) {
      cuda.push(await step(`${name}.cu ${arch}`, compile({ nvcc, arch, strict, list: true })));
    }
    return cuda;
  };
  const of = new Map<Kernel, { host: CompiledHost; cuda?: readonly CompiledCuda[] }>();
  for (const kernel of kernels) {
    const cuda = await ofArchs(kernel.name, tools => compileCuda(kernel, tools));
    const host = await step(`${kernel.name}.cpp`, compileHost(kernel, cxx));
    of.set(kernel, { host, ...(cuda ? { cuda } : {}) });
  }
  const ofPairs = new Map<Pair, readonly CompiledCuda[]>();
  for (const { plan, pair } of pairs) {
    const cuda = await ofArchs(pair.name, tools => compilePair(plan, pair, tools));
    if (cuda) {
      ofPairs.set(pair, cuda);
    }
  }
  const versions = { ...(nvcc ? { nvcc: nvcc.version } : {}), ...(cpuOnly ? { cpuOnly } : {}) };
  return { compilers: { ...versions, cxx: cxx.version, strict }, of, ofPairs };
};

/** What nvcc makes of a kernel for the newest of the architectures, in a line. */
const compiledKernel = async (
  kernel: Kernel,
  { nvcc, archs, strict, cpuOnly }: Tools,
  reports: Reports | undefined,
): Promise<Pick<ExplainedKernel, 'compiled' | 'notCompiled'>> => {
  if (!nvcc) {
    return { notCompiled: cpuOnly };
  }
  const known = reports?.of.get(kernel)?.cuda?.at(-1);
  const made = known ?? (await compileCuda(kernel, { nvcc, arch: archs.at(-1)!, strict, list: false }));
  const most = (of: 'registers' | 'spillStores' | 'codeSize'): number =>
    Math.max(0, ...made.functions.map(one => one[of]));
  return {
    compiled: {
      arch: made.arch,
      registers: most('registers'),
      spilled: most('spillStores'),
      codeSize: most('codeSize'),
      seconds: made.seconds,
    },
  };
};

const explainPlan = async (
  plan: Plan,
  options: ExplainOptions,
  tools: Tools,
  reports: Reports | undefined,
): Promise<Explanation> => {
  const { name, pipeline, chain, kernels, steps, cuts, results } = plan;
  const size = options.size ?? { width: 1920, height: 1080 };
  const explained: ExplainedKernel[] = [];
  const unfused: Traffic[] = [];
  /** The size of what each step writes. */
  const written: Size[] = [];
  /** By step: the size before its last map. */
  const origins: Size[] = [];
  const halves: ExplainedHalves[] = [];
  for (const [n, kernel] of kernels.entries()) {
    const { reads } = steps[n]!;
    const before = reads === undefined ? undefined : written[reads];
    const source = before ?? size;
    const origin = reads === undefined ? undefined : origins[reads];
    const { fused, alone, after, sizeAfter } = await traffic(kernel, source, origin);
    written.push(after);
    origins.push(sizeAfter(kernel.geometry.at(-2)));
    const other = plan.halves[n];
    const both = other && (await explainHalves(kernel, other, source, after));
    if (both) {
      halves.push(both);
    }
    unfused.push(...alone);
    const operators = explainRuns(kernel, windowTaps(kernel, sizeAfter, after, other, both));
    const waste = explainWaste(kernel, operators, after, sizeAfter);
    explained.push({
      name: kernel.name,
      chain: kernel.chain,
      notes: kernel.notes,
      operators,
      ...(waste ? { waste } : {}),
      traffic: fused,
      imagesPerLaunch: kernel.schedule.capacities,
      ...(await compiledKernel(kernel, tools, reports)),
    });
  }
  return {
    name,
    plan,
    place: `${pipeline.loc.file}:${pipeline.loc.line}`,
    chain,
    size,
    kernels: explained,
    cuts: cuts.map(cut => {
      const at = written[kernels.findIndex(kernel => kernel.name === cut.writer)]!;
      const bytes = formatBytes(cut.format, at);
      return { ...cut, size: at, written: bytes, read: bytes * cut.readers.length };
    }),
    halves,
    pairs: plan.pairs.map(pair => {
      const [one, other] = pairedKernels(plan, pair);
      const cuda = reports?.ofPairs.get(pair);
      return {
        name: pair.name,
        kernels: [one.name, other.name],
        images: pair.images,
        ...(cuda ? { cuda } : {}),
      };
    }),
    ...(results ? { results } : {}),
    unfused,
    open: [
      ...openImages(pipeline).map(({ stage, image }) => `${image.open} (${stage}.${image.name})`),
      ...openParams(pipeline).map(({ stage, field, open }) => `${open} (${stage}.${field.name})`),
    ],
    built: builtKernels(plan).map(kernel => ({
      name: kernel.name,
      chain: kernel.chain,
      schedule: explainSchedule(kernel),
      ...reports?.of.get(kernel),
    })),
    ...(reports ? { compilers: reports.compilers } : {}),
    ...(options.code
      ? {
          code: {
            cuda: [
              ...kernels.map(kernel => cudaSource(kernel, `${kernel.name}.cu`)),
              ...plan.pairs.map(pair => pairSource(plan, pair, `${pair.name}.cu`)),
            ].join('\n'),
            host: kernels.map(kernel => hostSource(kernel, `${kernel.name}.cpp`)).join('\n'),
          },
        }
      : {}),
  };
};

/**
 * Taps for an output pixel, on average, of a filter whose window follows from the sizes: in the kernels that cost less at these. Of a stencil
 * in two passes they are those of the first, which reads what comes before.
 */
const windowTaps = (
  { pipeline: { stages }, resample }: Kernel,
  sizeAfter: (stage: Stage | undefined) => Size,
  output: Size,
  other: Halves | undefined,
  halves: ExplainedHalves | undefined,
): number | undefined => {
  if (resample?.stage.radius !== undefined) {
    const across = other?.kernels[0].resample;
    return across && halves && halves.two < halves.one ? tapsOf(across.stage) : undefined;
  }
  const radius = resample?.stage.filter.halves?.radius;
  if (!resample || radius === undefined) {
    return undefined;
  }
  const source = sizeAfter(stages[stages.indexOf(resample.stage) - 1]);
  const of = (from: number, to: number): number => 2 * radius * Math.max(from / to, 1);
  const across = of(source.width, output.width);
  return halves && halves.two < halves.one
    ? (across * halves.between.width * halves.between.height) / (output.width * output.height)
    : across * of(source.height, output.height);
};

const explainHalves = async (
  { name }: Kernel,
  { kernels: [across, down], radius }: Halves,
  source: Size,
  output: Size,
): Promise<ExplainedHalves> => {
  const sizes = [...(await stageSizes(across, source)).values()];
  const entering = sizes.at(-2) ?? source;
  const between = sizes.at(-1)!;
  const resampled = [...(await stageSizes(down, between)).values()][0]!;
  const covered = [entering.width / between.width, entering.height / resampled.height] as const;
  return {
    kernel: name,
    chains: [across.chain, down.chain],
    between,
    bytes: formatBytes(across.pipeline.sinks[0].format, between),
    ...resamplingCost(between, output, covered, radius),
  };
};

type Size = { readonly width: number; readonly height: number };
const resultBytes = (reduce: ReduceIr): number =>
  resultLength(reduce) * (reduce.dtype === 'f64' || reduce.dtype === 'i64' ? 8 : 4);
const formatBytes = (format: Format, { width, height }: Size): number =>
  format.planes.reduce(
    (sum, { channels, subsampling: [across, down] }) =>
      sum + Math.ceil(width / across) * Math.ceil(height / down) * channels * dtypeBytes[format.dtype],
    0,
  );

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/**
 * Bytes of a fused kernel and of one kernel per step, without steps for intermediate images. A size that the caller gives
 * counts as unchanged.
 * @param origin Of a kernel that reads an intermediate image, for which one kernel per step has float32: the size before the last map of the one that writes it.
 */
const traffic = async (
  kernel: Kernel,
  source: Size,
  origin: Size | undefined,
): Promise<{
  readonly fused: Traffic;
  readonly alone: readonly Traffic[];
  readonly after: Size;
  /** The size of what a stage gives; of the source without one. */
  readonly sizeAfter: (stage: Stage | undefined) => Size;
}> => {
  const { stages, source: from, sinks } = kernel.pipeline;
  const sizes = await stageSizes(kernel, source, origin);
  const between = (size: Size, channels: number): number => 4 * channels * size.width * size.height;
  let size = source;
  /** Bytes of images beside the source, by the name under which they are open: several operators may read one. */
  const beside = new Map<string, number>();
  const alone: Traffic[] = [];
  const start = origin ? between(source, channelCount[from.colour]) : formatBytes(from, source);
  /** One step after another; what the last of them writes. */
  const run = (
    chain: readonly Stage[],
    read: number,
    before: number,
  ): { written: number; channels: number } => {
    let [written, channels] = [read, before];
    for (const stage of chain) {
      // What results share is computed once here, too.
      const isNew = !alone.some(({ step }) => step === stage.name);
      size = sizes.get(stage) ?? size;
      if (stage.role === 'point') {
        channels = channelCount[stage.to];
      }
      const out = between(size, channels);
      if (isNew) {
        // Images that it reads are as large as what it makes.
        const images = (stage.images ?? []).map(
          ({ open, format }) => [open, formatBytes(format, size)] as const,
        );
        for (const [open, bytes] of images) {
          beside.set(open, bytes);
        }
        alone.push({ step: stage.name, read: written + sum(images.map(([, bytes]) => bytes)), written: out });
      }
      written = out;
    }
    return { written, channels };
  };
  const own = new Set<Stage>(sinks.flatMap(({ points }) => points));
  const trunk = run(
    stages.filter(stage => !own.has(stage)),
    start,
    channelCount[from.colour],
  );
  for (const { output, points, format, reduce } of sinks) {
    const { written: read } = run(points, trunk.written, trunk.channels);
    if (output !== undefined) {
      alone.push({
        step: format.name,
        read,
        written: reduce ? resultBytes(reduce) : formatBytes(format, size),
      });
    }
  }
  const written = sum(
    sinks.map(({ format, reduce }) => (reduce ? resultBytes(reduce) : formatBytes(format, size))),
  );
  return {
    fused: { step: kernel.name, read: formatBytes(from, source) + sum([...beside.values()]), written },
    alone,
    after: size,
    sizeAfter: stage =>
      (stage &&
        stages
          .slice(0, stages.indexOf(stage) + 1)
          .map(one => sizes.get(one))
          .findLast(found => found !== undefined)) ??
      source,
  };
};

const stageSizes = async (kernel: Kernel, source: Size, origin?: Size): Promise<ReadonlyMap<Stage, Size>> => {
  const module = (await import(`data:text/javascript,${encodeURIComponent(oracleSource(kernel))}`)) as {
    sizes: Record<string, (p: Record<string, readonly number[]>, src: Size) => readonly [number, number]>;
  };
  const result = new Map<Stage, Size>();
  let size = source;
  for (const stage of kernel.pipeline.stages) {
    const sizeOf = module.sizes[stage.name];
    // The size of an image that a map reads is the caller's.
    const params = stage.images ? undefined : settledNumbers(stage, origin);
    if (sizeOf && params) {
      const [width, height] = sizeOf(params, size);
      size = { width, height };
    }
    if (stage.role !== 'point') {
      result.set(stage, size);
    }
  }
  return result;
};

/** The parameters of a stage as its size function takes them, if the author settled all that are numbers or rectangles. */
const settledNumbers = (
  stage: Stage,
  origin: Size | undefined,
): Record<string, readonly number[]> | undefined => {
  const params: Record<string, readonly number[]> = {};
  for (const { name, kind, value } of stage.params) {
    if (kind !== 'i32' && kind !== 'f32' && kind !== 'rect') {
      continue;
    }
    if ('origin' in value && origin) {
      params[name] = [origin[value.origin]];
      continue;
    }
    if (!('settled' in value) || Array.isArray(value.settled)) {
      return undefined;
    }
    const settled = value.settled as number | { x: number; y: number; width: number; height: number };
    params[name] =
      typeof settled === 'number' ? [settled] : [settled.x, settled.y, settled.width, settled.height];
  }
  return params;
};
