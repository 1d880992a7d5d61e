/** What generated code does with memory, seen by AddressSanitizer and UndefinedBehaviorSanitizer. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { runProgram } from '../../support/child.js';
import { buildTen } from '../../support/tenPipelines/build.js';

// The runtime libraries of the compiler that is used; Node.js itself is not sanitized, so that they are loaded first.
const libraries = ['libasan.so', 'libubsan.so'].map(name =>
  execFileSync('g++', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim(),
);

// In MiB. A kilobyte that each of 4,000 calls left would be 4; the engine's own heap moves by a few.
const mostGrowth = 24;

it('ten pipelines read and write their images only, and give what they give otherwise', async () => {
  const flags = ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
  const [plain, sanitized] = [await buildTen('ten'), await buildTen('tenSanitized', flags)];
  expect(readFileSync(join(dirname(sanitized), 'pipelines.so')).includes('__asan_report_store')).toBe(true);
  const expected = runProgram('tenPipelines', { args: [plain, '1'] });
  expect(expected).toMatchObject({ status: 0, err: '' });
  expect(expected.out).toMatch(/^[0-9a-f]{64}\n$/);
  const found = runProgram('tenPipelines', {
    args: [sanitized, '1'],
    // Node.js leaves memory to the end of its process.
    env: { LD_PRELOAD: libraries.join(':'), ASAN_OPTIONS: 'detect_leaks=0' },
  });
  expect(found).toEqual(expected);
});

it('thousands of calls, whose memory is given back in any order, leave nothing', async () => {
  const { status, out, err } = runProgram('manyCalls', { args: [await buildTen('ten'), '2000', '4000'] });
  expect({ status, err }).toEqual({ status: 0, err: '' });
  const { grew, live } = JSON.parse(out) as { readonly grew: number; readonly live: number };
  expect(live).toBe(0);
  expect(grew).toBeLessThan(mostGrowth);
});
