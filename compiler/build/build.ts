/** `cuweave build`: generates, compiles what changed, links, writes the bindings. */
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import type { Manifest } from '../../native/manifest.js';
import { buildAddon } from './addon.js';
import { BuildError } from '../errors.js';
import {
  bindingSources,
  cudaSource,
  headerSource,
  hostSource,
  manifestSource,
  pairSource,
} from '../generate.js';
import { builtKernels, type Plan, pairedKernels } from '../ir/plan.js';
import { inParallel, runProgram } from './process.js';
import { plansOf, type SpecOptions } from '../specs.js';
import {
  checkNvccPaths,
  cudaFlags,
  defaultArchs,
  findCxx,
  findNvcc,
  hostFlags,
  hostTuning,
  includeDirectory,
  presentArchs,
  type Tool,
} from './toolchain.js';

/** What to build, and for what. */
export type BuildOptions = SpecOptions & {
  /** The output folder; default `build` in the root. */
  readonly out?: string;
  /** Compute capabilities such as `sm_90`; default: the GPUs present, else {@link defaultArchs}. */
  readonly archs?: readonly string[];
  /** Leaves CUDA out even where nvcc is there. */
  readonly cpu?: boolean;
  /** No fused multiply-add and IEEE division on the GPU: the host's bits, a little slower. */
  readonly strict?: boolean;
  /** Compilers at a time; default: one per core. */
  readonly jobs?: number;
  readonly onProgress?: (step: BuildStep) => void;
  /** Called where the native addon is going to be compiled: once per installation, about a minute. */
  readonly onAddon?: () => void;
};
/** One step of a build, when it is done. */
export type BuildStep = {
  readonly done: number;
  readonly total: number;
  readonly label: string;
  readonly cached: boolean;
};
/** What a build made. */
export type BuildResult = {
  readonly out: string;
  readonly pipelines: readonly string[];
  /** Empty: CPU only. */
  readonly archs: readonly string[];
  /** Why there is no CUDA in it. */
  readonly cpuOnly?: string;
  readonly compiled: number;
  readonly cached: number;
  readonly seconds: number;
};

type Job = {
  readonly label: string;
  readonly tool: Tool;
  readonly args: readonly string[];
  readonly text: string;
  /** Relative to the root: compilers resolve `#line` against their working directory. */
  readonly source: string;
  readonly key: string;
};

const hashOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 24);

let temporaries = 0;
/** A name beside a file for what will replace it; builds in one folder, even of one process, do not share it. */
const temporaryName = (path: string): string => `${path}.${process.pid}.${temporaries++}.tmp`;

/** Writes a file where its text changed; readers see the old file or the new one, never half of it. */
const writeIfChanged = (path: string, text: string): void => {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  mkdirSync(dirname(path), { recursive: true });
  const temporary = temporaryName(path);
  writeFileSync(temporary, text);
  renameSync(temporary, path);
};

/**
 * Builds the pipelines of the entries.
 * @throws SpecError with all errors of the specs.
 * @throws BuildError where a compiler is missing or refuses generated code.
 */
export const build = async (options: BuildOptions): Promise<BuildResult> => {
  const started = performance.now();
  const since = Date.now();
  const root = resolve(options.root);
  const out = resolve(root, options.out ?? 'build');
  const plans = await plansOf(options);
  if (plans.length === 0) {
    throw new BuildError(
      `Expected exported pipelines in ${options.entries.join(', ')} but found none: write 'export const name = pipeline(…)'`,
    );
  }
  const { archs, nvcc, cpuOnly } = await target(options);
  if (nvcc) checkNvccPaths(root, [fromRoot(root, out), fromRoot(root, includeDirectory())]);
  const cxx = await findCxx();
  if (!cxx) throw new BuildError(noCompiler());

  const tools = { root, out, cxx, nvcc, archs, strict: options.strict === true };
  const jobs = plans.flatMap(plan => jobsOf(plan, tools));
  const total = jobs.length + 2;
  const counts = { compiled: 0, cached: 0 };
  const step = (label: string, cached: boolean): void => {
    counts[cached ? 'cached' : 'compiled'] += 1;
    options.onProgress?.({ done: counts.cached + counts.compiled, total, label, cached });
  };

  // Beside the kernels: the first time it takes longer than all of them.
  const addon = buildAddon({ onStart: options.onAddon });
  addon.catch(() => undefined);

  const cache = join(out, '.cache');
  makeFolder(cache);
  const objects = await compileAll(jobs, { root, cache, jobs: options.jobs }, step);
  const library = `pipelines.${hashOf(...jobs.map(job => job.key), nvcc?.version ?? '').slice(0, 12)}.so`;
  const linked = existsSync(join(out, library));
  if (!linked) await link(objects, join(out, library), { cxx, nvcc, root });
  step('link', linked);
  const { built } = await addon;
  step('addon', !built);

  writeBindings(plans, out, { library, archs, strict: options.strict === true });
  sweep(out, cache, { jobs, library, since });
  return {
    out,
    pipelines: plans.map(({ name }) => name),
    archs,
    ...(cpuOnly ? { cpuOnly } : {}),
    ...counts,
    seconds: (performance.now() - started) / 1000,
  };
};

