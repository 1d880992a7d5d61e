/** What is kept of compilers' work, when it is taken again, and when not. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cacheIn, keyOf, openCache } from '../../compiler/build/cache.js';
import { cachedCompile, keyOfRun, type Run } from '../../compiler/build/compile.js';
import { findCxx } from '../../compiler/build/toolchain.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cuweave-cache-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const key = keyOf('one');
const entry = { object: bytes('\x7fELF\n\0code'), report: 'Used 32 registers\nin two lines' };

describe('an entry', () => {
  it('comes back as it was put', () => {
    const cache = cacheIn(folder, 1e6);
    expect(cache.get(key)).toBeUndefined();
    cache.put(key, entry);
    const { object, report } = cacheIn(folder, 1e6).get(key)!;
    expect(new Uint8Array(object)).toEqual(entry.object);
    expect(report).toBe(entry.report);
    expect(readdirSync(folder)).toEqual([`${key}.entry`]);
  });

  it('that is damaged counts as none', () => {
    const cache = cacheIn(folder, 1e6);
    const path = join(folder, `${key}.entry`);
    const damages: readonly (() => void)[] = [
      () => truncateSync(path, 0),
      () => truncateSync(path, 40),
      () => truncateSync(path, statSync(path).size - 1),
      () => writeFileSync(path, readFileSync(path, 'latin1').replace('ELF', 'ELG'), 'latin1'),
      () => writeFileSync(path, readFileSync(path, 'latin1').replace('32', '31'), 'latin1'),
      () => writeFileSync(path, `${readFileSync(path, 'latin1')}more`, 'latin1'),
    ];
    for (const damage of damages) {
      cache.put(key, entry);
      expect(cache.get(key)).toBeDefined();
      damage();
      expect(cache.get(key)).toBeUndefined();
    }
  });
});

describe('a cache', () => {
  const large = { object: new Uint8Array(1000), report: '' };
  const names = ['a', 'b', 'c', 'd', 'e'].map(name => keyOf(name));

  it('forgets what was used longest ago, and nothing that is not its own', () => {
    const cache = cacheIn(folder, 4000);
    writeFileSync(join(folder, 'notes.txt'), 'x'.repeat(9000));
    writeFileSync(join(folder, `${key}.entry.01234567-89ab-cdef-0123-456789abcdef.tmp`), 'old');
    for (const name of readdirSync(folder)) {
      utimesSync(join(folder, name), 1, 1);
    }
    for (const [n, name] of names.slice(0, 3).entries()) {
      cache.put(name, large);
      utimesSync(join(folder, `${name}.entry`), 1000 + n, 1000 + n);
    }
    // Used again, the first is the newest.
    cache.get(names[0]!);
    cache.put(names[3]!, large);
    const kept = [names[0], names[2], names[3]].map(name => `${name}.entry`);
    expect(readdirSync(folder).sort()).toEqual([...kept, 'notes.txt'].sort());
  });

  it('is the one that CUWEAVE_CACHE names, else the build’s own', () => {
    const own = join(folder, 'own');
    vi.stubEnv('CUWEAVE_CACHE', '');
    openCache(own).put(key, entry);
    expect(readdirSync(own)).toHaveLength(1);
    vi.stubEnv('CUWEAVE_CACHE', join(folder, 'shared', 'deep'));
    expect(openCache(own).get(key)).toBeUndefined();
    openCache(own).put(key, entry);
    expect(readdirSync(join(folder, 'shared', 'deep'))).toHaveLength(1);
  });

  it('says where it cannot be', () => {
    writeFileSync(join(folder, 'file'), '');
    vi.stubEnv('CUWEAVE_CACHE', join(folder, 'file', 'cache'));
    const message = (): string => {
      try {
        openCache(folder);
        return 'it is there';
      } catch (error) {
        return `${(error as Error).name}: ${(error as Error).message}`.replaceAll(folder, 'FOLDER');
      }
    };
    expect(message()).toMatchInlineSnapshot(
      `"BuildError: Expected a folder that can be written for CUWEAVE_CACHE but received FOLDER/file/cache: ENOTDIR: not a directory, mkdir 'FOLDER/file/cache'"`,
    );
  });
});

describe('a key', () => {
  const run: Run = {
    tool: { path: '/usr/bin/g++', version: 'g++ 12' },
    flags: ['-O1'],
    sources: [{ path: 'a/one.cpp', content: 'int one;' }],
    headers: [],
  };

  it('goes by what decides the result, and not by where it is done', () => {
    const others: readonly Run[] = [
      { ...run, tool: { path: '/usr/bin/g++', version: 'g++ 13' } },
      { ...run, tool: { ...run.tool, host: 'g++ 12' } },
      { ...run, flags: ['-O2'] },
      { ...run, flags: ['-O', '1'] },
      { ...run, libraries: ['-ldl'] },
      { ...run, included: ['int two;'] },
      { ...run, sources: [{ path: 'a/one.cpp', content: 'int two;' }] },
      { ...run, sources: [{ path: 'a/two.cpp', content: 'int one;' }] },
      { ...run, sources: [...run.sources, ...run.sources] },
    ];
    expect(new Set([run, ...others].map(keyOfRun)).size).toBe(1 + others.length);
    const elsewhere = {
      ...run,
      tool: { ...run.tool, path: '/opt/g++' },
      sources: [{ path: '/b/one.cpp', content: 'int one;' }],
    };
    expect(keyOfRun(elsewhere)).toBe(keyOfRun(run));
    vi.stubEnv('CPATH', '/opt/include');
    const set = keyOfRun(run);
    vi.stubEnv('CPATH', '');
    expect(keyOfRun(run)).not.toBe(set);
  });
});

describe('a compiler that is run by hand', () => {
  it('works once for the same files, wherever they are', async () => {
    vi.stubEnv('CUWEAVE_CACHE', join(folder, 'cache'));
    const tool = (await findCxx())!;
    const place = (name: string, header = '#define ANSWER 42\n'): string => {
      mkdirSync(join(folder, name, 'include'), { recursive: true });
      writeFileSync(join(folder, name, 'include', 'answer.h'), header);
      writeFileSync(
        join(folder, name, 'x.cpp'),
        '#include "answer.h"\nextern "C" int answer() { return ANSWER; }\n',
      );
      return join(folder, name);
    };
    const make = (at: string) =>
      cachedCompile({
        tool,
        flags: ['-O1', '-shared', '-fPIC'],
        inputs: [join(at, 'x.cpp')],
        headers: [join(at, 'include')],
        output: join(at, 'out', 'x.so'),
      });
    const [first, second] = [place('first'), place('second')];
    expect(await make(first)).toMatchObject({ cached: false });
    expect(await make(second)).toMatchObject({ cached: true });
    expect(readFileSync(join(second, 'out', 'x.so'))).toEqual(readFileSync(join(first, 'out', 'x.so')));
    expect(await make(place('third', '#define ANSWER 43\n'))).toMatchObject({ cached: false });
    writeFileSync(join(first, 'x.cpp'), 'int broken');
    await expect(make(first)).rejects.toThrow(/could not make[\s\S]*x\.cpp:1:/);
    vi.stubEnv('CUWEAVE_CACHE', '');
    expect(await make(second)).toMatchObject({ cached: false });
    expect(existsSync(join(second, 'out', 'x.so'))).toBe(true);
  });
});
