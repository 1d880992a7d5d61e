/** More random pipelines than test/random.test.ts has: each part with another seed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Device, openDevice } from '../../runtime/index.js';
import {
  buildRandom,
  checkOtherWays,
  checkRandom,
  type RandomPipeline,
  settings,
} from '../support/randomPipelines.js';
import { shardOf } from '../support/shard.js';

const seeds = shardOf(Array.from({ length: 16 }, (_, n) => 1000 + n));

describe.each(seeds)('random pipelines from seed %i', seed => {
  const chosen = { ...settings(110, 1000), seed };
  let pipelines: readonly RandomPipeline[];
  let device: Device;
  beforeAll(async () => {
    pipelines = await buildRandom(chosen, `random${seed}`, 'quick');
    device = openDevice('cpu');
  });
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it('oracle == host, to the bit', async () => {
    expect(await checkRandom(pipelines, device, chosen)).toBe(chosen.cases);
  });

  it('cut anywhere, results apart and heads by themselves == as planned, to the bit', async () => {
    const { cuts, apart, heads } = await checkOtherWays(pipelines, seed);
    expect(cuts + apart + heads).toBeGreaterThan(0);
  });
});
