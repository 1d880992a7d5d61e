/** The command line, in this process; at the end as a program, from dist/, which `npm test` builds first. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Finished, runProgram } from '../compiler/build/process.js';
import { packageFile, packageRoot, version } from '../compiler/package.js';
import type { Explanation } from '../compiler/report/explain.js';
import { commandLine } from './support/commandLine.js';
import { makeProject, type Project } from './support/project.js';

const entry = `import { f32, nhwc, pipeline, pointOp, rgb8 } from 'cuweave/ops';

/** Brighter. */
export const gain = pointOp({
  from: ['rgb'],
  params: { by: f32 },
  apply: (px, { by }) => px.map(v => v * by),
});
/** Twice as bright. */
export const twice = pipeline(rgb8(), gain({ by: 2 }), nhwc('u8'));
export const brighter = pipeline(rgb8(), gain(), nhwc('u8'));
`;
const wrong = entry
  .replace('v * by', 'v * by + Math.random()')
  .replace('gain({ by: 2 })', "gain({ by: '2' })");

const cli = packageFile('dist', 'compiler', 'cli.js');
let project: Project;
let first: Finished;

const cuweave = (...args: readonly string[]): Promise<Finished> => commandLine(project.root, args);
/** What a command says, without what depends on the machine and the time. */
const stable = (text: string): string =>
  text
    .replaceAll(project.root, 'ROOT')
    .replaceAll(packageRoot, 'PACKAGE')
    .replaceAll(version, 'VERSION')
    .replace(/\d+\.\d+ s\b/g, 'TIME')
    .replace(/\d+\.\d fps/g, 'RATE');
/** A command that fails: its exit code is 1, its output is empty, and it says why without a stack. */
const refusal = async (...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await cuweave(...args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).not.toMatch(/^\s+at /m);
  return stable(stderr);
};

beforeAll(async () => {
  // Its own objects: the steps are those of a first build.
  vi.stubEnv('CUWEAVE_CACHE', '');
  project = makeProject({ 'pipelines.ts': entry, 'wrong.ts': wrong });
  first = await cuweave('build', 'pipelines.ts', '--cpu');
  expect(first.code, first.stderr).toBe(0);
  const background = { r: 10, g: 20, b: 30 };
  await sharp({ create: { width: 4, height: 2, channels: 3, background } }).toFile(project.path('given.png'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  project.remove();
});

describe('help', () => {
  it.each(['', 'build', 'check', 'explain', 'run', 'serve', 'addon', 'doctor', 'new'])(
    'cuweave %s --help',
    async command => {
      const { code, stdout, stderr } = await cuweave(...(command ? [command] : []), '--help');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stable(stdout)).toMatchSnapshot();
    },
  );

  it('cuweave help COMMAND is the same', async () => {
    expect(await cuweave('help', 'check')).toEqual(await cuweave('check', '--help'));
    expect(await cuweave('help')).toEqual(await cuweave('--help'));
    expect(await cuweave('help', '--help')).toEqual(await cuweave('--help'));
  });

  it('the version', async () => {
    expect(await cuweave('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('check', () => {
  it('lists the pipelines', async () => {
    const { code, stdout, stderr } = await cuweave('check', 'pipelines.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatchInlineSnapshot(`
      "twice: rgb8 > gain > rgb_nhwc_u8
      brighter: rgb8 > gain > rgb_nhwc_u8
      2 pipelines, no errors
      "
    `);
  });

  it('reports every error at its place', async () => {
    expect(await refusal('check', 'wrong.ts')).toMatchInlineSnapshot(`
      "wrong.ts:10:46 - error TS2322: Type 'string' is not assignable to type 'number | Open | undefined'.

      10 export const twice = pipeline(rgb8(), gain({ by: '2' }), nhwc('u8'));
                                                      ~~

      Found 1 error.
      "
    `);
  });
});

describe('build', () => {
  it('says what it does and what it made', () => {
    expect(stable(first.stdout)).toMatchInlineSnapshot(`
      "twice, brighter: built for the CPU only (asked for with --cpu) in TIME
      4 steps done, 1 unchanged; output in build/
      "
    `);
    // Compilers end in any order.
    const steps = first.stderr.split('\n').map(line => line.replace(/^\[\d/, '[N'));
    expect(steps.filter(Boolean).sort()).toMatchInlineSnapshot(`
      [
        "[N/5] addon (unchanged)",
        "[N/5] brighter.cpp",
        "[N/5] interface_host.cpp",
        "[N/5] link",
        "[N/5] twice.cpp",
      ]
    `);
  });

  it('does again only what changed', async () => {
    const { code, stdout } = await cuweave('build', 'pipelines.ts', '--cpu', '-j', '1');
    expect(code).toBe(0);
    expect(stable(stdout)).toMatchInlineSnapshot(`
      "twice, brighter: built for the CPU only (asked for with --cpu) in TIME
      0 steps done, 5 unchanged; output in build/
      "
    `);
  });

  it('refuses a package’s options without a package, and a name that it cannot have', async () => {
    expect(await refusal('build', 'pipelines.ts', '--name', 'prep')).toMatchInlineSnapshot(`
      "error: --name and --static are of a package: add --package FOLDER
      (run with --help for the options)
      "
    `);
    expect(await refusal('build', 'pipelines.ts', '--package', 'My-Package', '--cpu')).toMatchInlineSnapshot(`
      "error: Expected a name of small letters, digits and _ for the package, which C++ has not taken and which does not begin with lib, but received "My-Package": give one with --name, as in --name prep
      "
    `);
  });

  it('reports errors of the specs, and leaves the build alone', async () => {
    const before = project.read('build/manifest.json');
    expect(await refusal('build', 'wrong.ts', '--cpu')).toContain('wrong.ts:');
    expect(project.read('build/manifest.json')).toBe(before);
  });

  it('reports what is missing', async () => {
    expect(await refusal('build', 'nowhere.ts', '--cpu')).toMatchInlineSnapshot(`
      "nowhere.ts:1:1 - error CW9001: Expected a TypeScript file but received a path where there is no file.
        hint: give the path of a .ts file, relative to the project

      Found 1 error.
      "
    `);
    expect(await refusal('build', 'pipelines.ts', '--cpu', '-o', 'pipelines.ts')).toMatchInlineSnapshot(`
      "error: Expected a folder for the output alone but received "pipelines.ts": it holds the project or its specs. Name another one, as in -o build
      "
    `);
    expect(await refusal('build', 'pipelines.ts', '--arch', 'hopper')).toMatchInlineSnapshot(`
      "error: Expected sm_NN, as in sm_90, for --arch but received "hopper"
      "
    `);
  });
});

describe('explain', () => {
  it('says what fused and what it saves', async () => {
    const { code, stdout, stderr } = await cuweave(
      'explain',
      'twice',
      '-f',
      'pipelines.ts',
      '--size',
      '64x32',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.replace(/^ {2}(sm_|Registers).*\n/m, '')).toMatchInlineSnapshot(`
      "twice (pipelines.ts:10)
        rgb8 > gain > rgb_nhwc_u8

        1 kernel; 1 operator fused; in brackets runs per output pixel:
          gain         point in register: once per output pixel [1 × 3 operations]

        Memory traffic for one 64×32 image, each byte counted once:
          fused        reads    0.01 MB  writes    0.01 MB
        One kernel per operator, float32 between them, would move 5.0 times as much:
          gain         reads    0.01 MB  writes    0.02 MB
          rgb_nhwc_u8  reads    0.02 MB  writes    0.01 MB

        Asked for at the call: nothing
        Images per launch: 16, 64 or 818, the smallest that fits
      "
    `);
  });

  it('of every line there is an explanation', async () => {
    const { stdout } = await cuweave('explain', 'twice', '-f', 'pipelines.ts', '--cpu');
    const labels = [...stdout.matchAll(/^ {2}([A-Z]\w+ \w+)/gm)].map(([, label]) => label);
    expect(labels).toEqual(['Memory traffic', 'One kernel', 'Asked for', 'Images per', 'Registers and']);
    const page = readFileSync(packageFile('docs', 'explain.md'), 'utf8');
    expect(labels.filter(label => !page.includes(`\n- **${label}`))).toEqual([]);
  });

  it('prints the code', async () => {
    const { stdout } = await cuweave('explain', 'twice', '-f', 'pipelines.ts', '--code');
    expect(stdout).toContain('__global__ void');
    expect(stdout).toContain('#line 7 "pipelines.ts"');
    expect(stdout).toContain('int cuweave_twice_host(');
  });

  it('prints JSON, and what was compiled beside it', async () => {
    const args = ['explain', 'twice', '-f', 'pipelines.ts', '--compiled', '--cpu', '--json'];
    const { code, stdout, stderr } = await cuweave(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '[1/1] twice.cpp\n' });
    const { pipelines } = JSON.parse(stdout) as { pipelines: readonly Explanation[] };
    expect(pipelines.map(({ name, size }) => ({ name, size }))).toEqual([
      { name: 'twice', size: { width: 1920, height: 1080 } },
    ]);
    expect(pipelines[0]!.built[0]!.host!.codeSize).toBeGreaterThan(0);
    expect(pipelines[0]!.compilers).toMatchObject({ cpuOnly: 'asked for with --cpu' });
  });

  it('knows the pipelines', async () => {
    expect(await refusal('explain', 'thrice', '-f', 'pipelines.ts')).toMatchInlineSnapshot(`
      "error: Expected a pipeline (twice, brighter) but received "thrice"
      "
    `);
  });
});

describe('run', () => {
  it('writes a picture', async () => {
    const { code, stdout, stderr } = await cuweave('run', 'twice', 'given.png', '-o', 'out.png', '-d', 'cpu');
    expect(code, stderr).toBe(0);
    expect(stable(stdout)).toMatchInlineSnapshot(`
      "1 frame on cpu in TIME: RATE
      out.png
      "
    `);
    const pixels = await sharp(project.path('out.png')).raw().toBuffer();
    expect([...pixels.subarray(0, 6)]).toEqual([20, 40, 60, 20, 40, 60]);
  });

  it('takes parameters, and writes a tensor', async () => {
    const args = ['given.png', '-o', 'out.npy', '-d', 'cpu', '--set', 'by=1.5', '--sheet', 'sheet.png'];
    const { code, stdout, stderr } = await cuweave('run', 'brighter', ...args);
    expect(code, stderr).toBe(0);
    expect(stable(stdout)).toMatchInlineSnapshot(`
      "1 frame on cpu in TIME: RATE
      out.npy
      sheet.png
      "
    `);
    expect([...readFileSync(project.path('out.npy')).subarray(-3)]).toEqual([15, 30, 45]);
  });
});

describe('doctor', () => {
  it('looks at this machine', async () => {
    const { code, stdout, stderr } = await cuweave('doctor');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Everything that is required is here.');
  });
});

describe('new', () => {
  it('makes a project that checks', async () => {
    const { code, stdout, stderr } = await cuweave('new', 'fresh');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stable(stdout)).toMatchInlineSnapshot(`
      "fresh: 8 files in ROOT/fresh, with cuweave from file:PACKAGE
      Next:
        cd fresh
        npm install
        npm run build
        npm start
      "
    `);
    const checked = await commandLine(join(project.root, 'fresh'), ['check', 'src/pipelines.ts']);
    expect(checked).toMatchObject({ code: 0, stderr: '' });
    expect(await refusal('new', 'fresh')).toMatchInlineSnapshot(`
      "error: Expected an empty folder but ROOT/fresh holds .gitignore, .npmrc, README.md
      "
    `);
  });
});

describe('what it does not understand', () => {
  it.each([
    ['no such command', ['weave']],
    ['help on no such command', ['weave', '--help']],
    ['help on no such command, the other way', ['help', 'weave']],
    ['no such option', ['check', 'pipelines.ts', '--all']],
    ['no files', ['build']],
    ['no pipelines named', ['explain']],
    ['not a number', ['build', 'pipelines.ts', '-j', 'all']],
    ['not a decimal number', ['run', 'twice', 'a.png', '-o', 'b.png', '--batch', '0x10']],
    ['too many at a time', ['run', 'twice', 'given.png', '-o', 'b.png', '--batch', '65536']],
    ['not a size', ['explain', '-f', 'pipelines.ts', '--size', 'big']],
    ['a size of zero', ['explain', '-f', 'pipelines.ts', '--size', '0x5']],
    ['a size that no image has', ['explain', '-f', 'pipelines.ts', '--size', '5x65536']],
    ['not a setting', ['run', 'brighter', 'a.png', '-o', 'b.png', '--set', 'by']],
    ['not JSON', ['run', 'brighter', 'a.png', '-o', 'b.png', '--set', 'by=[1']],
    ['nowhere to write', ['run', 'brighter', 'a.png']],
    ['no build', ['run', 'brighter', 'a.png', '-o', 'b.png', '-b', 'nowhere']],
    ['no such pipeline', ['run', 'thrice', 'a.png', '-o', 'b.png']],
    ['no such picture', ['run', 'twice', 'a.png', '-o', 'b.png', '-d', 'cpu']],
    ['no such device', ['run', 'twice', 'a.png', '-o', 'b.png', '-d', 'tpu']],
    ['no such parameter', ['run', 'twice', 'given.png', '-o', 'b.png', '-d', 'cpu', '--set', 'by=2']],
    ['a parameter that is missing', ['run', 'brighter', 'given.png', '-o', 'b.png', '-d', 'cpu']],
  ])('%s', async (_, args) => {
    expect(await refusal(...args)).toMatchSnapshot();
  });
});

describe('the program', () => {
  const run = (...args: readonly string[]): Promise<Finished> =>
    runProgram(process.execPath, [cli, ...args], { cwd: project.root });
  beforeAll(() => expect(existsSync(cli), 'dist/ is missing: npm run build').toBe(true));

  it.each([
    ['what it has done', ['check', 'pipelines.ts']],
    ['an error of the specs', ['check', 'wrong.ts']],
    ['an error of the command line', ['weave']],
    ['help', ['--help']],
    ['an error of the runtime', ['run', 'thrice', 'a.png', '-o', 'b.png']],
  ])('says %s as main does, and ends with its code', async (_, args) => {
    expect(await run(...args)).toEqual(await cuweave(...args));
  });
});
