/** Watches processes that run inputs: whatever one of them does to its process is noted, and the next input has a fresh one. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Job, Report } from './protocol.js';

/** What an input did that it may not. */
export type Finding = {
  readonly target: string;
  readonly kind: 'crash' | 'hang' | 'memory' | 'untyped' | 'wrong' | 'chatter';
  /** Of the seed, or of the files. */
  readonly input: number;
  readonly text: string;
};

/** What inputs did, by words, and what they may not have done. */
export type Outcome = {
  readonly inputs: number;
  readonly counts: Readonly<Record<string, number>>;
  /** By target: the most MiB that one input asked for beyond what its process had. */
  readonly grew: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
};

/** What an input may use. */
export type Bounds = {
  /** Of processor time, in seconds. */
  readonly seconds: number;
  /** Of time in which its process waits, in seconds. */
  readonly idleSeconds: number;
  /** Of the process's memory, in MiB: all of it, with what inputs before it left to be collected. */
  readonly megabytes: number;
  /** Of that, in MiB, what one input may ask for. */
  readonly growth: number;
};

export const usualBounds: Bounds = { seconds: 10, idleSeconds: 120, megabytes: 640, growth: 100 };

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const jiti = path('../../node_modules/jiti/lib/jiti-cli.mjs');

/** Processor seconds and MiB of a process; undefined: it has ended. */
const usageOf = (pid: number): { readonly seconds: number; readonly megabytes: number } | undefined => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return { seconds: (Number(fields[11]) + Number(fields[12])) / 100, megabytes: pages / 256 };
  } catch {
    return undefined;
  }
};

const watched = (
  jobs: readonly Job[],
  bounds: Bounds,
  deadline: number,
): Promise<Outcome & { readonly stopped?: readonly [job: number, input: number] | 'deadline' }> =>
  new Promise(resolve => {
    const child = spawn(
      process.execPath,
      ['--max-old-space-size=768', jiti, path('child.ts'), JSON.stringify(jobs), String(bounds.growth)],
      {
        stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
        env: { ...process.env, NODE_ENV: 'test' },
      },
    );
    const counts: Record<string, number> = {};
    const grew: Record<string, number> = {};
    const findings: Finding[] = [];
    let inputs = 0;
    let at: readonly [job: number, input: number] | undefined;
    let began: { readonly seconds: number; readonly time: number } | undefined;
    let killed: Finding['kind'] | 'deadline' | undefined;
    let [ended, resting, errors, rest] = [false, false, '', ''];
    const found = (kind: Finding['kind'], text: string): void => {
      findings.push({ target: jobs[at?.[0] ?? 0].target, kind, input: at?.[1] ?? -1, text });
    };
    const take = (report: Report): void => {
      if ('begins' in report) {
        inputs++;
        at = report.begins;
        [began, resting] = [undefined, false];
      } else if ('failed' in report) {
        found(report.failed, report.text);
      } else if ('counts' in report) {
        for (const [word, more] of Object.entries(report.counts)) {
          counts[word] = (counts[word] ?? 0) + more;
        }
        const { target } = jobs[at?.[0] ?? 0];
        grew[target] = Math.max(grew[target] ?? 0, report.grew);
      } else if ('rests' in report) {
        resting = true;
      } else {
        ended = true;
      }
    };
    child.stdio[3]?.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        take(JSON.parse(line) as Report);
      }
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const kill = (why: typeof killed): void => {
      killed ??= why;
      child.kill('SIGKILL');
    };
    const timer = setInterval(() => {
      const usage = usageOf(child.pid as number);
      if (!usage) {
        return;
      }
      const time = Date.now();
      if (time > deadline) {
        kill('deadline');
      }
      if (usage.megabytes > bounds.megabytes) {
        kill('memory');
      }
      if (at && !ended && !resting) {
        began ??= { seconds: usage.seconds, time };
        const seconds = usage.seconds - began.seconds;
        if (seconds > bounds.seconds || (time - began.time) / 1000 > bounds.idleSeconds + 10 * seconds) {
          kill('hang');
        }
      }
    }, 100);
    child.on('close', (code, signal) => {
      clearInterval(timer);
      if (killed === 'deadline') {
        resolve({ inputs, counts, grew, findings, stopped: 'deadline' });
        return;
      }
      if (ended && code === 0) {
        if (errors !== '') {
          found('chatter', errors.slice(0, 2000));
        }
        resolve({ inputs, counts, grew, findings });
        return;
      }
      if (killed) {
        found(killed, `over ${bounds.seconds} s or ${bounds.megabytes} MiB`);
      } else if (code === 13 || (code === 0 && !ended)) {
        found('hang', 'a promise is never settled');
      } else {
        found('crash', `${signal ?? code}\n${errors.slice(-4000)}`);
      }
      resolve({ inputs, counts, grew, findings, ...(at ? { stopped: at } : {}) });
    });
  });

/**
 * Runs inputs, one after the other.
 *
 * @param deadline When to stop, as `Date.now()` has it.
 */
export const runJobs = async (
  jobs: readonly Job[],
  {
    bounds = usualBounds,
    deadline = Infinity,
  }: { readonly bounds?: Bounds; readonly deadline?: number } = {},
): Promise<Outcome> => {
  let inputs = 0;
  const counts: Record<string, number> = {};
  const grew: Record<string, number> = {};
  const findings: Finding[] = [];
  let left = jobs.filter(({ count }) => count > 0);
  while (left.length > 0 && Date.now() < deadline) {
    const outcome = await watched(left, bounds, deadline);
    inputs += outcome.inputs;
    findings.push(...outcome.findings);
    for (const [word, more] of Object.entries(outcome.counts)) {
      counts[word] = (counts[word] ?? 0) + more;
    }
    for (const [target, more] of Object.entries(outcome.grew)) {
      grew[target] = Math.max(grew[target] ?? 0, more);
    }
    const { stopped } = outcome;
    if (stopped === undefined || stopped === 'deadline') {
      break;
    }
    const [job, input] = stopped;
    const current = left[job];
    const next = { ...current, first: input + 1, count: current.first + current.count - input - 1 };
    left = [next, ...left.slice(job + 1)].filter(({ count }) => count > 0);
  }
  return { inputs, counts, grew, findings };
};
