/** What nvcc says of the kernels of plans: warnings are errors, and nothing may leave the registers. */
import { inParallel } from '../../compiler/build/process.js';
import { cudaFlags, type Tool } from '../../compiler/build/toolchain.js';
import { cudaSource, pairSource } from '../../compiler/generate.js';
import { type Kernel, type Plan, pairedKernels } from '../../compiler/ir/plan.js';
import { blockOf } from '../../compiler/pass/block.js';
import { compileOnce, inGroups } from './objects.js';

/** Compilers at a time; the other worker of vitest has something to do as well. */
const AT_A_TIME = 2;
/** Kernels to a file in a quick sweep: most of a small file's time is that of the headers. */
const PER_FILE = 8;

/** What ptxas said of one function for one architecture. */
export type Compiled = { readonly arch: string; readonly stack: number; readonly spilled: number };
/** What was compiled for a kernel or a pair, and how many functions it has. */
export type Functions = {
  readonly name: string;
  readonly count: number;
  readonly compiled: readonly Compiled[];
};
/** By the names of kernels and pairs. */
export type Reports = ReadonlyMap<string, Functions>;

/**
 * Where values are moved in runs, of more pixels than share a sample of the sink, there is a kernel for rows that are not
 * aligned, too; and where taps may come from shared memory, one for that.
 */
const waysOf = ({ schedule: { staging, tile }, pipeline: { sinks } }: Kernel): number =>
  staging !== undefined || tile.width > blockOf(sinks[0].format)[0] ? 2 : 1;

type Source = { readonly text: string; readonly beside?: Readonly<Record<string, string>> };
type Unit = { readonly name: string; readonly count: number; readonly source: Source };

const unitsOf = (plan: Plan, capacities: (all: readonly number[]) => readonly number[]): readonly Unit[] => {
  const limited = plan.kernels.map(kernel => ({
    ...kernel,
    schedule: { ...kernel.schedule, capacities: capacities(kernel.schedule.capacities) },
  }));
  const textOf = (kernel: Kernel): string => cudaSource(kernel, `${kernel.name}.cu`);
  return [
    ...limited.map(kernel => ({
      name: kernel.name,
      count: kernel.schedule.capacities.length * waysOf(kernel),
      source: { text: textOf(kernel) },
    })),
    ...plan.pairs.map(pair => {
      const [one, other] = pairedKernels(plan, pair);
      return {
        name: pair.name,
        count: waysOf(one) * waysOf(other),
        source: {
          text: pairSource(plan, pair, `${pair.name}.cu`),
          beside: Object.fromEntries([one, other].map(kernel => [`${kernel.name}.cu`, textOf(kernel)])),
        },
      };
    }),
  ];
};

const warnings = ['-Werror', 'all-warnings'];

/** As a build compiles them: every capacity, and the host's side of the launchers. */
export const reportsOfBuild = async (
  nvcc: Tool,
  plans: readonly Plan[],
  archs: readonly string[],
): Promise<Reports> => {
  const units = plans.flatMap(plan => unitsOf(plan, all => all));
  const said = await inParallel(units, AT_A_TIME, ({ name, source }) =>
    compileOnce(nvcc, [...cudaFlags(archs, false), ...warnings, '-c'], { name: `${name}.cu`, ...source }),
  );
  return new Map(units.map((unit, n) => [unit.name, functionsIn(said[n]!.report, unit)]));
};

/** The device's side alone, for one architecture and launches of the largest capacity, many kernels to a file. */
export const reportsOfSweep = async (nvcc: Tool, plans: readonly Plan[], arch: string): Promise<Reports> => {
  const units = plans.flatMap(plan => unitsOf(plan, all => all.slice(-1)));
  const all = cudaFlags([arch], false);
  const flags = [...all.slice(0, all.indexOf('-gencode')), `-arch=${arch}`, '-cubin', ...warnings];
  // A pair includes its kernels: it is a file of its own.
  const files = [
    ...units.filter(({ source }) => source.beside).map(unit => [unit]),
    ...inGroups(
      units.filter(({ source }) => !source.beside),
      PER_FILE,
    ),
  ];
  const reports = await inParallel(files, AT_A_TIME, async group => {
    const [{ name, source: first }] = group as [Unit, ...Unit[]];
    const text = group.map(({ source }) => source.text).join('\n');
    const { report } = await compileOnce(nvcc, flags, { name: `${name}.cu`, text, beside: first.beside });
    return group.map(unit => [unit.name, functionsIn(report, unit)] as const);
  });
  return new Map(reports.flat());
};

/** @param unit Its functions are in its namespace, whose name is mangled with its length before it. */
const functionsIn = (report: string, { name, count }: Unit): Functions => {
  const space = `${name}_kernel`;
  const found = report.matchAll(
    /Compiling entry function '(\w+)' for '(\w+)'\n.*\n\s*(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads/g,
  );
  const compiled = [...found]
    .filter(([, mangled = '']) => mangled.includes(`N7cuweave${space.length}${space}`))
    .map(([, , arch = '', stack, stores, loads]) => ({
      arch,
      stack: Number(stack),
      spilled: Number(stores) + Number(loads),
    }));
  return { name, count, compiled };
};
