/**
 * cuweave's own operators as JavaScript for the loader. They are the same in every run, and TypeScript takes longer for them
 * than for all the rest of a small spec: the package is built with what it made of them.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ts } from 'ts-morph';
import { packageFile } from '../../package.js';
import { type PackageFiles, toPosix } from '../packageFiles.js';
import { instrument } from './instrument.js';
import { transpile } from './transpile.js';

/** What a module of `ops/` is for the loader, with its imports as paths: it would try a dozen names for each. */
export const opsCode = (file: ts.SourceFile, files: PackageFiles): string => {
  const source = loadersText(file, files);
  const code = prebuilt().get(keyOf(source)) ?? transpiled(file.fileName, source);
  const folder = dirname(file.fileName);
  return code.replace(
    /\brequire\("(\.{1,2}\/[^"]*)\.js"\)/g,
    (_, path: string) => `require(${JSON.stringify(`${toPosix(join(folder, path))}.ts`)})`,
  );
};

/** Writes what TypeScript makes of the given modules of `ops/`, for `opsCode` of later processes. */
export const writeOpsCode = (names: readonly string[], files: PackageFiles): void => {
  const entries = names.map(name => {
    const file = ts.createSourceFile(name, readFileSync(name, 'utf8'), ts.ScriptTarget.ES2022, true);
    const source = loadersText(file, files);
    return [keyOf(source), transpiled(name, source)];
  });
  writeFileSync(prebuiltFile, JSON.stringify(Object.fromEntries(entries)));
};

/** The vocabulary itself makes nothing that a place is asked of. */
const loadersText = (file: ts.SourceFile, files: PackageFiles): string =>
  files.isSpec(file.fileName) ? file.text : instrument(file, () => undefined);

const transpiled = (name: string, source: string): string =>
  transpile(name, source, () => {
    throw new Error(
      `${name} has import.meta or import(), which the loader of cuweave's own operators does not take`,
    );
  });

/** The key is the text, and the TypeScript that made it. */
const keyOf = (source: string): string =>
  createHash('sha256').update(`${ts.version}\n${source}`).digest('hex');

const prebuiltFile = packageFile('dist/ops.json');
let known: ReadonlyMap<string, string> | undefined;
const prebuilt = (): ReadonlyMap<string, string> => {
  known ??= new Map(
    existsSync(prebuiltFile)
      ? Object.entries(JSON.parse(readFileSync(prebuiltFile, 'utf8')) as Readonly<Record<string, string>>)
      : [],
  );
  return known;
};
