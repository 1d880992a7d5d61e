import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Device, openDevice } from '../../runtime/index.js';
import { goldenCases } from './cases.js';
import { buildGolden, expectGolden, type GoldenBuild, runGolden } from './check.js';

describe("the host's code gives what the peers give", () => {
  let built: GoldenBuild;
  let device: Device;
  beforeAll(async () => {
    built = await buildGolden('golden', goldenCases, { cpu: true });
    device = openDevice('cpu');
  });
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it.each(goldenCases)('$id', golden => expectGolden(golden, runGolden(built, device)));
});
