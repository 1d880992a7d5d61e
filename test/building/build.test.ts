/** What `cuweave build` compiles again, what it leaves behind, and what it says when it cannot. */
import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BuildOptions, type BuildResult, build, buildPlans } from '../../compiler/build/build.js';
import { checkSpecPaths, jobsOf } from '../../compiler/build/jobs.js';
import { isIntact, readMarker } from '../../compiler/build/output.js';
import { runProgram } from '../../compiler/build/process.js';
import { currentBuild, stampBuild } from '../../compiler/build/stamp.js';
import { findNvcc, supportedArchs } from '../../compiler/build/toolchain.js';
import { watchBuild } from '../../compiler/build/watch.js';
import type { Plan } from '../../compiler/ir/plan.js';
import { packageFile } from '../../compiler/package.js';
import { plansOf } from '../../compiler/specs.js';
import { makeProject, type Project } from '../support/project.js';

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

/** Reading takes longer than anything else, so the specs are read once, and once with other numbers and another function. */
let plans: readonly Plan[];
let edited: readonly Plan[];
beforeAll(async () => {
  const source = makeProject(files);
  try {
    plans = await plansOf({ root: source.root, entries });
    source.write('src/pipelines.ts', entry.replace('0.2', '0.25'));
    source.write('src/gain.ts', op.replace('v * by', 'v * by + 1'));
    edited = await plansOf({ root: source.root, entries });
  } finally {
    source.remove();
  }
});

let project: Project;
afterEach(() => {
  vi.unstubAllEnvs();
  project.remove();
});

const run = (options: Partial<BuildOptions> = {}, of = plans): Promise<BuildResult> =>
  buildPlans(of, { root: project.root, entries, cpu: true, ...options });
/** The steps of a build that did something. */
const steps = async (of = plans): Promise<string[]> => {
  const done: string[] = [];
  const onProgress: BuildOptions['onProgress'] = ({ label, cached }) => {
    if (!cached) {
      done.push(label);
    }
  };
  await run({ onProgress }, of);
  return done.sort();
};
/** What something says that fails, without what depends on the machine. */
const refusal = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => new Error('it was built'),
    (reason: Error) => reason,
  );
  return `${error.name}: ${error.message}`.replaceAll(project.root, 'ROOT');
};
const library = (): string => JSON.parse(project.read('build/manifest.json')).library as string;
const libraries = (): string[] => project.list('build').filter(name => name.endsWith('.so'));
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
/** Whether every file of the build is what it wrote, and they are of one build. */
const expectWhole = (): void => {
  const out = project.path('build');
  const marker = readMarker(out)!;
  expect(Object.keys(marker.files).filter(name => !isIntact(out, name, marker))).toEqual([]);
  expect(marker.library!.name).toBe(library());
  expect(project.read('build/pipelines.h')).toContain(library());
};

