/** `cuweave explain`: what a pipeline becomes, what it moves through memory, and what the compiler made of it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resamplingCost } from '../native/resamplingCost.js';
import { channelCount } from '../ops/spec.js';
import { sectionSizes } from './elf.js';
import { BuildError } from './errors.js';
import { cudaSource, hostSource, oracleSource } from './generate.js';
import type { Cut, FusionNote, Halves, Kernel, Plan, ResultsPlan } from './ir/plan.js';
import { dtypeBytes, type Format, type Stage } from './ir/types.js';
import { openImages, openParams } from './print/bindings.js';
import { runProgram } from './process.js';
import { plansOf, type SpecOptions } from './specs.js';
import {
  checkNvccPaths,
  cudaFlags,
  defaultArchs,
  findNvcc,
  includeDirectory,
  presentArchs,
} from './toolchain.js';

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
/** One kernel of a pipeline. */
export type ExplainedKernel = {
  readonly name: string;
  readonly chain: string;
  readonly notes: readonly FusionNote[];
  readonly traffic: Traffic;
  readonly imagesPerLaunch: readonly number[];
  readonly compiled?: CompiledKernel;
  /** Why there is no `compiled`. */
  readonly notCompiled?: string;
};
/** A place where a pipeline is split, with the bytes of one intermediate image. */
export type ExplainedCut = Cut & { readonly size: Size; readonly written: number; readonly read: number };
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
/** All that `cuweave explain` prints of a pipeline. */
export type Explanation = {
  readonly name: string;
  readonly place: string;
  readonly chain: string;
  readonly size: Size;
  readonly kernels: readonly ExplainedKernel[];
  readonly cuts: readonly ExplainedCut[];
  readonly halves: readonly ExplainedHalves[];
  /** Where it has several results. */
  readonly results?: ResultsPlan;
  /** One kernel per operator, float32 between them. */
  readonly unfused: readonly Traffic[];
  readonly open: readonly string[];
  readonly code?: { readonly cuda: string; readonly host: string };
};

/** What to explain. */
export type ExplainOptions = SpecOptions & {
  /** Pipelines by name; default: all. */
  readonly names?: readonly string[];
  /** The source's size in pixels for the byte counts; default 1920×1080. */
  readonly size?: Size;
  readonly code?: boolean;
  readonly strict?: boolean;
};

/** Explains pipelines. @throws SpecError, or BuildError for an unknown name. */
export const explain = async (options: ExplainOptions): Promise<readonly Explanation[]> => {
  const plans = await plansOf(options);
  const unknown = options.names?.find(wanted => !plans.some(({ name }) => name === wanted));
  if (unknown !== undefined) {
    const known = plans.map(({ name }) => name).join(', ');
    throw new BuildError(`Expected a pipeline (${known}) but received ${JSON.stringify(unknown)}`);
  }
  const chosen = plans.filter(({ name }) => options.names?.includes(name) ?? true);
  const explanations: Explanation[] = [];
  for (const plan of chosen) explanations.push(await explainPlan(plan, options));
  return explanations;
};

