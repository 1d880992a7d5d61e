/**
 * Whether anything changed since a build: the specs, what they import, the compilers, the options, what was written. A build
 * that finds nothing changed does not read the specs, which takes longer than all the rest of it.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageFile, packageRoot } from '../package.js';
import { digestOf, keyOf } from './cache.js';
import { CACHE, isIntact, MARKER, type Marker, readMarker } from './output.js';
import { includeDirectory, interfaceDirectory, ringDirectory } from './toolchain.js';

type Stamp = {
  /** Of the options and the compilers. */
  readonly key: string;
  /** Every file that was read, and the digest of them all. */
  readonly files: readonly string[];
  readonly read: string;
  /** Of the marker that the build left: that of another build says nothing of these files. */
  readonly marker: string;
};

const stampPath = (out: string): string => join(out, CACHE, 'stamp.json');

/** What decides a build apart from the specs: cuweave's own files, Node, and what is told to it. */
export const stampKey = (settings: unknown): string =>
  keyOf(process.version, process.arch, ownDigest(), JSON.stringify(settings));

/** Of the compiler as it runs, of the vocabulary, the templates and the headers. */
const ownDigest = (): string => {
  const here = fileURLToPath(new URL('../..', import.meta.url));
  const code = ['compiler', 'ops', 'native'].map(name => join(here, name));
  const folders = [
    ...code,
    packageFile('templates'),
    includeDirectory(),
    interfaceDirectory(),
    ringDirectory(),
  ];
  return keyOf(...folders.flatMap(folder => codeFiles(folder)).map(path => readFileSync(path)));
};

const codeFiles = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.(js|ts|hbs|h|cc|py)$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter(path => !path.startsWith(join(packageRoot, 'native', 'build')))
    .sort();

/** The marker of the build in the folder and the files that it read, if a new one would give the same. */
export const currentBuild = (
  root: string,
  out: string,
  key: string,
): { readonly marker: Marker; readonly files: readonly string[] } | undefined => {
  try {
    const stamp = JSON.parse(readFileSync(stampPath(out), 'utf8')) as Stamp;
    const marker = readMarker(out);
    const isCurrent =
      marker !== undefined &&
      stamp.key === key &&
      stamp.marker === markerDigest(out) &&
      stamp.read === digestOfRead(root, stamp.files) &&
      Object.keys(marker.files).every(name => isIntact(out, name, marker));
    return isCurrent ? { marker, files: stamp.files } : undefined;
  } catch {
    // There is no stamp, or a file of the build before is gone.
    return undefined;
  }
};

/**
 * Notes what a build was made of, where its files alone decide what comes out.
 *
 * @param all All files that were read of the specs, absolute; texts of cuweave's own count only by their digest.
 */
export const stampBuild = (root: string, out: string, key: string, all: readonly string[]): void => {
  // TypeScript's own declarations come with the package, under names where there is no file.
  const files = all.filter(file => existsSync(file));
  const own = files.filter(file => !file.startsWith(join(packageRoot, 'ops')) && !file.endsWith('.d.ts'));
  if (!own.every(dependsOnFilesAlone) || configurations(root).some(extendsAnother)) {
    return;
  }
  const read = digestOfRead(root, files);
  const stamp: Stamp = { key, files, read, marker: markerDigest(out) };
  writeFileSync(stampPath(out), JSON.stringify(stamp));
};

const markerDigest = (out: string): string => digestOf(readFileSync(join(out, MARKER)));

/**
 * The files, the names beside the author's, since a new file may be imported in place of another, and configurations above
 * the project.
 */
const digestOfRead = (root: string, files: readonly string[]): string => {
  const folders = [...new Set(files.filter(file => !file.includes('/node_modules/')).map(dirname))].sort();
  const names = folders.map(folder =>
    readdirSync(folder)
      .filter(name => /\.([cm]?[jt]sx?|json)$/.test(name))
      .sort()
      .join('/'),
  );
  return keyOf(
    JSON.stringify([files, folders, names, configurations(root)]),
    ...[...files, ...configurations(root)].map(file => readFileSync(file)),
  );
};

/** What settles how files are found and read, in the project's folder and above. */
const configurations = (folder: string): readonly string[] => {
  const here = ['package.json', 'tsconfig.json'].map(name => join(folder, name)).filter(existsSync);
  return dirname(folder) === folder ? here : [...here, ...configurations(dirname(folder))];
};
const extendsAnother = (path: string): boolean =>
  path.endsWith('tsconfig.json') && readFileSync(path, 'utf8').includes('extends');

/** Words by which a module asks for more than its text and its imports: the machine, the time, chance, files, packages. */
const outside =
  /\b(process|require|globalThis|Date|performance|crypto|fetch|eval|Function|Intl|random|import\.meta)\b|\bimport\s*\(|__dirname|__filename/;

/** Whether the values of a module follow from its text and other files that were read. */
const dependsOnFilesAlone = (file: string): boolean => {
  const text = readFileSync(resolve(file), 'utf8');
  const imported = [...text.matchAll(/(?:\bfrom|\bimport)\s*(['"])(.*?)\1/g)].map(found => found[2]!);
  return (
    !file.includes('/node_modules/') &&
    !outside.test(text) &&
    imported.every(name => name.startsWith('.') || /^cuweave(\/|$)/.test(name))
  );
};
