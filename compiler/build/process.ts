/** Programs are started with argument arrays, never through a shell. */
import { spawn } from 'node:child_process';

/** What a program said. */
export type Finished = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Runs a program to its end. A program that cannot be started has code −1 and the reason in `stderr`. */
export const runProgram = (
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly signal?: AbortSignal } = {},
): Promise<Finished> =>
  new Promise(resolve => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', chunk => out.push(chunk as Buffer));
    child.stderr.on('data', chunk => err.push(chunk as Buffer));
    const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString('utf8');
    child.on('error', error =>
      resolve({ code: -1, stdout: text(out), stderr: `${program}: ${error.message}` }),
    );
    child.on('close', code => resolve({ code: code ?? -1, stdout: text(out), stderr: text(err) }));
  });

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
