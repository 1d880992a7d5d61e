/** Augmentation as torchvision does it with the same parameters: see test/golden/augment/make.py. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plansOf } from '../../compiler/specs.js';
import type { Parameters } from '../../ops/augmentation/index.js';
import { type Device, type Image, openDevice, type Tensor } from '../../runtime/index.js';
import { buildFolder, root } from '../support/executions.js';
import { buildQuick } from '../support/quickBuild.js';
import { bindingsOf } from '../support/reduceExecutions.js';
import { crops, jitters, plainJitters, training } from './augment/pipelines.js';
import { pictureOn } from './models/pictures.js';

type Case = {
  readonly name: keyof typeof lists;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  readonly samples: readonly Parameters[];
  readonly step: number;
  readonly values: readonly (readonly number[])[];
};
const lists = {
  jitteredBytes: jitters,
  plainBytes: plainJitters,
  croppedBytes: crops,
  trainingInput: training,
};
const cases = JSON.parse(
  readFileSync(new URL('augment/expected.json', import.meta.url), 'utf8'),
) as readonly Case[];

describe('augmentation as torchvision does it', () => {
  let built: Readonly<Record<string, (images: readonly Image[], options: object) => Tensor>>;
  let device: Device;
  beforeAll(async () => {
    const out = buildFolder('augment');
    await buildQuick(await plansOf({ root, entries: ['test/golden/augment/pipelines.ts'] }), out);
    built = (await bindingsOf(out)) as never;
    device = openDevice('cpu');
  }, 600_000);
  afterAll(() => {
    device.dispose();
  });

  const run = async (name: string, images: readonly Image[], options: object): Promise<number[]> => {
    const made = built[name]!(images, options);
    const { data } = await made.toHost();
    made.dispose();
    return [...(data as Float32Array)];
  };

  it.each(cases)('$name: numbers, replay and any split of the batch', async one => {
    const { name, width, height, seed, samples, step, values } = one;
    const list = lists[name];
    const drawn = samples.map((_, index) => list.parameters(index, { seed, width, height }));
    // What was recorded is what is drawn, on any machine.
    expect(drawn).toEqual(samples);
    const image = pictureOn(device, width, height);
    const images = samples.map(() => image);
    const all = await run(name, images, list.options(JSON.parse(JSON.stringify(drawn))));
    const { live } = device.memory();
    const each = all.length / samples.length;
    // Another batch: the last five, in reverse.
    const some = [11, 10, 9, 8, 7];
    const other = await run(
      name,
      some.map(() => image),
      list.options(some.map(n => drawn[n]!)),
    );
    some.forEach((n, k) => {
      expect(other.slice(k * each, (k + 1) * each)).toEqual(all.slice(n * each, (n + 1) * each));
    });
    expect(device.memory().live).toBe(live);
    let off = 0;
    let far = 0;
    let count = 0;
    samples.forEach((_, n) => {
      const mine = all.slice(n * each, (n + 1) * each).filter((_, k) => k % step === 0);
      expect(mine.length).toBe(values[n]!.length);
      mine.forEach((v, k) => {
        const difference = Math.abs(v - values[n]![k]!);
        count++;
        off += difference > 1e-4 ? 1 : 0;
        far = Math.max(far, difference);
      });
    });
    image.dispose();
    expect(count).toBeGreaterThan(100);
    expect(off / count).toBeLessThanOrEqual(bounds[name].share);
    expect(far).toBeLessThanOrEqual(bounds[name].far);
  });
});

/**
 * Colours are torchvision's bytes. Its resize of bytes rounds after each of its two passes, ours once at the end: a level more or less for about one
 * pixel of seven. Behind it the steps of the jitter enlarge a level by 1.4³ at most and round down once more: four levels, 4 / (255 · 0.224).
 */
const bounds = {
  jitteredBytes: { share: 0, far: 0 },
  plainBytes: { share: 0, far: 0 },
  croppedBytes: { share: 0.2, far: 1 },
  trainingInput: { share: 0.2, far: 0.0701 },
};
