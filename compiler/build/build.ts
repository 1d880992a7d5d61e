/** `cuweave build`: generates, compiles what changed, links, writes the bindings. */
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BuildError } from '../errors.js';
import { bindingSources, builtManifest, headerSource, manifestText } from '../generate.js';
import { isCarried, type Plan } from '../ir/plan.js';
import { reduces } from '../ir/reduce.js';
import { version } from '../package.js';
import type { SpecOptions } from '../specs.js';
import { buildAddon } from './addon.js';
import { digestOf, keyOf, openCache } from './cache.js';
import { fromRoot } from './compile.js';
import {
  checkSpecPaths,
  compileAll,
  interfaceJob,
  type Job,
  jobsOf,
  link,
  linkOf,
  ringJob,
  type Tools,
  type Workplace,
} from './jobs.js';
import {
  CACHE,
  checkOutput,
  claimOutput,
  isIntact,
  type Marker,
  makeWorkFolder,
  publish,
  readMarker,
  requireUnedited,
} from './output.js';
import {
  isCurrentPackage,
  type PackageOptions,
  type PackagePlace,
  packagePlace,
  writePackage,
} from './packageFolder.js';
import { type Project, projectOf, pythonFiles } from './python.js';
import { currentBuild, stampBuild, stampKey } from './stamp.js';
import { requireCxx, target } from './target.js';
import { checkNvccPaths, includeDirectory } from './toolchain.js';
import { writeWheel } from './wheel.js';

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
  /** Makes a package for C and C++ as well. */
  readonly package?: PackageOptions;
  /** A Python module, too: `pipelines.py` with its types and the package that it imports. */
  readonly python?: boolean;
  /** A folder for a wheel of that module; it is made if it is not there. */
  readonly wheel?: string;
  /** Compilers at a time; default: one per core. */
  readonly jobs?: number;
  /** Ends the build, and the compilers that it started. What was in the folder stays. */
  readonly signal?: AbortSignal;
  /** Called with every file that the specs consist of, when they were read. */
  readonly onRead?: (files: readonly string[]) => void;
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
  /** The package for C and C++: its folder, absolute, and its name. */
  readonly package?: { readonly folder: string; readonly name: string };
  readonly pipelines: readonly string[];
  /** Empty: CPU only. */
  readonly archs: readonly string[];
  /** Why there is no CUDA in it. */
  readonly cpuOnly?: string;
  /** Pipelines that were in the folder and are no longer, each with the file that exported it where that is known. */
  readonly gone: readonly { readonly name: string; readonly file: string }[];
  readonly compiled: number;
  readonly cached: number;
  /** The wheel's path, where one was asked for. */
  readonly wheel?: string;
  readonly seconds: number;
};

/**
 * Builds the pipelines of the entries.
 * @throws SpecError with all errors of the specs.
 * @throws BuildError where a compiler is missing or refuses generated code, and for an output folder that is not cuweave's or has files
 *   that were changed since a build wrote them.
 */
export const build = async (options: BuildOptions): Promise<BuildResult> => {
  if (options.wheel === undefined) {
    return buildFolder(options);
  }
  const project = projectOf(resolve(options.root));
  const result = await buildFolder({ ...options, python: true });
  return { ...result, wheel: writeWheel(result.out, resolve(options.root, options.wheel), project) };
};

