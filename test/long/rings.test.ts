/** A hundred kills; test/ring/kills.test.ts has twenty. */

import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../compiler/build/build.js';
import { type Device, openDevice } from '../../runtime/index.js';
import { python, whyNot } from '../python/python.js';
import { out, Producer, ringFolder } from '../ring/consumers.js';
import { killConsumers, killProducers } from '../ring/kills.js';
import { root } from '../support/executions.js';

let folder: ReturnType<typeof ringFolder>;
let device: Device;
beforeAll(async () => {
  folder = ringFolder();
  process.env.CUWEAVE_BUILD = out.killed;
  device = openDevice('cpu');
  await build({ root, entries: ['test/ring/pipelines.ts'], out: out.killed, cpu: true, python: true });
});
afterAll(() => {
  device.dispose();
  folder.end();
  delete process.env.CUWEAVE_BUILD;
});

describe.skipIf(!python)(`a hundred kills${whyNot}`, () => {
  it('leave nothing behind', async () => {
    for (const mode of ['share', 'broadcast'] as const) {
      await killConsumers(device, 25, mode);
      await killProducers(25, mode);
    }
    new Producer(device, 'sweeper').ring.close();
    expect(readdirSync(folder.path)).toEqual(['.lock']);
  });
});
