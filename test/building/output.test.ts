/** Which files of the output folder a build owns: it writes and removes no others. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  checkOutput,
  claimOutput,
  isIntact,
  makeWorkFolder,
  type Published,
  publish,
  publishRefused,
  readMarker,
  requireUnedited,
} from '../../compiler/build/output.js';

let root: string;
let out: string;
beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'cuweave-output-')), 'project');
  out = join(root, 'build');
  write('package.json', '{ "type": "module" }\n');
  write('src/pipelines.ts', '');
});
afterEach(() => rmSync(dirname(root), { recursive: true, force: true }));

const write = (name: string, text: string): void => {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
};
/** Every file below the project's folder with its text. */
const everything = (): Record<string, string> => {
  const names = readdirSync(root, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    names
      .filter(entry => entry.isFile())
      .map(({ parentPath, name }) => {
        const path = join(parentPath, name);
        return [path.slice(root.length + 1), readFileSync(path, 'utf8')];
      })
      .sort(),
  );
};
const message = (work: () => unknown): string => {
  try {
    work();
    return 'no error';
  } catch (error) {
    const { name, message: text } = error as Error;
    return `${name}: ${text}`.replaceAll(root, 'ROOT').replaceAll(homedir(), 'HOME');
  }
};
const check = (given: string): string =>
  message(() => checkOutput(resolve(root, given), given, [root, join(root, 'src/pipelines.ts')]));

const library = (digit: string) => ({ name: `pipelines.${digit.repeat(12)}.so`, key: digit });
const made = (
  digit: string,
  more: Readonly<Record<string, string>> = {},
  pipelines: Record<string, string> = {},
): Published => ({
  files: new Map([
    [library(digit).name, `library ${digit}`],
    ['manifest.json', `manifest ${digit}`],
    ['index.js', `code ${digit}`],
    ...Object.entries(more),
  ]),
  library: library(digit),
  pipelines,
});
const run = (published: Published) => {
  checkOutput(out, 'build', [root]);
  claimOutput(out, 'build');
  const work = makeWorkFolder(out);
  try {
    return publish(out, work, published);
  } finally {
    rmSync(work, { recursive: true });
  }
};
const outputs = (): string[] =>
  readdirSync(out)
    .filter(name => name !== '.cache')
    .sort();

describe('a folder is refused, and nothing in it touched,', () => {
  it('that holds the project or a home folder', () => {
    const before = everything();
    symlinkSync(root, join(dirname(root), 'link'));
    const given = ['', '.', '..', '/', 'src', `${root}/`, 'x/..', '../link', dirname(homedir()), homedir()];
    const all = Object.fromEntries(
      given.map(name => [name.replace(root, 'ROOT').replace(homedir(), 'HOME'), check(name)]),
    );
    delete all[dirname(homedir())];
    expect(all).toMatchInlineSnapshot(`
      {
        "": "BuildError: Expected a folder for the output alone but received "": it holds the project or its specs. Name another one, as in -o build",
        ".": "BuildError: Expected a folder for the output alone but received ".": it holds the project or its specs. Name another one, as in -o build",
        "..": "BuildError: Expected a folder for the output alone but received "..": it holds the project or its specs. Name another one, as in -o build",
        "../link": "BuildError: Expected a folder for the output alone but received "../link": it holds the project or its specs. Name another one, as in -o build",
        "HOME": "BuildError: Expected a folder for the output alone but received "HOME": it holds the home folder. Name another one, as in -o build",
        "ROOT/": "BuildError: Expected a folder for the output alone but received "ROOT/": it holds the project or its specs. Name another one, as in -o build",
        "src": "BuildError: Expected a folder for the output alone but received "src": it holds the project or its specs. Name another one, as in -o build",
        "x/..": "BuildError: Expected a folder for the output alone but received "x/..": it holds the project or its specs. Name another one, as in -o build",
      }
    `);
    expect(check(dirname(homedir()))).toContain('Name another one');
    expect(everything()).toEqual(before);
  });

  it('that holds files of others', () => {
    write('site/index.js', 'mine');
    write('site/package.json', '{}');
    write('site/manifest.json', '{ "name": "an extension", "manifest_version": 3 }');
    write('site/generated/x.cpp', 'mine');
    write('notes/a.txt', '');
    const before = everything();
    expect([check('site'), check('notes')]).toMatchInlineSnapshot(`
      [
        "BuildError: Expected a folder for the output alone but received "site": it holds files that no build wrote (generated, index.js, manifest.json, …). Name another one, or remove them yourself",
        "BuildError: Expected a folder for the output alone but received "notes": it holds files that no build wrote (a.txt). Name another one, or remove them yourself",
      ]
    `);
    expect(everything()).toEqual(before);
  });

  it('that is none', () => {
    write('file', 'mine');
    mkdirSync(join(root, 'elsewhere'));
    symlinkSync('elsewhere', join(root, 'link'));
    symlinkSync('nowhere', join(root, 'dangling'));
    mkdirSync(join(root, 'partly'));
    symlinkSync('../elsewhere', join(root, 'partly/generated'));
    expect(['file', 'file/build', 'link', 'dangling', 'partly'].map(check)).toMatchInlineSnapshot(`
      [
        "BuildError: Expected a folder for the output alone but received "file": it is a file",
        "BuildError: Expected a folder that can be written for the output but received "file/build": ENOTDIR: not a directory, lstat 'ROOT/file/build'",
        "BuildError: Expected a folder for the output alone but received "link": it is a symbolic link. Name the folder that it leads to",
        "BuildError: Expected a folder for the output alone but received "dangling": it is a symbolic link. Name the folder that it leads to",
        "BuildError: Expected a folder for the output alone but received "partly": generated in it is a symbolic link",
      ]
    `);
  });
});

