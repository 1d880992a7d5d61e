/** Oracle, host and the spec as it stands; a part of the host's kernels as a build compiles them. test/long/executions.test.ts takes all so. */
import { describe } from 'vitest';
import { testExecutions } from './support/hostExecutions.js';
import { names } from './support/pipelineNames.js';
import { shardOf, turnOf } from './support/shard.js';

describe('oracle, host and the spec as it stands', () => testExecutions(names, shardOf(names, turnOf(16))));
