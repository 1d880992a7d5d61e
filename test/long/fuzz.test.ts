/** About an hour of fuzzing: rounds of all targets, each from another seed. */
import { expect, it } from 'vitest';
import { runJobs } from '../fuzz/runner.js';
import { roundOf } from '../fuzz/targets.js';
import { shardOf } from '../support/shard.js';

const seeds = shardOf(Array.from({ length: 60 }, (_, n) => 7000 + n));

it.each(seeds)('stands a round of all targets from seed %i', async seed => {
  const jobs = Object.entries(roundOf).map(([target, count]) => ({ target, seed, first: 0, count }));
  const { inputs, findings } = await runJobs(jobs);
  expect(findings).toEqual([]);
  expect(inputs).toBe(jobs.reduce((sum, { count }) => sum + count, 0));
});