describe('a folder is taken', () => {
  it('that is new or empty', () => {
    write('empty/.gitignore', '*\n');
    write('empty/.gitkeep', '');
    expect(['new', 'deep/er', 'empty', 'src/build'].map(check)).toEqual(Array(4).fill('no error'));
  });

  it('that a build was interrupted in', () => {
    claimOutput(out, 'build');
    makeWorkFolder(out);
    expect(check('build')).toBe('no error');
  });

  it('of a build before there were markers', () => {
    const manifest = {
      abi: 3,
      cuweave: '0.1.0',
      library: 'pipelines.0123456789ab.so',
      archs: [],
      strict: false,
    };
    write('build/manifest.json', JSON.stringify({ ...manifest, pipelines: [{ name: 'old' }] }));
    write('build/pipelines.0123456789ab.so', 'old library');
    write('build/pipelines.ba9876543210.so', 'mine');
    write('build/package.json', '{ "name": "mine", "type": "module" }');
    write('build/generated/old.cpp', 'old');
    write('build/generated/notes.txt', 'mine');
    write('build/notes.txt', 'mine');
    expect(run(made('a')).pipelines).toEqual({ old: '' });
    expect(outputs()).toMatchInlineSnapshot(`
      [
        ".cuweave.json",
        "generated",
        "index.js",
        "manifest.json",
        "notes.txt",
        "package.json",
        "pipelines.0123456789ab.so",
        "pipelines.aaaaaaaaaaaa.so",
        "pipelines.ba9876543210.so",
      ]
    `);
    expect(readdirSync(join(out, 'generated'))).toEqual(['notes.txt']);
    expect(everything()['build/package.json']).toContain('mine');
  });
});

