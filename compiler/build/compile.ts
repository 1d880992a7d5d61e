/** One run of a compiler or linker, or what it made before. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { BuildError } from '../errors.js';
import { type Cache, keyOf, openCache } from './cache.js';
import { runProgram } from './process.js';
import { includeDirectory, type Tool } from './toolchain.js';

/** A run of a compiler. Two that have the same key make the same. */
export type Run = {
  readonly tool: Tool;
  /** Flags that go before the files: no paths, which differ from machine to machine. */
  readonly flags: readonly string[];
  /** The files to give it, and their texts. */
  readonly sources: readonly Source[];
  /** Other texts that decide what comes out: files that the sources include from their own folder. */
  readonly included?: readonly string[];
  /** Folders of headers, each given by `-I`. Every file in them counts. */
  readonly headers?: readonly string[];
  /** Flags that go behind the files: libraries. */
  readonly libraries?: readonly string[];
};
export type Source = { readonly path: string; readonly content: string | Uint8Array };

/** The key of a run in a {@link Cache}. Names of files count, names of folders do not. */
export const keyOfRun = ({ tool, flags, sources, included, headers, libraries }: Run): string =>
  keyOf(
    process.arch,
    tool.version,
    tool.host ?? '',
    ...environment.map(name => process.env[name] ?? ''),
    JSON.stringify([flags, libraries, sources.map(({ path }) => basename(path))]),
    ...sources.map(({ content }) => content),
    ...(included ?? []),
    ...(headers ?? [includeDirectory()]).flatMap(headerTexts),
  );

/** Variables that GCC and nvcc take for more flags or folders. */
const environment = [
  'NVCC_PREPEND_FLAGS',
  'NVCC_APPEND_FLAGS',
  'NVCC_CCBIN',
  'CPATH',
  'CPLUS_INCLUDE_PATH',
  'LIBRARY_PATH',
  'COMPILER_PATH',
  'GCC_EXEC_PREFIX',
];

const headerTexts = (folder: string): readonly string[] =>
  readdirSync(folder)
    .sort()
    .flatMap(name => [name, readFileSync(join(folder, name), 'utf8')]);

/** A path as compilers get it: never an option, and without the names of the folders above `root`, which may be odd. */
export const fromRoot = (root: string, path: string): string => {
  const inside = relative(root, path);
  return inside.startsWith('..') ? path : `./${inside}`;
};

/** How a run ended. */
export type Outcome = {
  readonly cached: boolean;
  /** What the tool said, now or when it made what is cached. */
  readonly report: string;
  /** What it said instead of making anything. */
  readonly failure?: string;
};

/**
 * Writes to `output` what the run makes. With a signal that ends it, it fails.
 *
 * @param where.root The folder that compilers run in: they resolve `#line` against it.
 * @param where.temporary A folder for their temporary files.
 */
export const perform = async (
  run: Run,
  key: string,
  output: string,
  where: {
    readonly cache: Cache;
    readonly root: string;
    readonly temporary?: string;
    readonly signal?: AbortSignal;
  },
): Promise<Outcome> => {
  const { cache, root, temporary, signal } = where;
  const known = cache.get(key);
  if (known) {
    writeFileSync(output, known.object, { mode: 0o755 });
    return { cached: true, report: known.report };
  }
  const { tool, flags, sources, headers = [includeDirectory()], libraries = [] } = run;
  const args = [
    ...flags,
    ...headers.map(folder => `-I${fromRoot(root, folder)}`),
    ...sources.map(({ path }) => fromRoot(root, path)),
    '-o',
    fromRoot(root, output),
    ...libraries,
  ];
  const env = temporary ? { ...process.env, TMPDIR: fromRoot(root, temporary) } : process.env;
  const { code, stdout, stderr } = await runProgram(tool.path, args, { cwd: root, env, signal });
  if (code !== 0) {
    return { cached: false, report: '', failure: `${stdout}${stderr}` || `It ended with ${code}.` };
  }
  if ((statSync(output, { throwIfNoEntry: false })?.size ?? 0) === 0) {
    return { cached: false, report: '', failure: 'It ended without an error and without a result.' };
  }
  cache.put(key, { object: readFileSync(output), report: stderr });
  return { cached: false, report: stderr };
};

/**
 * @internal Compiles or links files through the cache that CUWEAVE_CACHE names, for tests that run compilers by hand. Without that
 * variable everything is compiled.
 *
 * @param options.flags Before the files, without paths: folders of headers are `headers`.
 * @param options.inputs The files to give to the compiler. They may not include others but those of `headers` and the system's.
 * @throws BuildError with what the compiler said.
 * @returns What it said, and whether it was kept from an earlier run.
 */
export const cachedCompile = async (options: {
  readonly tool: Tool;
  readonly flags: readonly string[];
  readonly inputs: readonly string[];
  readonly output: string;
  readonly headers?: readonly string[];
  readonly libraries?: readonly string[];
  /** The folder that it runs in; default: that of the output. */
  readonly cwd?: string;
}): Promise<Outcome> => {
  const { tool, flags, inputs, headers = [], libraries } = options;
  const output = resolve(options.output);
  const cwd = options.cwd ?? dirname(output);
  const sources = inputs.map(path => ({
    path: resolve(cwd, path),
    content: readFileSync(resolve(cwd, path)),
  }));
  mkdirSync(dirname(output), { recursive: true });
  const run = { tool, flags, sources, headers, libraries };
  const cache = process.env.CUWEAVE_CACHE ? openCache('') : noCache;
  const outcome = await perform(run, keyOfRun(run), output, { cache, root: cwd });
  if (outcome.failure !== undefined) {
    throw new BuildError(`${tool.path} could not make ${output}:\n${outcome.failure}`);
  }
  return outcome;
};

const noCache: Cache = { get: () => undefined, put: () => undefined };
