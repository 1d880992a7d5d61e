/** The kernels of the suite and the examples as a build compiles them: for every architecture and every size of launch. */
import { beforeAll, describe, expect, it } from 'vitest';
import { findNvcc } from '../../compiler/build/toolchain.js';
import type { Plan } from '../../compiler/ir/plan.js';
import { plansOf } from '../../compiler/specs.js';
import * as examples from '../../examples/pipelines.js';
import { root } from '../support/executions.js';
import { pipelineNames, names as suite } from '../support/pipelineNames.js';
import { type Reports, reportsOfBuild } from '../support/ptxas.js';
import { shardOf } from '../support/shard.js';

/** Turing, Ampere, Ada and Hopper. */
const archs = ['sm_75', 'sm_80', 'sm_89', 'sm_90'];
const names = shardOf([...suite, ...pipelineNames(examples)]);
const nvcc = await findNvcc();

describe.skipIf(!nvcc)(`nvcc, for ${archs.join(', ')}${nvcc ? '' : ' (skipped: no nvcc found)'}`, () => {
  let plans: ReadonlyMap<string, Plan>;
  let reports: Reports;
  beforeAll(async () => {
    const all = await plansOf({ root, entries: ['test/support/pipelines.ts', 'examples/pipelines.ts'] });
    plans = new Map(all.map(plan => [plan.name, plan]));
    reports = await reportsOfBuild(
      nvcc!,
      names.map(name => plans.get(name)!),
      archs,
    );
  });

  it.each(names)('%s', name => {
    const { kernels, pairs } = plans.get(name)!;
    for (const part of [...kernels, ...pairs]) {
      const { count, compiled } = reports.get(part.name)!;
      const expected = archs.flatMap(arch => Array(count).fill({ arch, stack: 0, spilled: 0 }));
      expect(compiled, part.name).toEqual(expected);
    }
  });
});