describe('publishing', () => {
  it('removes what the builds before wrote, and nothing else', () => {
    run(made('a', { 'generated/one.cpp': '1', 'generated/two.cpp': '2' }));
    write('build/README.md', 'mine');
    write('build/generated/three.cpp', 'mine');
    write('build/pipelines.ffffffffffff.so', 'mine');
    run(made('b', { 'generated/one.cpp': '1' }));
    const { '.cuweave.json': _, ...files } = Object.fromEntries(
      Object.entries(everything()).flatMap(([name, text]) =>
        name.startsWith('build/') ? [[name.slice(6), text]] : [],
      ),
    );
    expect(files).toMatchInlineSnapshot(`
      {
        "README.md": "mine",
        "generated/one.cpp": "1",
        "generated/three.cpp": "mine",
        "index.js": "code b",
        "manifest.json": "manifest b",
        "pipelines.aaaaaaaaaaaa.so": "library a",
        "pipelines.bbbbbbbbbbbb.so": "library b",
        "pipelines.ffffffffffff.so": "mine",
      }
    `);
  });

  it('keeps the library of the build before for programs that run', () => {
    for (const digit of ['a', 'b', 'b', 'c']) {
      run(made(digit));
    }
    expect(outputs().filter(name => name.endsWith('.so'))).toEqual([library('b').name, library('c').name]);
    run(made('b'));
    expect(outputs().filter(name => name.endsWith('.so'))).toEqual([library('b').name, library('c').name]);
    // Not its content, which is large.
    expect(Object.keys(readMarker(out)!.library!)).toEqual(['name', 'key']);
    // One that is gone is forgotten.
    rmSync(join(out, library('c').name));
    run(made('b'));
    expect(readMarker(out)!.before).toBeUndefined();
  });

  it('writes nothing where a file of others is in the way', () => {
    run(made('a'));
    write('build/generated/new.cpp', 'mine');
    const before = everything();
    expect(message(() => run(made('b', { 'generated/new.cpp': 'ours' })))).toMatchInlineSnapshot(
      `"BuildError: ROOT/build/generated/new.cpp was not written by a build and is in the way: remove it, or build with another -o"`,
    );
    expect(everything()).toEqual(before);
  });

  it('leaves a package.json that no build wrote', () => {
    write('package.json', '{}');
    run(made('a'));
    expect(everything()['build/package.json']).toBe('{ "type": "module" }\n');
    run(made('b'));
    expect(everything()['build/package.json']).toBe('{ "type": "module" }\n');
    // Not needed any more.
    write('package.json', '{ "type": "module" }');
    run(made('c'));
    expect(existsSync(join(out, 'package.json'))).toBe(false);
    write('build/package.json', '{ "name": "mine" }');
    expect(message(() => run(made('d')))).toMatchInlineSnapshot(
      `"BuildError: ROOT/build/package.json was not written by a build and does not say "type": "module", without which Node does not read index.js beside it: add that"`,
    );
    write('build/package.json', '{ "name": "mine", "type": "module" }');
    run(made('d'));
    expect(everything()['build/package.json']).toBe('{ "name": "mine", "type": "module" }');
  });

  describe('does not undo what a user changed:', () => {
    const changed = (name: string, next: Published): string => {
      write(`build/${name}`, 'mine');
      const before = everything();
      const said = message(() => run(next));
      expect(everything()).toEqual(before);
      expect(message(() => requireUnedited(out))).toBe(said);
      return said;
    };

    it('it refuses, and goes on once the file is out of the way', () => {
      run(made('a', { 'generated/one.cpp': '1' }));
      // One that it would overwrite, one that stays as it is, one that it would remove.
      expect([
        changed('index.js', made('b', { 'generated/one.cpp': '1' })),
        changed('manifest.json', made('a', { 'generated/one.cpp': '1' })),
        changed('generated/one.cpp', made('b')),
      ]).toMatchInlineSnapshot(`
        [
          "BuildError: ROOT/build/index.js was changed after a build wrote it, and this one would undo that: move it elsewhere or delete it, and build again",
          "BuildError: ROOT/build/manifest.json, ROOT/build/index.js were changed after a build wrote them, and this one would undo that: move them elsewhere or delete them, and build again",
          "BuildError: ROOT/build/manifest.json, ROOT/build/index.js, ROOT/build/generated/one.cpp were changed after a build wrote them, and this one would undo that: move them elsewhere or delete them, and build again",
        ]
      `);
      for (const name of ['index.js', 'generated/one.cpp', 'manifest.json']) {
        rmSync(join(out, name));
      }
      run(made('b'));
      expect(everything()['build/index.js']).toBe('code b');
    });

    it('a package.json, needed or not', () => {
      write('package.json', '{}');
      run(made('a'));
      expect(changed('package.json', made('b'))).toMatchInlineSnapshot(
        `"BuildError: ROOT/build/package.json was changed after a build wrote it, and this one would undo that: move it elsewhere or delete it, and build again"`,
      );
      write('package.json', '{ "type": "module" }');
      expect(changed('package.json', made('b'))).toContain('package.json was changed after');
    });

    it('a link or a folder in the place of a file', () => {
      run(made('a'));
      rmSync(join(out, 'index.js'));
      symlinkSync('../src/pipelines.ts', join(out, 'index.js'));
      expect(message(() => run(made('b')))).toContain('index.js was changed after');
      rmSync(join(out, 'index.js'));
      mkdirSync(join(out, 'index.js'));
      expect(message(() => run(made('b')))).toContain('index.js was changed after');
    });

    it('but mends what holds nothing of anybody', () => {
      run(made('a'));
      write('build/index.js', '');
      write(`build/${library('a').name}`, 'damaged');
      run(made('a'));
      expect(everything()).toMatchObject({
        'build/index.js': 'code a',
        [`build/${library('a').name}`]: 'library a',
      });
    });

    it('what builds left that were killed is no such change', () => {
      /** A build that ends before it has written this file. */
      const killed = (published: Published, at: string): void => {
        const work = makeWorkFolder(out);
        mkdirSync(join(work, at.replace('/', '-')));
        expect(() => publish(out, work, published)).toThrow('EISDIR');
        rmSync(work, { recursive: true });
      };
      run(made('a', { 'generated/one.cpp': '1' }));
      killed(made('b', { 'generated/two.cpp': '2' }), 'index.js');
      expect(everything()).toMatchObject({
        'build/manifest.json': 'manifest b',
        'build/index.js': 'code a',
        'build/generated/one.cpp': '1',
      });
      killed(made('c', { 'generated/three.cpp': '3' }), 'manifest.json');
      killed(made('a', { 'generated/five.cpp': '5' }), 'generated/five.cpp');
      publishRefused(out, makeWorkFolder(out), new Map([['generated/four.cpp', '4']]));
      expect(changed('index.js', made('d'))).toContain('index.js was changed after');
      write('build/index.js', 'code a');
      run(made('d'));
      expect(readMarker(out)).not.toHaveProperty('replaced');
      expect(readdirSync(join(out, 'generated'))).toEqual([]);
      expect(everything()).toMatchObject({ 'build/manifest.json': 'manifest d', 'build/index.js': 'code d' });
    });
  });

  it('notices files that are not what it wrote', () => {
    run(made('a'));
    const marker = readMarker(out)!;
    const whole = (): boolean => isIntact(out, 'index.js', marker);
    expect(whole()).toBe(true);
    write('build/index.js', 'code b');
    expect(whole()).toBe(false);
    rmSync(join(out, 'index.js'));
    expect(whole()).toBe(false);
    run(made('a'));
    expect(whole()).toBe(true);
  });

  it('does not follow a marker out of the folder', () => {
    run(made('a'));
    write('mine.txt', 'mine');
    const marker = JSON.parse(readFileSync(join(out, '.cuweave.json'), 'utf8')) as { files: object };
    const files = {
      ...marker.files,
      '../mine.txt': '0',
      '../src/pipelines.ts': '0',
      'generated/../../mine.txt': '0',
    };
    write('build/.cuweave.json', JSON.stringify({ ...marker, files, before: '../mine.txt' }));
    run(made('b'));
    expect(everything()).toMatchObject({ 'mine.txt': 'mine', 'src/pipelines.ts': '' });
  });

  it('waits for another build, but not for one that was killed', () => {
    run(made('a'));
    const lock = join(out, '.cache', 'lock');
    mkdirSync(lock);
    utimesSync(lock, 1, 1);
    run(made('b'));
    expect(everything()['build/index.js']).toBe('code b');
    expect(existsSync(lock)).toBe(false);
  });

  it('removes the work of builds that were killed', () => {
    claimOutput(out, 'build');
    // No process has this number: it is above what Linux gives.
    const dead = join(out, '.cache', 'work-4194305-abcdef');
    mkdirSync(dead);
    makeWorkFolder(out);
    expect(existsSync(dead)).toBe(true);
    utimesSync(dead, 1, 1);
    makeWorkFolder(out);
    expect(existsSync(dead)).toBe(false);
  });
});
