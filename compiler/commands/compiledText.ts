/** What the compilers made of a pipeline's kernels, as the command line prints it. */

import type { CompiledCuda } from '../report/compiled.js';
import type { BuiltKernel, Explanation } from '../report/explain.js';
import type { Accesses } from '../report/sass.js';
import type { PlaneAccess } from '../report/schedule.js';

/** The lines of an explanation that say what compilers made of it; none where that was not asked for. */
export const compiledLines = ({ built, pairs, compilers }: Explanation): string[] => {
  if (!compilers) {
    return [];
  }
  const { nvcc, cpuOnly, cxx, strict } = compilers;
  return [
    `  Compiled with the flags of ${strict ? 'a strict build' : 'a build'}:`,
    `    CUDA: ${nvcc ? `nvcc ${nvcc}` : `not, ${cpuOnly}`}`,
    `    host: ${cxx}`,
    ...built.flatMap(kernel => ['', `  ${kernel.name}: ${kernel.chain}`, ...kernelLines(kernel)]),
    ...pairs.flatMap(({ name, kernels, cuda = [] }) =>
      cuda.length > 0
        ? ['', `  ${name}: ${kernels.join(' and ')} in one launch`, ...cuda.flatMap(cudaLines)]
        : [],
    ),
  ];
};

const kernelLines = ({ schedule, cuda = [], host }: BuiltKernel): string[] => {
  const { block, pixelsPerThread, reads, runsRead, runsWritten, staged } = schedule;
  const [across, down] = pixelsPerThread;
  return [
    `    Blocks of ${block.join('×')} threads, ${across}×${down} ${across * down === 1 ? 'pixel' : 'pixels'} each: ` +
      `reads ${reads === 'taps' ? 'taps where they lie' : runsText(runsRead)}, writes ${runsText(runsWritten)}`,
    ...(staged
      ? [
          `    Large calls: tiles of ${staged.tile.join('×')}, their taps in ${staged.bytes} bytes of shared memory`,
        ]
      : []),
    ...cuda.flatMap(cudaLines),
    ...(host ? [`    host, compiled in ${host.seconds.toFixed(1)} s: ${host.codeSize} bytes of code`] : []),
  ];
};

/** `runs of r, g, b (16 bytes at a time)`. */
const runsText = (runs: readonly PlaneAccess[]): string => {
  if (runs.length === 0) {
    return 'pixel by pixel';
  }
  const widths = [...new Set(runs.map(({ bytes }) => bytes))];
  const planes = (width: number): string =>
    runs.flatMap(({ plane, bytes }) => (bytes === width ? plane : [])).join(', ');
  return `runs of ${widths.map(width => `${planes(width)} (${width} bytes at a time)`).join(', ')}`;
};

const cudaLines = ({ arch, seconds, functions, notListed }: CompiledCuda): string[] => {
  const lines = [`    ${arch}, compiled in ${seconds.toFixed(1)} s:`];
  for (const title of [...new Set(functions.map(titleOf))]) {
    lines.push(
      ...functionLines(
        title,
        functions.filter(one => titleOf(one) === title),
      ),
    );
  }
  if (notListed) {
    lines.push(`      Global loads and stores: unknown, ${notListed}`);
  }
  return lines;
};

/** What a function is for; those of one title differ in the images of a launch alone, but for those of a pair. */
const titleOf = ({ aligned, images, staged }: CompiledCuda['functions'][number]): string => {
  // Only a pair's has no number of images in its name.
  if (images === 0) {
    return 'all ways of both';
  }
  if (staged) {
    return 'large calls';
  }
  return aligned === undefined ? 'all rows' : aligned ? 'aligned rows' : 'other rows';
};

/** The largest of each figure, and the accesses of the first. */
const functionLines = (title: string, functions: CompiledCuda['functions']): string[] => {
  const most = (
    of: 'registers' | 'spillStores' | 'spillLoads' | 'stack' | 'shared' | 'constant' | 'codeSize',
  ) => Math.max(0, ...functions.map(one => one[of]));
  const [first] = functions;
  const spills =
    most('spillStores') + most('spillLoads') === 0
      ? 'no spills'
      : `spills: ${most('spillStores')} bytes stored, ${most('spillLoads')} loaded`;
  const lines = [
    `      ${title}: ${most('registers')} registers, ${spills}, ` +
      `${most('stack') === 0 ? 'no stack' : `${most('stack')} bytes of stack`}, ${most('codeSize')} bytes of code`,
    `        ${most('shared') === 0 ? 'no' : `${most('shared')} bytes of`} shared memory, ` +
      `up to ${most('constant')} bytes of constant memory`,
  ];
  // Each way of a pair has others.
  if (first?.global && first.images > 0) {
    const { loads, stores } = first.global;
    lines.push(`        global loads: ${accessText(loads)}; stores: ${accessText(stores)}`);
  }
  return lines;
};

const accessText = (accesses: readonly Accesses[]): string =>
  accesses.map(({ bytes, count }) => `${count} × ${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`).join(', ') ||
  'none';
