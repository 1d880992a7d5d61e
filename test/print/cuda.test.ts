/** nvcc takes every kernel without a warning, and nothing of it leaves the registers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inParallel, runProgram } from '../../compiler/build/process.js';
import { cudaFlags, findNvcc, includeDirectory } from '../../compiler/build/toolchain.js';
import { cudaSource, pairSource } from '../../compiler/generate.js';
import type { Kernel, Plan } from '../../compiler/ir/plan.js';
import { blockOf } from '../../compiler/pass/block.js';
import { plansOf } from '../../compiler/specs.js';
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
    // Those of a pair lie beside its own.
    const files = all.flatMap(plan => [
      ...plan.kernels.map(kernel => ({
        plan: plan.name,
        name: kernel.name,
        text: cudaSource(kernel, `${kernel.name}.cu`),
      })),
      ...plan.pairs.map(pair => ({
        plan: plan.name,
        name: pair.name,
        text: pairSource(plan, pair, `${pair.name}.cu`),
      })),
    ]);
    for (const { name, text } of files) {
      writeFileSync(join(folder, `${name}.cu`), text);
    }
    const compile = async ({ name, plan }: (typeof files)[number]): Promise<[string, Report]> => {
      const source = join(folder, `${name}.cu`);
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
      return [name, { code, said: stdout + stderr, compiled: readReport(stderr) }];
    };
    reports = new Map(await inParallel(files, AT_A_TIME, compile));
  }, 1_800_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const names = [...suite, ...pipelineNames(examples)];
  it('has seen every pipeline', () => {
    expect([...plans.keys()].sort()).toEqual([...names].sort());
  });

  /**
   * Where values are moved in runs, of more pixels than share a sample of the sink, there is a kernel for rows that are not aligned, too;
   * and where taps may come from shared memory, one for that.
   */
  const waysOf = ({ schedule: { staging, tile }, pipeline: { sinks } }: Kernel): number =>
    staging !== undefined || tile.width > blockOf(sinks[0].format)[0] ? 2 : 1;
  it.each(names)('%s', pipeline => {
    const { kernels, pairs } = plans.get(pipeline)!;
    const functions = [
      ...kernels.map(kernel => ({
        name: kernel.name,
        count: kernel.schedule.capacities.length * waysOf(kernel),
      })),
      ...pairs.map(({ name, steps: [one, other] }) => ({
        name,
        count: waysOf(kernels[one]!) * waysOf(kernels[other]!),
      })),
    ];
    for (const { name, count } of functions) {
      const { code, said, compiled } = reports.get(name)!;
      expect(code, said).toBe(0);
      const expected = archsOf(pipeline).flatMap(arch => Array(count).fill({ arch, stack: 0, spilled: 0 }));
      expect(compiled, name).toEqual(expected);
    }
  });
});
