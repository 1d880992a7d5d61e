/** `cuweave explain`: what a pipeline becomes, what it moves through memory, and what the compiler made of it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { channelCount } from '../ops/spec.js';
import { sectionSizes } from './elf.js';
import { BuildError } from './errors.js';
import { cudaSource, hostSource, oracleSource } from './generate.js';
import type { FusionNote, Kernel } from './ir/plan.js';
import { dtypeBytes, type Format, type Stage } from './ir/types.js';
import { openParams } from './print/bindings.js';
import { runProgram } from './process.js';
import { kernelsOf, type SpecOptions } from './specs.js';
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
/** All that `cuweave explain` prints of a pipeline. */
export type Explanation = {
  readonly name: string;
  readonly place: string;
  readonly chain: string;
  readonly notes: readonly FusionNote[];
  readonly size: { readonly width: number; readonly height: number };
  readonly fused: Traffic;
  /** One kernel per operator, float32 between them. */
  readonly unfused: readonly Traffic[];
  readonly open: readonly string[];
  readonly imagesPerLaunch: readonly number[];
  readonly compiled?: CompiledKernel;
  /** Why there is no `compiled`. */
  readonly notCompiled?: string;
  readonly code?: { readonly cuda: string; readonly host: string };
};

/** What to explain. */
export type ExplainOptions = SpecOptions & {
  /** Pipelines by name; default: all. */
  readonly names?: readonly string[];
  /** The source's size in pixels for the byte counts; default 1920×1080. */
  readonly size?: { readonly width: number; readonly height: number };
  readonly code?: boolean;
  readonly strict?: boolean;
};

/** Explains pipelines. @throws SpecError, or BuildError for an unknown name. */
export const explain = async (options: ExplainOptions): Promise<readonly Explanation[]> => {
  const kernels = await kernelsOf(options);
  const unknown = options.names?.find(name => !kernels.some(kernel => kernel.name === name));
  if (unknown !== undefined) {
    const known = kernels.map(kernel => kernel.name).join(', ');
    throw new BuildError(`Expected a pipeline (${known}) but received ${JSON.stringify(unknown)}`);
  }
  const chosen = kernels.filter(kernel => options.names?.includes(kernel.name) ?? true);
  const size = options.size ?? { width: 1920, height: 1080 };
  const explanations: Explanation[] = [];
  for (const kernel of chosen) {
    const { compiled, notCompiled } = await compileReport(kernel, options.strict === true);
    explanations.push({
      name: kernel.name,
      place: `${kernel.pipeline.loc.file}:${kernel.pipeline.loc.line}`,
      chain: kernel.chain,
      notes: kernel.notes,
      size,
      ...(await traffic(kernel, size)),
      open: openParams(kernel).map(({ stage, field, open }) => `${open} (${stage}.${field.name})`),
      imagesPerLaunch: kernel.schedule.capacities,
      ...(compiled ? { compiled } : { notCompiled }),
      ...(options.code
        ? {
            code: {
              cuda: cudaSource(kernel, `${kernel.name}.cu`),
              host: hostSource(kernel, `${kernel.name}.cpp`),
            },
          }
        : {}),
    });
  }
  return explanations;
};

type Size = { readonly width: number; readonly height: number };
const formatBytes = (format: Format, { width, height }: Size): number =>
  format.planes.reduce(
    (sum, { channels, subsampling: [across, down] }) =>
      sum + Math.ceil(width / across) * Math.ceil(height / down) * channels * dtypeBytes[format.dtype],
    0,
  );

/** Bytes of the fused kernel and of one kernel per step. A size that the caller gives counts as unchanged. */
const traffic = async (kernel: Kernel, source: Size): Promise<Pick<Explanation, 'fused' | 'unfused'>> => {
  const { stages, source: from, sink: to } = kernel.pipeline;
  const sizes = await stageSizes(kernel, source);
  const between = (size: Size, channels: number): number => 4 * channels * size.width * size.height;
  let size = source;
  let channels: number = channelCount[from.colour];
  let read = formatBytes(from, source);
  const unfused = stages.map((stage): Traffic => {
    size = sizes.get(stage) ?? size;
    if (stage.role === 'point') channels = channelCount[stage.to];
    const written = between(size, channels);
    const step = { step: stage.name, read, written };
    read = written;
    return step;
  });
  const written = formatBytes(to, size);
  return {
    fused: { step: kernel.name, read: formatBytes(from, source), written },
    unfused: [...unfused, { step: to.name, read, written }],
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
    const params = settledNumbers(stage);
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
