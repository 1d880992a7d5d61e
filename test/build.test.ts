/** What `cuweave build` compiles again, what it leaves behind, and what it says when it cannot. */
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type BuildOptions, type BuildResult, build } from '../compiler/build/build.js';
import { runProgram } from '../compiler/build/process.js';
import { findNvcc } from '../compiler/build/toolchain.js';
import { makeProject, type Project } from './support/project.js';

const op = `import { f32, pointOp } from 'cuweave/ops';
export const gain = pointOp({
  from: ['rgb'],
  params: { by: f32 },
  apply: (px, { by }) => px.map(v => v * by),
});
`;
const entry = `import { nchw, nhwc, normalize, pipeline, rgb8 } from 'cuweave/ops';
import { gain } from './gain.js';
export const brighter = pipeline(rgb8(), gain({ by: 2 }), nhwc('u8'));
export const normalized = pipeline(rgb8(), normalize({ mean: [0.1, 0.2, 0.3], std: 0.5 }), nchw('f32'));
`;
const files = { 'src/gain.ts': op, 'src/pipelines.ts': entry };
const entries = ['src/pipelines.ts'];

let project: Project;
afterEach(() => project.remove());

const run = (options: Partial<BuildOptions> = {}): Promise<BuildResult> =>
  build({ root: project.root, entries, cpu: true, ...options });
