/**
 * The output folder: who owns which file in it. A build writes and removes only what the folder's marker lists and nobody changed
 * since, and a folder that has other files and no marker is left as it is.
 */
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { BuildError } from '../errors.js';
import { version } from '../package.js';
import { digestOf } from './cache.js';
import { digestOfPath, isEdited, refuseEdited } from './edited.js';

/** The file that makes a folder cuweave's. */
export const MARKER = '.cuweave.json';
/** What builds keep between runs, and work in. */
export const CACHE = '.cache';

/** What a build left in its folder. */
export type Marker = {
  readonly cuweave: string;
  /** Every file that a build wrote and may replace or remove, with the SHA-256 digest of its content. */
  readonly files: Readonly<Record<string, string>>;
  /** While a build writes, and after one that was killed: the digests of what it replaces, by name. */
  readonly replaced?: Readonly<Record<string, string>>;
  /** The library, and the hash of what went into it. */
  readonly library?: { readonly name: string; readonly key: string };
  /** The library of the build before, which a running program may still have open. */
  readonly before?: string;
  /** Pipelines by name, with the file that exports each. */
  readonly pipelines: Readonly<Record<string, string>>;
};

const emptyMarker: Marker = { cuweave: version, files: {}, pipelines: {} };

/** Names that a build gives to files. A marker that lists others was not written by one. */
const ownName =
  /^(index\.js|index\.d\.ts|manifest\.json|package\.json|pipelines\.h|pipelines\.pyi?|_cuweave\/\w+\.py|pipelines\.[0-9a-f]{12}\.so|generated\/[\w$]+\.(cpp|cu))$/;

/** A folder without anything but these is empty. */
const emptyNames = ['.gitignore', '.gitkeep', '.DS_Store'];

/**
 * Refuses a folder that is not for a build's output, without touching it.
 *
 * @param out Absolute.
 * @param given As the user wrote it, for messages.
 * @param inside Absolute paths that must not lie in it: the project, and its specs.
 * @throws BuildError
 */
export const checkOutput = (out: string, given: string, inside: readonly string[]): void => {
  const refuse = (what: string): never => {
    throw new BuildError(
      `Expected a folder for the output alone but received ${JSON.stringify(given)}: ${what}`,
    );
  };
  const real = realPath(out);
  const held = inside.find(path => contains(real, realPath(path)));
  if (given === '' || held !== undefined) {
    refuse('it holds the project or its specs. Name another one, as in -o build');
  }
  if (contains(real, realPath(homedir()))) {
    refuse('it holds the home folder. Name another one, as in -o build');
  }
  const found = statusOf(out, given);
  if (found?.isSymbolicLink()) {
    refuse('it is a symbolic link. Name the folder that it leads to');
  }
  if (found && !found.isDirectory()) {
    refuse('it is a file');
  }
  if (!found) {
    return;
  }
  for (const name of [CACHE, 'generated']) {
    const below = lstatSync(join(out, name), { throwIfNoEntry: false });
    if (below && !below.isDirectory()) {
      refuse(`${name} in it is ${below.isSymbolicLink() ? 'a symbolic link' : 'no folder'}`);
    }
  }
  const foreign = readdirSync(out).filter(name => !emptyNames.includes(name));
  if (foreign.length > 0 && !readMarker(out)) {
    const shown = foreign.slice(0, 3).join(', ') + (foreign.length > 3 ? ', …' : '');
    refuse(`it holds files that no build wrote (${shown}). Name another one, or remove them yourself`);
  }
};

const statusOf = (path: string, given: string): Stats | undefined => {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw cannotWrite(given, error);
  }
};

const cannotWrite = (given: string, error: unknown): BuildError =>
  new BuildError(
    `Expected a folder that can be written for the output but received ${JSON.stringify(given)}: ${(error as Error).message}`,
  );

/** Without symbolic links in the part of the path that is there. */
const realPath = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), relative(parent, path));
  }
};

