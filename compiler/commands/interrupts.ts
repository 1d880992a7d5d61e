/** Commands that end in order when they are interrupted. */
import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM'] as const;

/** What ended a command. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** The exit code that shells expect of it. */
  readonly code: number;
  constructor(signal: (typeof signals)[number]) {
    super(`interrupted (${signal})`);
    this.code = 128 + constants.signals[signal];
  }
}

/** Does work whose signal says that SIGINT or SIGTERM came; a second one ends the process at once. */
export const interruptible = async <R>(work: (signal: AbortSignal) => Promise<R>): Promise<R> => {
  const controller = new AbortController();
  const handlers = signals.map(name => [name, () => controller.abort(new Interrupted(name))] as const);
  for (const [name, stop] of handlers) {
    process.once(name, stop);
  }
  try {
    return await work(controller.signal);
  } finally {
    for (const [name, stop] of handlers) {
      process.off(name, stop);
    }
  }
};