describe('an incremental build', () => {
  beforeEach(() => {
    // Its own objects, so that the steps are those of this test.
    vi.stubEnv('CUWEAVE_CACHE', '');
    project = makeProject(files);
  });

  it('compiles what changed, and nothing else', async () => {
    const first = await run();
    expect(first).toMatchObject({ pipelines: ['brighter', 'normalized'], archs: [], gone: [] });
    expect(first).toMatchObject({ compiled: 4, cached: 1 });
    expect(await run()).toMatchObject({ compiled: 0, cached: 5 });
    const before = library();
    const outputs = ['.cache', '.cuweave.json', 'generated', 'index.d.ts', 'index.js', 'manifest.json'];
    expect(project.list('build')).toEqual([...outputs, before, 'pipelines.h'].sort());

    // Another number is another argument of the same code, and another one in what fills it in for callers in C.
    expect(await steps(edited)).toEqual(['brighter.cpp', 'interface_host.cpp', 'link']);
    expect(project.read('build/manifest.json')).toContain('0.25');
    expect(libraries()).toEqual([before, library()].sort());
    expectWhole();

    // Back again: what was made is still there.
    expect(await steps()).toEqual([]);
    expect(library()).toBe(before);
    expect(libraries()).toHaveLength(2);
    expectWhole();
  });

  it('mends what is damaged', async () => {
    await run();
    const [name, code] = [library(), project.read('build/index.js')];
    truncateSync(project.path(`build/${name}`), 1000);
    rmSync(project.path('build/generated/brighter.cpp'));
    writeFileSync(project.path('build/index.js'), '');
    expect(await steps()).toEqual([]);
    expectWhole();
    expect(project.read('build/index.js')).toBe(code);
    expect(await call(['brighter'])).toEqual({ brighter });

    // The cache is damaged, too.
    truncateSync(project.path(`build/${name}`), 0);
    for (const file of project.list('build/.cache')) {
      truncateSync(project.path(`build/.cache/${file}`), 0);
    }
    expect(await steps()).toEqual(['brighter.cpp', 'interface_host.cpp', 'link', 'normalized.cpp']);
    expectWhole();
  });

  it('compiles nothing where it would undo what a user changed', async () => {
    await run();
    project.write('build/generated/brighter.cpp', 'edited');
    project.write('build/index.js', 'edited');
    const done: string[] = [];
    const refused = run({ onProgress: ({ label }) => done.push(label) }, edited);
    expect(await refusal(refused)).toMatchInlineSnapshot(
      `"BuildError: ROOT/build/generated/brighter.cpp, ROOT/build/index.js were changed after a build wrote them, and this one would undo that: move them elsewhere or delete them, and build again"`,
    );
    expect(done).toEqual([]);
    expect(project.read('build/index.js')).toBe('edited');
    rmSync(project.path('build/index.js'));
    rmSync(project.path('build/generated/brighter.cpp'));
    expect(await steps()).toEqual([]);
    expectWhole();
  });

  it('names the pipelines that are gone', async () => {
    await run();
    const other = await run({ entries: ['src/other.ts'] }, plans.slice(0, 1));
    expect(other.gone).toEqual([{ name: 'normalized', file: 'src/pipelines.ts' }]);
    expect(project.list('build/generated')).toEqual(['brighter.cpp', 'interface_host.cpp']);
    expect(project.read('build/index.js')).not.toContain('normalized');
    expect(project.read('build/pipelines.h')).not.toContain('normalized');
    expect(await run({}, plans.slice(0, 1))).toMatchObject({ gone: [], compiled: 0 });
  });

  it('keeps the old build where the specs have errors, or the folder is not its own', async () => {
    await run();
    const marker = project.read('build/.cuweave.json');
    project.write(
      'src/pipelines.ts',
      `${entry}export const wrong = pipeline(rgb8(), gain({ by: 'x' }), nhwc('u8'));\n`,
    );
    expect(await refusal(build({ root: project.root, entries, cpu: true }))).toMatch(
      /^SpecError: src\/pipelines\.ts:5:.*TS2322/,
    );
    expect(await refusal(run({ out: '.' }))).toContain('it holds the project');
    expect(await refusal(run({ out: 'src' }))).toContain('it holds the project');
    expect(await refusal(run({ out: 'node_modules' }))).toContain(
      'it holds files that no build wrote (cuweave)',
    );
    expect(project.read('build/.cuweave.json')).toBe(marker);
    expectWhole();
  });

  it('does not harm another one in the same folder', async () => {
    await Promise.all([run(), run(), run({}, plans.slice(0, 1)), run({}, edited)]);
    expectWhole();
    expect(await steps()).not.toContain('normalized.cpp');
    expectWhole();
    expect(project.list('build/.cache').filter(name => !name.endsWith('.entry'))).toEqual([]);
  });

  it('shares its objects with others through CUWEAVE_CACHE', async () => {
    vi.stubEnv('CUWEAVE_CACHE', project.path('objects'));
    await run();
    expect(project.list('build/.cache')).toEqual([]);
    expect(await run({ out: 'other/build' })).toMatchObject({ compiled: 0, cached: 5 });
    expect(project.read(`other/build/${library()}`)).toBe(project.read(`build/${library()}`));
    for (const name of ['generated/brighter.cpp', 'index.js', 'manifest.json']) {
      expect(project.read(`other/build/${name}`)).toBe(project.read(`build/${name}`));
    }
  });
});

