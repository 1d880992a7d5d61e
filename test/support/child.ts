/** Programs in a process of their own: what they test may end it, or takes what a process has. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/**
 * Runs one of the programs beside this file, with the built package.
 *
 * @param args Of the program.
 * @param limit Descriptors that the process may have.
 * @param under A program that runs Node.js, such as valgrind, with its options.
 */
export const runProgram = (
  name: string,
  {
    args = [],
    env = {},
    limit = 1024,
    under = [],
  }: {
    readonly args?: readonly string[];
    readonly env?: Record<string, string>;
    readonly limit?: number;
    readonly under?: readonly string[];
  } = {},
): {
  readonly status: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
} => {
  const program = at(`test/support/programs/${name}.js`);
  const { status, signal, stdout, stderr } = spawnSync(
    'bash',
    ['-c', 'ulimit -n "$0" && exec "$@"', String(limit), ...under, process.execPath, program, ...args],
    { encoding: 'utf8', env: { ...process.env, ...env }, timeout: 600_000, maxBuffer: 2 ** 26 },
  );
  return { status, signal, out: stdout, err: stderr };
};
