/** The examples run as programs, on the CPU, in a copy of their folder so that a build of one's own stays. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { python, runPython, whyNot } from './python/python.js';
import { root } from './support/executions.js';

const copy = join(root, 'test', 'build', 'examples');
/** Not the tests' own g++: these have all three versions of every host kernel. */
const asShipped = process.env.CXX?.includes('oneClone') ? undefined : process.env.CXX;
const run = (...args: readonly string[]) =>
  promisify(execFile)(process.execPath, args, {
    cwd: root,
    // Built for the CPU only, whatever the machine has.
    env: { ...process.env, CUDA_VISIBLE_DEVICES: '', CXX: asShipped },
  });

beforeAll(async () => {
  expect(existsSync(join(root, 'dist/compiler/cli.js')), 'run npm run build:ts first').toBe(true);
  mkdirSync(copy, { recursive: true });
  for (const file of readdirSync(join(root, 'examples'))) {
    if (file === 'build' || file === 'out') {
      continue;
    }
    cpSync(join(root, 'examples', file), join(copy, 'examples', file), { recursive: true });
  }
  rmSync(join(copy, 'examples', 'out'), { recursive: true, force: true });
  if (!existsSync(join(copy, 'test'))) {
    symlinkSync(join(root, 'test'), join(copy, 'test'));
  }
  const folder = 'test/build/examples/examples';
  await run(
    'dist/compiler/cli.js',
    'build',
    `${folder}/pipelines.ts`,
    '-o',
    `${folder}/build`,
    '--cpu',
    '--python',
  );
});

const output: Readonly<Record<string, readonly RegExp[]>> = {
  demo: [
    /^colour +bt709, limited/m,
    /^tensor +f16 \[\d, 3, 360, 640\]/m,
    /^speed +\d+ frames/m,
    /^memory +0 bytes left/m,
  ],
  decode: [/^tensor +f32 \[1, 3, 360, 640\]/m, /^formula +differs by [\d.]+e-\d+ at most/m],
  warp: [/^tensor \(80, 45\) +384\.500, by the formula 384\.500/m, /the border: 32 32 32$/m],
  convert: [/every byte as before$/m, /^held +0 0 2 255 0 2$/m],
  thumbnails: [
    /^decoder +software, 1 at a time/m,
    /^frames +0 9 18 27 36 45 54 63 72 81$/m,
    /^check +0 of 10 differ/m,
  ],
  sample: [
    /^fps 2 {4}frames 0 14 29 44: f16 \[4, 3, 360, 640\]$/m,
    /^count 8 {2}frames 5 16 28 39 50 61 73 84$/m,
    /^times {4}frame 29 of 0\.968 s$/m,
    /^keys {5}frames 0 30 60$/m,
    /^check {4}0 of 15 differ$/m,
  ],
  vignette: [
    /^focal 1 {2}corner 5\d, centre 200 of 200$/m,
    /^focal 4 {2}corner 17\d, centre 200 of 200$/m,
    /^formula +differs by 0\.\d+ at most/m,
  ],
  privacy: [
    /^picture +u8 \[1, 360, 640, 3\], edges f16 \[1, 1, 360, 640\]/m,
    /^formula +differs by 0\.\d+ at most/m,
  ],
  composite: [
    /^image 0 {2}corner 40 90 250, centre 250 140 20$/m,
    /^image 1 {2}corner 30 160 40, centre 250 140 20$/m,
    /^formula +differs by 0\.\d+ at most/m,
  ],
  ownOp: [
    /^chain +rgb8 > duotone > rgb8$/m,
    /^image 1 +\[7, 33, 3\]/m,
    /^formula +differs by 0\.\d+ at most/m,
  ],
};

describe('examples', () => {
  it.each(Object.keys(output))('%s', async name => {
    // A program that finds itself wrong ends with exit code 1, and then this rejects.
    const { stdout, stderr } = await run(join(copy, 'examples', `${name}.js`));
    expect(stderr).toBe('');
    for (const line of output[name]) {
      expect(stdout).toMatch(line);
    }
  });

  it.skipIf(!python)(`from numpy${whyNot}`, () => {
    const said = runPython([join(copy, 'examples', 'python', 'frames.py')]);
    expect(said).toMatch(
      /^toFloat +float32 \(3, 180, 320\), differs from the formula by [\d.]+e-05 at most$/m,
    );
    expect(said).toMatch(/written into `out`: True, equal from arrays: True$/m);
    expect(said).toMatch(/^refused +Expected \{ dstToSrc: \[6 numbers\] \}/m);
  });

  it('are all run here, and all named in their README', () => {
    const files = readdirSync(join(root, 'examples'));
    const programs = files.filter(file => file.endsWith('.js')).map(file => file.slice(0, -3));
    expect(Object.keys(output).sort()).toEqual(programs.sort());
    const text = readFileSync(join(root, 'examples', 'README.md'), 'utf8');
    expect(programs.filter(name => !text.includes(`node examples/${name}.js`))).toEqual([]);
  });

  it('write their pictures', async () => {
    expect(readdirSync(join(copy, 'examples', 'out')).sort()).toEqual([
      'composite.png',
      'demo.png',
      'privacy.png',
      'thumbnails.png',
      'warp.png',
    ]);
  });
});
