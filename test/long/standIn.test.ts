/** CUDA on the stand-in for nvcc, runtime and driver, with all pipelines of the sweeps; the other tests are those of test/standIn.test.ts. */
import { it } from 'vitest';
import { expectToPassOnStandIn } from '../support/standIn/suite.js';

it('passes the sweeps of test/gpu, and skips none', { timeout: 2_400_000 }, () =>
  expectToPassOnStandIn(
    process.env.CUWEAVE_SHARD ?? '0/1',
    ['test/gpu/executions.test.ts', 'test/gpu/golden.test.ts'],
    3,
  ),
);
