/**
 * The tests of test/gpu without a GPU: the generated .cu text, compiled by a stand-in for nvcc, through the addon's CUDA
 * path to a stand-in for the driver. cuda_runtime.h beside this file says what that can show and what not.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { buildAddon } from '../../../compiler/build/addon.js';
import { root } from '../executions.js';
import { compile } from '../handmade.js';

export const standIn = join(root, 'test', 'support', 'standIn');

type Report = {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
};

/**
 * Runs them in a vitest of their own, and expects that every test passes and none is skipped.
 * @param shard The part of the sweeps over pipelines, as `CUWEAVE_SHARD` says it.
 * @param files Those of `test/gpu`. No stand-in decodes video: `test/nvdec` needs a GPU.
 * @param least How many tests there are at least.
 */
export const expectToPassOnStandIn = async (
  shard: string,
  files: readonly string[],
  least: number,
): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), 'cuweave-stand-in-'));
  try {
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
      // TypeScript is loaded once for all of them, and the suite's specs are read faster the second time.
      '--no-isolate',
      ...files,
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
          env: {
            ...Object.fromEntries(inherited),
            CUDA_HOME: standIn,
            LD_LIBRARY_PATH: [directory, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
            CUWEAVE_STAND_IN: '1',
            CUWEAVE_SHARD: shard,
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
    expect(all.length).toBeGreaterThanOrEqual(least);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
