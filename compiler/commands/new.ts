/** `cuweave new`: a project with one operator, one pipeline and a program that calls it. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { BuildError } from '../errors.js';
import { packageFile, packageRoot, version } from '../package.js';

/** What to make. */
export type NewProjectOptions = {
  /** A folder that does not exist or is empty. */
  readonly directory: string;
  /** The package's name; default: the folder's. */
  readonly name?: string;
  /**
   * What package.json asks for under `cuweave`: a range, a URL or `file:` and a path. Default: what was installed here, see
   * {@link ownDependency}.
   */
  readonly cuweave?: string;
};

/** What was made. `text` says what to do next. */
export type NewProject = { readonly files: readonly string[]; readonly text: string };

// npm renames a file of the name .gitignore when it packs, and leaves out one of the name .npmrc.
const files: readonly (readonly [template: string, target: string])[] = [
  ['package.json', 'package.json'],
  ['tsconfig.json', 'tsconfig.json'],
  ['gitignore', '.gitignore'],
  ['npmrc', '.npmrc'],
  ['README.md', 'README.md'],
  ['src/pipelines.ts', 'src/pipelines.ts'],
  ['src/ops/whiteBalance.ts', 'src/ops/whiteBalance.ts'],
  ['src/app.js', 'src/app.js'],
];

/** Why npm would not take a package's name, or nothing. Source: docs.npmjs.com, package.json, "name". */
export const wrongName = (name: string): string | undefined => {
  if (name.length === 0 || name.length > 214) {
    return 'a name has 1 to 214 characters';
  }
  if (name !== name.toLowerCase()) {
    return 'a name has no capital letters';
  }
  const part = /^[a-z0-9~-][a-z0-9._~-]*$/;
  const scoped = /^@([^/]+)\/([^/]+)$/.exec(name);
  const parts = scoped ? scoped.slice(1) : [name];
  if (!parts.every(text => part.test(text))) {
    return 'a name is made of a–z, 0–9, "-", "." and "_", does not begin with "." or "_", and may have a scope, as in @me/name';
  }
  if (name === 'node_modules' || name === 'favicon.ico' || builtinModules.includes(name)) {
    return 'the name is reserved';
  }
  return undefined;
};

/**
 * What a project asks for to get the cuweave in a folder: its version where npm has it from a registry, the tarball where that
 * was installed, and else the folder.
 *
 * @param folder The package's own, such as `…/node_modules/cuweave`.
 */
export const ownDependency = async (folder: string, itsVersion: string): Promise<string> => {
  // Where npm installed, it says from where. Source: docs.npmjs.com, package-lock.json, "Hidden Lockfiles" and "resolved".
  const modules = dirname(folder);
  const text = await readFile(join(modules, '.package-lock.json'), 'utf8').catch(() => '{}');
  const { packages = {} } = JSON.parse(text) as {
    readonly packages?: Readonly<Record<string, { readonly resolved?: string }>>;
  };
  const from = packages[`node_modules/${basename(folder)}`]?.resolved ?? '';
  if (/^https?:/.test(from)) {
    return `^${itsVersion}`;
  }
  const file = from.startsWith('file:') ? resolve(dirname(modules), from.slice('file:'.length)) : folder;
  return `file:${existsSync(file) ? file : folder}`;
};

/** Makes a project. Nothing is written unless the folder is empty and the name is one that npm takes. */
export const newProject = async (options: NewProjectOptions): Promise<NewProject> => {
  const directory = resolve(options.directory);
  const name = options.name ?? basename(directory);
  const wrong = wrongName(name);
  if (wrong) {
    throw new BuildError(
      `Expected a package name but received ${JSON.stringify(name)}: ${wrong}. Give one with --name.`,
    );
  }
  const found = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return [];
    }
    throw new BuildError(`Cannot read the folder ${directory}: ${error.message}`);
  });
  if (found.length > 0) {
    throw new BuildError(`Expected an empty folder but ${directory} holds ${found.slice(0, 3).join(', ')}`);
  }
  const values: Readonly<Record<string, string>> = {
    name,
    cuweave: options.cuweave ?? (await ownDependency(packageRoot, version)),
  };
  for (const [template, target] of files) {
    const text = await readFile(packageFile('templates', 'project', template), 'utf8');
    const path = join(directory, target);
    await mkdir(dirname(path), { recursive: true });
    // JSON's quoting is right in package.json, and a name needs none elsewhere.
    const filled = text.replace(/\{\{(\w+)\}\}/g, (_, key: string) =>
      JSON.stringify(values[key]).slice(1, -1),
    );
    await writeFile(path, filled, { flag: 'wx' });
  }
  const below = relative(process.cwd(), directory);
  const there = below.startsWith('..') ? directory : below;
  return {
    files: files.map(([, target]) => join(directory, target)),
    text: [
      `${name}: ${files.length} files in ${directory}, with cuweave from ${values.cuweave}`,
      'Next:',
      ...(there === '' ? [] : [`  cd ${there}`]),
      '  npm install',
      '  npm run build',
      '  npm start',
    ].join('\n'),
  };
};