/** What to say where there is no C++ compiler. */
export const noCompiler = (): string => {
  const own = process.env.CXX;
  return own
    ? `Expected a C++ compiler in CXX but received ${JSON.stringify(own)}, which does not run: unset CXX to use g++`
    : 'no C++ compiler found: install one (apt install g++), or name it in CXX';
};

/** The output folder. @throws BuildError where it cannot be written. */
const makeFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new BuildError(
      `Expected a folder that can be written for the output but received ${dirname(folder)}: ${(error as Error).message}`,
    );
  }
};

/** Compiles what no earlier build has compiled, and gives the objects. @throws BuildError with all that compilers said. */
const compileAll = async (
  jobs: readonly Job[],
  { root, cache, jobs: limit }: { root: string; cache: string; jobs?: number },
  step: (label: string, cached: boolean) => void,
): Promise<readonly string[]> => {
  const objectOf = (job: Job): string => join(cache, `${job.key}.o`);
  for (const job of jobs) writeIfChanged(resolve(root, job.source), job.text);
  const failures = await inParallel(jobs, limit ?? availableParallelism(), async job => {
    const cached = existsSync(objectOf(job));
    const failure = cached ? undefined : await compile(job, objectOf(job), root);
    if (!failure) step(job.label, cached);
    return failure;
  });
  const failed = failures.filter(failure => failure !== undefined);
  if (failed.length > 0) throw new BuildError(failed.join('\n\n'));
  return jobs.map(objectOf);
};

/** What callers read, written last: they see the old build or the new one. */
const writeBindings = (
  plans: readonly Plan[],
  out: string,
  made: Pick<Manifest, 'library' | 'archs' | 'strict'>,
): void => {
  const bindings = bindingSources(plans);
  writeIfChanged(join(out, 'pipelines.h'), headerSource(plans, made.library));
  writeIfChanged(join(out, 'manifest.json'), manifestSource(plans, made));
  writeIfChanged(join(out, 'index.js'), bindings.js);
  writeIfChanged(join(out, 'index.d.ts'), bindings.dts);
  if (!isModuleFolder(out)) writeIfChanged(join(out, 'package.json'), '{ "type": "module" }\n');
};

/** Whether Node reads `.js` files of the folder as ES modules. */
const isModuleFolder = (folder: string): boolean => {
  const file = join(folder, 'package.json');
  if (existsSync(file))
    return (JSON.parse(readFileSync(file, 'utf8')) as { type?: string }).type === 'module';
  return dirname(folder) !== folder && isModuleFolder(dirname(folder));
};

/** Which GPUs to build for, and with what. */
export const target = async (
  options: Pick<BuildOptions, 'archs' | 'cpu'>,
): Promise<{ readonly archs: readonly string[]; readonly nvcc?: Tool; readonly cpuOnly?: string }> => {
  if (options.cpu) return { archs: [], cpuOnly: 'asked for with --cpu' };
  const wrong = options.archs?.find(arch => !/^sm_\d{2,3}$/.test(arch));
  if (wrong !== undefined)
    throw new BuildError(`Expected sm_NN, as in sm_90, for --arch but received ${JSON.stringify(wrong)}`);
  const nvcc = await findNvcc();
  if (!nvcc) {
    if (options.archs)
      throw new BuildError(
        '--arch needs nvcc, and there is none: install the CUDA toolkit, or set CUDA_HOME',
      );
    return { archs: [], cpuOnly: 'no nvcc found: install the CUDA toolkit, or set CUDA_HOME' };
  }
  const [major = 0, minor = 0] = nvcc.version.split('.').map(Number.parseFloat);
  if (major < 12 || (major === 12 && minor < 1)) {
    throw new BuildError(
      `Expected nvcc 12.1 or newer, which passes 32 KB of parameters to a kernel, but ${nvcc.path} is ${nvcc.version}: ` +
        'update the CUDA toolkit, or build with --cpu',
    );
  }
  const present = options.archs ?? (await presentArchs());
  const archs = present.length > 0 ? present : defaultArchs;
  return { nvcc, archs: [...new Set(archs)].sort((a, b) => Number(a.slice(3)) - Number(b.slice(3))) };
};

