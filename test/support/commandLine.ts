/** The command line in this process: without a start of Node and with TypeScript loaded once. */
import type { Finished } from '../../compiler/build/process.js';
import { main } from '../../compiler/commands/main.js';

/** Runs `cuweave ...args` in a folder, one call at a time. */
export const commandLine = async (folder: string, args: readonly string[]): Promise<Finished> => {
  const said = { stdout: '', stderr: '' };
  const collect = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      said[name] += text;
    },
  });
  const before = process.cwd();
  process.chdir(folder);
  try {
    const code = await main(args, { stdout: collect('stdout'), stderr: collect('stderr') });
    return { code, ...said };
  } finally {
    process.chdir(before);
  }
};
