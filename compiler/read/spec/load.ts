/**
 * Runs the author's modules for their values (numbers, formats, the order of stages) and remembers which call of the
 * source made which value: every call expression is wrapped before it runs, so that an operator leads to its
 * declaration and a stage to its place, wherever they are written.
 */
import { dirname, join } from 'node:path';
import { createJiti } from 'jiti';
import { ts } from 'ts-morph';
import type { PackageFiles } from '../packageFiles.js';
import { lineOfSource, transpile } from './transpile.js';

export type Loaded = {
  /** A module's exports. */
  readonly modules: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** The innermost call that gave the value: an operator's declaration. */
  readonly madeBy: (value: unknown) => ts.CallExpression | undefined;
  /** The outermost call that gave it: where it was placed. */
  readonly placedBy: (value: unknown) => ts.CallExpression | undefined;
  readonly errors: readonly LoadError[];
};
export type LoadError = { readonly file: string; readonly line?: number; readonly message: string };

type Recorder = (site: number, value: unknown) => void;
type Hook = ((run: number, site: number, value: unknown) => unknown) & {
  readonly recorders: Map<number, Recorder>;
};

// Wrapped calls may still run after loading, so the hook stays; only its recorders go.
const hookName = '__cuweaveCall__';
const hook = (): Hook => {
  const known: unknown = Reflect.get(globalThis, hookName);
  if (isHook(known)) {
    return known;
  }
  const recorders = new Map<number, Recorder>();
  const made: Hook = Object.assign(
    (run: number, site: number, value: unknown) => {
      recorders.get(run)?.(site, value);
      return value;
    },
    { recorders },
  );
  Object.defineProperty(globalThis, hookName, { value: made, configurable: true });
  return made;
};
const isHook = (value: unknown): value is Hook => typeof value === 'function' && 'recorders' in value;

let runs = 0;

/** Loads the entries, in order. Errors are collected. */
export const loadModules = async (
  program: ts.Program,
  entries: readonly string[],
  files: PackageFiles,
): Promise<Loaded> => {
  const run = ++runs;
  const sites: ts.CallExpression[] = [];
  const made = new WeakMap<object, number>();
  const placed = new WeakMap<object, number>();
  const { recorders } = hook();
  recorders.set(run, (site, value) => {
    if ((typeof value === 'object' && value !== null) || typeof value === 'function') {
      if (!made.has(value)) {
        made.set(value, site);
      }
      placed.set(value, site);
    }
  });

  const base = createJiti(import.meta.url, { fsCache: false });
  const loadedFiles = new Set<string>();
  const jiti = createJiti(files.ops, {
    fsCache: false,
    interopDefault: false,
    alias: { 'cuweave/ops': files.ops, cuweave: files.runtime },
    transform: options => {
      const name = options.filename ?? '';
      loadedFiles.add(name);
      const file = program.getSourceFile(name);
      const known = file && sameText(file.text, options.source) && !files.isSpec(name);
      const source = known ? wrapCalls(file, run, sites) : options.source;
      const text = name.startsWith(ops) ? withPaths(source, dirname(name)) : source;
      return { code: transpile(name, text, () => base.transform({ ...options, source: text })) };
    },
  });
  const ops = join(files.root, 'ops', '/');
  const modules = new Map<string, Readonly<Record<string, unknown>>>();
  const errors: LoadError[] = [];
  for (const entry of entries) {
    try {
      modules.set(entry, await jiti.import<Record<string, unknown>>(entry));
    } catch (error) {
      errors.push(describeError(error, entry, program));
    }
  }
  recorders.delete(run);
  // The next run reads the files anew.
  for (const name of loadedFiles) {
    delete jiti.cache[name];
  }
  const siteOf = (map: WeakMap<object, number>, value: unknown): ts.CallExpression | undefined => {
    const isRef = (typeof value === 'object' && value !== null) || typeof value === 'function';
    const site = isRef ? map.get(value) : undefined;
    return site === undefined ? undefined : sites[site];
  };
  return {
    modules,
    errors,
    madeBy: value => siteOf(made, value),
    placedBy: value => siteOf(placed, value),
  };
};

/** Imports of cuweave's own operators with the file's path: the loader tries a dozen others before it finds `x.ts` for `x.js`. */
const withPaths = (source: string, folder: string): string =>
  source.replace(
    /( from ')(\.{1,2}\/[^']*)\.js(';)/g,
    (_, before, path, after) => `${before}${join(folder, path)}.ts${after}`,
  );

// One of the two may keep the byte order mark.
const sameText = (a: string, b: string): boolean => a.replace(/^\ufeff/, '') === b.replace(/^\ufeff/, '');

const wrapCalls = (file: ts.SourceFile, run: number, sites: ts.CallExpression[]): string => {
  const inserts: { readonly at: number; readonly text: string; readonly closes: boolean }[] = [];
  const open: ts.Node[] = [file];
  for (let node = open.pop(); node; node = open.pop()) {
    if (ts.isCallExpression(node) && canWrap(node)) {
      const prefix = `${hookName}(${run},${sites.push(node) - 1},`;
      inserts.push({ at: node.getStart(file), text: prefix, closes: false });
      inserts.push({ at: node.getEnd(), text: ')', closes: true });
    }
    const children: ts.Node[] = [];
    ts.forEachChild(node, child => {
      children.push(child);
    });
    // Outer calls come first, so at one place their prefix stands further left.
    open.push(...children.reverse());
  }
  // A stable sort: where a call ends and another begins, the closing comes first.
  const ordered = inserts.sort((a, b) => a.at - b.at || Number(b.closes) - Number(a.closes));
  let text = '';
  let from = 0;
  for (const insert of ordered) {
    text += file.text.slice(from, insert.at) + insert.text;
    from = insert.at;
  }
  return text + file.text.slice(from);
};

const canWrap = (node: ts.CallExpression): boolean => {
  const kind = node.expression.kind;
  const chained = (node.flags & ts.NodeFlags.OptionalChain) !== 0;
  return !chained && kind !== ts.SyntaxKind.SuperKeyword && kind !== ts.SyntaxKind.ImportKeyword;
};

const describeError = (error: unknown, entry: string, program: ts.Program): LoadError => {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const match of stack.matchAll(/(?:file:\/\/)?(\/[^\s():]+\.m?ts):(\d+):\d+/g)) {
    const [, file, line] = match;
    if (program.getSourceFile(file)) {
      return { file, line: lineOfSource(file, Number(line)), message };
    }
  }
  return { file: entry, message };
};