const contains = (folder: string, path: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** The marker of a folder; that of a build of an earlier version is made of its manifest. */
export const readMarker = (out: string): Marker | undefined => {
  const own = readJson(join(out, MARKER)) as Partial<Marker> | undefined;
  if (own && typeof own.cuweave === 'string' && isRecord(own.files) && isRecord(own.pipelines)) {
    const files = Object.entries(own.files).filter(
      ([name, digest]) => ownName.test(name) && typeof digest === 'string',
    );
    const { library, before, replaced } = own;
    const isLibrary = isRecord(library) && ownName.test(library.name) && typeof library.key === 'string';
    return {
      cuweave: own.cuweave,
      files: Object.fromEntries(files),
      pipelines: own.pipelines,
      ...(isRecord(replaced) ? { replaced: replaced as Marker['files'] } : {}),
      ...(isLibrary ? { library } : {}),
      ...(typeof before === 'string' && ownName.test(before) ? { before } : {}),
    };
  }
  return markerOfManifest(out);
};

/** Builds of earlier versions had no marker but their manifest, and the same names. */
const markerOfManifest = (out: string): Marker | undefined => {
  const manifest = readJson(join(out, 'manifest.json'));
  if (
    !isRecord(manifest) ||
    typeof manifest.abi !== 'number' ||
    typeof manifest.cuweave !== 'string' ||
    typeof manifest.library !== 'string' ||
    !Array.isArray(manifest.pipelines)
  ) {
    return undefined;
  }
  const kernels = kernelNames(manifest.pipelines);
  const own = [
    ...['index.js', 'index.d.ts', 'manifest.json', 'pipelines.h', manifest.library],
    ...kernels.flatMap(name => [`generated/${name}.cpp`, `generated/${name}.cu`]),
    ...(isOurPackage(join(out, 'package.json')) ? ['package.json'] : []),
  ].filter(name => ownName.test(name) && existsSync(join(out, name)));
  const pipelines = manifest.pipelines.flatMap((entry: unknown) =>
    isRecord(entry) && typeof entry.name === 'string' ? [[entry.name, '']] : [],
  );
  return {
    cuweave: manifest.cuweave,
    files: Object.fromEntries(own.map(name => [name, ''])),
    pipelines: Object.fromEntries(pipelines),
    ...(ownName.test(manifest.library) ? { library: { name: manifest.library, key: '' } } : {}),
  };
};

/** The names of everything that has one below a manifest's pipelines: a generated file has the name of its kernel or pair. */
const kernelNames = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const { name } = value as { readonly name?: unknown };
  return [...(typeof name === 'string' ? [name] : []), ...Object.values(value).flatMap(kernelNames)];
};

const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The package.json with which Node reads `index.js` as a module. */
const PACKAGE = '{ "type": "module" }\n';
const isOurPackage = (path: string): boolean => existsSync(path) && readFileSync(path, 'utf8') === PACKAGE;

/** Makes the folder if it is not there, and marks it before anything else is in it. @throws BuildError where it cannot be written. */
export const claimOutput = (out: string, given: string): void => {
  try {
    mkdirSync(out, { recursive: true });
    accessSync(out, constants.W_OK);
    mkdirSync(join(out, CACHE), { recursive: true });
    if (!existsSync(join(out, MARKER))) {
      writeFileSync(join(out, MARKER), markerText(readMarker(out) ?? emptyMarker), { flag: 'wx' });
    }
  } catch (error) {
    // Another build may have marked it at the same time.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw cannotWrite(given, error);
    }
  }
};

const markerText = (marker: Marker): string => `${JSON.stringify(marker, null, 2)}\n`;

const WORK = 'work-';
/** After so long without a change, in milliseconds, a folder whose process is gone is left over. */
const ABANDONED = 600_000;

/** A folder of a build's own for what is not finished. Those that killed builds left are removed. */
export const makeWorkFolder = (out: string): string => {
  const cache = join(out, CACHE);
  for (const name of readdirSync(cache).filter(name => name.startsWith(WORK))) {
    const path = join(cache, name);
    const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (changed !== undefined && Date.now() - changed > ABANDONED && !isRunning(Number(name.split('-')[1]))) {
      rmSync(path, { recursive: true, force: true });
    }
  }
  return mkdtempSync(join(cache, `${WORK}${process.pid}-`));
};

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** What a build puts into the folder. */
export type Published = {
  /** By name, in the order in which they are written. */
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  readonly library: { readonly name: string; readonly key: string };
  readonly pipelines: Readonly<Record<string, string>>;
};

/** Writes generated sources that a compiler refused, so that its messages lead somewhere. */
export const publishRefused = (out: string, work: string, files: ReadonlyMap<string, string>): void =>
  locked(out, () => {
    const old = readMarker(out) ?? emptyMarker;
    requireOwn(out, [...files.keys()], old);
    refuseEdited(editedIn(out, old));
    replace(out, work, MARKER, markerText(underWay(out, old, files)));
    for (const [name, text] of files) {
      replace(out, work, name, text);
    }
  });

/**
 * Writes the files of a build and removes those of earlier ones that are no longer of it. One build at a time does so; files appear
 * whole, under their names.
 *
 * @param work A folder for what is half written.
 * @throws BuildError where a file is in the way that no build wrote, or that was changed since; nothing is written then.
 * @returns What was in the folder before.
 */
export const publish = (out: string, work: string, { files, library, pipelines }: Published): Marker =>
  locked(out, () => {
    const old = readMarker(out) ?? emptyMarker;
    const module = packageFile(out, old);
    const all = new Map([...files, ...(module ? ([['package.json', module]] as const) : [])]);
    requireOwn(out, [...all.keys()], old);
    refuseEdited(editedIn(out, old));
    const before = old.library && old.library.name !== library.name ? old.library.name : old.before;
    const keeps = before !== undefined && Object.hasOwn(old.files, before) && existsSync(join(out, before));
    const kept = keeps ? { [before]: old.files[before]! } : {};
    const written = Object.fromEntries([...all].map(([name, content]) => [name, digestOf(content)]));
    // Whatever happens from here on, the next build knows these names, and what may be under them, for its own.
    const write = (name: string, content: string | Uint8Array): void => replace(out, work, name, content);
    write(MARKER, markerText(underWay(out, old, all)));
    for (const [name, content] of all) {
      write(name, content);
    }
    const marker: Marker = {
      cuweave: version,
      files: { ...written, ...kept },
      library: { name: library.name, key: library.key },
      ...(keeps ? { before } : {}),
      pipelines,
    };
    // Before the marker forgets them.
    for (const name of Object.keys(old.files)) {
      if (!Object.hasOwn(marker.files, name)) {
        rmSync(join(out, name), { force: true });
      }
    }
    write(MARKER, markerText(marker));
    return old;
  });

