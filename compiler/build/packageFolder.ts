/**
 * `cuweave build --package`: a folder that C and C++ programs build and link against, and that is installed by copying it. Its library
 * has a name by its content; a link of the name under which programs ask for it leads there, and is replaced by rename.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ABI_VERSION } from '../../native/manifest.js';
import { BuildError } from '../errors.js';
import { packageSources } from '../generate.js';
import { memberName } from '../ir/names.js';
import type { Plan } from '../ir/plan.js';
import { packageFile, version } from '../package.js';
import { digestOf } from './cache.js';
import { fromRoot } from './compile.js';
import { digestOfPath, isEdited, linkDigest, refuseEdited } from './edited.js';
import { compileAll, type Job, link, linkOf, type Tools, type Workplace } from './jobs.js';
import { runProgram } from './process.js';
import { onPath } from './toolchain.js';

/** What package to make. */
export type PackageOptions = {
  /** Its folder. It may be one that has other packages, too, such as /usr/local. */
  readonly directory: string;
  /** The name of its library, its headers' folder and its CMake package; default: the folder's. */
  readonly name?: string;
  /** Makes a static library as well. */
  readonly static?: boolean;
};
/** A package's folder, absolute, and its name. */
export type PackagePlace = {
  readonly folder: string;
  readonly name: string;
  readonly isStatic: boolean;
};

/** Names of what is in namespace cuweave: a package's own lies in there. */
const ownNames = /^(std|cuweave|cw|linux|unix|yuvToRgb|rgbToYuv|require|rowBytes|planeBytes|takePlane)$/;

/** Where a package goes. @throws BuildError for a name that a library, a header or a namespace cannot have. */
export const packagePlace = (root: string, options: PackageOptions): PackagePlace => {
  const folder = resolve(root, options.directory);
  const name = options.name ?? basename(folder);
  const isFree = memberName(name) === name && !ownNames.test(name);
  if (options.directory === '' || !/^[a-z][a-z0-9_]{0,59}$/.test(name) || name.startsWith('lib') || !isFree) {
    throw new BuildError(
      `Expected a name of small letters, digits and _ for the package, which C++ has not taken and which does not begin with lib, but received ${JSON.stringify(name)}: ` +
        'give one with --name, as in --name prep',
    );
  }
  if (existsSync(folder) && !lstatSync(folder).isDirectory()) {
    throw new BuildError(
      `Expected a folder for the package but received ${JSON.stringify(options.directory)}: it is a file or a link`,
    );
  }
  return { folder, name, isStatic: options.static === true };
};

/** What an earlier build wrote: its files with the digests of their contents, and what it was made of. */
type PackageMarker = {
  readonly cuweave: string;
  readonly key: string;
  readonly files: Readonly<Record<string, string>>;
  /** While a build writes, and after one that was killed: the digests of what it replaces. */
  readonly replaced?: Readonly<Record<string, string>>;
};

const markerPath = (name: string): string => `lib/cmake/${name}/cuweave.json`;

const readMarker = ({ folder, name }: PackagePlace): PackageMarker | undefined => {
  try {
    const own = JSON.parse(readFileSync(join(folder, markerPath(name)), 'utf8')) as PackageMarker;
    return typeof own.key === 'string' && typeof own.files === 'object' && own.files !== null
      ? own
      : undefined;
  } catch {
    return undefined;
  }
};

/** Paths that a package of the name has, and nothing else does. A marker that lists others was not written by a build. */
const isOwnPath = (path: string, name: string): boolean =>
  [
    `include/${name}/pipelines.h`,
    `include/${name}/pipelines.hpp`,
    `lib/lib${name}.a`,
    `lib/lib${name}.so`,
    `lib/cmake/${name}/${name}Config.cmake`,
    `lib/cmake/${name}/${name}ConfigVersion.cmake`,
    `lib/pkgconfig/${name}.pc`,
    `share/doc/${name}/LICENSE`,
  ].includes(path) ||
  isLibrary(path, name) ||
  new RegExp(`^lib/lib${name}\\.so\\.\\d+$`).test(path);
const isLibrary = (path: string, name: string): boolean =>
  new RegExp(`^lib/${name}\\.[0-9a-f]{12}\\.so$`).test(path);

/** Whether the package in the folder was made of the same, and is whole. */
export const isCurrentPackage = (place: PackagePlace, key: string): boolean => {
  const marker = readMarker(place);
  return (
    marker?.key === key &&
    Object.entries(marker.files).every(([path, digest]) => digestOfPath(join(place.folder, path)) === digest)
  );
};

/**
 * Links the jobs' objects once more, under the name of the package, and writes its folder.
 *
 * @param key Of everything that decides what comes out.
 * @throws BuildError where a file is in the way that no build wrote, or that was changed since; nothing is written then.
 */
