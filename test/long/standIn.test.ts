/** CUDA on the stand-in for nvcc, runtime and driver, with all pipelines of the sweeps. */
import { it } from 'vitest';
import { expectToPassOnStandIn } from '../support/standIn/suite.js';

it('passes every test of test/gpu, and skips none', { timeout: 2_400_000 }, () =>
  expectToPassOnStandIn(process.env.CUWEAVE_SHARD ?? '0/1'),
);
