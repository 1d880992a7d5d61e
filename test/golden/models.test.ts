/** Models' own processors, as transformers has them: see test/golden/models/make.py. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plansOf } from '../../compiler/specs.js';
import { type Device, type HostData, openDevice, type Patches } from '../../runtime/index.js';
import { buildFolder, root } from '../support/executions.js';
import type { PatchBindings } from '../support/patched.js';
import { buildQuick } from '../support/quickBuild.js';
import { bindingsOf } from '../support/reduceExecutions.js';
import { pictureOn } from './models/pictures.js';

type Expected = {
  readonly tokens: readonly {
    readonly name: string;
    readonly width: number;
    readonly height: number;
    readonly grid: readonly number[];
    readonly shape: readonly number[];
    readonly sha256: string;
  }[];
};
const expected = JSON.parse(readFileSync(new URL('models/expected.json', import.meta.url), 'utf8')) as Expected;
const digest = (data: HostData): string => createHash('sha256').update(data).digest('hex');

describe('models as transformers prepares them', () => {
  let built: PatchBindings;
  let device: Device;
  beforeAll(async () => {
    const out = buildFolder('models');
    await buildQuick(await plansOf({ root, entries: ['test/golden/models/pipelines.ts'] }), out);
    built = (await bindingsOf(out)) as never;
    device = openDevice('cpu');
  });
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it.each(expected.tokens)('$name: the grid, and the order of every number', async one => {
    const image = pictureOn(device, one.width, one.height);
    const made = built[`${one.name}Tokens`]!(image) as Patches;
    const { data, shape } = await made.toHost();
    expect({ grid: [...made.gridThw], shape, sha256: digest(data) }).toEqual({
      grid: one.grid,
      shape: one.shape,
      sha256: one.sha256,
    });
    made.dispose();
    image.dispose();
  });
});
