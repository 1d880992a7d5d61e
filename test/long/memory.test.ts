/** Memory over many calls, and under valgrind, which sees what the addon does, too. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runProgram } from '../support/child.js';
import { buildTen } from '../support/tenPipelines/build.js';

const hasValgrind = spawnSync('valgrind', ['--version']).status === 0;

it('80,000 calls, whose memory is given back in any order, leave nothing', async () => {
  const { status, out, err } = runProgram('manyCalls', { args: [await buildTen('ten'), '20000', '80000'] });
  expect({ status, err }).toEqual({ status: 0, err: '' });
  const { grew, live } = JSON.parse(out) as { readonly grew: number; readonly live: number };
  expect(live).toBe(0);
  // MiB: 100 bytes left by each call would be 8.
  expect(grew).toBeLessThan(16);
});

it.skipIf(!hasValgrind)(
  'ten pipelines read and write under valgrind what is theirs and has been written',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cuweave-valgrind-'));
    try {
      const log = join(folder, 'log');
      const { status } = runProgram('tenPipelines', {
        args: [await buildTen('ten'), '1'],
        // Node.js writes code as it runs.
        under: ['valgrind', '--quiet', '--smc-check=all-non-file', '--num-callers=24', `--log-file=${log}`],
      });
      expect(status).toBe(0);
      // What it says of Node.js itself is not ours: an error names the functions that led to it, and ours are in these files.
      const errors = readFileSync(log, 'utf8').split(/^==\d+== *$/m);
      expect(errors.filter(text => /cuweave\.node|pipelines\.so/.test(text))).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
