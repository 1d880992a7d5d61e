/** A wheel of a build's Python module: what `pip install` takes (PyPA's binary distribution format, version 1.0). */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { BuildError } from '../errors.js';
import { version } from '../package.js';
import { readMarker } from './output.js';
import { type Project, PYTHON_RUNTIME } from './python.js';

/** The package that it installs: what callers import. */
const PACKAGE = 'pipelines';
/** Every file says that it is of this moment, so that equal builds are equal wheels. */
const WRITTEN = new Date(2020, 0, 1);

/**
 * Writes the wheel of what a build left in its folder.
 *
 * @param out The output folder of a build with `python`.
 * @param folder Where to write it; made if it is not there.
 * @param project Whose name and version it has.
 * @returns Its path.
 */
export const writeWheel = (out: string, folder: string, project: Project): string => {
  const name = distributionName(project.name);
  const own = pythonVersion(project.version);
  const tag = `py3-none-linux_${machine()}`;
  const info = `${name}-${own}.dist-info`;
  const files = new Map<string, Uint8Array>(packageFiles(out));
  const add = (path: string, text: string): void => {
    files.set(path, Buffer.from(text));
  };
  add(`${PACKAGE}/py.typed`, '');
  const summary = 'Image pipelines, built by cuweave';
  add(
    `${info}/METADATA`,
    `Metadata-Version: 2.1\nName: ${name}\nVersion: ${own}\nSummary: ${summary}\nRequires-Python: >=3.9\n`,
  );
  add(
    `${info}/WHEEL`,
    `Wheel-Version: 1.0\nGenerator: cuweave ${version}\nRoot-Is-Purelib: false\nTag: ${tag}\n`,
  );
  const record = [...files].map(([path, content]) => `${path},sha256=${digest(content)},${content.length}\n`);
  add(`${info}/RECORD`, `${record.join('')}${info}/RECORD,,\n`);
  const archive = zipSync(Object.fromEntries(files), { mtime: WRITTEN, os: 3, attrs: 0o644 << 16 });
  const path = join(folder, `${name}-${own}-${tag}.whl`);
  try {
    mkdirSync(folder, { recursive: true });
    // Readers see a whole wheel or none.
    writeFileSync(`${path}.part`, archive);
    renameSync(`${path}.part`, path);
  } catch (error) {
    throw new BuildError(`The wheel ${path} cannot be written: ${(error as Error).message}`);
  }
  return path;
};

/** The module as a package of its own: the same files, its library among them. */
const packageFiles = (out: string): readonly (readonly [string, Uint8Array])[] => {
  const marker = readMarker(out);
  if (!marker?.library) {
    throw new BuildError(`Expected a build in ${out} for the wheel but found none`);
  }
  const runtime = Object.keys(marker.files).filter(name => name.startsWith(`${PYTHON_RUNTIME}/`));
  const content = (name: string): Uint8Array => readFileSync(join(out, name));
  return [
    [`${PACKAGE}/__init__.py`, content('pipelines.py')],
    [`${PACKAGE}/__init__.pyi`, content('pipelines.pyi')],
    ...runtime.sort().map(name => [`${PACKAGE}/${name}`, content(name)] as const),
    [`${PACKAGE}/${marker.library.name}`, content(marker.library.name)],
  ];
};

/** SHA-256 as RECORD has it: base64 for addresses, without padding. */
const digest = (content: Uint8Array): string => createHash('sha256').update(content).digest('base64url');

/** A project's name as wheels are named: what stands before and after an `@scope/` in letters, digits and `_`. */
const distributionName = (name: string): string => {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return plain || PACKAGE;
};

/** npm's version as Python writes it (PEP 440): `1.2.3-beta.4` is `1.2.3b4`. */
const pythonVersion = (version: string): string => {
  const found = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/.exec(version);
  if (!found) {
    throw new BuildError(
      `Expected a version such as 1.2.3 in package.json for the wheel but received ${JSON.stringify(version)}`,
    );
  }
  const [, major, minor, patch, before, local] = found;
  const base = [major, minor, patch].map(Number).join('.');
  const after = local === undefined ? '' : `+${local.toLowerCase().replaceAll('-', '.')}`;
  if (before === undefined) {
    return `${base}${after}`;
  }
  const [, word, number] = /^(alpha|beta|rc|a|b)[.-]?(\d*)$/.exec(before) ?? [];
  if (word === undefined) {
    throw new BuildError(
      `Expected a version that Python has, too, in package.json for the wheel but received ${JSON.stringify(version)}: after its hyphen ` +
        'alpha, beta or rc and a number',
    );
  }
  const short = { alpha: 'a', beta: 'b', rc: 'rc', a: 'a', b: 'b' }[word];
  return `${base}${short}${Number(number || 0)}${after}`;
};

const machine = (): string => {
  const found = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string];
  if (found === undefined) {
    throw new BuildError(`Wheels are written on x64 and arm64, and this machine is ${process.arch}`);
  }
  return found;
};