export const writePackage = async (
  plans: readonly Plan[],
  jobs: readonly Job[],
  tools: Tools,
  place: PackagePlace,
  key: string,
  where: Workplace,
): Promise<void> => {
  const { name, isStatic } = place;
  const soname = `lib${name}.so.${ABI_VERSION}`;
  // All of them are in the cache: the build has just made them, or found them there.
  const objects = await compileAll(jobs, where, () => undefined);
  const built = join(where.work, soname);
  await link(objects, linkOf(jobs, tools, soname), built, where);
  const content = readFileSync(built);
  const library = `lib/${name}.${digestOf(content).slice(0, 12)}.so`;
  const archive = isStatic ? await makeArchive(objects, `lib${name}.a`, where) : undefined;
  const texts = packageSources(plans, { name, soname, isStatic, hasCuda: tools.archs.length > 0 });
  publishPackage(place, key, {
    files: new Map<string, string | Uint8Array>([
      [library, content],
      ...(archive ? [[`lib/lib${name}.a`, archive] as const] : []),
      ...texts,
      [`share/doc/${name}/LICENSE`, readFileSync(packageFile('LICENSE'))],
    ]),
    links: new Map([
      [`lib/${soname}`, basename(library)],
      [`lib/lib${name}.so`, soname],
    ]),
  });
};

const makeArchive = async (
  objects: readonly string[],
  file: string,
  { root, work, signal }: Workplace,
): Promise<Uint8Array> => {
  const ar = onPath('ar');
  if (!ar) {
    throw new BuildError('--static needs ar, and there is none: install it (apt install binutils)');
  }
  const output = join(work, file);
  // D: the same objects give the same bytes.
  const args = ['rcsD', fromRoot(root, output), ...objects.map(object => fromRoot(root, object))];
  const { code, stderr } = await runProgram(ar, args, { cwd: root, env: process.env, signal });
  signal?.throwIfAborted();
  if (code !== 0) {
    throw new BuildError(`${ar} could not make ${file}:\n${stderr}`);
  }
  return readFileSync(output);
};

type PackageFiles = {
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  /** Where links lead, relative to their own folder. */
  readonly links: ReadonlyMap<string, string>;
};

/**
 * Writes what changed. Files appear whole, under their names, the library before the link to it, and both before what leads programs
 * there. Libraries of earlier builds stay: a program may have one of them open.
 */
const publishPackage = (place: PackagePlace, key: string, { files, links }: PackageFiles): void => {
  const { folder, name } = place;
  const old = readMarker(place);
  const known = Object.keys(old?.files ?? {}).filter(path => isOwnPath(path, name));
  for (const path of [...files.keys(), ...links.keys()]) {
    if (!known.includes(path) && digestOfPath(join(folder, path)) !== undefined && !isLibrary(path, name)) {
      throw new BuildError(
        `${join(folder, path)} was not written by a build and is in the way: remove it, or name another folder or --name`,
      );
    }
  }
  // A library of other content than its name says is damaged.
  refuseEdited(
    known
      .filter(path => !isLibrary(path, name))
      .map(path => ({ path: join(folder, path), known: [old?.files[path], old?.replaced?.[path]] }))
      .filter(one => isEdited(one.path, one.known))
      .map(({ path }) => path),
  );
  const digests = Object.fromEntries([
    ...[...files].map(([path, content]) => [path, digestOf(content)] as const),
    ...[...links].map(([path, target]) => [path, linkDigest(target)] as const),
  ]);
  const isKept = (path: string): boolean => isLibrary(path, name) || /\.so\.\d+$/.test(path);
  const kept = Object.fromEntries(
    known
      .filter(path => isKept(path) && !Object.hasOwn(digests, path) && existsSync(join(folder, path)))
      .map(path => [path, old!.files[path]!]),
  );
  const marker = (own: Omit<PackageMarker, 'cuweave'>): string =>
    `${JSON.stringify({ cuweave: version, ...own } satisfies PackageMarker, null, 2)}\n`;
  let work = '';
  try {
    mkdirSync(folder, { recursive: true });
    work = mkdtempSync(join(folder, `.${name}-`));
    const write = (path: string, content: string | Uint8Array): void => {
      if (digestOfPath(join(folder, path)) === digestOf(content)) {
        return;
      }
      const temporary = join(work, 'file');
      writeFileSync(temporary, content, { mode: path.endsWith('.so') ? 0o755 : 0o644 });
      put(temporary, path);
    };
    const put = (temporary: string, path: string): void => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      renameSync(temporary, join(folder, path));
    };
    // Whatever happens from here on, the next build knows these paths, and what may be under them, for its own.
    const replaced = known.flatMap(path => {
      const digest = digestOfPath(join(folder, path));
      return digest === undefined ? [] : [[path, digest] as const];
    });
    const underWay = { ...(old?.files ?? {}), ...digests };
    write(markerPath(name), marker({ key: '', files: underWay, replaced: Object.fromEntries(replaced) }));
    const texts = [...files].filter(([path]) => !isLibrary(path, name));
    for (const [path, content] of files) {
      if (isLibrary(path, name)) {
        write(path, content);
      }
    }
    for (const [path, target] of links) {
      if (digestOfPath(join(folder, path)) !== linkDigest(target)) {
        const temporary = join(work, 'link');
        symlinkSync(target, temporary);
        put(temporary, path);
      }
    }
    for (const [path, content] of texts) {
      write(path, content);
    }
    // Before the marker forgets them.
    for (const path of known) {
      if (!Object.hasOwn(digests, path) && !Object.hasOwn(kept, path)) {
        rmSync(join(folder, path), { force: true });
      }
    }
    write(markerPath(name), marker({ key, files: { ...digests, ...kept } }));
  } catch (error) {
    throw new BuildError(`The package cannot be written to ${folder}: ${(error as Error).message}`);
  } finally {
    if (work !== '') {
      rmSync(work, { recursive: true, force: true });
    }
  }
};
