/** Builds many pipelines in little time: many kernels to a file, and code that is not optimised for speed unless it is asked for. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inParallel, runProgram } from '../../compiler/build/process.js';
import {
  cudaFlags,
  defaultArchs,
  findCxx,
  findNvcc,
  hostFlags,
  hostTuning,
} from '../../compiler/build/toolchain.js';
import {
  bindingSources,
  cudaSource,
  hostSource,
  manifestSource,
  pairSource,
} from '../../compiler/generate.js';
import { builtKernels, type Kernel, type Plan, pairedKernels } from '../../compiler/ir/plan.js';
import { compileOnce, inGroups } from './objects.js';

const HOST_KERNELS_PER_FILE = 50;
/** Of those that a build's flags optimise, which takes longer: both cores have some. */
const SHIPPED_KERNELS_PER_FILE = 12;
const CUDA_KERNELS_PER_FILE = 10;
const PARALLEL = 2;

/** The kernel with one of its sizes of launches. */
export const ofLargestLaunch = (kernel: Kernel): Kernel => ({
  ...kernel,
  schedule: { ...kernel.schedule, capacities: kernel.schedule.capacities.slice(-1) },
});

/**
 * Writes the library and its bindings, of which `index.js` is what callers import.
 * @param options.strictCuda With CUDA's side, by the nvcc that is found, in a strict build; 'largest' for launches of one size only,
 * which take a third of the time to compile.
 * @param options.shippedHost The names of the pipelines whose host kernels get the flags of a build.
 * @param options.moreHost Further flags of the C++ compiler, such as a sanitizer's, for all host kernels and the library.
 */
export const buildQuick = async (
  plans: readonly Plan[],
  out: string,
  {
    strictCuda = false,
    shippedHost = [],
    moreHost = [],
  }: {
    readonly strictCuda?: boolean | 'largest';
    readonly shippedHost?: readonly string[];
    readonly moreHost?: readonly string[];
  } = {},
): Promise<void> => {
  const [cxx, nvcc] = [await findCxx(), strictCuda ? await findNvcc() : undefined];
  if (!cxx || (strictCuda && !nvcc)) {
    throw new Error('Expected a C++ compiler, and nvcc where CUDA is asked for, but found none.');
  }
  mkdirSync(out, { recursive: true });
  const kernels = plans.flatMap(builtKernels);
  const sized = (kernel: Kernel): Kernel => (strictCuda === 'largest' ? ofLargestLaunch(kernel) : kernel);
  const hostQuick = [...hostFlags.filter(flag => flag !== '-O3'), '-O1', '-DCW_CLONES=', ...moreHost, '-c'];
  const hostShipped = [...hostFlags, ...hostTuning(cxx), ...moreHost, '-c'];
  const isShipped = ({ name }: Plan): boolean => shippedHost.includes(name);
  const kinds = [
    {
      kind: 'quick',
      flags: hostQuick,
      of: plans.filter(plan => !isShipped(plan)),
      most: HOST_KERNELS_PER_FILE,
    },
    { kind: 'shipped', flags: hostShipped, of: plans.filter(isShipped), most: SHIPPED_KERNELS_PER_FILE },
  ];
  const host = kinds.flatMap(({ kind, flags, of, most }) =>
    inGroups(of.flatMap(builtKernels), most).map((some, n) => ({
      tool: cxx,
      flags,
      name: `${kind}${n}.cpp`,
      text: some.map(kernel => hostSource(kernel, `${kernel.name}.cpp`)).join('\n'),
    })),
  );
  const cudaOf = (some: readonly (typeof kernels)[number][]): Record<string, string> =>
    Object.fromEntries(
      some.map(kernel => [`${kernel.name}.cu`, cudaSource(sized(kernel), `${kernel.name}.cu`)]),
    );
  const cuda = inGroups(nvcc ? kernels : [], CUDA_KERNELS_PER_FILE).map((some, n) => ({
    name: `cuda${n}.cu`,
    text: Object.values(cudaOf(some)).join('\n'),
  }));
  const pairs = (nvcc ? plans : []).flatMap(plan =>
    plan.pairs.map(pair => ({
      name: `${pair.name}.cu`,
      text: pairSource(plan, pair, `${pair.name}.cu`),
      beside: cudaOf(pairedKernels(plan, pair)),
    })),
  );
  const flags = [...cudaFlags(defaultArchs, true), '-c'];
  const jobs = [...host, ...[...pairs, ...cuda].map(source => ({ tool: nvcc!, flags, ...source }))];
  const objects = await inParallel(jobs, PARALLEL, async ({ tool, flags, ...source }) => {
    const { object } = await compileOnce(tool, flags, source);
    const path = join(out, `${source.name}.o`);
    writeFileSync(path, object);
    return path;
  });
  const library = 'pipelines.so';
  const linker = nvcc?.path ?? cxx.path;
  const shared = ['-shared', ...moreHost, ...objects, '-o', join(out, library)];
  const { code, stderr } = await runProgram(linker, [...(nvcc ? ['-cudart', 'static'] : []), ...shared]);
  if (code !== 0) {
    throw new Error(`${linker} could not link ${library}:\n${stderr}`);
  }
  const archs = nvcc ? defaultArchs : [];
  writeFileSync(
    join(out, 'manifest.json'),
    manifestSource(plans, { library, archs, strict: strictCuda !== false }),
  );
  writeFileSync(join(out, 'index.js'), bindingSources(plans).js);
  writeFileSync(join(out, 'package.json'), '{ "type": "module" }\n');
};
