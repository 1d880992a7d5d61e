/** Results that are tokens of patches, on the host: the order of `tokensOf`, and what is said of them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../compiler/ir/plan.js';
import { plansOf } from '../compiler/specs.js';
import { type Device, openDevice, type Patches, patchGrid, Tensor } from '../runtime/index.js';
import { buildFolder, root } from './support/executions.js';
import { differenceOf, type PatchBindings, patchCases, picturesOf } from './support/patched.js';
import { buildQuick } from './support/quickBuild.js';
import { bindingsOf } from './support/reduceExecutions.js';

describe('patches', () => {
  let plans: readonly Plan[];
  let built: PatchBindings;
  let device: Device;
  beforeAll(async () => {
    plans = await plansOf({ root, entries: ['test/support/patchPipelines.ts'] });
    const out = buildFolder('patches');
    await buildQuick(plans, out);
    built = (await bindingsOf(out)) as never;
    device = openDevice('cpu');
  });
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it.each(patchCases)('$name are the tensor in the order of tokens', async one => {
    expect(await differenceOf(built, device, one)).toBeUndefined();
  });

  it('a GPU moves runs within a patch, as wide as its side lets them be', () => {
    const tiles = plans.map(({ name, kernels }) => [
      name,
      kernels.map(({ schedule: { tile } }) => tile.width),
    ]);
    expect(Object.fromEntries(tiles)).toEqual({
      qwenStill: [1],
      qwenVideo: [2],
      qwen3Still: [4],
      siglip2: [4],
      vit: [8],
      odd: [1],
      alone: [1],
      aloneTensor: [1],
      ragged: [4],
    });
  });

  it('of images of several sizes are one result, whose grid and lengths say where each lies', async () => {
    const format = 'rgb8';
    const small = picturesOf(device, { format, size: [48, 32], images: 1 });
    const large = picturesOf(device, { format, size: [64, 80], images: 1 });
    const mixed = [...small, ...large, ...small];
    const { gridThw, cuSeqlens, tensor } = built.ragged!(mixed) as Patches;
    expect([tensor.shape, [...gridThw], [...cuSeqlens]]).toEqual([
      [24 + 80 + 24, 64],
      [1, 4, 6, 1, 10, 8, 1, 4, 6],
      [0, 24, 104, 128],
    ]);
    const each = built.ragged!.runEach(mixed) as Patches[];
    expect(each.map(one => [...one.gridThw])).toEqual([
      [1, 4, 6],
      [1, 10, 8],
      [1, 4, 6],
    ]);
    const apart = await Promise.all(each.map(one => one.toHost()));
    expect((await tensor.toHost()).data).toEqual(Float32Array.from(apart.flatMap(({ data }) => [...data])));
    const unequal = [
      { width: 28, height: 56 },
      { width: 84, height: 28 },
    ];
    const { gridThw: grid, cuSeqlens: ends } = patchGrid(unequal, { patch: 14, merge: 2 });
    expect([[...grid], [...ends]]).toEqual([
      [1, 4, 2, 1, 2, 6],
      [0, 8, 20],
    ]);
    for (const held of [...mixed.slice(0, 2), ...each, tensor]) {
      held.dispose();
    }
  });

  it('pairs the frames of a video', () => {
    const frames = Array.from({ length: 4 }, () => ({ width: 56, height: 28 }));
    const { gridThw, cuSeqlens } = patchGrid(frames, { patch: 14, merge: 2, temporal: 2, frames: 'paired' });
    expect([[...gridThw], [...cuSeqlens]]).toEqual([
      [2, 2, 4],
      [0, 8, 16],
    ]);
  });

  it('refuses what makes no whole patches', () => {
    const message = (call: () => unknown): string => {
      try {
        call();
        return 'accepted';
      } catch (error) {
        return `${(error as Error).name}: ${(error as Error).message}`;
      }
    };
    const images = picturesOf(device, { format: 'rgb8', size: [64, 32], images: 2 });
    const wrong = Tensor.empty(device, { shape: [8, 64], dtype: 'f32', layout: 'any' });
    const frames = picturesOf(device, { format: 'nv12', size: [56, 28], images: 3 });
    const [one] = images;
    expect(
      [
        message(() => built.alone!(images, { width: 40, height: 32 })),
        message(() => built.qwenVideo!(frames)),
        message(() => built.alone!.runInto(wrong as never, one!, { width: 64, height: 32 })),
        message(() => built.alone!.runInto(one as never, one!, { width: 64, height: 32 })),
        message(() =>
          patchGrid(
            [
              { width: 28, height: 28 },
              { width: 56, height: 28 },
            ],
            { patch: 14, temporal: 2, frames: 'paired' },
          ),
        ),
      ].join('\n'),
    ).toMatchInlineSnapshot(`
      "ArgumentError: Expected pictures whose sides are multiples of 16 for input, image 0 but received 40×32 before its patches. Resize to such a size: resizeWithin, or resize. Or pad: padToMultiple.
      ArgumentError: Expected a multiple of 2 frames for input but received 3. 2 of them make a token. Give the last one again: [...frames, frames.at(-1)].
      ArgumentError: Expected [32, 64] for output.shape but received [8, 64].
      ArgumentError: Expected a Tensor for output but received an Image.
      ArgumentError: Expected frames of one size, 28×28 as the first for sizes, image 1 but received 56×28. Frames that share tokens are those of one video."
    `);
    for (const held of [...images, ...frames, wrong]) {
      held.dispose();
    }
  });
});
