/** What was found before, and the first inputs of a seed. `npm run fuzz` looks for longer. */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Job } from './protocol.js';
import { runJobs, usualBounds } from './runner.js';

/** Which folder has a target's inputs: what decodes a file opens its container, too. */
const folders: Readonly<Record<string, string>> = { container: 'video' };
const corpus = (target: string): readonly string[] => {
  const folder = fileURLToPath(new URL(`corpus/${folders[target] ?? target}`, import.meta.url));
  return existsSync(folder)
    ? readdirSync(folder)
        .sort()
        .map(name => `${folder}/${name}`)
    : [];
};

const inputs: Readonly<Record<string, number>> = {
  container: 120,
  video: 25,
  picture: 60,
  npy: 400,
  calls: 300,
  manifest: 60,
  spec: 2,
};

it('stands what was found before and the first inputs of a seed', { timeout: 600_000 }, async () => {
  const jobs = Object.keys(inputs).flatMap((target): Job[] => {
    const files = corpus(target);
    return [
      { target, seed: 1, first: 0, count: files.length, files },
      { target, seed: 1, first: 0, count: inputs[target] },
    ];
  });
  const outcome = await runJobs(jobs);
  expect(outcome.findings).toEqual([]);
  expect(outcome.inputs).toBe(jobs.reduce((sum, { count }) => sum + count, 0));
  // They are not all refused at once.
  for (const word of [
    'container: packets',
    'video: frames',
    'picture: picture',
    'npy: array',
    'calls: done',
  ]) {
    expect(outcome.counts[word]).toBeGreaterThan(0);
  }
});

it.skipIf(!existsSync('/proc/self/clear_refs'))('finds what asks for too much memory', async () => {
  const job = { target: 'container', seed: 1, first: 0, count: 2 };
  const { findings } = await runJobs([job], { bounds: { ...usualBounds, growth: -1 } });
  expect(findings.map(({ kind }) => kind)).toEqual(['memory', 'memory']);
});
