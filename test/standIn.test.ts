/** CUDA without a GPU: every kind of test, and of the sweeps over pipelines a part. test/long/standIn.test.ts does all of them. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findNvcc } from '../compiler/build/toolchain.js';
import { turnOf } from './support/shard.js';
import { expectToPassOnStandIn, standIn } from './support/standIn/suite.js';

const nvcc = join(standIn, 'bin', 'nvcc');

describe('CUDA on a stand-in for nvcc, runtime and driver', () => {
  it('passes every test of test/gpu, and skips none', { timeout: 2_400_000 }, () =>
    expectToPassOnStandIn(turnOf(16), ['test/gpu'], 100),
  );

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
