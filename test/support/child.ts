/** Programs in a process of their own: what they test may end it, or takes what a process has. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/**
 * Runs one of the programs beside this file, with the built package.
 *
 * @param limit Descriptors that the process may have.
 */
export const runProgram = (
  name: string,
  { env = {}, limit = 1024 }: { readonly env?: Record<string, string>; readonly limit?: number } = {},
): {
  readonly status: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
} => {
  const program = at(`test/support/programs/${name}.js`);
  const { status, signal, stdout, stderr } = spawnSync(
    'bash',
    ['-c', 'ulimit -n "$0" && exec "$@"', String(limit), process.execPath, program],
    { encoding: 'utf8', env: { ...process.env, ...env }, timeout: 300_000 },
  );
  return { status, signal, out: stdout, err: stderr };
};
