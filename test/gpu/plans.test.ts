/** Several kernels on a GPU are what their parts are by hand, bit for bit in a strict build. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cudaStatus, type Device, openDevice } from '../../runtime/index.js';
import { buildByHand, pairs, runByHand } from '../support/byHand.js';

const status = cudaStatus();
const title = status.usable ? '' : ' (skipped: no CUDA device)';

describe.skipIf(!status.usable)(`several kernels on a GPU${title}`, () => {
  let built: Awaited<ReturnType<typeof buildByHand>>;
  let device: Device;
  beforeAll(async () => {
    built = await buildByHand('byHandCuda', { cpu: false });
    device = openDevice('cuda');
  });
  afterAll(async () => {
    await device.synchronize();
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it.each(pairs)('$whole $result is $parts', async pair => {
    const { atOnce, byHand } = await runByHand(built, pair, device);
    expect(atOnce).toEqual(byHand);
  });
});