const buildFolder = async (options: BuildOptions): Promise<BuildResult> => {
  const started = performance.now();
  const root = resolve(options.root);
  const out = requireOutput(options);
  const deployed = options.package && packagePlace(root, options.package);
  const { archs, nvcc, cpuOnly } = await target(options);
  const strict = options.strict === true;
  const tools: Tools = { cxx: await requireCxx(), nvcc, archs, strict };
  const python = options.python ? [projectOf(root).version] : [];
  const key = stampKey([root, options.entries, tools, python]);
  const current = currentBuild(root, out, key);
  const made = { out, archs, ...(cpuOnly ? { cpuOnly } : {}), ...(deployed ? { package: deployed } : {}) };
  if (current && (!deployed || isCurrentPackage(deployed, packageKey(out, deployed)))) {
    options.onRead?.(current.files);
    return unchanged(current.marker, made, options, started);
  }
  let files: readonly string[] = [];
  const onRead: BuildOptions['onRead'] = read => {
    files = read;
    options.onRead?.(read);
  };
  // TypeScript takes half a second to load, and a build with nothing to do does not need it.
  const { plansOf } = await import('../specs.js');
  const plans = await plansOf({ ...options, onRead });
  const result = await buildPlans(plans, options, started);
  stampBuild(root, out, key, files);
  return result;
};

/** The result of a build that had nothing to do but to look after the addon. */
const unchanged = async (
  { files, pipelines }: Marker,
  made: Pick<BuildResult, 'out' | 'archs' | 'cpuOnly' | 'package'>,
  { onProgress, onAddon, signal }: BuildOptions,
  started: number,
): Promise<BuildResult> => {
  const { built } = await buildAddon({ onStart: onAddon, signal });
  const generated = Object.keys(files).filter(name => name.startsWith('generated/'));
  const labels = [...generated.map(name => name.slice('generated/'.length)), 'link', 'addon'];
  const total = labels.length;
  for (const [n, label] of labels.entries()) {
    onProgress?.({ done: n + 1, total, label, cached: !(built && label === 'addon') });
  }
  const compiled = built ? 1 : 0;
  const seconds = (performance.now() - started) / 1000;
  return {
    ...made,
    pipelines: Object.keys(pipelines),
    gone: [],
    compiled,
    cached: total - compiled,
    seconds,
  };
};

/** Of what a package is made: of what is in the output folder. */
const packageKey = (out: string, { name, isStatic }: PackagePlace): string => {
  const { library, files } = readMarker(out) ?? {};
  return keyOf(JSON.stringify([version, name, isStatic, library, files]));
};

/** Refuses an output folder before anything else is done. */
const requireOutput = ({ root, out = 'build', entries }: BuildOptions): string => {
  const base = resolve(root);
  const folder = resolve(base, out);
  checkOutput(folder, out, [base, ...entries.map(entry => resolve(base, entry))]);
  return folder;
};

