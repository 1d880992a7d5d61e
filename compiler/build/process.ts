/** Programs are started with argument arrays, never through a shell. */
import { type ChildProcess, spawn } from 'node:child_process';

/** What a program said. */
export type Finished = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** How long a program that was asked to end may take to do so, in milliseconds. */
const GRACE = 500;

/**
 * Runs a program to its end. A program that cannot be started has code −1 and the reason in `stderr`.
 *
 * @param options.signal Ends the program and everything that it started; the promise then resolves with code −1.
 */
export const runProgram = (
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly signal?: AbortSignal } = {},
): Promise<Finished> =>
  new Promise(resolve => {
    const { signal, ...rest } = options;
    if (signal?.aborted) {
      resolve({ code: -1, stdout: '', stderr: `${program}: interrupted` });
      return;
    }
    // A compiler starts programs of its own: in a group they can be ended together.
    const detached = signal !== undefined;
    const child = spawn(program, args, { ...rest, detached, stdio: ['ignore', 'pipe', 'pipe'] });
    const end = (): void => endGroup(child);
    signal?.addEventListener('abort', end);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', chunk => out.push(chunk as Buffer));
    child.stderr.on('data', chunk => err.push(chunk as Buffer));
    const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString('utf8');
    const finish = (code: number, stderr: string): void => {
      signal?.removeEventListener('abort', end);
      resolve({ code, stdout: text(out), stderr });
    };
    child.on('error', error => finish(-1, `${program}: ${error.message}`));
    child.on('close', code => finish(signal?.aborted ? -1 : (code ?? -1), text(err)));
  });

/** Ends a program that leads a process group, and the group with it. */
const endGroup = (child: ChildProcess): void => {
  const { pid } = child;
  if (pid === undefined) {
    return;
  }
  const send = (signal: 'SIGTERM' | 'SIGKILL'): void => {
    try {
      process.kill(-pid, signal);
    } catch {
      // The group is gone.
    }
  };
  send('SIGTERM');
  const timer = setTimeout(send, GRACE, 'SIGKILL');
  child.on('close', () => clearTimeout(timer));
};

/** Calls `work` on every item, at most `limit` at a time, and gives the results in the items' order. */
export const inParallel = async <T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> => {
  const results: R[] = new Array(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(limit, items.length)) }, worker));
  return results;
};
