import type {
  CompiledKernel,
  ExplainedCut,
  ExplainedHalves,
  ExplainedKernel,
  Explanation,
  Traffic,
} from '../explain.js';

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
const total = ({ read, written }: Traffic): number => read + written;
const sum = (all: readonly Traffic[]): number => all.reduce((bytes, step) => bytes + total(step), 0);
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
    kernel.notes.map(({ stage, rule, why }) => `    ${stage.padEnd(wide)}  ${rule}: ${why}`);
  const [only] = kernels;
  const lines = [`${of.name} (${of.place})`, `  ${of.chain}`, ''];
  if (kernels.length === 1 && only) {
    lines.push(`  1 kernel; ${count(only.notes.length, 'operator')} fused:`, ...notesOf(only));
  } else {
    lines.push(`  ${kernels.length} kernels, one after the other; ${count(notes.length, 'operator')}:`);
    for (const kernel of kernels) lines.push('', `  ${kernel.name}: ${kernel.chain}`, ...notesOf(kernel));
    for (const cut of cuts) lines.push('', ...cutLines(cut));
  }
  for (const other of of.halves) lines.push('', ...halvesLines(other));
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
    if (kernels.length > 1) lines.push(`  ${name}:`);
    const indent = kernels.length > 1 ? '    ' : '  ';
    lines.push(`${indent}Images per launch: up to ${imagesPerLaunch.join(' or ')}`);
    lines.push(
      `${indent}${compiled ? compiledText(compiled) : `Registers and code size: unknown, ${notCompiled}`}`,
    );
  }
  if (of.code) lines.push('', of.code.cuda, '', of.code.host);
  return lines.join('\n');
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

/** What forced the split, what it costs, and what else could be done. */
const cutLines = ({ after, format, bytes, forced, others, size, written, read }: ExplainedCut): string[] => {
  const why =
    forced.why === 'resampling'
      ? `${forced.first} and ${forced.second} both sample between pixels`
      : forced.why === 'stored'
        ? `the pipeline at the head ends there, in a format that keeps less than a rounding of each pixel`
        : `the results share what comes before: ${forced.moved} bytes per pixel are moved, not ${forced.otherwise}`;
  const lines = [
    `  Split after ${after}: ${why}.`,
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
