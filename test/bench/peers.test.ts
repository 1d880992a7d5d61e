/** The peers, as far as they go without a GPU: they parse and compile, and what fails is said in a line. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bench } from '../../bench/cases.js';
import {
  caseArgument,
  endRunning,
  missingModules,
  nvcc,
  peers,
  preparePeer,
  python,
  run,
  runPeer,
  whyNotCompiled,
} from '../../bench/peers.js';
import { root } from '../tooling/source.js';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'cuweave-peers-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const files = readdirSync(join(root, 'bench', 'peers'));
const has = (command: string): boolean => spawnSync(command, ['--version']).status === 0;
const peer = (id: string) => peers.find(one => one.id === id)!;

describe('the peers', () => {
  it('are the files of their folder', () => {
    const shared = ['harness.py', 'harness.h', 'torch_cases.py', 'torch_timing.py', 'video.py'];
    const programs = peers.map(({ source, script }) => source ?? script);
    expect(files.filter(name => /\.(py|cu|h)$/.test(name)).sort()).toEqual([...programs, ...shared].sort());
  });

  it.skipIf(!has(python))('in Python parse', () => {
    const paths = files.filter(name => name.endsWith('.py')).map(name => join(root, 'bench', 'peers', name));
    const code = 'import ast, sys\nfor path in sys.argv[1:]: ast.parse(open(path).read(), path)';
    const { status, stderr } = spawnSync(python, ['-c', code, ...paths], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it.skipIf(!has(nvcc)).each(['plain.cu', 'npp.cu'])(
    '%s compiles, where its headers are',
    { timeout: 300_000 },
    async source => {
      const path = join(root, 'bench', 'peers', source);
      const flags = ['-std=c++17', '-arch=sm_80', '-Xcompiler', '-Wall,-Wextra', '-c'];
      const done = await run(nvcc, [...flags, '-o', join(scratch, `${source}.o`), path]);
      if (done.status !== 0 && source === 'npp.cu') {
        expect(whyNotCompiled(done)).toBe('the header nppcore.h was not found');
      } else {
        expect(done).toMatchObject({ status: 0, stderr: '' });
      }
    },
  );

  it('are given what they need of a case', () => {
    const one = (id: string) => bench.cases.find(each => each.id === id)!;
    expect(caseArgument(peer('torch_eager'), one('nv12-640'), 4)).toBe('nv12-640:4');
    expect(caseArgument(peer('plain'), one('nv12-640'), 4)).toBe('nv12-640,4,1920,1080,640,640,0.018');
    expect(caseArgument(peer('npp'), one('warp-u8'), 1)).toMatch(
      /^warp-u8,1,1920,1080,1920,1080,8,0\.9848\d*(,-?[\d.]+){5}$/,
    );
    expect(caseArgument(peer('plain'), one('warp-u8'), 1)).toContain(',1920,1080,1,0.98');
  });

  it('that cannot be built say why', () => {
    const why = (stderr: string, timedOut = false) => whyNotCompiled({ stderr, timedOut });
    expect(why('npp.cu:4:10: fatal error: nppcore.h: No such file or directory\n  4 | #include')).toBe(
      'the header nppcore.h was not found',
    );
    expect(why('/usr/bin/ld: cannot find -lnppicc: No such file\ncollect2: error')).toBe(
      'the library nppicc was not found',
    );
    expect(why('nvcc was not found')).toBe('nvcc was not found');
    expect(why('', true)).toBe('nvcc took too long');
  });

  it.skipIf(!has(python))('that lack a module say which', async () => {
    expect(missingModules(['json', 'no_such_module'])).toEqual({ missing: ['no_such_module'] });
    const lacking = { ...peer('opencv'), modules: ['json', 'no_such_module', 'nor_this'] };
    expect(await preparePeer(lacking, scratch)).toEqual({
      why: `${python} has no module named 'no_such_module', 'nor_this'`,
    });
  });
});

describe('running a peer', () => {
  const work = { rows: [], repetitions: 1, seconds: 0, data: '-' };
  const program = async (text: string) => {
    const path = join(scratch, 'peer.mjs');
    await writeFile(path, text);
    return runPeer(peer('plain'), { command: process.execPath, args: [path] }, work);
  };

  it('takes the document from its last line', async () => {
    const text = `console.log('warming up'); console.log(JSON.stringify({ peer: 'x', rows: [] }));`;
    expect(await program(text)).toEqual({ peer: 'x', rows: [] });
  });

  it('says in a line what went wrong', async () => {
    expect(await program(`console.error('first'); console.error('no GPU'); process.exit(3);`)).toEqual({
      why: 'failed: no GPU',
    });
    expect(await program(`console.log('hello');`)).toEqual({ why: 'printed no JSON document but "hello"' });
    expect(await runPeer(peer('plain'), { command: join(scratch, 'absent'), args: [] }, work)).toEqual({
      why: `failed: ${join(scratch, 'absent')} was not found`,
    });
  });

  it('ends one that goes on, with what it started', async () => {
    const forever = 'setInterval(() => {}, 60000)';
    const child = `require('node:child_process').spawn(process.execPath, ['-e', '${forever}'], { stdio: 'inherit' }); ${forever};`;
    // The output stays open as long as the child of the child lives: were that one left, this would take until the test's limit.
    expect(await run(process.execPath, ['-e', child], { seconds: 1 })).toMatchObject({ timedOut: true });
  });

  it('ends when everything is to end', async () => {
    const done = run(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    endRunning();
    expect(await done).toMatchObject({ status: -1, timedOut: false });
  });

  it('passes arguments as they are', async () => {
    const { stdout } = await run(process.execPath, ['-p', 'process.argv[1]', '$(echo "a b");*']);
    expect(stdout).toBe('$(echo "a b");*\n');
  });
});
