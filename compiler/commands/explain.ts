import type { Explanation, Traffic } from '../explain.js';

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
const total = ({ read, written }: Traffic): number => read + written;

/** An explanation as the command line prints it. */
export const explanationText = (of: Explanation): string => {
  const unfused = of.unfused.reduce((sum, step) => sum + total(step), 0);
  const wide = Math.max(
    ...[...of.notes.map(({ stage }) => stage), ...of.unfused.map(({ step }) => step)].map(n => n.length),
  );
  const row = ({ step, read, written }: Traffic): string =>
    `    ${step.padEnd(wide)}  reads ${megabytes(read).padStart(10)}  writes ${megabytes(written).padStart(10)}`;
  const lines = [
    `${of.name} (${of.place})`,
    `  ${of.chain}`,
    '',
    `  1 kernel; ${of.notes.length} ${of.notes.length === 1 ? 'operator' : 'operators'} fused:`,
    ...of.notes.map(({ stage, rule, why }) => `    ${stage.padEnd(wide)}  ${rule}: ${why}`),
    '',
    `  Memory traffic for one ${of.size.width}×${of.size.height} image, each byte counted once:`,
    row({ ...of.fused, step: 'fused' }),
    `  One kernel per operator, float32 between them, would move ${(unfused / total(of.fused)).toFixed(1)} times as much:`,
    ...of.unfused.map(row),
    '',
    `  Asked for at the call: ${of.open.join(', ') || 'nothing'}`,
    `  Images per launch: up to ${of.imagesPerLaunch.join(' or ')}`,
  ];
  if (of.compiled) {
    const { arch, registers, spilled, codeSize, seconds } = of.compiled;
    const spills = spilled === 0 ? 'no spills' : `${spilled} bytes spilled`;
    lines.push(
      `  ${arch}: ${registers} registers, ${spills}, ${codeSize} bytes of code, compiled in ${seconds.toFixed(1)} s`,
    );
  } else {
    lines.push(`  Registers and code size: unknown, ${of.notCompiled}`);
  }
  if (of.code) lines.push('', of.code.cuda, '', of.code.host);
  return lines.join('\n');
};
