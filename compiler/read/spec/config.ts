/** The author's own tsconfig.json: what it says of types and of imports holds for the specs. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ts } from 'ts-morph';
import { toPosix } from '../packageFiles.js';

export type Config = {
  /** Without `types`, where it says nothing of them. */
  readonly options: ts.CompilerOptions;
  /** Whether Node's types are installed where the entry can see them. */
  readonly hasNode: boolean;
  /** Files that declare what is there without an import. */
  readonly declarations: readonly string[];
  readonly problems: readonly ts.Diagnostic[];
};

/** Reads the tsconfig.json that is nearest to an entry, in its folder or above. */
export const readConfig = (entry: string): Config => {
  const file = ts.findConfigFile(dirname(entry), ts.sys.fileExists);
  const problems: ts.Diagnostic[] = [];
  const config = file === undefined ? undefined : configFor(file, entry, problems);
  const typeRoots = [...typeRootsFrom(entry)];
  return {
    options: { typeRoots, ...(config ? kept(config.options) : defaults) },
    hasNode: typeRoots.some(root => existsSync(join(root, 'node'))),
    declarations: (config?.fileNames ?? []).filter(isAmbient),
    problems,
  };
};

/** An empty list of inputs is no problem: the entries are given. */
const withoutInputs = new Set([18002, 18003]);

const parse = (file: string, problems: ts.Diagnostic[]): ts.ParsedCommandLine | undefined => {
  const config = ts.getParsedCommandLineOfConfigFile(file, undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: problem => problems.push(problem),
  });
  problems.push(...(config?.errors ?? []).filter(({ code }) => !withoutInputs.has(code)));
  return config;
};

/** A tsconfig.json that only names others leaves a file to that one of them which includes it. */
const configFor = (
  file: string,
  entry: string,
  problems: ts.Diagnostic[],
): ts.ParsedCommandLine | undefined => {
  const config = parse(file, problems);
  const path = toPosix(entry);
  if (!config?.projectReferences || config.fileNames.includes(path)) {
    return config;
  }
  for (const reference of config.projectReferences) {
    const found: ts.Diagnostic[] = [];
    const named = ts.resolveProjectReferencePath(reference);
    const other = existsSync(named) ? parse(named, found) : undefined;
    if (other?.fileNames.includes(path)) {
      problems.push(...found);
      return other;
    }
  }
  return config;
};

// How files are written, and what is only a matter of style, is not for the specs.
const kept = ({
  composite: _composite,
  incremental: _incremental,
  tsBuildInfoFile: _info,
  declaration: _declaration,
  declarationMap: _map,
  emitDeclarationOnly: _only,
  isolatedDeclarations: _isolated,
  outDir: _outDir,
  outFile: _outFile,
  rootDir: _rootDir,
  noUnusedLocals: _locals,
  noUnusedParameters: _parameters,
  ...options
}: ts.CompilerOptions): ts.CompilerOptions => options;

const defaults: ts.CompilerOptions = { strict: true, lib: ['lib.es2023.d.ts'] };

/** The folders of packages that only hold types, in the entry's folder and above: a monorepo has them at its root. */
const typeRootsFrom = (entry: string): readonly string[] => {
  const folders: string[] = [];
  for (let folder = dirname(entry); dirname(folder) !== folder; folder = dirname(folder)) {
    folders.push(join(folder, 'node_modules', '@types'));
  }
  return folders.filter(folder => existsSync(folder));
};

/** Whether a file of declarations says something of all files, and not only to those that import it. */
const isAmbient = (file: string): boolean => {
  if (!/\.d\.[cm]?ts$/.test(file)) {
    return false;
  }
  const text = readFileSync(file, 'utf8');
  return /\bdeclare\s+(global|module)\b/.test(text) || !/^\s*(import|export)\b/m.test(text);
};
