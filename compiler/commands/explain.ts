import type { ResultsPlan, Way } from '../ir/plan.js';
import {
  type CompiledKernel,
  type ExplainedCut,
  type ExplainedHalves,
  type ExplainedKernel,
  type Explanation,
  type Traffic,
  whyCut,
} from '../report/explain.js';
import { few, megabytes, total } from '../report/figures.js';
import type { ExplainedRuns, ExplainedWaste } from '../report/runs.js';
import { compiledLines } from './compiledText.js';

const sum = (all: readonly Traffic[]): number => all.reduce((bytes, step) => bytes + total(step), 0);
const launchSizes = (sizes: readonly number[]): string =>
  sizes.length === 1
    ? `${sizes[0]}`
    : `${sizes.slice(0, -1).join(', ')} or ${sizes.at(-1)}, the smallest that fits`;
const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

/** An explanation as the command line prints it. */
export const explanationText = (of: Explanation): string => {
  const { kernels, cuts, unfused } = of;
  const notes = kernels.flatMap(kernel => kernel.notes);
  const wide = Math.max(
    ...kernels.flatMap(({ name }) => (kernels.length === 1 ? [] : [name.length])),
    ...[...notes.map(({ stage }) => stage), ...unfused.map(({ step }) => step)].map(name => name.length),
  );
  const row = ({ step, read, written }: Traffic): string =>
    `    ${step.padEnd(wide)}  reads ${megabytes(read).padStart(10)}  writes ${megabytes(written).padStart(10)}`;
  const notesOf = (kernel: ExplainedKernel): string[] =>
    kernel.notes.map(({ stage, rule, why }) => {
      const runs = kernel.operators.find(one => one.stage === stage);
      return `    ${stage.padEnd(wide)}  ${rule}: ${why}${runs ? ` [${runsText(runs)}]` : ''}`;
    });
  const [only] = kernels;
  const lines = [`${of.name} (${of.place})`, `  ${of.chain}`, ''];
  if (kernels.length === 1 && only) {
    lines.push(
      `  1 kernel; ${count(only.notes.length, 'operator')} fused; in brackets runs per output pixel:`,
      ...notesOf(only),
    );
  } else {
    lines.push(
      `  ${kernels.length} kernels, one after the other; ${count(notes.length, 'operator')}; in brackets runs per output pixel:`,
    );
    for (const kernel of kernels) {
      lines.push('', `  ${kernel.name}: ${kernel.chain}`, ...notesOf(kernel));
    }
    for (const cut of cuts) {
      lines.push('', ...cutLines(cut));
    }
  }
  for (const { waste } of kernels) {
    if (waste) {
      lines.push('', ...wasteLines(waste));
    }
  }
  for (const other of of.halves) {
    lines.push('', ...halvesLines(other));
  }
  if (of.results) {
    lines.push('', ...resultLines(of.results));
  }
  for (const { kernels: both, images } of of.pairs) {
    lines.push(
      '',
      `  ${both.join(' and ')}: one launch on a GPU in calls of up to ${images} images, for both read the same.`,
    );
  }
  const moved = sum(kernels.map(({ traffic }) => traffic));
  lines.push(
    '',
    `  Memory traffic for one ${of.size.width}×${of.size.height} image, each byte counted once:`,
    ...kernels.map(({ traffic }) => row(kernels.length === 1 ? { ...traffic, step: 'fused' } : traffic)),
    `  One kernel per operator, float32 between them, would move ${(sum(unfused) / moved).toFixed(1)} times as much:`,
    ...unfused.map(row),
    '',
    `  Asked for at the call: ${of.open.join(', ') || 'nothing'}`,
  );
  for (const { name, imagesPerLaunch, compiled, notCompiled } of kernels) {
    if (kernels.length > 1) {
      lines.push(`  ${name}:`);
    }
    const indent = kernels.length > 1 ? '    ' : '  ';
    const isPaired = of.pairs.some(pair => pair.kernels.includes(name));
    lines.push(`${indent}Images per launch${isPaired ? ' of its own' : ''}: ${launchSizes(imagesPerLaunch)}`);
    if (of.compilers) {
      continue;
    }
    lines.push(
      `${indent}${compiled ? compiledText(compiled) : `Registers and code size: unknown, ${notCompiled}`}`,
    );
  }
  if (of.compilers) {
    lines.push('', ...compiledLines(of));
  }
  if (of.code) {
    lines.push('', of.code.cuda, '', of.code.host);
  }
  return lines.join('\n');
};

/** A count of runs or pixels, with one decimal where it is no whole number. */
/** `4 × 18 operations`: runs for an output pixel, and what each costs. */
const runsText = ({ runs, atEdges, operations }: ExplainedRuns): string => {
  const often = runs === undefined ? '? ×' : `${few(runs)} ×`;
  const cost = operations === undefined ? 'unknown operations' : count(operations, 'operation');
  return `${often} ${cost}${atEdges === undefined ? '' : `; ${few(atEdges)} × at edges`}`;
};

