/** The author's files as TypeScript sees them. Its own errors come first. */
import { existsSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Project, ts } from 'ts-morph';
import type { Diagnostic } from '../../errors.js';
import type { PackageFiles } from '../packageFiles.js';
import { locOfRange, relativeFile } from '../session.js';

const compilerOptions = (root: string, files: PackageFiles): ts.CompilerOptions => ({
  strict: true,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts'],
  // The loader takes what a bundler takes: import.meta, await at the top, paths with and without an extension.
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  types: existsSync(join(root, 'node_modules', '@types', 'node')) ? ['node'] : [],
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

/** One program over all entries and what they import. */
export const openProgram = (root: string, entries: readonly string[], files: PackageFiles): ts.Program => {
  const project = new Project({
    compilerOptions: compilerOptions(root, files),
    skipAddingFilesFromTsConfig: true,
    skipFileDependencyResolution: true,
  });
  for (const entry of entries) {
    project.addSourceFileAtPath(entry);
  }
  project.addSourceFileAtPath(files.ops);
  return project.getProgram().compilerObject;
};

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
): readonly Diagnostic[] => {
  const syntax = sources.flatMap(file => program.getSyntacticDiagnostics(file));
  const found = syntax.length > 0 ? syntax : sources.flatMap(file => program.getSemanticDiagnostics(file));
  return found.map(problem => toDiagnostic(root, problem));
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
