/**
 * nvcc takes every kernel without a warning, and nothing of it leaves the registers: the examples' as a build compiles them,
 * and an eighth of the suite's for one architecture and one size of launch. test/long/cuda.test.ts takes all of the suite's for every size.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { findNvcc } from '../../compiler/build/toolchain.js';
import type { Plan } from '../../compiler/ir/plan.js';
import { plansOf } from '../../compiler/specs.js';
import * as examples from '../../examples/pipelines.js';
import { root, suitePlans } from '../support/executions.js';
import { pipelineNames, names as suite } from '../support/pipelineNames.js';
import { type Reports, reportsOfBuild, reportsOfSweep } from '../support/ptxas.js';
import { shardOf, turnOf } from '../support/shard.js';

const nvcc = await findNvcc();
const title = nvcc ? '' : ' (skipped: no nvcc found)';

const part = shardOf(suite, turnOf(8));

/** The oldest or the newest, by turns: test/long/cuda.test.ts takes all. */
const archs = shardOf(['sm_75', 'sm_90'], turnOf(2));
const sweeps = [
  {
    title: `the examples for ${archs.join(', ')}`,
    names: pipelineNames(examples),
    plansOf: () => plansOf({ root, entries: ['examples/pipelines.ts'] }),
    archs,
    reports: (plans: readonly Plan[]) => reportsOfBuild(nvcc!, plans, archs),
  },
  {
    title: 'a part of the suite for sm_90',
    names: part,
    plansOf: async () => (await suitePlans()).filter(({ name }) => part.includes(name)),
    archs: ['sm_90'],
    reports: (plans: readonly Plan[]) => reportsOfSweep(nvcc!, plans, 'sm_90'),
  },
];

describe.skipIf(!nvcc).each(sweeps)(`nvcc, $title${title}`, sweep => {
  let plans: ReadonlyMap<string, Plan>;
  let reports: Reports;
  beforeAll(async () => {
    plans = new Map((await sweep.plansOf()).map(plan => [plan.name, plan]));
    reports = await sweep.reports([...plans.values()]);
  });

  it('has seen every pipeline', () => {
    expect([...plans.keys()].sort()).toEqual([...sweep.names].sort());
  });

  it.each(sweep.names)('%s', name => {
    const { kernels, pairs } = plans.get(name)!;
    for (const part of [...kernels, ...pairs]) {
      const { count, compiled } = reports.get(part.name)!;
      const expected = sweep.archs.flatMap(arch => Array(count).fill({ arch, stack: 0, spilled: 0 }));
      expect(compiled, part.name).toEqual(expected);
    }
  });
});
