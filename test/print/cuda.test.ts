/** nvcc takes every kernel without a warning, and nothing of it leaves the registers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cudaSource } from '../../compiler/generate.js';
import type { Kernel, Plan } from '../../compiler/ir/plan.js';
import { blockOf } from '../../compiler/pass/block.js';
import { inParallel, runProgram } from '../../compiler/process.js';
import { plansOf } from '../../compiler/specs.js';
import { cudaFlags, findNvcc, includeDirectory } from '../../compiler/toolchain.js';
import * as examples from '../../examples/pipelines.js';
import { root } from '../support/executions.js';
import { pipelineNames, names as suite } from '../support/pipelineNames.js';

/** Turing, Ampere, Ada and Hopper: for the examples. */
const archs = ['sm_75', 'sm_80', 'sm_89', 'sm_90'];
/** The oldest and the newest: for the suite, whose over two hundred kernels would take a quarter of an hour for all four. */
const ends = ['sm_75', 'sm_90'];
const exampleNames: readonly string[] = pipelineNames(examples);
const archsOf = (pipeline: string): readonly string[] => (exampleNames.includes(pipeline) ? archs : ends);
/** Compilers at a time; the other worker of vitest has something to do as well. */
const AT_A_TIME = 2;

const nvcc = await findNvcc();
const title = nvcc ? '' : ' (skipped: no nvcc found)';

/** What ptxas said of one kernel for one architecture. */
type Compiled = { readonly arch: string; readonly stack: number; readonly spilled: number };
type Report = { readonly code: number; readonly said: string; readonly compiled: readonly Compiled[] };

const readReport = (text: string): readonly Compiled[] =>
  [
    ...text.matchAll(
      /Compiling entry function '\w+' for '(\w+)'\n.*\n\s*(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads/g,
    ),
  ].map(([, arch = '', stack, stores, loads]) => ({
    arch,
    stack: Number(stack),
    spilled: Number(stores) + Number(loads),
  }));

describe.skipIf(!nvcc)(`nvcc, for ${ends.join(', ')}, the examples for ${archs.join(', ')}${title}`, () => {
  let plans: ReadonlyMap<string, Plan>;
  let reports: ReadonlyMap<string, Report>;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cuweave-nvcc-'));
    const all = await plansOf({ root, entries: ['test/support/pipelines.ts', 'examples/pipelines.ts'] });
    plans = new Map(all.map(plan => [plan.name, plan]));
    const kernels = all.flatMap(plan => plan.kernels.map(kernel => ({ kernel, plan: plan.name })));
    const compile = async ({ kernel, plan }: { kernel: Kernel; plan: string }): Promise<[string, Report]> => {
      const source = join(folder, `${kernel.name}.cu`);
      writeFileSync(source, cudaSource(kernel, `${kernel.name}.cu`));
      const args = [
        ...cudaFlags(archsOf(plan), false),
        '-Werror',
        'all-warnings',
        `-I${includeDirectory()}`,
        '-c',
        source,
        '-o',
        `${source}.o`,
      ];
      const { code, stdout, stderr } = await runProgram(nvcc!.path, args, { cwd: folder });
      return [kernel.name, { code, said: stdout + stderr, compiled: readReport(stderr) }];
    };
    reports = new Map(await inParallel(kernels, AT_A_TIME, compile));
  }, 1_800_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const names = [...suite, ...pipelineNames(examples)];
  it('has seen every pipeline', () => {
    expect([...plans.keys()].sort()).toEqual([...names].sort());
  });

  it.each(names)('%s', pipeline => {
    for (const { name, schedule, pipeline: chain } of plans.get(pipeline)!.kernels) {
      const { code, said, compiled } = reports.get(name)!;
      expect(code, said).toBe(0);
      const { capacities, tile, staging } = schedule;
      // Where values are moved in runs, of more pixels than share a sample of the sink, there is a kernel for rows that are not aligned, too;
      // and where taps may come from shared memory, one for that.
      const isTwofold = staging !== undefined || tile.width > blockOf(chain.sinks[0].format)[0];
      const variants = capacities.length * (isTwofold ? 2 : 1);
      const expected = archsOf(pipeline).flatMap(arch =>
        Array(variants).fill({ arch, stack: 0, spilled: 0 }),
      );
      expect(compiled, name).toEqual(expected);
    }
  });
});