/** What runs on every tap though it is costly, and what would avoid that. */
const wasteLines = ({ operators, map, filter, cut, mayFollow }: ExplainedWaste): string[] => {
  const names = operators.map(({ stage }) => stage).join(' and ');
  const [run, are, they, have] =
    operators.length === 1 ? ['runs', 'is', 'it', 'has'] : ['run', 'are', 'they', 'have'];
  const now = operators[0]?.runs;
  const times = (count: number): string => (count === 1 ? 'once' : `${few(count)} times`);
  const often = now === undefined ? 'as often as a loop decides' : times(now);
  const helps = now === undefined || cut.runs < now;
  const dtype = cut.format.dtype;
  const kept = cut.isExact
    ? 'keeps every number'
    : dtype === 'u8'
      ? 'rounds to whole numbers in 0..255'
      : 'rounds to 11 bits';
  return [
    `  Warning: ${names} ${run} on every tap of ${filter}, ${often} for an output pixel, and ${are} costly.`,
    ...(helps
      ? [
          `    With stored('${dtype}') behind ${cut.after} ${they} would run ${times(cut.runs)} at this size.`,
          `    The image between takes ${count(cut.bytes, 'byte')} per pixel, and ${kept}.`,
        ]
      : [
          `    An image behind ${cut.after} would not help at this size: ${they} would run ${times(cut.runs)} for an output pixel.`,
        ]),
    ...(mayFollow
      ? [
          `    Behind ${map} ${they} would run once, with another result: ${filter} would mix what ${names} ${have} not changed yet.`,
        ]
      : []),
  ];
};

const compiledText = ({ arch, registers, spilled, codeSize, seconds }: CompiledKernel): string => {
  const spills = spilled === 0 ? 'no spills' : `${spilled} bytes spilled`;
  return `${arch}: ${registers} registers, ${spills}, ${codeSize} bytes of code, compiled in ${seconds.toFixed(1)} s`;
};

/** How else a kernel's work is done, and what decides. */
const halvesLines = ({ kernel, chains, between, bytes, one, two }: ExplainedHalves): string[] => {
  const taps = (count: number): string => `${(count / 1e6).toFixed(2)} million taps`;
  const better = two < one ? 'Two kernels are' : 'One kernel is';
  return [
    `  ${kernel} or, with the same bits, two kernels, whichever a call's sizes make cheaper:`,
    ...chains.map(chain => `    ${chain}`),
    `    Between them ${between.width}×${between.height} pixels, ${megabytes(bytes)}, are written and read.`,
    `    ${better} cheaper at this size: one costs ${taps(one)}, two ${taps(two)} or as much as these.`,
  ];
};
/** Which results share a kernel, which do not and why, and what each way to compute them moves. */
const resultLines = ({ groups, ways }: ResultsPlan): string[] => {
  const wide = Math.max(...ways.map(({ bytes }) => String(bytes).length));
  return [
    ...groups.map(group => `  ${group.names.join(', ')}: ${groupText(group)}.`),
    '  Bytes that the kernels read and write for a pixel, if no size changes:',
    ...ways.map(
      (way, n) => `    ${String(way.bytes).padEnd(wide)}  ${wayText(way)}${n === 0 ? ': chosen' : ''}`,
    ),
  ];
};
const groupText = ({ names, apart, beside }: ResultsPlan['groups'][number]): string => {
  const several = names.length > 1;
  if (beside) {
    return `written beside the shared image, whose size ${several ? 'they have' : 'it has'}`;
  }
  const kernel = several ? 'one kernel' : 'a kernel of its own';
  switch (apart?.why) {
    case 'reduction':
      return `${kernel}: a reduction's runs in tiles`;
    case 'geometry':
      return `${kernel}: ${apart.stage} leads to ${several ? 'them' : 'it'} and to no other`;
    case 'samples':
      return `${kernel}: pixels share samples of ${apart.format}`;
    case 'unmoved':
      return `${kernel}: what moves the pixels of others leads not to ${several ? 'them' : 'it'}`;
    case undefined:
      return `${kernel}: only point operators and formats tell them apart`;
  }
};
const wayText = (way: Way): string => {
  switch (way.way) {
    case 'together':
      return 'a kernel for results of one size';
    case 'apart':
      return 'a kernel for each result';
    case 'image':
      return `an image of ${way.format.name} after ${way.after}, for all`;
  }
};

/** What forced the split, what it costs, and what else could be done. */
const cutLines = ({ after, format, bytes, forced, others, size, written, read }: ExplainedCut): string[] => {
  const lines = [
    `  Split after ${after}: ${whyCut(forced, format)}.`,
    `    Between the kernels: ${format.name}, ${bytes} bytes per pixel; of ${size.width}×${size.height} pixels ` +
      `${megabytes(written)} are written and ${megabytes(read)} read.`,
  ];
  for (const other of others) {
    lines.push(`    After ${other.after} it would be ${other.format.name}, ${other.bytes} bytes per pixel.`);
  }
  if (forced.why === 'resampling') {
    const [first, second] = forced.taps;
    const computed =
      first === undefined || second === undefined
        ? `every tap of ${forced.second} would compute ${forced.first} anew`
        : `each of the ${count(second, 'tap')} of ${forced.second} would compute ${forced.first} anew: ` +
          `${first * second} reads of the source per pixel, not ${second}`;
    lines.push(`    In one kernel ${computed}.`);
  }
  return lines;
};
