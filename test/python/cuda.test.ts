/** Calls from Python on a GPU, on the stand-ins for nvcc and NVIDIA's driver: arrays by `__cuda_array_interface__`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../compiler/build/process.js';
import { buildFolder, root } from '../support/executions.js';
import { compile } from '../support/handmade.js';
import { beside, python, runPython, whyNot } from './python.js';

const out = buildFolder('pythonOnGpu');
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cuweave-python-'));
  if (!python) {
    return;
  }
  const soname = '-Wl,-soname,libcuda.so.1';
  await compile('fakeCuda.cpp', join(directory, 'libcuda.so.1'), [soname, '-DWORK_MICROSECONDS=20000']);
  const jiti = join(root, 'node_modules', '.bin', 'jiti');
  const args = ['compiler/cli.ts', 'build', 'test/python/onGpu.ts', '-o', out, '--python', '--arch', 'sm_90'];
  const env = { ...process.env, CUDA_HOME: join(root, 'test', 'support', 'standIn') };
  const { code, stderr, stdout } = await runProgram(jiti, args, { cwd: root, env });
  expect(code, stdout + stderr).toBe(0);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.skipIf(!python)(`calls from Python on a stand-in for a GPU${whyNot}`, () => {
  it('do what test_cuda.py says', () => {
    const libraries = [directory, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
    expect(runPython([beside('test_cuda.py')], '', { CUWEAVE_BUILD: out, LD_LIBRARY_PATH: libraries })).toBe(
      '',
    );
  });
});