describe('a build with nothing to do', () => {
  it('reads the specs again only where something changed', { timeout: 240_000 }, async () => {
    project = makeProject(files);
    await build({ root: project.root, entries, cpu: true });
    expect(JSON.parse(project.read('build/.cache/stamp.json')).files).toContain(project.path('src/gain.ts'));
    expect(currentBuildOf()).toBe(true);
    // What is read, what was written, and how files are found.
    for (const [name, text] of [
      ['src/gain.ts', `${op}// a comment\n`],
      ['src/gain.js', ''],
      ['tsconfig.json', '{}'],
      ['package.json', '{ "type": "module", "version": "1.0.0" }'],
      ['build/index.js', 'edited'],
    ] as const) {
      const old = project
        .list(name.includes('/') ? name.split('/')[0]! : '.')
        .includes(name.split('/').at(-1)!)
        ? project.read(name)
        : undefined;
      project.write(name, text);
      expect(currentBuildOf(), name).toBe(false);
      if (old === undefined) {
        rmSync(project.path(name));
      } else {
        project.write(name, old);
      }
      expect(currentBuildOf(), name).toBe(true);
    }
    expect(await build({ root: project.root, entries, cpu: true })).toMatchObject({ compiled: 0, cached: 5 });
    expectWhole();
  });

  const currentBuildOf = (): boolean => {
    const { key } = JSON.parse(project.read('build/.cache/stamp.json'));
    return currentBuild(project.root, project.path('build'), key) !== undefined;
  };

  it.each([
    ["import { readFileSync } from 'node:fs';", false],
    ["import { x } from 'a-package';", false],
    ['const seed = Math.random();', false],
    ['const by = Number(process.env.GAIN);', false],
    ["import { x } from './x.js';\nimport { rgb8 } from 'cuweave/ops';", true],
  ])('trusts only files that say it all: %s', (text, trusts) => {
    project = makeProject({ 'a.ts': text, 'build/.cuweave.json': '{}', 'build/.cache/x': '' });
    stampBuild(project.root, project.path('build'), 'key', [project.path('a.ts')]);
    expect(project.list('build/.cache').includes('stamp.json')).toBe(trusts);
  });
});

describe('a build that watches', () => {
  it('builds again after a change, shows errors and goes on', { timeout: 240_000 }, async () => {
    project = makeProject(files);
    const controller = new AbortController();
    const said: string[] = [];
    const options = { root: project.root, entries, cpu: true, signal: controller.signal };
    const done = watchBuild(options, {
      built: ({ pipelines }) => said.push(pipelines.join(' ')),
      failed: error => said.push((error as Error).message.split(' ')[0]!),
    });
    const next = (count: number): Promise<void> =>
      vi.waitFor(() => expect(said).toHaveLength(count), { timeout: 60_000, interval: 20 });
    await next(1);
    project.write('src/gain.ts', op.replace('v * by', 'v * bye'));
    await next(2);
    project.write('src/gain.ts', op);
    await next(3);
    project.write('src/pipelines.ts', entry.replace(/export const normalized.*\n/, ''));
    await next(4);
    controller.abort(new Error('enough'));
    await done;
    expect(said).toEqual(['brighter normalized', 'src/gain.ts:5:42', 'brighter normalized', 'brighter']);
  });
});

