/** Two kernels or one on a GPU, in a strict build: the bytes are the oracle's of the one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cudaStatus, type Device, openDevice } from '../../runtime/index.js';
import { buildHalved, type Halved, halvedCases, runHalved } from '../support/halved.js';

const status = cudaStatus();
const title = status.usable ? '' : ' (skipped: no CUDA device)';

describe.skipIf(!status.usable)(`resizes in one kernel or two on CUDA${title}`, () => {
  let halved: Halved;
  let device: Device;
  beforeAll(async () => {
    halved = await buildHalved('halvedCuda', { cpu: false });
    device = openDevice('cuda');
  }, 1_200_000);
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it.each(halvedCases)('$name to $width×$height', async one => {
    const { actual, expected, passes } = await runHalved(halved, one, device);
    expect(passes).toBe(one.passes);
    expect(actual).toEqual(expected);
  });
});