/** The steps of a build that did something. */
const steps = async (options: Partial<BuildOptions> = {}): Promise<string[]> => {
  const done: string[] = [];
  await run({
    ...options,
    onProgress: ({ label, cached }) => {
      if (!cached) {
        done.push(label);
      }
    },
  });
  return done.sort();
};
/** What a build says that fails, without what depends on the machine. */
const refusal = async (options: Partial<BuildOptions> = {}): Promise<string> => {
  const error = await run(options).then(
    () => new Error('it was built'),
    (reason: Error) => reason,
  );
  return `${error.name}: ${error.message}`.replaceAll(project.root, 'ROOT');
};
const outputs = ['index.d.ts', 'index.js', 'manifest.json', 'pipelines.h'];
const library = (): string => JSON.parse(project.read('build/manifest.json')).library as string;
/** What built pipelines make of two pixels, in a process of its own. */
const call = async (names: readonly string[]): Promise<Record<string, number[]>> => {
  const script = `import { openDevice, Tensor } from 'cuweave';
    const built = await import('./build/index.js');
    const device = openDevice('cpu');
    const spec = { shape: [1, 1, 2, 3], dtype: 'u8', layout: 'NHWC' };
    const given = Tensor.fromHost(device, new Uint8Array([10, 20, 30, 40, 50, 60]), spec);
    const results = {};
    for (const name of ${JSON.stringify(names)}) results[name] = [...(await built[name](given).toHost()).data];
    console.log(JSON.stringify(results));`;
  const { stdout, stderr } = await runProgram(process.execPath, ['--input-type=module', '-e', script], {
    cwd: project.root,
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Record<string, number[]>;
};
const brighter = [20, 40, 60, 80, 100, 120];

describe('an incremental build', () => {
  it('compiles what changed, and nothing else', async () => {
    project = makeProject(files);
    const first = await run();
    expect(first).toMatchObject({ pipelines: ['brighter', 'normalized'], archs: [], compiled: 3, cached: 1 });
    expect(await run()).toMatchObject({ compiled: 0, cached: 4 });
    expect(project.list('build')).toEqual(['.cache', 'generated', ...outputs, library()].sort());

    // Another number is another argument of the same code.
    const [manifest, code] = [project.read('build/manifest.json'), project.read('build/index.js')];
    project.write('src/pipelines.ts', entry.replace('0.2', '0.25').replace('by: 2', 'by: 3'));
    expect(await steps()).toEqual([]);
    expect(project.read('build/manifest.json')).not.toBe(manifest);
    expect(project.read('build/manifest.json')).toContain('0.25');
    expect(project.read('build/index.js')).toBe(code);

    const before = library();
    project.write('src/gain.ts', op.replace('v * by', 'v * by + 1'));
    expect(await steps()).toEqual(['brighter.cpp', 'link']);
    expect(library()).not.toBe(before);
    // The old library and objects are gone: an object and a report for each pipeline.
    expect(project.list('build').filter(file => file.endsWith('.so'))).toEqual([library()]);
    expect(project.list('build/.cache')).toHaveLength(4);

    // Back again: the object is no longer there, so it is compiled.
    project.write('src/gain.ts', op);
    expect(await steps()).toEqual(['brighter.cpp', 'link']);
    expect(library()).toBe(before);
  });

  it('forgets a pipeline that is gone', async () => {
    project = makeProject(files);
    await run();
    expect(project.list('build/generated')).toEqual(['brighter.cpp', 'normalized.cpp']);
    project.write('src/pipelines.ts', entry.replace(/export const normalized.*\n/, ''));
    expect(await steps()).toEqual(['link']);
    expect(project.list('build/generated')).toEqual(['brighter.cpp']);
    expect(project.read('build/index.js')).not.toContain('normalized');
    expect(project.read('build/pipelines.h')).not.toContain('normalized');
  });

  it('keeps the old build where the specs have errors', async () => {
    project = makeProject(files);
    await run();
    const built = [...outputs, library()].map(file => project.read(`build/${file}`));
    project.write(
      'src/pipelines.ts',
      `${entry}export const wrong = pipeline(rgb8(), gain({ by: 'x' }), nhwc('u8'));\n`,
    );
    expect(await refusal()).toMatch(/^SpecError: src\/pipelines\.ts:5:.*TS2322/);
    expect([...outputs, library()].map(file => project.read(`build/${file}`))).toEqual(built);
    expect(await call(['brighter'])).toEqual({ brighter });
  });

  it('does not harm another one in the same folder', async () => {
    project = makeProject(files);
    await Promise.all([run(), run(), run()]);
    expect(await run()).toMatchObject({ compiled: 0 });
    expect(await call(['brighter'])).toEqual({ brighter });
    // Of two that build different things one is last, and its files fit together.
    project.write('src/one.ts', entry.replace('by: 2', 'by: 1').replace(/export const normalized.*\n/, ''));
    await Promise.all([run(), run({ entries: ['src/one.ts'] }), run()]);
    expect(project.list('build').filter(file => file.endsWith('.tmp'))).toEqual([]);
    expect(existsSync(project.path(`build/${library()}`))).toBe(true);
  });
});

const nvcc = await findNvcc();
describe.skipIf(!nvcc)(`with nvcc${nvcc ? '' : ' (skipped: no nvcc found)'}`, () => {
  const cuda = { cpu: false, archs: ['sm_90'] };

  it('strict changes the GPU’s code alone', async () => {
    project = makeProject({ ...files, 'src/pipelines.ts': entry.replace(/export const normalized.*\n/, '') });
    expect(await steps(cuda)).toEqual(['brighter.cpp', 'brighter.cu', 'link']);
    expect(JSON.parse(project.read('build/manifest.json'))).toMatchObject({
      archs: ['sm_90'],
      strict: false,
    });
    expect(await steps({ ...cuda, strict: true })).toEqual(['brighter.cu', 'link']);
    expect(JSON.parse(project.read('build/manifest.json'))).toMatchObject({ archs: ['sm_90'], strict: true });
    expect(await steps({ ...cuda, strict: true, archs: ['sm_80', 'sm_90', 'sm_80'] })).toEqual([
      'brighter.cu',
      'link',
    ]);
    expect(JSON.parse(project.read('build/manifest.json'))).toMatchObject({ archs: ['sm_80', 'sm_90'] });
    expect(await call(['brighter'])).toEqual({ brighter });
  });

  it('says what is wrong with an architecture', async () => {
    project = makeProject(files);
    const wrong = ['hopper', 'sm_9', 'sm_90; touch x', '-Xcompiler', ''].map(arch =>
      refusal({ ...cuda, archs: [arch] }),
    );
    expect(await Promise.all(wrong)).toMatchInlineSnapshot(`
      [
        "BuildError: Expected sm_NN, as in sm_90, for --arch but received "hopper"",
        "BuildError: Expected sm_NN, as in sm_90, for --arch but received "sm_9"",
        "BuildError: Expected sm_NN, as in sm_90, for --arch but received "sm_90; touch x"",
        "BuildError: Expected sm_NN, as in sm_90, for --arch but received "-Xcompiler"",
        "BuildError: Expected sm_NN, as in sm_90, for --arch but received """,
      ]
    `);
    const unknown = await refusal({ ...cuda, archs: ['sm_33'] });
    expect(unknown).toContain(
      "could not compile build/generated/brighter.cu:\nnvcc fatal   : Unsupported gpu architecture 'compute_33'",
    );
    expect(existsSync(project.path('build/manifest.json'))).toBe(false);
  });

  it('takes a project in a folder with an odd name, and refuses an odd output folder', async () => {
    project = makeProject(files, `it's, odd; (a) & b | ü`);
    await run(cuda);
    expect(await call(['brighter'])).toEqual({ brighter });
    expect(await refusal({ ...cuda, out: 'the "build" $(touch pwned)' })).toMatchInlineSnapshot(
      `"BuildError: Expected a path without " ' $ \` \\ and commas, which nvcc misreads, but received "./the \\"build\\" $(touch pwned)": rename the folder, or build with --cpu"`,
    );
    const name = project.path('$(touch pwned)');
    project.write('$(touch pwned)/src/gain.ts', op);
    project.write('$(touch pwned)/src/pipelines.ts', entry);
    await expect(build({ root: name, entries, ...cuda })).rejects.toThrow('Expected a path without');
    const made = project.list('.').filter(file => file !== '$(touch pwned)');
    expect(made).toEqual(['build', 'node_modules', 'package.json', 'src']);
  });
});

describe('a project', () => {
  it('may have spaces and quotes in every name', async () => {
    const odd = `my "pipe's" $HOME #1.ts`;
    project = makeProject({ 'src/gain.ts': op, [`src/${odd}`]: entry }, `it's "odd" $(touch pwned) %s; ü`);
    const out = `the 'build' "of" $(touch pwned)`;
    await run({ entries: [`src/${odd}`], out });
    expect(project.list(out)).toContain('index.js');
    await run({ entries: [`src/${odd}`], out: '-o x' });
    expect(project.list('.')).toEqual(['-o x', 'node_modules', 'package.json', 'src', out].sort());
    await run({ entries: [`src/${odd}`] });
    expect(await call(['brighter'])).toEqual({ brighter });
  });

  it('may name pipelines as it likes', async () => {
    const names = [
      'int',
      'main',
      'printf',
      'launch',
      'count',
      'size',
      'manifest',
      'definePipeline',
      'f',
      'NAN',
    ];
    const lines = names.map(
      name => `export const ${name} = ops.pipeline(ops.rgb8(), gain({ by: 2 }), ops.nhwc('u8'));`,
    );
    const text = `import * as ops from 'cuweave/ops';\nimport { gain } from './gain.js';\n${lines.join('\n')}\n`;
    project = makeProject({ 'src/gain.ts': op, 'src/pipelines.ts': text });
    await run();
    expect(await call(names)).toEqual(Object.fromEntries(names.map(name => [name, brighter])));
  });
});

describe('what is missing', () => {
  const withEnvironment = async <T>(
    changes: Readonly<Record<string, string>>,
    work: () => Promise<T>,
  ): Promise<T> => {
    const before = Object.keys(changes).map(name => [name, process.env[name]] as const);
    Object.assign(process.env, changes);
    try {
      return await work();
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) {
          delete process.env[name];
        } else {
          process.env[name] = value;
        }
      }
    }
  };

  it('a compiler', async () => {
    project = makeProject(files);
    const none = await withEnvironment({ PATH: '/nowhere' }, () => refusal());
    const wrong = await withEnvironment({ CXX: 'no-such-compiler' }, () => refusal());
    const fails = await withEnvironment({ CXX: '/bin/false' }, () => refusal());
    expect({ none, wrong, fails }).toMatchInlineSnapshot(`
      {
        "fails": "BuildError: Expected a C++ compiler in CXX but received "/bin/false", which does not run: unset CXX to use g++",
        "none": "BuildError: no C++ compiler found: install one (apt install g++), or name it in CXX",
        "wrong": "BuildError: Expected a C++ compiler in CXX but received "no-such-compiler", which does not run: unset CXX to use g++",
      }
    `);
    expect(project.list('build')).toEqual([]);
  });

  it('a compiler that is named is used', async () => {
    project = makeProject(files);
    // Runs g++, and leaves a mark.
    project.write('my compiler', `#!/bin/sh\necho used >> "${project.path('mark')}"\nexec g++ "$@"\n`);
    chmodSync(project.path('my compiler'), 0o755);
    await withEnvironment({ CXX: project.path('my compiler') }, () => run());
    expect(project.read('mark').split('\n').length).toBeGreaterThan(3);
  });

  it('a folder to write to', async () => {
    project = makeProject({ ...files, taken: 'a file' });
    expect(await refusal({ out: 'taken' })).toMatchInlineSnapshot(
      `"BuildError: Expected a folder that can be written for the output but received ROOT/taken: ENOTDIR: not a directory, mkdir 'ROOT/taken/.cache'"`,
    );
    expect(await refusal({ out: join('taken', 'build') })).toMatchInlineSnapshot(
      `"BuildError: Expected a folder that can be written for the output but received ROOT/taken/build: ENOTDIR: not a directory, mkdir 'ROOT/taken/build/.cache'"`,
    );
  });

  it.skipIf(process.getuid?.() === 0)('permission (skipped: root may write anywhere)', async () => {
    project = makeProject({ ...files, 'closed/file': '' });
    chmodSync(project.path('closed'), 0o555);
    expect(await refusal({ out: 'closed/build' })).toMatch(
      /^BuildError: Expected a folder that can be written/,
    );
    chmodSync(project.path('closed'), 0o755);
  });

  it('pipelines', async () => {
    project = makeProject({ 'src/pipelines.ts': 'export const none = 1;\n' });
    expect(await refusal()).toMatchInlineSnapshot(`
      "SpecError: src/pipelines.ts:1:1 - error CW3001: The file exports no pipeline.

      1 export const none = 1;
        ~
        hint: write \`export const preprocess = pipeline(nv12(), …, nchw("f32"))\`

      Found 1 error.
      "
    `);
    expect(await refusal({ entries: ['src/nothing.ts'] })).toMatchInlineSnapshot(`
      "SpecError: src/nothing.ts:1:1 - error CW9001: Expected a TypeScript file but received a path where there is no file.
        hint: give the path of a .ts file, relative to the project

      Found 1 error.
      "
    `);
  });
});