describe('a build that is interrupted', () => {
  /** A compiler that starts a program of its own, and neither ever ends. */
  const slowCompiler = (): string => {
    project.write(
      'slow',
      `#!/bin/sh
if [ "$1" = --version ]; then echo slow 1; exit; fi
sleep 1000 &
echo $! > "${project.path('pid')}"
echo half > "$(echo "$@" | sed 's/.* -o \\([^ ]*\\).*/\\1/')"
wait
`,
    );
    chmodSync(project.path('slow'), 0o755);
    return project.path('slow');
  };
  const started = (): Promise<number> =>
    vi.waitFor(() => Number(/\d+/.exec(project.read('pid'))![0]), { timeout: 200_000, interval: 20 });
  const isRunning = (pid: number): boolean => {
    try {
      // A zombie that nobody waits for has ended.
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      return false;
    }
  };

  it('ends its compilers, and leaves a folder that the next one takes', async () => {
    project = makeProject(files);
    vi.stubEnv('CUWEAVE_CACHE', '');
    vi.stubEnv('CXX', slowCompiler());
    const controller = new AbortController();
    const building = refusal(run({ signal: controller.signal }));
    const pid = await started();
    expect(isRunning(pid)).toBe(true);
    controller.abort(new Error('enough'));
    expect(await building).toBe('Error: enough');
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false));
    expect(project.list('build')).toEqual(['.cache', '.cuweave.json']);
    expect(project.list('build/.cache')).toEqual([]);
    vi.unstubAllEnvs();
    await run();
    expectWhole();
  });

  it('says so on the command line', { timeout: 240_000 }, async () => {
    project = makeProject(files);
    const cli = packageFile('dist', 'compiler', 'cli.js');
    const child = spawn(process.execPath, [cli, 'build', ...entries, '--cpu'], {
      cwd: project.root,
      env: { ...process.env, CXX: slowCompiler(), CUWEAVE_CACHE: '' },
    });
    let said = '';
    child.stderr.on('data', chunk => {
      said += chunk;
    });
    const code = new Promise(resolve => child.on('close', resolve));
    const pid = await started();
    child.kill('SIGINT');
    expect(await code).toBe(130);
    expect(said).toContain('error: interrupted (SIGINT)');
    expect(isRunning(pid)).toBe(false);
    expect(project.list('build')).toEqual(['.cache', '.cuweave.json']);
  });
});

