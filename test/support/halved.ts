/** Runs resizes that one kernel or two can do, and the oracle of the one. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plan } from '../../compiler/ir/plan.js';
import { plansOf } from '../../compiler/specs.js';
import { resamplingCost } from '../../native/resamplingCost.js';
import type { Device, Pipeline } from '../../runtime/index.js';
import { buildFolder, buildForCuda, loadOracle, root, runBuilt, runOracle } from './executions.js';
import { blankImage, expectIntact, randomImage, readPixels } from './images.js';
import { buildQuick } from './quickBuild.js';
import { random } from './random.js';

const entries = ['test/support/halvedPipelines.ts'] as const;

/** A call that shrinks or enlarges, and how many kernels it is to take. */
export const halvedCases = [
  { name: 'halvedTriangle', width: 6, height: 5, passes: 2 },
  { name: 'halvedTriangle', width: 90, height: 80, passes: 1 },
  { name: 'halvedLanczos', width: 30, height: 25, passes: 2 },
  { name: 'halvedCubic', width: 9, height: 7, passes: 2 },
  { name: 'halvedCubic', width: 150, height: 100, passes: 2 },
] as const;

/** The built pipelines, and their plans. */
export type Halved = {
  readonly plans: ReadonlyMap<string, Plan>;
  readonly built: Readonly<Record<string, Pipeline<never>>>;
};

export const buildHalved = async (folder: string, { cpu }: { readonly cpu: boolean }): Promise<Halved> => {
  const out = buildFolder(folder);
  const plans = new Map((await plansOf({ root, entries })).map(plan => [plan.name, plan]));
  // What the flags of a build make of host kernels is for test/executions.test.ts.
  await (cpu ? buildQuick([...plans.values()], out) : buildForCuda(entries[0], out, { strict: true }));
  return { plans, built: (await import(pathToFileURL(join(out, 'index.js')).href)) as never };
};

const sizes = [
  [97, 83],
  [61, 120],
  [128, 64],
] as const;

/** What the device and the oracle give for a batch, and how many kernels its sizes make cheaper. */
export const runHalved = async (
  { plans, built }: Halved,
  { name, width, height }: (typeof halvedCases)[number],
  device: Device,
) => {
  const { kernels, halves } = plans.get(name)!;
  const [whole] = kernels;
  const oracle = await loadOracle(whole);
  const numbers = random(width * height);
  const images = sizes.map(([w, h]) =>
    randomImage(whole.pipeline.source, w, h, numbers, { padding: 16, align: 16 }),
  );
  const asked = whole.layout.params.flatMap(({ fields }) =>
    fields.flatMap(({ value }) => ('open' in value ? [value.open] : [])),
  );
  const rects = sizes.map(([w, h]) => ({ x: 1, y: 2, width: w - 3, height: h - 5 }));
  const given = asked.includes('rect') ? { width, height, rect: rects } : { width, height };
  const expected = images.map((image, number) =>
    runOracle(whole, oracle, image, undefined, given, { number, of: images.length }),
  );
  const actual = expected.map(one => blankImage(one.format, one.width, one.height, { padding: 8 }));
  await runBuilt(built[name]!, device, images, actual, given);
  expectIntact(...images, ...actual);
  const costs = rects.map(({ width: cutWidth, height: cutHeight }, n) => {
    // The only crop is followed by a quarter turn.
    const [w, h] = asked.includes('rect') ? [cutHeight, cutWidth] : sizes[n]!;
    const covered = [w / width, h / height] as const;
    return resamplingCost({ width, height: h }, { width, height }, covered, halves[0]!.radius);
  });
  const sum = (way: 'one' | 'two'): number => costs.reduce((all, cost) => all + cost[way], 0);
  return {
    actual: actual.map(readPixels),
    expected: expected.map(readPixels),
    passes: sum('two') < sum('one') ? 2 : 1,
  };
};
