/** All of Pillow's resizes that test/golden/pillowResizes.py names, by both versions of the host's code. */
import { describe, expect, it } from 'vitest';
import { buildResizes, compareResizes, openedCpu, pillowResizes } from '../support/pillowResizes.js';

describe("Pillow's resize on the CPU", () => {
  const cpu = openedCpu();

  it.each([
    ['with AVX2', 'pillowAll', ['-DCW_HAS_CLONES']],
    ['without', 'pillowAllPlain', []],
  ] as const)('%s', async (_, name, flags) => {
    const { differ, values } = await compareResizes(await buildResizes(name, flags), cpu(), pillowResizes());
    expect(differ).toEqual([]);
    expect(values).toBeGreaterThan(70_000_000);
  });
});