/** A marker for the time in which files are written: each may have its new content or the one that it has now. */
const underWay = (out: string, old: Marker, files: Published['files']): Marker => {
  const written = [...files].map(([name, content]) => [name, digestOf(content)] as const);
  const all = { ...old.files, ...Object.fromEntries(written) };
  const replaced = Object.keys(all)
    .filter(name => !isLibrary(name))
    .flatMap(name => {
      const digest = digestOfPath(join(out, name));
      return digest === undefined ? [] : [[name, digest] as const];
    });
  return { ...old, files: all, replaced: Object.fromEntries(replaced) };
};

const isLibrary = (name: string): boolean => name.endsWith('.so');

/** Paths of files that a build wrote and that have other content now. A library of other content than its name says is damaged. */
const editedIn = (out: string, { files, replaced = {} }: Marker): readonly string[] =>
  Object.entries(files)
    // A build of before there were markers left no digests.
    .filter(([name, digest]) => digest !== '' && !isLibrary(name))
    .map(([name, digest]) => ({ path: join(out, name), known: [digest, replaced[name]] }))
    .filter(({ path, known }) => isEdited(path, known))
    .map(({ path }) => path);

/**
 * Refuses, before anything is compiled, to undo what a user changed in a folder that is claimed.
 * @throws BuildError
 */
export const requireUnedited = (out: string): void =>
  locked(out, () => refuseEdited(editedIn(out, readMarker(out) ?? emptyMarker)));

/** What to write as package.json, if Node would not read `index.js` as a module without it. */
const packageFile = (out: string, { files }: Marker): string | undefined => {
  const path = join(out, 'package.json');
  if (Object.hasOwn(files, 'package.json') || !existsSync(path)) {
    return isModuleFolder(dirname(out)) ? undefined : PACKAGE;
  }
  if (!isModuleFolder(out)) {
    throw new BuildError(
      `${path} was not written by a build and does not say "type": "module", without which Node does not read index.js beside it: add that`,
    );
  }
  return undefined;
};

/** Whether Node reads `.js` files of the folder as ES modules. */
const isModuleFolder = (folder: string): boolean => {
  const file = join(folder, 'package.json');
  if (existsSync(file)) {
    const text = readJson(file);
    return isRecord(text) && text.type === 'module';
  }
  return dirname(folder) !== folder && isModuleFolder(dirname(folder));
};

const requireOwn = (out: string, names: readonly string[], { files }: Marker): void => {
  const isThere = (name: string): boolean =>
    lstatSync(join(out, name), { throwIfNoEntry: false }) !== undefined;
  const foreign = names.find(name => !Object.hasOwn(files, name) && isThere(name));
  if (foreign !== undefined) {
    throw new BuildError(
      `${join(out, foreign)} was not written by a build and is in the way: remove it, or build with another -o`,
    );
  }
};

/** Writes a file where its content changed; readers see the old file or the new one, never half of it. */
const replace = (out: string, work: string, name: string, content: string | Uint8Array): void => {
  const path = join(out, name);
  if (isSame(path, content)) {
    return;
  }
  const temporary = join(work, name.replace('/', '-'));
  writeFileSync(temporary, content, { mode: name.endsWith('.so') ? 0o755 : 0o644 });
  mkdirSync(dirname(path), { recursive: true });
  renameSync(temporary, path);
};

const isSame = (path: string, content: string | Uint8Array): boolean => {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true && readFileSync(path).equals(Buffer.from(content));
};

const LOCK = 'lock';
/** What is done under the lock takes milliseconds: a lock of this age, in milliseconds, was left by a process that was killed. */
const STALE = 10_000;

/** Does work that no other process does in this folder at the same time. */
const locked = <T>(out: string, work: () => T): T => {
  const lock = join(out, CACHE, LOCK);
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw cannotWrite(out, error);
      }
    }
    const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Date.now() - since > STALE) {
      rmSync(lock, { recursive: true, force: true });
    } else {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
  try {
    return work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
};

/** Whether a file of the folder has the content that a build wrote. */
export const isIntact = (out: string, name: string, { files }: Marker): boolean => {
  const digest = files[name];
  if (!digest) {
    return false;
  }
  try {
    return digestOf(readFileSync(join(out, name))) === digest;
  } catch {
    return false;
  }
};
