/** Random pipelines on random batches: the oracle's bytes are the host's. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Device, openDevice } from '../runtime/index.js';
import {
  buildRandom,
  checkOtherWays,
  checkRandom,
  type RandomPipeline,
  settings,
} from './support/randomPipelines.js';
import { shardOf, turnOf } from './support/shard.js';

// Of two seeds, one by turns.
const [further] = shardOf([0, 1], turnOf(2)) as [number];
const chosen = settings(35, 300, further);

describe(`${chosen.pipelines} random pipelines from seed ${chosen.seed}`, () => {
  let pipelines: readonly RandomPipeline[];
  let device: Device;
  beforeAll(async () => {
    pipelines = await buildRandom(chosen, 'random', 'quick');
    device = openDevice('cpu');
  }, 1_200_000);
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it('oracle == host, to the bit', { timeout: 1_200_000 }, async () => {
    const ran = await checkRandom(pipelines, device, chosen);
    console.log(`${ran} cases of ${pipelines.length} random pipelines, seed ${chosen.seed}`);
    expect(ran).toBe(chosen.cases);
  });

  it('cut anywhere, results apart and heads by themselves == as planned, to the bit', {
    timeout: 1_200_000,
  }, async () => {
    const { cuts, apart, heads } = await checkOtherWays(pipelines, chosen.seed);
    console.log(
      `${cuts} cuts, ${apart} results apart, ${heads} heads of ${pipelines.length} random pipelines, seed ${chosen.seed}`,
    );
    expect(cuts + apart + heads).toBeGreaterThan(0);
  });
});
