/**
 * The tests of test/gpu without a GPU: the generated .cu text, compiled by a stand-in for nvcc, through the addon's CUDA
 * path to a stand-in for the driver. test/support/standIn/cuda_runtime.h says what that can show and what not.
 */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAddon } from '../compiler/build/addon.js';
import { findNvcc } from '../compiler/build/toolchain.js';
import { root } from './support/executions.js';
import { compile } from './support/handmade.js';

const standIn = join(root, 'test', 'support', 'standIn');
const nvcc = join(standIn, 'bin', 'nvcc');

type Report = {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
};

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cuweave-stand-in-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('CUDA on a stand-in for nvcc, runtime and driver', () => {
  it('passes every test of test/gpu, and skips none', { timeout: 2_400_000 }, async () => {
    await buildAddon();
    await compile('fakeCuda.cpp', join(directory, 'libcuda.so.1'), [
      '-Wl,-soname,libcuda.so.1',
      '-DMEMORY_MIB=2048',
      '-DWORK_MICROSECONDS=50',
    ]);
    // The tests of the child are not workers of this process's vitest.
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'));
    const output = join(directory, 'report.json');
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const args = [
      'run',
      '--project',
      'gpu',
      // No stand-in decodes video: test/nvdec needs a GPU.
      'test/gpu',
      '--reporter=default',
      '--reporter=json',
      `--outputFile=${output}`,
    ];
    const said = await new Promise<string>(resolve => {
      execFile(
        process.execPath,
        [vitest, ...args],
        {
          cwd: root,
          timeout: 2_300_000,
          env: {
            ...Object.fromEntries(inherited),
            CUDA_HOME: standIn,
            LD_LIBRARY_PATH: [directory, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
            CUWEAVE_STAND_IN: '1',
          },
        },
        (_, stdout, stderr) => resolve(stdout + stderr),
      );
    });
    if (!existsSync(output)) {
      throw new Error(`vitest wrote no report:\n${said}`);
    }
    const { testResults } = JSON.parse(readFileSync(output, 'utf8')) as Report;
    const all = testResults.flatMap(({ assertionResults }) => assertionResults);
    const wrong = all
      .filter(({ status }) => status !== 'passed')
      .map(test => `${test.status}: ${test.fullName}`);
    // What failed before the tests of a file, and why they failed, is in what vitest said.
    expect(wrong, said).toEqual([]);
    expect(
      testResults.filter(({ status }) => status !== 'passed'),
      said,
    ).toEqual([]);
    expect(all.length).toBeGreaterThan(100);
  });

  it('refuses a flag that it does not know', () => {
    const { stderr } = spawnSync(nvcc, ['--use_fast_math', '-c', 'other.cu'], { encoding: 'utf8' });
    expect(stderr).toBe('nvcc stand-in: unknown flag --use_fast_math\n');
  });

  it('has a version of its own, so that no build takes its objects for nvcc’s', async () => {
    const before = process.env.CUDA_HOME;
    process.env.CUDA_HOME = standIn;
    const found = await findNvcc();
    if (before === undefined) {
      delete process.env.CUDA_HOME;
    } else {
      process.env.CUDA_HOME = before;
    }
    expect(found).toEqual({
      path: nvcc,
      version: expect.stringMatching(/^13\.0 V13\.0\.0-standIn\.[0-9a-f]{12}$/),
      host: expect.any(String),
    });
  });
});
