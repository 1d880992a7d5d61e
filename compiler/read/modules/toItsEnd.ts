/** Loading a module to its end: one that would end the process, or waits for what never comes, has failed. */

/** A module that takes longer is not waiting for anything useful. */
const longest = 120_000;

type Fail = (reason: Error) => void;
const waiting = new Set<Fail>();
let { exit } = process;

const failAll = (reason: Error): void => {
  for (const fail of waiting) {
    fail(reason);
  }
};
const refuseExit = (code?: number | string | null): never => {
  const reason = new Error(`process.exit(${code ?? ''}) was called`);
  failAll(reason);
  throw reason;
};
// Nothing is left that could settle a promise.
const neverSettled = (): void => failAll(new Error('a promise that the module awaits is never settled'));
// What a timer or a server throws meanwhile, our own refusal among it, would end the process with a stack.
const uncaught = (error: unknown): void => failAll(error instanceof Error ? error : new Error(String(error)));

/** Loads, and fails where the loading cannot end. */
export const toItsEnd = async <T>(load: () => Promise<T>): Promise<T> => {
  let fail: Fail = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  if (waiting.size === 0) {
    ({ exit } = process);
    process.exit = refuseExit;
    process.on('beforeExit', neverSettled);
    process.on('uncaughtException', uncaught);
  }
  waiting.add(fail);
  const tooLong = (): void => fail(new Error(`the module was not loaded after ${longest / 1000} s`));
  const timer = setTimeout(tooLong, longest).unref();
  try {
    return await Promise.race([load(), failed]);
  } finally {
    clearTimeout(timer);
    waiting.delete(fail);
    if (waiting.size === 0) {
      process.exit = exit;
      process.off('beforeExit', neverSettled);
      process.off('uncaughtException', uncaught);
    }
  }
};
