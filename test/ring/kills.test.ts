/** Twenty kills of either side; test/long/rings.test.ts has a hundred. */
import { readdirSync } from 'node:fs';
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

describe.skipIf(!python)(`kills${whyNot}`, () => {
  it('of consumers: the producer knows, and goes on', async () => {
    await killConsumers(device, 5, 'share');
    await killConsumers(device, 5, 'broadcast');
  });

  it('of producers: the consumer knows, and reads the next one', async () => {
    await killProducers(5, 'share');
    await killProducers(5, 'broadcast');
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
