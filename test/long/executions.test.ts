/** Oracle, host and the spec as it stands, with every host kernel as a build compiles it. */
import { describe } from 'vitest';
import { testExecutions } from '../support/hostExecutions.js';
import { names } from '../support/pipelineNames.js';
import { shardOf } from '../support/shard.js';

const chosen = shardOf(names);
describe('oracle, host and the spec as it stands', () => testExecutions(chosen, chosen));
