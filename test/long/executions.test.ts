/** Oracle, host and the spec as it stands, with every host kernel as a build compiles it. */
import { describe } from 'vitest';
import { testExecutions } from '../support/hostExecutions.js';
import { names } from '../support/pipelineNames.js';
import { shardOf } from '../support/shard.js';

describe('oracle, host and the spec as it stands', () => testExecutions(shardOf(names)));
