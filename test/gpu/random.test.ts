/** The random pipelines of test/random.test.ts in a strict build on a GPU: the oracle's bytes, again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cudaStatus, type Device, openDevice } from '../../runtime/index.js';
import { onStandIn } from '../support/executions.js';
import { buildRandom, checkRandom, type RandomPipeline, settings } from '../support/randomPipelines.js';

const status = cudaStatus();
const title = status.usable ? '' : ' (skipped: no CUDA device)';
const chosen = onStandIn ? settings(8, 80) : settings(40, 2000);

describe.skipIf(!status.usable)(`${chosen.pipelines} random pipelines on CUDA${title}`, () => {
  let pipelines: readonly RandomPipeline[];
  let device: Device;
  beforeAll(async () => {
    pipelines = await buildRandom(chosen, 'randomCuda', { strict: true });
    device = openDevice('cuda');
  }, 1_200_000);
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it('oracle == CUDA, to the bit', { timeout: 1_200_000 }, async () => {
    const ran = await checkRandom(pipelines, device, chosen);
    console.log(`${ran} cases of ${pipelines.length} random pipelines, seed ${chosen.seed}`);
    expect(ran).toBe(chosen.cases);
  });
});
