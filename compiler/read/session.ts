/** What one run of the reader shares: the program, places, and the diagnostics found so far. */
import { relative, sep } from 'node:path';
import type { ts } from 'ts-morph';
import { type Code, makeDiagnostic } from '../diagnostics/index.js';
import type { Diagnostic } from '../errors.js';
import type { Loc } from '../ir/types.js';
import type { PackageFiles } from './packageFiles.js';

export type Session = {
  readonly root: string;
  readonly checker: ts.TypeChecker;
  readonly files: PackageFiles;
  readonly diagnostics: Diagnostic[];
  readonly locOf: (node: ts.Node) => Loc;
  readonly report: (
    code: Code,
    at: ts.Node | Loc,
    args: Readonly<Record<string, string | number>>,
    chain: readonly string[],
  ) => void;
};

export const relativeFile = (root: string, file: string): string =>
  relative(root, file).split(sep).join('/') || '.';

/** The place of a stretch of a file. */
export const locOfRange = (root: string, file: ts.SourceFile, start: number, end: number): Loc => {
  const from = file.getLineAndCharacterOfPosition(start);
  const to = file.getLineAndCharacterOfPosition(end);
  return {
    file: relativeFile(root, file.fileName),
    line: from.line + 1,
    column: from.character + 1,
    endLine: to.line + 1,
    endColumn: to.character + 1,
  };
};

/** The beginning of a file, for findings about all of it. */
export const startOf = (root: string, file: string): Loc => ({
  file: relativeFile(root, file),
  line: 1,
  column: 1,
  endLine: 1,
  endColumn: 1,
});

export const makeSession = (root: string, checker: ts.TypeChecker, files: PackageFiles): Session => {
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  const locOf = (node: ts.Node): Loc => {
    const file = node.getSourceFile();
    return locOfRange(root, file, node.getStart(file), node.getEnd());
  };
  return {
    root,
    checker,
    files,
    diagnostics,
    locOf,
    report: (code, at, args, chain) => {
      const loc = 'kind' in at ? locOf(at) : at;
      const diagnostic = makeDiagnostic(code, args, loc, chain);
      // An operator in several pipelines, or a body read for each channel, says a thing once.
      const key = JSON.stringify([code, loc, diagnostic.message]);
      if (!seen.has(key)) {
        seen.add(key);
        diagnostics.push(diagnostic);
      }
    },
  };
};
