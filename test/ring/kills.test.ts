/** Twenty kills of either side; test/long/rings.test.ts has a hundred. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../compiler/build/build.js';
import { type Device, openDevice, Ring } from '../../runtime/index.js';
import { python, whyNot } from '../python/python.js';
import { root } from '../support/executions.js';
import { out, Program, ringFolder } from './consumers.js';
import { killConsumers, killProducers } from './kills.js';

let folder: ReturnType<typeof ringFolder>;
let device: Device;
beforeAll(async () => {
  folder = ringFolder();
  process.env.CUWEAVE_BUILD = out.killed;
  device = openDevice('cpu');
  if (python) {
    await build({ root, entries: ['test/ring/pipelines.ts'], out: out.killed, cpu: true, python: true });
  }
});
afterAll(() => {
  device.dispose();
  folder.end();
  delete process.env.CUWEAVE_BUILD;
});

/** How long it takes depends on the machine, so that it is not asserted. */
const told = (after: readonly number[]): string =>
  `the other side knew after ${Math.round(Math.max(...after))} ms at most`;

it('is looked for more often than once a second on either side', () => {
  const periods = [
    ['native/ring/ring.cc', /kLookMilliseconds = (\d+);/],
    ['templates/python/rings.py', /^_MILLISECONDS = (\d+)$/m],
  ] as const;
  for (const [file, pattern] of periods) {
    const [, period] = pattern.exec(readFileSync(join(root, file), 'utf8')) ?? [];
    expect(Number(period), file).toBeLessThan(1000);
  }
});

describe.skipIf(!python)(`kills${whyNot}`, () => {
  it('of consumers: the producer knows, and goes on', async () => {
    const after = [
      ...(await killConsumers(device, 5, 'share')),
      ...(await killConsumers(device, 5, 'broadcast')),
    ];
    console.log(told(after));
    expect(after).toHaveLength(10);
  });

  it('of producers: the consumer knows, and reads the next one', async () => {
    const after = [...(await killProducers(5, 'share')), ...(await killProducers(5, 'broadcast'))];
    console.log(told(after));
    expect(after).toHaveLength(10);
    // Who tried to open what a dead one left has removed it. Where nobody did, whoever makes a ring does.
    const last = Program.producer('last');
    await last.line();
    await last.kill();
    expect(readdirSync(folder.path).sort()).toEqual(['.lock', 'last']);
    Ring.create(device, 'sweeper', {
      tensors: { x: { shape: [1], dtype: 'u8', layout: 'any' } },
    }).close();
    expect(readdirSync(folder.path)).toEqual(['.lock']);
  });
});
