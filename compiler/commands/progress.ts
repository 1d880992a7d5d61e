import cliProgress from 'cli-progress';

/** Shows steps: a bar on a terminal, a line per step elsewhere. */
export type Progress = {
  step(done: number, total: number, label: string): void;
  stop(): void;
};

/** A progress display for standard error, so that standard output stays clean for pipes. */
export const progressDisplay = (unit: string): Progress => {
  if (!process.stderr.isTTY) {
    return {
      step: (done, total, label) => process.stderr.write(`[${done}/${total}] ${label}\n`),
      stop: () => undefined,
    };
  }
  const bar = new cliProgress.SingleBar({
    format: `{bar} {value}/{total} ${unit}  {label}`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
  let started = false;
  return {
    step: (done, total, label) => {
      if (!started) bar.start(total, 0, { label });
      started = true;
      bar.setTotal(total);
      bar.update(done, { label });
    },
    stop: () => bar.stop(),
  };
};
