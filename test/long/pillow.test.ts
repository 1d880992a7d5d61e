/** All of Pillow's resizes that test/golden/pillowResizes.py names, by both versions of the host's code. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Device, openDevice } from '../../runtime/index.js';
import { buildResizes, compareResizes, pillowResizes } from '../support/pillowResizes.js';

describe("Pillow's resize on the CPU", () => {
  let device: Device;
  beforeAll(() => {
    device = openDevice('cpu');
  });
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it.each([
    ['with AVX2', 'pillowAll', ['-DCW_HAS_CLONES']],
    ['without', 'pillowAllPlain', []],
  ] as const)('%s', async (_, name, flags) => {
    const { differ, values } = await compareResizes(await buildResizes(name, flags), device, pillowResizes());
    expect(differ).toEqual([]);
    expect(values).toBeGreaterThan(70_000_000);
  });
});
