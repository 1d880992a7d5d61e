/** Pillow's resize to the last bit: more than ten million bytes, and none may differ. test/long/pillow.test.ts compares all. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
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

  it('gives the bytes of Pillow 12.3', async () => {
    const built = await buildResizes('pillowResizes', ['-DCW_HAS_CLONES']);
    const some = pillowResizes().filter(({ number }) => number % 4 === 3 || number > 200);
    const { differ, values } = await compareResizes(built, device, some);
    expect(differ).toEqual([]);
    expect(values).toBeGreaterThan(10_000_000);
  });
});

const script = fileURLToPath(new URL('pillowResizes.py', import.meta.url));
const python = ['python3', '/usr/bin/python3'].find(
  path => spawnSync(path, ['-c', 'import numpy, PIL']).status === 0,
);

it.skipIf(!python)('the Pillow of this machine gives the same bytes', () => {
  const { status, stdout, stderr } = spawnSync(python!, ['-W', 'ignore', script], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = stdout.trim().split('\n');
  const expected = pillowResizes().map(({ from, to, digests }) => [...from, ...to, ...digests].join(' '));
  expect(lines).toEqual(expected);
});
