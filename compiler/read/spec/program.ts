/** The author's files as TypeScript sees them. Its own errors come first. */
import { existsSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { Project, ts } from 'ts-morph';
import type { Diagnostic } from '../../errors.js';
import type { PackageFiles } from '../packageFiles.js';
import { locOfRange, relativeFile } from '../session.js';

const target = ts.ScriptTarget.ES2022;
const library = 'lib.es2023.d.ts';

const compilerOptions = (files: PackageFiles, types: readonly string[]): ts.CompilerOptions => ({
  strict: true,
  target,
  lib: [library],
  // The loader takes what a bundler takes: import.meta, await at the top, paths with and without an extension.
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  types: [...types],
  paths: { cuweave: [files.runtimeTypes], 'cuweave/ops': [files.ops] },
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
 * One program over all entries and what they import. Node's types, which are nine tenths of all that there would be to read,
 * are in it only where something may need them.
 */
export const openProgram = (root: string, entries: readonly string[], files: PackageFiles): ts.Program => {
  const open = (types: readonly string[]): ts.Program => {
    const options = compilerOptions(files, types);
    return ts.createProgram({ rootNames: [...entries, files.ops], options, host: hostOf(root, options) });
  };
  const plain = open([]);
  const hasNode = existsSync(join(root, 'node_modules', '@types', 'node'));
  return hasNode && mayNeedNode(plain, files) ? open(['node']) : plain;
};

const mayNeedNode = (program: ts.Program, files: PackageFiles): boolean => {
  const authors = authorFiles(program, files);
  const known = new Set([...authors, ...libraries().values()]);
  const ops = join(files.root, 'ops', '/');
  // What is wrong in a package's types is not reported, and would be any.
  if (program.getSourceFiles().some(file => !known.has(file) && !file.fileName.startsWith(ops))) {
    return true;
  }
  return !authors.some(file => nestsTooDeep(file, maxNesting)) && problemsOf(program, authors).length > 0;
};

/** JavaScript's own types, which ts-morph brings as text. */
let libraryFiles: ReadonlyMap<string, ts.SourceFile> | undefined;
const libraries = (): ReadonlyMap<string, ts.SourceFile> => {
  if (!libraryFiles) {
    const project = new Project({ useInMemoryFileSystem: true, compilerOptions: { target, lib: [library] } });
    project.createSourceFile('/none.ts', '');
    const all = project.getProgram().compilerObject.getSourceFiles();
    libraryFiles = new Map(
      all.flatMap(file => (file.isDeclarationFile ? [[file.fileName, file] as const] : [])),
    );
  }
  return libraryFiles;
};

/** The last text of each file, and its tree: most files are the same when the specs are read again. */
const parsed = new Map<string, ts.SourceFile>();

const hostOf = (root: string, options: ts.CompilerOptions): ts.CompilerHost => {
  const folder = dirname([...libraries().keys()][0]);
  const host = ts.createCompilerHost(options, true);
  return {
    ...host,
    getCurrentDirectory: () => root,
    getDefaultLibLocation: () => folder,
    getDefaultLibFileName: () => join(folder, library),
    fileExists: file => libraries().has(file) || host.fileExists(file),
    getSourceFile: (file, asked) => {
      const own = libraries().get(file);
      if (own) {
        return own;
      }
      const text = host.readFile(file);
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
  const own = ['ops', 'runtime', 'native', 'compiler'].map(room => `${join(files.root, room)}/`);
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

const toDiagnostic = (root: string, problem: ts.Diagnostic): Diagnostic => {
  const start = problem.start ?? 0;
  return {
    code: `TS${problem.code}`,
    message: ts.flattenDiagnosticMessageText(problem.messageText, '\n'),
    loc: problem.file
      ? locOfRange(root, problem.file, start, start + (problem.length ?? 0))
      : { file: relativeFile(root, root), line: 1, column: 1, endLine: 1, endColumn: 1 },
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
