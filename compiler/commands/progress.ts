import cliProgress from 'cli-progress';
import type { Terminal } from './terminal.js';
import { visible } from './visible.js';

/** Shows steps: a bar on a terminal, a line per step elsewhere. */
export type Progress = {
  /** `total`: undefined where it is not known. */
  step(done: number, total: number | undefined, label: string): void;
  /** Something that takes a while: a line, or the bar's label until the next step. */
  note(text: string): void;
  stop(): void;
};

/** A progress display for standard error, so that standard output stays clean for pipes. */
export const progressDisplay = (unit: string, stderr: Terminal): Progress => {
  if (!stderr.isTTY) {
    return {
      step: (done, total, label) =>
        stderr.write(`[${total === undefined ? done : `${done}/${total}`}] ${visible(label)}\n`),
      note: text => stderr.write(`${visible(text)}\n`),
      stop: () => undefined,
    };
  }
  const bar = new cliProgress.SingleBar({
    format: (options, { progress, value, total }, { label }) =>
      total === 0
        ? `${value} ${unit}  ${label}`
        : `${cliProgress.Format.BarFormat(progress, options)} ${value}/${total} ${unit}  ${label}`,
    stream: stderr as NodeJS.WritableStream,
    hideCursor: true,
    clearOnComplete: true,
  });
  let started = false;
  return {
    step: (done, total, label) => {
      if (!started) {
        bar.start(total ?? 0, 0, { label: visible(label) });
      }
      started = true;
      bar.setTotal(total ?? 0);
      bar.update(done, { label: visible(label) });
    },
    note: text => {
      if (started) {
        bar.update({ label: visible(text) });
      } else {
        stderr.write(`${text}\n`);
      }
    },
    stop: () => bar.stop(),
  };
};
