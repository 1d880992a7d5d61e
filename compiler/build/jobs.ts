/** What there is to compile for a plan, and what compilers say of it. */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { BuildError } from '../errors.js';
import { cudaSource, hostSource, interfaceSource, pairSource } from '../generate.js';
import { builtKernels, type Plan, pairedKernels } from '../ir/plan.js';
import { type Cache, keyOf } from './cache.js';
import { fromRoot, keyOfRun, type Outcome, perform, type Run } from './compile.js';
import { publishRefused } from './output.js';
import { inParallel } from './process.js';
import {
  cudaFlags,
  hostFlags,
  hostTuning,
  includeDirectory,
  interfaceDirectory,
  ringDirectory,
  type Tool,
} from './toolchain.js';

/** A generated file to compile. */
export type Job = {
  /** Its name, which is also its name in its own `#line`: nothing in the text depends on the folder that it is in. */
  readonly label: string;
  readonly text: string;
  readonly run: Run;
  readonly key: string;
};

/** The compilers of a build, and what they are told. */
export type Tools = {
  readonly cxx: Tool;
  readonly nvcc?: Tool;
  readonly archs: readonly string[];
  readonly strict: boolean;
};

/**
 * Everything to compile for a plan.
 *
 * @param work The folder for generated sources while they are compiled.
 */
export const jobsOf = (plan: Plan, { cxx, nvcc, archs, strict }: Tools, work: string): Job[] => {
  const job = (
    label: string,
    text: string,
    tool: Tool,
    flags: readonly string[],
    included?: string[],
  ): Job => {
    const sources = [{ path: join(work, label), content: text }];
    const run = { tool, flags: [...flags, '-c'], sources, ...(included ? { included } : {}) };
    return { label, text, run, key: keyOfRun(run) };
  };
  const hostArgs = [...hostFlags, ...hostTuning(cxx)];
  const cudaArgs = nvcc ? cudaFlags(archs, strict) : [];
  const jobs = builtKernels(plan).map(kernel => {
    const [host, cuda] = [`${kernel.name}.cpp`, `${kernel.name}.cu`];
    return {
      kernel,
      host: job(host, hostSource(kernel, host), cxx, hostArgs),
      cuda: nvcc && job(cuda, cudaSource(kernel, cuda), nvcc, cudaArgs),
    };
  });
  const pairs = plan.pairs.flatMap(pair => {
    const both = pairedKernels(plan, pair);
    const included = jobs.flatMap(({ kernel, cuda }) => (cuda && both.includes(kernel) ? [cuda.text] : []));
    const label = `${pair.name}.cu`;
    return nvcc ? [job(label, pairSource(plan, pair, label), nvcc, cudaArgs, included)] : [];
  });
  // The slow ones first, so that none of them comes last and alone.
  return [...pairs, ...jobs.flatMap(({ host, cuda }) => (cuda ? [cuda, host] : [host]))];
};

/** No kernel's name: those do not end in _host. */
const INTERFACE = 'interface_host.cpp';

/** What there is to compile for a library beside its kernels: the functions that pipelines.h declares for callers in C. */
export const interfaceJob = (plans: readonly Plan[], { cxx, nvcc }: Tools, work: string): Job => {
  const text = interfaceSource(plans, nvcc !== undefined);
  const sources = [{ path: join(work, INTERFACE), content: text }];
  const headers = [includeDirectory(), interfaceDirectory()];
  // Nothing in it takes time, but for its own compilation.
  const flags = hostFlags.map(flag => (flag === '-O3' ? '-O1' : flag));
  const run = { tool: cxx, flags: [...flags, '-c'], sources, headers };
  return { label: INTERFACE, text, run, key: keyOfRun(run) };
};

/** No kernel's name, either. */
const RING = 'ring_host.cpp';

/** What there is to compile for a library that a Python module opens: rings. It is the same in every build. */
export const ringJob = ({ cxx }: Tools, work: string): Job => {
  const text =
    '// Rings of batches in shared memory, for the Python module.\n#include "ring.cc"\n#include "exports.cc"\n';
  const sources = [{ path: join(work, RING), content: text }];
  const flags = hostFlags.map(flag => (flag === '-O3' ? '-O1' : flag));
  const run = { tool: cxx, flags: [...flags, '-c'], sources, headers: [ringDirectory()] };
  return { label: RING, text, run, key: keyOfRun(run) };
};

/**
 * nvcc's assembler does not read quotes in the names of files that `#line` leads to.
 * @throws BuildError for a spec whose path has one.
 */
