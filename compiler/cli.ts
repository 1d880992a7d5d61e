#!/usr/bin/env node
/** The program `cuweave`. Specs run in its process, and may print, start servers, or try to end it. */
import { main } from './commands/main.js';

const { stdout, stderr } = process;
const print = stdout.write.bind(stdout);
// What a spec logs is no result of the command.
stdout.write = stderr.write.bind(stderr);

let isDone = false;
process.on('exit', code => {
  if (!isDone && code === 0) {
    stderr.write('error: the process was ended before the command was done, by a module that a spec loads\n');
    process.exitCode = 1;
  }
});

const { isTTY, columns } = stdout;
const code = await main(process.argv.slice(2), { stdout: { write: print, isTTY, columns }, stderr });
isDone = true;
// What a spec has started would keep the process: it ends once everything is written.
stderr.write('', () => print('', () => process.exit(code)));
