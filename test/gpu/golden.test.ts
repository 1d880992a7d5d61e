/** The peers' results on CUDA, in the build that users get. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cudaStatus, type Device, openDevice } from '../../runtime/index.js';
import { goldenCases } from '../golden/cases.js';
import { buildGolden, expectGolden, type GoldenBuild, runGolden } from '../golden/check.js';
import { sweepOf } from '../support/executions.js';

const status = cudaStatus();
const title = status.usable ? '' : ' (skipped: no CUDA device)';
const chosen = sweepOf(goldenCases);

describe.skipIf(!status.usable)(`CUDA gives what the peers give${title}`, () => {
  let built: GoldenBuild;
  let device: Device;
  beforeAll(async () => {
    built = await buildGolden('golden-cuda', chosen, { cpu: false });
    device = openDevice('cuda');
  });
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it.each(chosen)('$id', golden => expectGolden(golden, runGolden(built, device)));
});
