/** A resampling by a separable filter in two kernels has the bits of the one. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../compiler/ir/plan.js';
import { bindingViews } from '../../compiler/print/data/bindings.js';
import { plansOf } from '../../compiler/specs.js';
import { loadOracle, root, runOracle } from '../support/executions.js';
import { randomImage, readPixels, type TestImage } from '../support/images.js';
import { random } from '../support/random.js';
import type { Given } from '../support/reference.js';

let plans: ReadonlyMap<string, Plan>;
beforeAll(async () => {
  const all = await plansOf({ root, entries: ['test/support/halvedPipelines.ts'] });
  plans = new Map(all.map(plan => [plan.name, plan]));
});

it('is offered where columns stay apart from rows, and all points lie inside', () => {
  const offered = [...plans.values()].flatMap(({ kernels, halves }) =>
    kernels.flatMap(({ name }, n) => {
      const [across, down] = halves[n]?.kernels ?? [];
      return across && down ? [`${name}: ${across.chain} | ${down.chain}`] : [];
    }),
  );
  expect(offered).toMatchInlineSnapshot(`
    [
      "halvedTriangle: nv12 > resizeAcross (antialiasedLinear, replicate) > yuv_nhwc_f32 | yuv_nhwc_f32 > resizeDown (antialiasedLinear, replicate) > yuvToRgb > normalize > rgb_nchw_f32",
      "halvedLanczos: rgb8 > crop > clamp > rotate90 > resizeAcross (antialiasedLanczos, constant) > rgb_nhwc_f32 | rgb_nhwc_f32 > resizeDown (antialiasedLanczos, constant) > flip > rgbToGray > gray_nchw_f32",
      "halvedCubic: gray16 > gaussianNoise > resizeAcross (antialiasedCubic, replicate) > gray_nhwc_f32 | gray_nhwc_f32 > resizeDown (antialiasedCubic, replicate) > gray_nhwc_f16",
      "halvedForked_small_1: rgb8 > resizeAcross (area, replicate) > rgb_nhwc_f32 | rgb_nhwc_f32 > resizeDown (area, replicate) > rgb_nhwc_f32",
      "halvedForked_other: rgb8 > resize2Across (antialiasedHamming, replicate) > rgb_nhwc_f32 | rgb_nhwc_f32 > resize2Down (antialiasedHamming, replicate) > rgb_nhwc_u8",
      "halvedNamed_small: rgb8 > resizeAcross_ (antialiasedLinear, replicate) > rgb_nhwc_f32 | rgb_nhwc_f32 > resizeDown (antialiasedLinear, replicate) > rgb_nhwc_u8",
    ]
  `);
});

it('gives its stages names that no stage of another kernel has', () => {
  const plan = plans.get('halvedNamed')!;
  const [view] = bindingViews([plan]);
  expect(view!.sizes.map(({ stage }) => stage)).toEqual([
    'resize',
    'resizeAcross',
    'resizeAcross_',
    'resizeDown',
  ]);
});

const place = { number: 0, of: 1 };
const sizes: readonly (readonly [number, number])[] = [
  [1, 1],
  [37, 23],
  [64, 5],
  [9, 70],
];

describe.each([
  ['halvedTriangle', 0],
  ['halvedLanczos', 0],
  ['halvedCubic', 0],
  ['halvedForked', 0],
  ['halvedForked', 2],
  ['halvedNamed', 0],
] as const)('%s, step %i', (name, step) => {
  it.each([
    [3, 2],
    [40, 31],
    [1, 60],
  ])('to %i×%i', async (width, height) => {
    const { kernels, halves } = plans.get(name)!;
    const whole = kernels[step]!;
    const [across, down] = halves[step]!.kernels;
    const numbers = random(width * height);
    for (const [w, h] of sizes) {
      const image = randomImage(whole.pipeline.source, w, h, numbers);
      const rect = { x: w >> 2, y: h >> 2, width: (w + 1) >> 1, height: (h + 1) >> 1 };
      const given: Given = { width, height, rect };
      const one = runOracle(whole, await loadOracle(whole), image, undefined, given, place);
      const between = runOracle(across, await loadOracle(across), image, undefined, given, place);
      const two: TestImage = runOracle(down, await loadOracle(down), between, undefined, given, place);
      expect([two.width, two.height]).toEqual([one.width, one.height]);
      expect(readPixels(two)).toEqual(readPixels(one));
    }
  });
});