const explainPlan = async (plan: Plan, options: ExplainOptions): Promise<Explanation> => {
  const { name, pipeline, chain, kernels, steps, cuts, results } = plan;
  const size = options.size ?? { width: 1920, height: 1080 };
  const explained: ExplainedKernel[] = [];
  const unfused: Traffic[] = [];
  /** By step: the size of what it writes. */
  const written: Size[] = [];
  const halves: ExplainedHalves[] = [];
  for (const [n, kernel] of kernels.entries()) {
    const { reads } = steps[n]!;
    const before = reads === undefined ? undefined : written[reads];
    const { fused, alone, after } = await traffic(kernel, before ?? size, before !== undefined);
    written.push(after);
    const other = plan.halves[n];
    if (other) halves.push(await explainHalves(kernel, other, before ?? size, after));
    unfused.push(...alone);
    explained.push({
      name: kernel.name,
      chain: kernel.chain,
      notes: kernel.notes,
      traffic: fused,
      imagesPerLaunch: kernel.schedule.capacities,
      ...(await compileReport(kernel, options.strict === true)),
    });
  }
  return {
    name,
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
    ...(results ? { results } : {}),
    unfused,
    open: [
      ...openImages(pipeline).map(({ stage, image }) => `${image.open} (${stage}.${image.name})`),
      ...openParams(pipeline).map(({ stage, field, open }) => `${open} (${stage}.${field.name})`),
    ],
    ...(options.code
      ? {
          code: {
            cuda: kernels.map(kernel => cudaSource(kernel, `${kernel.name}.cu`)).join('\n'),
            host: kernels.map(kernel => hostSource(kernel, `${kernel.name}.cpp`)).join('\n'),
          },
        }
      : {}),
  };
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
const formatBytes = (format: Format, { width, height }: Size): number =>
  format.planes.reduce(
    (sum, { channels, subsampling: [across, down] }) =>
      sum + Math.ceil(width / across) * Math.ceil(height / down) * channels * dtypeBytes[format.dtype],
    0,
  );

/**
 * Bytes of a fused kernel and of one kernel per step, without steps for intermediate images. A size that the caller gives
 * counts as unchanged.
 * @param inside Whether the kernel reads an intermediate image, for which one kernel per step has float32.
 */
const traffic = async (
  kernel: Kernel,
  source: Size,
  inside: boolean,
): Promise<{ readonly fused: Traffic; readonly alone: readonly Traffic[]; readonly after: Size }> => {
  const { stages, source: from, sinks } = kernel.pipeline;
  const sizes = await stageSizes(kernel, source);
  const between = (size: Size, channels: number): number => 4 * channels * size.width * size.height;
  let size = source;
  let beside = 0;
  const alone: Traffic[] = [];
  const start = inside ? between(source, channelCount[from.colour]) : formatBytes(from, source);
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
      if (stage.role === 'point') channels = channelCount[stage.to];
      const out = between(size, channels);
      if (isNew) {
        // Images that it reads are as large as what it makes.
        const images = (stage.images ?? []).reduce((sum, { format }) => sum + formatBytes(format, size), 0);
        beside += images;
        alone.push({ step: stage.name, read: written + images, written: out });
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
  for (const { output, points, format } of sinks) {
    const { written: read } = run(points, trunk.written, trunk.channels);
    if (output !== undefined) alone.push({ step: format.name, read, written: formatBytes(format, size) });
  }
  const written = sinks.reduce((sum, { format }) => sum + formatBytes(format, size), 0);
  return {
    fused: { step: kernel.name, read: formatBytes(from, source) + beside, written },
    alone,
    after: size,
  };
};

const stageSizes = async (kernel: Kernel, source: Size): Promise<ReadonlyMap<Stage, Size>> => {
  const module = (await import(`data:text/javascript,${encodeURIComponent(oracleSource(kernel))}`)) as {
    sizes: Record<string, (p: Record<string, readonly number[]>, src: Size) => readonly [number, number]>;
  };
  const result = new Map<Stage, Size>();
  let size = source;
  for (const stage of kernel.pipeline.stages) {
    const sizeOf = module.sizes[stage.name];
    // The size of an image that a map reads is the caller's.
    const params = stage.images ? undefined : settledNumbers(stage);
    if (sizeOf && params) {
      const [width, height] = sizeOf(params, size);
      size = { width, height };
    }
    if (stage.role !== 'point') result.set(stage, size);
  }
  return result;
};

/** The parameters of a stage as its size function takes them, if the author settled all that are numbers or rectangles. */
const settledNumbers = (stage: Stage): Record<string, readonly number[]> | undefined => {
  const params: Record<string, readonly number[]> = {};
  for (const { name, kind, value } of stage.params) {
    if (kind !== 'i32' && kind !== 'f32' && kind !== 'rect') continue;
    if (!('settled' in value) || Array.isArray(value.settled)) return undefined;
    const settled = value.settled as number | { x: number; y: number; width: number; height: number };
    params[name] =
      typeof settled === 'number' ? [settled] : [settled.x, settled.y, settled.width, settled.height];
  }
  return params;
};

const compileReport = async (
  kernel: Kernel,
  strict: boolean,
): Promise<{ compiled?: CompiledKernel; notCompiled?: string }> => {
  const nvcc = await findNvcc();
  if (!nvcc) return { notCompiled: 'no nvcc found' };
  const arch = (await presentArchs())[0] ?? defaultArchs.at(-1)!;
  const folder = mkdtempSync(join(tmpdir(), 'cuweave-'));
  try {
    const source = join(folder, `${kernel.name}.cu`);
    const cubin = join(folder, `${kernel.name}.cubin`);
    writeFileSync(source, cudaSource(kernel, source));
    const flags = cudaFlags([arch], strict);
    const plain = flags.slice(0, flags.indexOf('-gencode'));
    const started = performance.now();
    checkNvccPaths(folder, [folder, includeDirectory()]);
    const args = [...plain, `-arch=${arch}`, `-I${includeDirectory()}`, '-cubin', source, '-o', cubin];
    const { code, stderr } = await runProgram(nvcc.path, args, { cwd: folder });
    if (code !== 0) throw new BuildError(`${nvcc.path} could not compile ${kernel.name}:\n${stderr}`);
    const numbers = (pattern: RegExp): number =>
      Math.max(0, ...[...stderr.matchAll(pattern)].map(([, n]) => Number(n)));
    const sections = sectionSizes(readFileSync(cubin)).filter(({ name }) => name.startsWith('.text.'));
    return {
      compiled: {
        arch,
        registers: numbers(/Used (\d+) registers/g),
        spilled: numbers(/(\d+) bytes spill stores/g),
        codeSize: Math.max(0, ...sections.map(({ size }) => size)),
        seconds: (performance.now() - started) / 1000,
      },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
