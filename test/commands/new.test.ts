import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newProject, ownDependency, wrongName } from '../../compiler/commands/new.js';
import { version } from '../../compiler/package.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cuweave-new-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));
const message = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: Error) => `${error.name}: ${error.message}`.replaceAll(folder, 'FOLDER'));

describe('cuweave new', () => {
  it('writes a project under the folder’s name', async () => {
    const { files, text } = await newProject({ directory: join(folder, 'pictures'), cuweave: `^${version}` });
    expect(files.map(file => file.replace(`${folder}/pictures/`, ''))).toEqual([
      'package.json',
      'tsconfig.json',
      '.gitignore',
      '.npmrc',
      'README.md',
      'src/pipelines.ts',
      'src/ops/whiteBalance.ts',
      'src/app.js',
    ]);
    expect(text).toContain('npm run build');
    const made = JSON.parse(await readFile(join(folder, 'pictures', 'package.json'), 'utf8'));
    expect(made).toMatchObject({
      name: 'pictures',
      type: 'module',
      dependencies: { cuweave: `^${version}` },
    });
    expect(await readFile(join(folder, 'pictures', '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
    expect(await readFile(join(folder, 'pictures', 'README.md'), 'utf8')).toMatch(/^# pictures\n/);
  });

  it('takes a name of its own, and from a checkout depends on the checkout', async () => {
    await newProject({ directory: join(folder, 'Other'), name: '@me/other' });
    const made = JSON.parse(await readFile(join(folder, 'Other', 'package.json'), 'utf8'));
    expect(made.name).toBe('@me/other');
    expect(made.dependencies.cuweave).toMatch(/^file:\//);
  });

  it('depends on what npm installed: a version of a registry’s, a tarball, or a folder', async () => {
    const modules = join(folder, 'site', 'node_modules');
    const own = join(modules, 'cuweave');
    await mkdir(own, { recursive: true });
    await writeFile(join(folder, 'cuweave-1.2.3.tgz'), '');
    const installed = async (resolved: string): Promise<string> => {
      const packages = { 'node_modules/cuweave': { resolved } };
      await writeFile(join(modules, '.package-lock.json'), JSON.stringify({ packages }));
      return ownDependency(own, '1.2.3');
    };
    expect(await ownDependency(own, '1.2.3')).toBe(`file:${own}`);
    expect(await installed('https://registry.example/cuweave-1.2.3.tgz')).toBe('^1.2.3');
    expect(await installed('file:../cuweave-1.2.3.tgz')).toBe(`file:${join(folder, 'cuweave-1.2.3.tgz')}`);
    expect(await installed('file:../gone.tgz')).toBe(`file:${own}`);
  });

  it('refuses a folder with something in it, a file, and a name that npm refuses', async () => {
    await mkdir(join(folder, 'full'));
    await writeFile(join(folder, 'full', 'mine.txt'), '');
    expect(await message(newProject({ directory: join(folder, 'full') }))).toMatchInlineSnapshot(
      `"BuildError: Expected an empty folder but FOLDER/full holds mine.txt"`,
    );
    expect(await message(newProject({ directory: join(folder, 'full', 'mine.txt') }))).toMatchInlineSnapshot(
      `"BuildError: Cannot read the folder FOLDER/full/mine.txt: ENOTDIR: not a directory, scandir 'FOLDER/full/mine.txt'"`,
    );
    expect(await message(newProject({ directory: join(folder, 'Upper') }))).toMatchInlineSnapshot(
      `"BuildError: Expected a package name but received "Upper": a name has no capital letters. Give one with --name."`,
    );
    await expect(readFile(join(folder, 'Upper', 'package.json'))).rejects.toThrow('ENOENT');
  });

  it('knows npm’s names', () => {
    expect(['a', 'a-b', '@me/a.b', '0x', 'x'.repeat(214)].map(wrongName)).toEqual(Array(5).fill(undefined));
    const bad = [
      '',
      '.a',
      '_a',
      'a b',
      'A',
      'a/b',
      '@me',
      '@/a',
      '../a',
      'fs',
      'node_modules',
      'x'.repeat(215),
      'ä',
    ];
    expect(bad.filter(name => wrongName(name) === undefined)).toEqual([]);
  });
});
