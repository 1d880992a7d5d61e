/**
 * Runs the author's modules for what is in them, and remembers where each value comes from: which call of the source made
 * it, which function of the source a function is, and what the variables of a module hold once everything is loaded.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync } from 'node:fs';
import { types } from 'node:util';
import { createJiti } from 'jiti';
import { ts } from 'ts-morph';
import type { FunctionNode, LoadError, Loaded } from '../loaded.js';
import type { PackageFiles } from '../packageFiles.js';
import { callHook, fileId, instrument, markedSites, moduleHook, nodeAt } from './instrument.js';
import { opsCode } from './opsCode.js';
import { toItsEnd } from './toItsEnd.js';
import { lineOfSource, transpile } from './transpile.js';

type Recorder = {
  readonly made: WeakMap<object, string>;
  readonly placed: WeakMap<object, string>;
  /** The variables of each module, by its file's name for short. */
  readonly variables: Map<string, Readonly<Record<string, () => unknown>>>;
};
// Modules keep running after they are loaded, and several loads may run at a time: each finds its own recorder.
const recording = new AsyncLocalStorage<Recorder>();

const isRef = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

const hooks = {
  [callHook]: (site: string, value: unknown): unknown => {
    const recorder = recording.getStore();
    if (recorder && isRef(value)) {
      if (!recorder.made.has(value)) {
        recorder.made.set(value, site);
      }
      recorder.placed.set(value, site);
    }
    return value;
  },
  [moduleHook]: (file: string, variables: Readonly<Record<string, () => unknown>>): void => {
    recording.getStore()?.variables.set(file, variables);
  },
};

/** The load that runs: a process has one cache of modules, which two at a time would share. */
let running: Promise<unknown> = Promise.resolve();

/** Loads the entries, in order. Errors are collected. */
export const loadModules = async (
  program: ts.Program,
  entries: readonly string[],
  files: PackageFiles,
): Promise<Loaded> => {
  // A module that reads specs itself, while it is loaded, would wait for its own end.
  if (recording.getStore()) {
    return loadAlone(program, entries, files);
  }
  const loaded = running.then(() => loadAlone(program, entries, files));
  running = loaded.catch(() => undefined);
  return loaded;
};

const loadAlone = async (
  program: ts.Program,
  entries: readonly string[],
  files: PackageFiles,
): Promise<Loaded> => {
  for (const [name, value] of Object.entries(hooks)) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
  const recorder: Recorder = { made: new WeakMap(), placed: new WeakMap(), variables: new Map() };
  const resolve = resolver(program, files);
  const base = createJiti(import.meta.url, { fsCache: false });
  const loadedFiles = new Set<string>();
  const jiti = createJiti(files.ops, {
    fsCache: false,
    interopDefault: false,
    alias: {
      'cuweave/ops': files.ops,
      'cuweave/presets': files.presets,
      'cuweave/augment': files.augment,
      cuweave: files.runtime,
    },
    transform: options => {
      const name = options.filename ?? '';
      loadedFiles.add(name);
      const file = program.getSourceFile(name);
      const known = file && sameText(file.text, options.source);
      if (known && name.startsWith(ops)) {
        return { code: opsCode(file, files) };
      }
      const source = known ? instrument(file, resolve) : options.source;
      return { code: transpile(name, source, () => base.transform({ ...options, source })) };
    },
  });
  const ops = `${files.root}/ops/`;
  // What others of this process have loaded was not instrumented, and is theirs.
  const others = Object.entries(jiti.cache).filter(([name]) => /\.[cm]?ts$/.test(name));
  for (const [name] of others) {
    delete jiti.cache[name];
  }
  const modules = new Map<string, Readonly<Record<string, unknown>>>();
  const errors: LoadError[] = [];
  for (const entry of entries) {
    try {
      const load = (): Promise<Record<string, unknown>> => jiti.import<Record<string, unknown>>(entry);
      modules.set(entry, await recording.run(recorder, () => toItsEnd(load)));
    } catch (error) {
      errors.push(describeError(error, entry, program));
    }
  }
  // The next run reads the files anew.
  for (const name of loadedFiles) {
    delete jiti.cache[name];
  }
  Object.assign(jiti.cache, Object.fromEntries(others));
  const byId = new Map(program.getSourceFiles().map(file => [fileId(file.fileName), file]));
  const node = <N extends ts.Node>(site: string, is: (node: ts.Node) => node is N): N | undefined => {
    const [id = ''] = site.split(':');
    const file = byId.get(id);
    return file && nodeAt(file, site, is);
  };
  const callOf = (map: WeakMap<object, string>, value: unknown): ts.CallExpression | undefined => {
    const site = isRef(value) ? map.get(value) : undefined;
    return site === undefined ? undefined : node(site, ts.isCallExpression);
  };
  return {
    modules,
    errors,
    files: [...loadedFiles],
    madeBy: value => callOf(recorder.made, value),
    placedBy: value => callOf(recorder.placed, value),
    sourceOf: value => {
      const site = ownSite(value);
      return site === undefined ? undefined : node(site, isFunctionNode);
    },
    variable: (file, name) => {
      const variables = recorder.variables.get(fileId(file.fileName));
      const read = variables && Object.hasOwn(variables, name) ? variables[name] : undefined;
      try {
        return read && { value: read() };
      } catch {
        // It was never given a value.
        return { value: undefined };
      }
    },
  };
};

const isFunctionNode = (node: ts.Node): node is FunctionNode =>
  ts.isArrowFunction(node) ||
  ts.isFunctionExpression(node) ||
  ts.isFunctionDeclaration(node) ||
  ts.isMethodDeclaration(node);

/** Where a function stands: the sites inside it are those of functions in it. */
const ownSite = (value: unknown): string | undefined => {
  if (typeof value !== 'function' || types.isProxy(value)) {
    return undefined;
  }
  const text = Function.prototype.toString.call(value);
  const begin = (site: string): number => Number(site.split(':')[1]);
  return /^class\b/.test(text) ? undefined : [...markedSites(text)].sort((a, b) => begin(a) - begin(b)).at(0);
};

/**
 * The file that TypeScript takes for an import, so that the loader takes the same: never a .js beside a .ts, and also where
 * the author's tsconfig.json names it.
 */
const resolver =
  (program: ts.Program, files: PackageFiles) =>
  (specifier: ts.StringLiteralLike): string | undefined => {
    const from = specifier.getSourceFile().fileName;
    const found = ts.resolveModuleName(specifier.text, from, program.getCompilerOptions(), ts.sys);
    const { resolvedFileName: name, isExternalLibraryImport } = found.resolvedModule ?? {};
    // The package's own names lead to what is run, not to its types.
    if (name === undefined || isExternalLibraryImport || name === files.runtimeTypes) {
      return undefined;
    }
    if (!/\.d\.[cm]?ts$/.test(name)) {
      return name;
    }
    const javascript = name.replace(/\.d\.([cm]?)ts$/, '.$1js');
    return existsSync(javascript) ? javascript : undefined;
  };

// One of the two may keep the byte order mark.
const sameText = (a: string, b: string): boolean => a.replace(/^\ufeff/, '') === b.replace(/^\ufeff/, '');

const describeError = (error: unknown, entry: string, program: ts.Program): LoadError => {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const match of stack.matchAll(/(?:file:\/\/)?((?:\/?[A-Za-z]:)?[\\/][^\s():]+\.m?ts):(\d+):\d+/g)) {
    const [, file = '', line] = match;
    if (program.getSourceFile(file)) {
      return { file, line: lineOfSource(file, Number(line)), message };
    }
  }
  return { file: entry, message };
};
