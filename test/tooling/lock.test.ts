/** What `npm ci` asks of the lock file, on every machine. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { root } from './source.js';

type Entry = {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

const packages: Readonly<Record<string, Entry>> = JSON.parse(
  readFileSync(`${root}/package-lock.json`, 'utf8'),
).packages;

/** Node's own search: in the package's folder, then in those around it. */
const isThere = (from: string, name: string): boolean => {
  const folders = from
    .split('/node_modules/')
    .map((_, at, all) => all.slice(0, at + 1).join('/node_modules/'));
  return [...folders.map(folder => `${folder}/node_modules/${name}`), `node_modules/${name}`].some(
    path => path in packages,
  );
};

it('has every dependency, those for other platforms too', () => {
  // Without the last, `npm ci` stops: the lock file is then not what npm would make of package.json.
  const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter(name => !isThere(path, name))
      .map(name => `${path} needs ${name}`),
  );
  expect(missing).toEqual([]);
});

it('has a hash of every package that is not for some platform only, and no addresses', () => {
  const bare = Object.entries(packages).filter(
    ([path, entry]) => path && !entry.optional && !entry.integrity,
  );
  expect(bare.map(([path]) => path)).toEqual([]);
  expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
});
