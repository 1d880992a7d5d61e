/** Python for tests: an interpreter with NumPy, where there is one, and programs that it runs. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const find = (): string | undefined =>
  ['python3', '/usr/bin/python3'].find(
    program =>
      spawnSync(program, ['-c', 'import sys, numpy; assert sys.version_info >= (3, 9)']).status === 0,
  );

/** The interpreter; undefined where none has NumPy. */
export const python = find();

/** For the names of tests that need it. */
export const whyNot = python ? '' : ' (skipped: no Python with NumPy found)';

/** Runs a program and gives what it printed. @throws {Error} With what it said, if it failed. */
export const runPython = (args: readonly string[], input = '', env: NodeJS.ProcessEnv = {}): string => {
  const { status, stdout, stderr, signal } = spawnSync(python!, args, {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env },
  });
  if (status !== 0) {
    throw new Error(`python ${args.join(' ')} ended with ${status ?? signal}:\n${stderr}`);
  }
  return stdout;
};

/** A file beside this one. */
export const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
