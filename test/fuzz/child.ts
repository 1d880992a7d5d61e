/** Runs inputs; watched by another process, since they may end this one or never end. */
import { readFileSync, writeSync } from 'node:fs';
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
const flush = (): void => {
  say({ counts });
  [counts, counted] = [{}, 0];
};
const count = (word: string): void => {
  counts[word] = (counts[word] ?? 0) + 1;
  if (++counted === 100) {
    flush();
  }
};

const jobs = JSON.parse(process.argv[2]) as readonly Job[];
for (const [number, { target: name, seed, first, count: inputs, files }] of jobs.entries()) {
  const target = await makeTarget(name);
  const seeds = await target.seeds();
  for (let n = first; n < first + inputs; n++) {
    const bytes = files ? new Uint8Array(readFileSync(files[n])) : inputOf(target, seeds, seed, n);
    say({ begins: [number, n] });
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
  }
  flush();
  say({ rests: true });
  await target.close?.();
}
say({ ends: true });