/** Everything to compile for a plan. */
const jobsOf = (
  plan: Plan,
  tools: { root: string; out: string; cxx: Tool; nvcc?: Tool; archs: readonly string[]; strict: boolean },
): Job[] => {
  const { nvcc } = tools;
  const headers = readdirSync(includeDirectory())
    .sort()
    .map(file => readFileSync(join(includeDirectory(), file), 'utf8'));
  /** @param included The texts of files beside it that it includes. */
  const job = (
    label: string,
    tool: Tool,
    args: readonly string[],
    print: (file: string) => string,
    included: readonly string[] = [],
  ): Job => {
    const source = relative(tools.root, join(tools.out, 'generated', label));
    const text = print(source);
    const key = hashOf(text, ...included, ...headers, tool.version, ...args);
    return { label, tool, args, text, source, key };
  };
  const hostArgs = [...hostFlags, ...hostTuning(tools.cxx)];
  const cudaArgs = cudaFlags(tools.archs, tools.strict);
  const jobs = builtKernels(plan).map(kernel => ({
    kernel,
    host: job(`${kernel.name}.cpp`, tools.cxx, hostArgs, file => hostSource(kernel, file)),
    cuda: nvcc && job(`${kernel.name}.cu`, nvcc, cudaArgs, file => cudaSource(kernel, file)),
  }));
  const pairs = plan.pairs.flatMap(pair => {
    const both = pairedKernels(plan, pair);
    const included = jobs.flatMap(({ kernel, cuda }) => (cuda && both.includes(kernel) ? [cuda.text] : []));
    return nvcc
      ? [job(`${pair.name}.cu`, nvcc, cudaArgs, file => pairSource(plan, pair, file), included)]
      : [];
  });
  // The slow ones first, so that none of them comes last and alone.
  return [...pairs, ...jobs.flatMap(({ host, cuda }) => (cuda ? [cuda, host] : [host]))];
};

/** A path as compilers get it: never an option, and without the names of the folders above the root, which may be odd. */
const fromRoot = (root: string, path: string): string => {
  const inside = relative(root, path);
  return inside.startsWith('..') ? path : `./${inside}`;
};

/** Compiles one file; returns what the compiler said if it failed. Its report (registers, spills) stays beside the object. */
const compile = async (job: Job, object: string, root: string): Promise<string | undefined> => {
  const temporary = temporaryName(object);
  const args = [
    ...job.args,
    `-I${fromRoot(root, includeDirectory())}`,
    '-c',
    fromRoot(root, resolve(root, job.source)),
    '-o',
  ];
  const { code, stderr, stdout } = await runProgram(job.tool.path, [...args, fromRoot(root, temporary)], {
    cwd: root,
  });
  if (code !== 0) {
    rmSync(temporary, { force: true });
    const said = `${stdout}${stderr}`
      .split('\n')
      .filter(line => !line.startsWith('ptxas info'))
      .join('\n')
      .trim();
    return `${job.tool.path} could not compile ${job.source}:\n${said}`;
  }
  writeFileSync(object.replace(/\.o$/, '.log'), stderr);
  renameSync(temporary, object);
  return undefined;
};

const link = async (
  objects: readonly string[],
  library: string,
  { cxx, nvcc, root }: { cxx: Tool; nvcc?: Tool; root: string },
): Promise<void> => {
  const temporary = temporaryName(library);
  const files = [...objects.map(object => fromRoot(root, object)), '-o', fromRoot(root, temporary)];
  const [tool, args] = nvcc
    ? [nvcc, ['-shared', '-cudart', 'static', ...files]]
    : [cxx, ['-shared', ...files]];
  const { code, stderr, stdout } = await runProgram(tool.path, args, { cwd: root });
  if (code !== 0) throw new BuildError(`${tool.path} could not link ${library}:\n${stdout}${stderr}`);
  renameSync(temporary, library);
};

/**
 * Removes what no longer belongs to the build: generated sources, objects and libraries of older runs. What is newer
 * than this build's start may be another's that runs now.
 */
const sweep = (
  out: string,
  cache: string,
  made: { jobs: readonly Job[]; library: string; since: number },
): void => {
  const keys = new Set(made.jobs.map(job => job.key));
  const labels = new Set(made.jobs.map(job => job.label));
  const remove = (folder: string, stale: (file: string) => boolean): void => {
    for (const file of readdirSync(folder).filter(stale)) {
      const path = join(folder, file);
      const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? made.since;
      if (changed < made.since) rmSync(path, { force: true });
    }
  };
  remove(cache, file => !keys.has(file.replace(/\.(o|log)$/, '')));
  remove(join(out, 'generated'), file => !labels.has(file));
  remove(out, file => /^pipelines\.[0-9a-f]{12}\.so(\.|$)|\.tmp$/.test(file) && file !== made.library);
};
