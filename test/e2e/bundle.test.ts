/** Programs that esbuild and Vite bundled: with the options that docs/runtime.md names they run, and without them they say what is missing. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { build as bundleByVite, type InlineConfig } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { build } from '../../compiler/build/build.js';
import { packageFile } from '../../compiler/package.js';
import { makeProject, type Project } from '../support/project.js';

let project: Project;
beforeAll(async () => {
  project = makeProject({
    'src/pipelines.ts': `import { convertTo, nchw, pipeline, rgb8 } from 'cuweave/ops';
export const halves = pipeline(rgb8(), convertTo('f32', { scale: 0.5 }), nchw('f32'));`,
    'src/app.ts': `import { Image, openDevice } from 'cuweave';
import { halves } from '../build/index.js';
const device = openDevice('cpu');
const image = Image.fromHost(device, { format: 'rgb8', width: 1, height: 1, planes: [{ data: new Uint8Array([1, 2, 3]) }] });
const { data } = await halves(image).toHost();
console.log([...data].join(' '));
device.dispose();`,
    // cuweave without the build: what is imported first says what is wrong.
    'src/alone.ts': `import { openDevice } from 'cuweave';
openDevice('cpu');`,
  });
  await build({ root: project.root, entries: ['src/pipelines.ts'], out: 'build', cpu: true });
}, 300_000);
afterAll(() => project.remove());

const documented = (): string[] => {
  const page = readFileSync(packageFile('docs', 'runtime.md'), 'utf8');
  const line = /`esbuild (src\/app\.ts --bundle [^`]*)`/.exec(page)?.[1];
  return line!.split(' ');
};
const bundle = (args: readonly string[], out: string): void => {
  execFileSync(packageFile('node_modules', '.bin', 'esbuild'), [...args, `--outfile=${out}`], {
    cwd: project.root,
    stdio: 'pipe',
  });
};
/** Vite's configuration for programs on servers, as the page has it, with what it says of `build` and `ssr`. */
const viteDocumented = (): InlineConfig => {
  const page = readFileSync(packageFile('docs', 'runtime.md'), 'utf8');
  const text = /`(build: \{ ssr: [^`]*)`/.exec(page)?.[1];
  return new Function(`return { ${text} };`)() as InlineConfig;
};
const bundleForServer = (config: InlineConfig, outDir: string): Promise<unknown> =>
  bundleByVite({
    ...config,
    build: { ...config.build, outDir },
    root: project.root,
    configFile: false,
    logLevel: 'silent',
  });
const run = (out: string): { readonly stdout: string; readonly stderr: string } =>
  spawnSync(process.execPath, [out], { cwd: project.root, encoding: 'utf8' });

it('runs with the documented options', () => {
  bundle(documented(), 'dist/app.js');
  expect(run('dist/app.js')).toMatchObject({ stdout: '0.5 1 1.5\n', stderr: '' });
});

it.each([
  [
    'the built module is bundled',
    'src/app.ts',
    'esm',
    ['--external:cuweave'],
    /LibraryError: There is no .*manifest\.json/,
  ],
  [
    'cuweave is bundled',
    'src/app.ts',
    'esm',
    ['--external:*/build/index.js', '--external:sharp', '--external:node-av'],
    /The files of the package cuweave/,
  ],
  [
    'cuweave is bundled as CommonJS',
    'src/alone.ts',
    'cjs',
    ['--external:sharp', '--external:node-av'],
    /The files of the package cuweave/,
  ],
] as const)('names the remedy where %s', (_, entry, format, external, cause) => {
  const out = `dist/wrong.${format === 'esm' ? 'mjs' : 'cjs'}`;
  bundle([entry, '--bundle', '--platform=node', `--format=${format}`, ...external], out);
  const { stdout, stderr } = run(out);
  expect(stdout).toBe('');
  expect(stderr).toMatch(cause);
  expect(stderr).toMatch(/as external \(docs\/runtime\.md, Bundlers\)/);
});

it('Vite: runs with the documented options', async () => {
  await bundleForServer(viteDocumented(), 'server');
  expect(run('server/app.js')).toMatchObject({ stdout: '0.5 1 1.5\n', stderr: '' });
});

it.each([
  ['the built module is bundled', ['ssr'], /LibraryError: There is no .*manifest\.json/],
  ['cuweave is bundled', ['build'], /The files of the package cuweave/],
] as const)('Vite: names the remedy where %s', async (_, kept, cause) => {
  const { build: built, ssr } = viteDocumented();
  const config = {
    build: kept.some(name => name === 'build') ? built : { ssr: built?.ssr },
    ...(kept.some(name => name === 'ssr') ? { ssr } : {}),
  };
  const out = `wrong-${kept[0]}`;
  await bundleForServer(config as InlineConfig, out);
  const { stdout, stderr } = run(`${out}/app.js`);
  expect(stdout).toBe('');
  expect(stderr).toMatch(cause);
  expect(stderr).toMatch(/as external \(docs\/runtime\.md, Bundlers\)/);
});