/** @internal Builds what was read of the entries. */
export const buildPlans = async (
  plans: readonly Plan[],
  options: BuildOptions,
  started = performance.now(),
): Promise<BuildResult> => {
  const { signal } = options;
  const root = resolve(options.root);
  const out = requireOutput(options);
  const deployed = options.package && packagePlace(root, options.package);
  if (plans.length === 0) {
    throw new BuildError(
      `Expected exported pipelines in ${options.entries.join(', ')} but found none: write 'export const name = pipeline(…)'`,
    );
  }
  requireCarried(plans, options);
  const { archs, nvcc, cpuOnly } = await target(options);
  if (nvcc) {
    checkNvccPaths(root, [fromRoot(root, out), fromRoot(root, includeDirectory())]);
  }
  const tools: Tools = { cxx: await requireCxx(), nvcc, archs, strict: options.strict === true };
  signal?.throwIfAborted();

  claimOutput(out, options.out ?? 'build');
  requireUnedited(out);
  const work = makeWorkFolder(out);
  try {
    const own = [...plans.flatMap(plan => jobsOf(plan, tools, work)), interfaceJob(plans, tools, work)];
    const jobs = options.python ? [...own, ringJob(tools, work)] : own;
    checkSpecPaths(jobs);
    const counts = { compiled: 0, cached: 0 };
    const step = (label: string, cached: boolean): void => {
      counts[cached ? 'cached' : 'compiled'] += 1;
      const done = counts.cached + counts.compiled;
      options.onProgress?.({ done, total: jobs.length + 2, label, cached });
    };
    // Beside the kernels: the first time it takes longer than all of them.
    const addon = buildAddon({ onStart: options.onAddon, signal });
    try {
      const place = { root, out, work, cache: openCache(join(out, CACHE)), signal };
      const library = await makeLibrary(jobs, tools, place, options.jobs, step);
      const { built } = await addon;
      step('addon', !built);
      signal?.throwIfAborted();
      const old = publish(out, work, {
        files: outputFiles(plans, jobs, tools, library, options.python ? projectOf(root) : undefined),
        library,
        pipelines: Object.fromEntries(plans.map(({ name, pipeline }) => [name, pipeline.loc.file])),
      });
      if (deployed) {
        await writePackage(plans, own, tools, deployed, packageKey(out, deployed), place);
      }
      const gone = Object.entries(old.pipelines)
        .filter(([name]) => !plans.some(plan => plan.name === name))
        .map(([name, file]) => ({ name, file }));
      return {
        out,
        pipelines: plans.map(({ name }) => name),
        archs,
        ...(cpuOnly ? { cpuOnly } : {}),
        ...(deployed ? { package: deployed } : {}),
        gone,
        ...counts,
        seconds: (performance.now() - started) / 1000,
      };
    } finally {
      await addon.catch(() => undefined);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};

/** Refuses what callers in other languages cannot run. */
const requireCarried = (plans: readonly Plan[], { python, package: deployed }: BuildOptions): void => {
  const odd = plans.find(plan => !isCarried(plan));
  if (!odd || !(python || deployed)) {
    return;
  }
  const { file, line } = odd.pipeline.loc;
  throw new BuildError(
    `${odd.name} (${file}:${line}) ${whatOf(odd)}, which ${python ? 'modules for Python' : 'packages for C and C++'} do not carry: ` +
      `leave out ${python ? '--python' : '--package'}, or export it from another entry`,
  );
};

const whatOf = ({ kernels }: Plan): string =>
  kernels.some(({ pipeline }) => reduces(pipeline)) ? 'reduces images to numbers' : 'gives patches';

type Library = { readonly name: string; readonly key: string; readonly content: Uint8Array };

/** The library of the jobs: the one in the folder if it is whole and made of the same, else compiled and linked. */
const makeLibrary = async (
  jobs: readonly Job[],
  tools: Tools,
  place: Workplace,
  limit: number | undefined,
  step: (label: string, cached: boolean) => void,
): Promise<Library> => {
  const { out, work } = place;
  const linking = linkOf(jobs, tools);
  const marker = readMarker(out);
  const known = marker?.library;
  if (marker && known?.key === linking.key && isIntact(out, known.name, marker)) {
    for (const { label } of jobs) {
      step(label, true);
    }
    step('link', true);
    return { ...known, content: readFileSync(join(out, known.name)) };
  }
  const objects = await compileAll(jobs, { ...place, jobs: limit }, step);
  const path = join(work, 'pipelines.so');
  const { cached } = await link(objects, linking, path, place);
  step('link', cached);
  const content = readFileSync(path);
  return { name: `pipelines.${digestOf(content).slice(0, 12)}.so`, key: linking.key, content };
};

/** Every file of a build. What callers read comes last: they see the old build or the new one. */
const outputFiles = (
  plans: readonly Plan[],
  jobs: readonly Job[],
  { archs, strict }: Tools,
  { name, content }: Library,
  python: Project | undefined,
): ReadonlyMap<string, string | Uint8Array> => {
  const built = { library: name, libraryBytes: content.length, librarySha256: digestOf(content), archs };
  const manifest = builtManifest(plans, { ...built, strict });
  const bindings = bindingSources(plans, manifest.digest);
  return new Map<string, string | Uint8Array>([
    ...jobs.map(({ label, text }) => [`generated/${label}`, text] as const),
    [name, content],
    ['pipelines.h', headerSource(plans, name, archs.length > 0)],
    ['manifest.json', manifestText(manifest)],
    ['index.js', bindings.js],
    ['index.d.ts', bindings.dts],
    ...(python ? pythonFiles(plans, built, python.version) : []),
  ]);
};
