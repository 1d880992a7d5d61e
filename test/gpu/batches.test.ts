/** Batches of every kind of launch: one image, each size full and one image more, more images than one launch holds. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernelsOf } from '../../compiler/specs.js';
import type { Format } from '../../ops/spec.js';
import { cudaStatus, type Device, openDevice } from '../../runtime/index.js';
import { root, runBuilt } from '../support/executions.js';
import { blankImage, expectIntact, randomImage, readPixels } from '../support/images.js';
import { random } from '../support/random.js';
import { exact, expectWithin } from '../support/tolerance.js';
import { buildCalls, type Calls } from './build.js';

const status = cudaStatus();
const title = status.usable ? '' : ' (skipped: no CUDA device)';

describe.skipIf(!status.usable)(`batches on CUDA are those of the host${title}`, () => {
  let calls: Calls;
  let capacities: ReadonlyMap<string, readonly number[]>;
  let formats: ReadonlyMap<string, { readonly source: Format; readonly sink: Format }>;
  let cuda: Device;
  let host: Device;
  beforeAll(async () => {
    calls = await buildCalls();
    const kernels = await kernelsOf({ root, entries: ['test/gpu/pipelines.ts'] });
    capacities = new Map(kernels.map(({ name, schedule }) => [name, schedule.capacities]));
    formats = new Map(
      kernels.map(({ name, pipeline: { source, sinks } }) => [name, { source, sink: sinks[0].format }]),
    );
    cuda = openDevice('cuda');
    host = openDevice('cpu');
  });
  afterAll(() => {
    for (const device of [cuda, host]) {
      expect(device.memory().live).toBe(0);
      device.dispose();
    }
  });

  /** Images of unequal sizes through both devices; parameters differ from image to image where there are any. */
  const compare = async (name: keyof Calls, count: number): Promise<void> => {
    const { source, sink } = formats.get(name)!;
    const values = random(count);
    const images = Array.from({ length: count }, () =>
      randomImage(source, values.int(1, 40), values.int(1, 12), values, {
        padding: values.int(0, 3),
        colour: {
          matrix: values.int(0, 1) ? 'bt709' : 'bt2020',
          range: values.int(0, 1) ? 'full' : 'limited',
        },
      }),
    );
    const rect = images.map(({ width, height }) => {
      const [w, h] = [values.int(1, width), values.int(1, height)];
      return { x: values.int(0, width - w), y: values.int(0, height - h), width: w, height: h };
    });
    const given = name === 'regions' ? { rect } : {};
    const blank = () =>
      images.map((image, n) => {
        const { width, height } = name === 'regions' ? rect[n] : image;
        return blankImage(sink, width, height, { padding: 8 });
      });
    const [actual, expected] = [blank(), blank()];
    await runBuilt(calls[name] as never, cuda, images, actual, given);
    await runBuilt(calls[name] as never, host, images, expected, given);
    expectIntact(...images, ...actual);
    actual.forEach((image, n) => {
      expectWithin(readPixels(image), readPixels(expected[n]), exact);
    });
  };

  it.each(['planar', 'regions'] as const)('%s', async name => {
    const full = capacities.get(name)!;
    expect(700).toBeGreaterThan(full.at(-1)!);
    for (const count of [1, ...full.flatMap(capacity => [capacity, capacity + 1]), 700]) {
      await compare(name, count);
    }
  });
});