describe('what is compiled for the GPU', () => {
  beforeAll(() => {
    project = makeProject();
  });
  const nvcc = { path: 'nvcc', version: '13.0 V13.0.88' };
  const cxx = { path: 'g++', version: 'g++ 12' };
  const keys = (archs: readonly string[], strict: boolean): Record<string, string> =>
    Object.fromEntries(
      plans
        .flatMap(plan => jobsOf(plan, { cxx, nvcc, archs, strict }, '/work'))
        .map(({ label, key }) => [label, key]),
    );

  it('goes by strictness and architectures, which change nothing for the host', () => {
    const usual = keys(['sm_90'], false);
    expect(Object.keys(usual).sort()).toEqual([
      'brighter.cpp',
      'brighter.cu',
      'normalized.cpp',
      'normalized.cu',
    ]);
    for (const other of [keys(['sm_90'], true), keys(['sm_80', 'sm_90'], false)]) {
      const changed = Object.keys(usual).filter(label => usual[label] !== other[label]);
      expect(changed.sort()).toEqual(['brighter.cu', 'normalized.cu']);
    }
  });

  it('has no quote in the names that #line leads to', () => {
    const job = jobsOf(plans[0]!, { cxx, nvcc, archs: ['sm_90'], strict: false }, '/work').find(({ label }) =>
      label.endsWith('.cu'),
    )!;
    expect(job.text).toMatch(/^#line 5 "src\/gain\.ts"$/m);
    const check = (file: string, label = job.label): void =>
      checkSpecPaths([{ ...job, label, text: job.text.replaceAll('"src/gain.ts"', JSON.stringify(file)) }]);
    expect(() => check('src/my "gain".ts')).toThrowErrorMatchingInlineSnapshot(
      `[BuildError: Expected the path of a spec without " and \\, which nvcc misreads, but received src/my "gain".ts: rename it, or build with --cpu]`,
    );
    expect(() => check('src/my "gain".ts', 'brighter.cpp')).not.toThrow();
    expect(() => check("src/it's gain.ts")).not.toThrow();
  });
});

const nvcc = await findNvcc();
describe.skipIf(!nvcc)(`with nvcc${nvcc ? '' : ' (skipped: no nvcc found)'}`, () => {
  it('says what is wrong with an architecture', async () => {
    project = makeProject(files);
    const names = ['hopper', 'sm_9', 'sm_90; touch x', '-Xcompiler', '', 'sm_33', 'sm_52'];
    const wrong = names.map(arch => refusal(run({ cpu: false, archs: [arch] })));
    const known = (await supportedArchs(nvcc!)).join(', ');
    const said = (await Promise.all(wrong)).map(text =>
      text.replace(known, 'KNOWN').replace(nvcc!.version, 'VERSION'),
    );
    expect(said).toMatchInlineSnapshot(`
      [
        "BuildError: Expected sm_NN, as in sm_90, for --arch but received "hopper"",
        "BuildError: Expected sm_NN, as in sm_90, for --arch but received "sm_9"",
        "BuildError: Expected sm_NN, as in sm_90, for --arch but received "sm_90; touch x"",
        "BuildError: Expected sm_NN, as in sm_90, for --arch but received "-Xcompiler"",
        "BuildError: Expected sm_NN, as in sm_90, for --arch but received """,
        "BuildError: Expected an architecture that nvcc VERSION compiles for (KNOWN) for --arch but received sm_33",
        "BuildError: Expected an architecture that nvcc VERSION compiles for (KNOWN) for --arch but received sm_52",
      ]
    `);
    expect(project.list('build')).toEqual([]);
  });

  it('takes a project in a folder with an odd name, and refuses an odd output folder', async () => {
    project = makeProject(files, `it's, odd; (a) & b | ü`);
    const cuda = { cpu: false, archs: ['sm_90'] };
    await run(cuda, plans.slice(0, 1));
    expect(JSON.parse(project.read('build/manifest.json'))).toMatchObject({
      archs: ['sm_90'],
      strict: false,
    });
    expect(await call(['brighter'])).toEqual({ brighter });
    expect(await refusal(run({ ...cuda, out: 'the "build" $(touch pwned)' }))).toMatchInlineSnapshot(
      `"BuildError: Expected a path without " ' $ \` \\ and commas, which nvcc misreads, but received "./the \\"build\\" $(touch pwned)": rename the folder, or build with --cpu"`,
    );
    const root = project.path('$(touch pwned)');
    project.write('$(touch pwned)/src/gain.ts', op);
    await expect(buildPlans(plans, { root, entries, ...cuda })).rejects.toThrow('Expected a path without');
    const made = project.list('.').filter(file => file !== '$(touch pwned)');
    expect(made).toEqual(['build', 'node_modules', 'package.json', 'src']);
  });
});

describe('a project', () => {
  it('may have spaces and quotes in every name, and name pipelines as it likes', async () => {
    const names = ['int', 'printf', 'manifest', 'definePipeline', 'NAN'];
    const lines = names.map(
      name => `export const ${name} = ops.pipeline(ops.rgb8(), gain({ by: 2 }), ops.nhwc('u8'));`,
    );
    const text = `import * as ops from 'cuweave/ops';\nimport { gain } from './gain.js';\n${lines.join('\n')}\n`;
    const odd = `src/my "pipe's" $HOME #1.ts`;
    project = makeProject({ 'src/gain.ts': op, [odd]: text }, `it's "odd" $(touch pwned) %s; ü`);
    const out = `the 'build' "of" $(touch pwned)`;
    await run({ entries: [odd], out });
    expect(project.list(out)).toContain('index.js');
    await run({ entries: [odd], out: '-o x' });
    expect(project.list('.')).toEqual(['-o x', 'node_modules', 'package.json', 'src', out].sort());
    await build({ root: project.root, entries: [odd], cpu: true });
    expect(await call(names)).toEqual(Object.fromEntries(names.map(name => [name, brighter])));
  });
});

describe('what is missing', () => {
  beforeEach(() => {
    project = makeProject(files);
  });

  it('a compiler', async () => {
    const without = (name: string, value: string): Promise<string> => {
      vi.stubEnv(name, value);
      return refusal(run()).finally(() => vi.unstubAllEnvs());
    };
    vi.stubEnv('CXX', undefined);
    const none = await without('PATH', '/nowhere');
    const wrong = await without('CXX', 'no-such-compiler');
    const fails = await without('CXX', '/bin/false');
    expect({ none, wrong, fails }).toMatchInlineSnapshot(`
      {
        "fails": "BuildError: Expected a C++ compiler in CXX but received "/bin/false", which does not run: unset CXX to use g++",
        "none": "BuildError: no C++ compiler found: install one (apt install g++), or name it in CXX",
        "wrong": "BuildError: Expected a C++ compiler in CXX but received "no-such-compiler", which does not run: unset CXX to use g++",
      }
    `);
    expect(project.list('build')).toEqual([]);
  });

  it('a compiler that makes what it should', async () => {
    const compiler = (script: string): void => {
      project.write('my compiler', `#!/bin/sh\n[ "$1" = --version ] && exec echo mine $$\n${script}\n`);
      chmodSync(project.path('my compiler'), 0o755);
    };
    vi.stubEnv('CXX', project.path('my compiler'));
    compiler('exit 0');
    const nothing = await refusal(run({}, plans.slice(0, 1)));
    // What it says leads to where the file stays.
    compiler(
      'for f; do case $f in *.cpp) echo "$f:3:1: error: no" >&2; echo "brighter.cpp:9: and no" >&2;; esac; done; exit 1',
    );
    const error = await refusal(run({}, plans.slice(0, 1)));
    expect({ nothing, error }).toMatchInlineSnapshot(`
      {
        "error": "BuildError: ROOT/my compiler could not compile build/generated/brighter.cpp:
      build/generated/brighter.cpp:3:1: error: no
      build/generated/brighter.cpp:9: and no

      ROOT/my compiler could not compile build/generated/interface_host.cpp:
      build/generated/interface_host.cpp:3:1: error: no
      build/generated/brighter.cpp:9: and no",
        "nothing": "BuildError: ROOT/my compiler could not compile build/generated/brighter.cpp:
      It ended without an error and without a result.

      ROOT/my compiler could not compile build/generated/interface_host.cpp:
      It ended without an error and without a result.",
      }
    `);
    expect(project.read('build/generated/brighter.cpp')).toContain('brighter');
    // It is used where it works.
    compiler(`echo used >> "${project.path('mark')}"\nexec g++ "$@"`);
    await run({}, plans.slice(0, 1));
    expect(project.read('mark').split('\n')).toHaveLength(4);
    expectWhole();
  });

  it.skipIf(process.getuid?.() === 0)('permission (skipped: root may write anywhere)', async () => {
    project.write('closed/file', '');
    chmodSync(project.path('closed'), 0o555);
    expect(await refusal(run({ out: 'closed/build' }))).toMatch(
      /^BuildError: Expected a folder that can be written/,
    );
    chmodSync(project.path('closed'), 0o755);
  });

  it('pipelines', async () => {
    project.write('src/pipelines.ts', 'export const none = 1;\n');
    expect(await refusal(build({ root: project.root, entries, cpu: true }))).toMatchInlineSnapshot(`
      "SpecError: src/pipelines.ts:1:1 - error CW3001: The file exports no pipeline.

      1 export const none = 1;
        ~
        hint: write \`export const preprocess = pipeline(nv12(), …, nchw("f32"))\`

      Found 1 error.
      "
    `);
    expect(
      await refusal(build({ root: project.root, entries: ['src/nothing.ts'], cpu: true })),
    ).toMatchInlineSnapshot(`
      "SpecError: src/nothing.ts:1:1 - error CW9001: Expected a TypeScript file but received a path where there is no file.
        hint: give the path of a .ts file, relative to the project

      Found 1 error.
      "
    `);
  });
});