export const checkSpecPaths = (jobs: readonly Job[]): void => {
  for (const { label, text } of jobs) {
    const odd = label.endsWith('.cu') ? /^#line \d+ ("(?:[^"\\]|\\.)*\\.*")/m.exec(text)?.[1] : undefined;
    if (odd !== undefined) {
      throw new BuildError(
        `Expected the path of a spec without " and \\, which nvcc misreads, but received ${JSON.parse(odd)}: ` +
          'rename it, or build with --cpu',
      );
    }
  }
};

/** Where a build works. */
export type Workplace = {
  readonly root: string;
  readonly out: string;
  /** The folder of this build alone, where its sources and objects are. */
  readonly work: string;
  readonly cache: Cache;
  readonly signal?: AbortSignal;
};

/** Compiles what is not in the cache, and gives the paths of all objects. @throws BuildError with all that compilers said. */
export const compileAll = async (
  jobs: readonly Job[],
  place: Workplace & { readonly jobs?: number },
  step: (label: string, cached: boolean) => void,
): Promise<readonly string[]> => {
  const { root, out, work, cache, signal } = place;
  for (const { label, text } of jobs) {
    writeFileSync(join(work, label), text);
  }
  const where = { cache, root, temporary: work, signal };
  const outcomes = await inParallel(jobs, place.jobs ?? availableParallelism(), async job => {
    const outcome = await perform(job.run, job.key, objectOf(job, work), where);
    if (outcome.failure === undefined) {
      step(job.label, outcome.cached);
    }
    return outcome;
  });
  signal?.throwIfAborted();
  const failed = jobs.flatMap((job, n) => {
    const { failure } = outcomes[n] as Outcome;
    return failure === undefined ? [] : [{ job, failure }];
  });
  if (failed.length > 0) {
    const files = failed.map(({ job }) => [`generated/${job.label}`, job.text] as const);
    publishRefused(out, work, new Map(files));
    throw new BuildError(failed.map(({ job, failure }) => refusal(job, failure, place)).join('\n\n'));
  }
  return jobs.map(job => objectOf(job, work));
};

const objectOf = ({ label }: Job, work: string): string => join(work, `${label}.o`);

/** What a compiler said, with the generated files where they stay. */
const refusal = ({ label, run }: Job, failure: string, { root, out, work }: Workplace): string => {
  const generated = fromRoot(root, join(out, 'generated')).replace(/^\.\//, '');
  const said = failure
    .split('\n')
    .filter(line => !line.startsWith('ptxas info'))
    .join('\n')
    .replaceAll(`${fromRoot(root, work)}/`, '')
    .replace(/(?<![\w/.$-])[\w$]+\.(cpp|cu)(?=[:(, ])/g, name => `${generated}/${name}`)
    .trim();
  return `${run.tool.path} could not compile ${generated}/${label}:\n${said}`;
};

/** How objects become a library. */
export type Link = { readonly tool: Tool; readonly flags: readonly string[]; readonly key: string };

/**
 * The linking of a build: nvcc does it where there is CUDA in it.
 * @param soname The name under which programs ask for the library; none for one that is loaded by its path.
 */
export const linkOf = (jobs: readonly Job[], { cxx, nvcc }: Tools, soname?: string): Link => {
  const tool = nvcc ?? cxx;
  // A library calls its own functions, whatever else a program has of these names, and shows nobody those of CUDA's runtime.
  const named =
    soname === undefined
      ? []
      : [`-soname=${soname}`, '-Bsymbolic-functions', '--exclude-libs=ALL', '--as-needed'];
  const linker = named.flatMap(flag => ['-Xlinker', flag]);
  const flags = [...(nvcc ? ['-shared', '-cudart', 'static'] : ['-shared', '-pthread']), ...linker];
  return { tool, flags, key: keyOf('link', tool.version, ...flags, ...jobs.map(({ key }) => key)) };
};

/** Links objects to a library at `path`. @throws BuildError with what the linker said. */
export const link = async (
  objects: readonly string[],
  { tool, flags, key }: Link,
  path: string,
  { cache, root, work, signal }: Workplace,
): Promise<{ readonly cached: boolean }> => {
  const sources = objects.map(object => ({ path: object, content: '' }));
  const run = { tool, flags, sources, headers: [] };
  const { cached, failure } = await perform(run, key, path, { cache, root, temporary: work, signal });
  signal?.throwIfAborted();
  if (failure !== undefined) {
    throw new BuildError(`${tool.path} could not link the library:\n${failure}`);
  }
  return { cached };
};
