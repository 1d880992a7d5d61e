/** Pillow's resize to the last bit: more than ten million bytes, and none may differ. test/long/pillow.test.ts compares all. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { buildResizes, compareResizes, openedCpu, pillowResizes } from '../support/pillowResizes.js';

describe("Pillow's resize on the CPU", () => {
  const cpu = openedCpu();

  it('gives the bytes of Pillow 12.3', async () => {
    const built = await buildResizes('pillowResizes', ['-DCW_HAS_CLONES']);
    const some = pillowResizes().filter(({ number }) => number % 4 === 3 || number > 200);
    const { differ, values } = await compareResizes(built, cpu(), some);
    expect(differ).toEqual([]);
    expect(values).toBeGreaterThan(10_000_000);
  });
});

/** The pairs for which Pillow 9.4 (Debian 12's) has other bytes than 12.3: it goes along rows first in very high images, too. */
const in94 = [
  '2 224 31 64 4d673efd11b0 675dc977e58a 1ccf3cdf2c1a 08f954c879b7 4e92a0fdda76',
  '5 4000 3 7 b033dbbc40e3 f866d1e53ca9 c4ecfbd98091 745e65c964db d43056f6339c',
];

const script = fileURLToPath(new URL('pillowResizes.py', import.meta.url));
const python = ['python3', '/usr/bin/python3'].find(
  path => spawnSync(path, ['-c', 'import numpy, PIL']).status === 0,
);

it.skipIf(!python)('the Pillow of this machine gives the same bytes', () => {
  const { status, stdout, stderr } = spawnSync(python!, ['-W', 'ignore', script], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = stdout.trim().split('\n');
  const version = spawnSync(python!, ['-c', 'import PIL; print(PIL.__version__)'], {
    encoding: 'utf8',
  }).stdout;
  const expected = pillowResizes().map(({ from, to, digests }) => {
    const line = [...from, ...to, ...digests].join(' ');
    const older = version.startsWith('9.4.')
      ? in94.find(other => other.startsWith(`${[...from, ...to].join(' ')} `))
      : undefined;
    return older ?? line;
  });
  expect(lines).toEqual(expected);
});
