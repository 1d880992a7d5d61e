/**
 * The package as its users get it: packed, installed into an empty project, and used by its commands and its types only.
 * Needs a package registry for what cuweave depends on, or npm's cache of it; without either it is skipped.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addonPath } from '../../native/location.js';
import { root } from '../support/executions.js';

type Packed = {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
};
type Failure = Error & { readonly stdout: string; readonly stderr: string; readonly code: number };

let folder = '';
let packed: Packed;
let unreachable: string | undefined;

// What `npm test` tells its children about this package must not reach an npm that works on another.
const env = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name, value]) =>
      !/^npm_(package|lifecycle|command|config_local_prefix)/.test(name) &&
      // As for users: the compiler of the machine, which compiled the same sources for the repository.
      !(name === 'CXX' && value?.includes('oneClone')),
  ),
);
const run = (program: string, args: readonly string[], cwd: string) =>
  promisify(execFile)(program, args, { cwd, env: { ...env, CUDA_VISIBLE_DEVICES: '' } });
const install = (cwd: string, ...what: readonly string[]) =>
  run('npm', ['install', ...what, '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'], cwd);
// Never from the registry: there might be another package of the name.
const cuweave = (cwd: string, ...args: readonly string[]) =>
  run('npx', ['--no', 'cuweave', '--', ...args], cwd);
const tsc = (cwd: string, project: string) =>
  run(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', project, '--pretty', 'false'],
    cwd,
  );
const node = (cwd: string, text: string) => run(process.execPath, ['--input-type=module', '-e', text], cwd);
const shop = (...parts: readonly string[]) => join(folder, 'shop', ...parts);

beforeAll(async () => {
  expect(existsSync(join(root, 'dist/runtime/index.js')), 'run npm run build:ts first').toBe(true);
  folder = await mkdtemp(join(tmpdir(), 'cuweave-package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], root);
  [packed] = JSON.parse(stdout) as Packed[];
  await mkdir(join(folder, 'site'));
  await writeFile(join(folder, 'site', 'package.json'), '{ "name": "site", "private": true }\n');
  await install(join(folder, 'site'), join(folder, packed.filename)).catch((error: Failure) => {
    const why = /ENOTCACHED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH/.exec(
      error.stderr,
    );
    if (!why) {
      throw error;
    }
    unreachable = `npm install: ${why[0]}`;
  });
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

describe('the tarball', () => {
  it('holds what a user needs', () => {
    const paths = packed.files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'cmake/cuweave.cmake',
        'dist/compiler/cli.js',
        'dist/ops/index.d.ts',
        'dist/runtime/index.d.ts',
        'docs/authoring.md',
        'examples/pipelines.ts',
        'native/CMakeLists.txt',
        'native/interface/interface.h',
        'native/kernel/prelude.h',
        'native/src/js/addon.cc',
        'ops/index.ts',
        'ops/geometry/warpAffine.ts',
        'templates/kernel.cu.hbs',
        'templates/project/src/pipelines.ts',
        'tsconfig.json',
      ]),
    );
  });

  it('holds nothing else', () => {
    const paths = packed.files.map(({ path }) => path);
    const folders = new Set(paths.map(path => path.split('/').slice(0, -1)[0] ?? path));
    expect([...folders].sort()).toEqual(
      [
        'LICENSE',
        'README.md',
        'SECURITY.md',
        'cmake',
        'dist',
        'docs',
        'examples',
        'native',
        'ops',
        'package.json',
        'templates',
        'tsconfig.json',
      ].sort(),
    );
    expect(
      paths.filter(path =>
        /^(test|bench|(native|examples)\/(build|out))\/|(^|\/)node_modules\/|\.(node|so|o|tgz)$/.test(path),
      ),
    ).toEqual([]);
    expect(packed.files.filter(({ size }) => size > 2 ** 20)).toEqual([]);
    expect(packed.size).toBeLessThan(1.35 * 2 ** 20);
  });
});

describe('an installed cuweave', () => {
  beforeEach(context => {
    if (unreachable) {
      context.skip(unreachable);
    }
  });

  it('makes a project, which installs, builds and runs', async () => {
    // It depends on the tarball that its maker was installed from.
    await cuweave(join(folder, 'site'), 'new', '../shop');
    await install(shop());
    // The first build compiles the addon, too, or takes it from the cache of this run: `npm run build` compiled the same sources.
    const { stdout, stderr } = await cuweave(shop(), 'build', 'src/pipelines.ts', '--cpu');
    expect(stdout).toMatch(/^thumbnail: built for the CPU only/m);
    const addon = await readFile(shop('node_modules/cuweave/native/build/Release/cuweave.node'));
    if (!stderr.includes('compiling the addon, once per installation')) {
      expect(addon.equals(await readFile(addonPath))).toBe(true);
    }
    const started = await run('npm', ['start'], shop());
    expect(started.stdout).toContain('thumbnail.png: 1×180×320×3 NHWC, made on cpu');
    const png = await readFile(shop('thumbnail.png'));
    expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  });

  it('makes a project that the type checker takes as it is', async () => {
    expect((await tsc(shop(), 'tsconfig.json')).stdout).toBe('');
  });

  it('has types for applications and for authors, in the package as in the repository', async () => {
    await cp(join(import.meta.dirname, 'app'), shop('app'), { recursive: true });
    const failed = await tsc(shop(), 'app/tsconfig.json').then(
      () => '',
      (error: Failure) => error.stdout,
    );
    // The wrong lines say what they are wrong with; the right file has none.
    const source = (await readFile(shop('app/wrong.ts'), 'utf8')).split('\n');
    const wanted = source.flatMap((line, n) => {
      const expected = /\/\/ error: (.*)$/.exec(line);
      return expected ? [{ line: n + 1, text: expected[1] }] : [];
    });
    const found = failed.split('\n').filter(line => /^\S.*error TS/.test(line));
    expect(wanted.length).toBeGreaterThan(3);
    expect(found.map(line => Number(/^app\/wrong\.ts\((\d+),/.exec(line)?.[1]))).toEqual(
      wanted.map(({ line }) => line),
    );
    for (const { line, text } of wanted) {
      const start = failed.indexOf(`wrong.ts(${line},`);
      const next = failed.indexOf('\napp/', start);
      expect(failed.slice(start, next < 0 ? undefined : next)).toContain(text);
    }
  });

  it('reports a wrong pipeline on the command line, with its place', async () => {
    await writeFile(
      shop('src/bad.ts'),
      "import { nchw, normalize, nv12, pipeline } from 'cuweave/ops';\n" +
        'export const bad = pipeline(nv12(), normalize({ mean: [0, 0, 0], std: [1, 1, 1] }), nchw("f32"));\n',
    );
    const error = await cuweave(shop(), 'check', 'src/bad.ts').then(
      () => undefined,
      (failure: Failure) => failure,
    );
    expect(error?.code).toBe(1);
    expect(error?.stderr).toMatch(/src\/bad\.ts:2:\d+ - error (CW|TS)\d+/);
  });

  it('loads without sharp and node-av, which are needed for files only', async () => {
    for (const name of ['sharp', '@img', 'node-av', '@seydx']) {
      await rm(shop('node_modules', name), { recursive: true, force: true });
    }
    const video = JSON.stringify(join(root, 'test/media/bars.mp4'));
    const { stdout } = await node(
      shop(),
      `import { openDevice, readPicture, Tensor, VideoReader } from 'cuweave';
       const device = openDevice('cpu');
       const show = error => console.log(error.name, error.code);
       await VideoReader.open(${video}, { device }).catch(show);
       await readPicture('thumbnail.png').catch(show);
       const spec = { shape: [1, 1, 3], dtype: 'u8', layout: 'HWC' };
       console.log((await Tensor.fromHost(device, Uint8Array.of(1, 2, 3), spec).toHost()).data.join(' '));`,
    );
    expect(stdout).toBe('VideoError noDecoder\nPictureError noLibrary\n1 2 3\n');
  });
});
