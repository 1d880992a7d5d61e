/** Runs inputs; watched by another process, since they may end this one or never end. */
import { existsSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { Job, Report } from './protocol.js';
import { Wrong } from './target.js';
import { inputOf, makeTarget } from './targets.js';

// Written at once, so that it is there whatever comes next.
const say = (report: Report): void => {
  writeSync(3, `${JSON.stringify(report)}\n`);
};

let counts: Record<string, number> = {};
let counted = 0;
let grew = 0;
const flush = (): void => {
  say({ counts, grew });
  [counts, counted, grew] = [{}, 0, 0];
};
const count = (word: string): void => {
  counts[word] = (counts[word] ?? 0) + 1;
  if (++counted === 100) {
    flush();
  }
};

// Some kernels have no such file: then nobody asks what an input took, and the watcher's bound is the only one.
const canForget = existsSync('/proc/self/clear_refs');
/** MiB of memory that this process has, and the most that it had since `forgetPeak`. Source: proc(5), VmRSS and VmHWM. */
const memory = (): { readonly now: number; readonly peak: number } => {
  const status = readFileSync('/proc/self/status', 'utf8');
  const of = (name: string): number => Number(new RegExp(`${name}:\\s*(\\d+) kB`).exec(status)?.[1]) / 1024;
  return { now: of('VmRSS'), peak: of('VmHWM') };
};
// Source: proc(5), clear_refs: 5 sets the peak to what the process has now.
const forgetPeak = (): void => {
  if (canForget) {
    writeFileSync('/proc/self/clear_refs', '5');
  }
};

const jobs = JSON.parse(process.argv[2]) as readonly Job[];
/** MiB that an input may ask for beyond what the process has. */
const most = Number(process.argv[3]);
for (const [number, { target: name, seed, first, count: inputs, files }] of jobs.entries()) {
  const target = await makeTarget(name);
  const seeds = await target.seeds();
  for (let n = first; n < first + inputs; n++) {
    const bytes = files ? new Uint8Array(readFileSync(files[n])) : inputOf(target, seeds, seed, n);
    say({ begins: [number, n] });
    forgetPeak();
    const before = canForget ? memory().now : 0;
    try {
      count(`${name}: ${await target.run(bytes)}`);
    } catch (error) {
      if (error instanceof Wrong || !target.isTyped(error)) {
        const text = error instanceof Error ? (error.stack ?? String(error)) : `thrown: ${String(error)}`;
        say({ failed: error instanceof Wrong ? 'wrong' : 'untyped', text });
        count(`${name}: FOUND`);
      } else {
        const { name: kind, code } = error as { readonly name: string; readonly code?: unknown };
        count(`${name}: ${kind}${typeof code === 'string' ? ` ${code}` : ''}`);
      }
    }
    // What is thrown beside the call comes here, and not at a later input.
    await setImmediate();
    const more = canForget ? memory().peak - before : 0;
    grew = Math.max(grew, more);
    if (more > most) {
      say({ failed: 'memory', text: `asked for ${more.toFixed(0)} MiB, over ${most}` });
    }
  }
  flush();
  say({ rests: true });
  await target.close?.();
}
say({ ends: true });
