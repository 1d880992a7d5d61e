/** The author's files as TypeScript sees them. Its own errors come first. */
import { existsSync, statSync } from 'node:fs';
import { extname, posix } from 'node:path';
import { Project, ts } from 'ts-morph';
import type { Diagnostic } from '../../errors.js';
import type { Loc } from '../../ir/types.js';
import type { PackageFiles } from '../packageFiles.js';
import { locOfRange, startOf } from '../session.js';
import type { Config } from './config.js';

const compilerOptions = (
  { options }: Config,
  files: PackageFiles,
  types: readonly string[],
): ts.CompilerOptions => ({
  ...options,
  target: Math.max(ts.ScriptTarget.ES2022, options.target ?? 0),
  // The loader takes what a bundler takes: import.meta, await at the top, paths with and without an extension.
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  types: [...types],
  paths: {
    ...options.paths,
    cuweave: [files.runtimeTypes],
    'cuweave/ops': [files.ops],
    'cuweave/presets': [files.presets],
    'cuweave/augment': [files.augment],
  },
});

/** Says what is wrong with a path given as an entry, or nothing. */
export const entryProblem = (file: string): string | undefined => {
  if (!existsSync(file)) {
    return 'a path where there is no file';
  }
  if (!statSync(file).isFile()) {
    return 'a folder';
  }
  return ['.ts', '.mts'].includes(extname(file)) ? undefined : `a ${extname(file) || 'nameless'} file`;
};

/** Deeper, TypeScript itself runs out of stack. */
export const maxNesting = 1500;

/**
 * One program over all entries and what they import. The types of Node and of browsers, which are nine tenths of all that there would
 * be to read, are in it only where something may need them.
 */
export const openProgram = (
  root: string,
  config: Config,
  entries: readonly string[],
  files: PackageFiles,
): ts.Program => {
  const rootNames = [...entries, ...config.declarations, files.ops];
  const open = (types: readonly string[], lib: readonly string[] | undefined): ts.Program => {
    const all = compilerOptions(config, files, types);
    const options = lib ? { ...all, lib: [...lib] } : all;
    return ts.createProgram({ rootNames, options, host: hostOf(root, options) });
  };
  const asked = config.options.types;
  const others = (asked ?? []).filter(name => name !== 'node');
  const hasNode = asked ? asked.includes('node') : config.hasNode;
  const plain = open(others, withoutBrowsers(compilerOptions(config, files, others)));
  return mayNeedMore(plain, files) ? open(hasNode ? [...others, 'node'] : others, undefined) : plain;
};

/** The libraries of the language alone. */
const withoutBrowsers = (options: ts.CompilerOptions): readonly string[] => {
  const all = options.lib ?? [ts.getDefaultLibFileName(options).replace('.full.', '.')];
  return all.filter(name => !/^lib\.(dom|webworker|scripthost)\b/.test(name));
};

const mayNeedMore = (program: ts.Program, files: PackageFiles): boolean => {
  const authors = authorFiles(program, files);
  const known = new Set(authors);
  const ops = `${files.root}/ops/`;
  // What is wrong in a package's types is not reported, and would be any.
  if (
    program
      .getSourceFiles()
      .some(file => !known.has(file) && !isLibrary(file.fileName) && !file.fileName.startsWith(ops))
  ) {
    return true;
  }
  return !authors.some(file => nestsTooDeep(file, maxNesting)) && problemsOf(program, authors).length > 0;
};

/** JavaScript's own types, which ts-morph brings as text under this folder. */
const libraryFolder = '/node_modules/typescript/lib';
const libraryTexts = new Project({ useInMemoryFileSystem: true }).getModuleResolutionHost();
const isLibrary = (file: string): boolean =>
  posix.dirname(file) === libraryFolder && libraryTexts.fileExists(file);

/** The last text of each file, and its tree: most files are the same when the specs are read again. */
const parsed = new Map<string, ts.SourceFile>();

const hostOf = (root: string, options: ts.CompilerOptions): ts.CompilerHost => {
  const host = ts.createCompilerHost(options, true);
  return {
    ...host,
    getCurrentDirectory: () => root,
    getDefaultLibLocation: () => libraryFolder,
    getDefaultLibFileName: asked => posix.join(libraryFolder, ts.getDefaultLibFileName(asked)),
    fileExists: file => isLibrary(file) || host.fileExists(file),
    getSourceFile: (file, asked) => {
      const text = isLibrary(file) ? libraryTexts.readFile(file) : host.readFile(file);
      const known = parsed.get(file);
      if (text === undefined || known?.text === text) {
        return text === undefined ? undefined : known;
      }
      // The comments of other people's types are most of them, and are not asked for.
      const { ParseAll, ParseNone } = ts.JSDocParsingMode;
      const jsDocParsingMode = isDeclarations(file) ? ParseNone : ParseAll;
      const how = { ...(typeof asked === 'object' ? asked : { languageVersion: asked }), jsDocParsingMode };
      const made = ts.createSourceFile(file, text, how, true);
      parsed.set(file, made);
      return made;
    },
  };
};
const isDeclarations = (file: string): boolean => /\.d\.[cm]?ts$/.test(file);

/** The files that the author wrote: not cuweave's, not a package's. */
export const authorFiles = (program: ts.Program, files: PackageFiles): readonly ts.SourceFile[] => {
  const own = ['ops', 'runtime', 'native', 'compiler'].map(room => `${files.root}/${room}/`);
  return program
    .getSourceFiles()
    .filter(
      file =>
        !file.isDeclarationFile &&
        !file.fileName.includes('/node_modules/') &&
        !own.some(room => file.fileName.startsWith(room)),
    );
};

/** TypeScript's errors in the author's files. */
export const typeErrors = (
  root: string,
  program: ts.Program,
  sources: readonly ts.SourceFile[],
): readonly Diagnostic[] => problemsOf(program, sources).map(problem => toDiagnostic(root, problem));

const problemsOf = (program: ts.Program, sources: readonly ts.SourceFile[]): readonly ts.Diagnostic[] => {
  const syntax = sources.flatMap(file => program.getSyntacticDiagnostics(file));
  return syntax.length > 0 ? syntax : sources.flatMap(file => program.getSemanticDiagnostics(file));
};

/** Where TypeScript found something. */
export const placeOf = (root: string, { file, start = 0, length = 0 }: ts.Diagnostic): Loc =>
  file ? locOfRange(root, file, start, start + length) : startOf(root, root);

const toDiagnostic = (root: string, problem: ts.Diagnostic): Diagnostic => {
  return {
    code: `TS${problem.code}`,
    message: ts.flattenDiagnosticMessageText(problem.messageText, '\n'),
    loc: placeOf(root, problem),
    chain: [],
  };
};

/** Whether a file nests deeper than a stack can follow; found without recursion. */
export const nestsTooDeep = (file: ts.SourceFile, limit: number): ts.Node | undefined => {
  const open: { readonly node: ts.Node; readonly depth: number }[] = [{ node: file, depth: 0 }];
  for (let entry = open.pop(); entry; entry = open.pop()) {
    const { node, depth } = entry;
    if (depth > limit) {
      return node;
    }
    ts.forEachChild(node, child => {
      open.push({ node: child, depth: depth + 1 });
    });
  }
  return undefined;
};
