/** What was found before, and the first inputs of a seed. `npm run fuzz` looks for longer. */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Job } from './protocol.js';
import { runJobs } from './runner.js';

const corpus = (target: string): readonly string[] => {
  const folder = fileURLToPath(new URL(`corpus/${target}`, import.meta.url));
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
  const outcome = await runJobs(jobs, { bounds: { seconds: 10, idleSeconds: 120, megabytes: 1024 } });
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
