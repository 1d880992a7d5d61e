/** The golden table against one execution, and the golden pipelines as built code. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Pipeline as Built, Device } from '../../runtime/index.js';
import { buildFolder, buildForCuda, runBuilt } from '../support/executions.js';
import { blankImage, expectIntact, type Pixels, readPixels } from '../support/images.js';
import { plansIn } from '../support/plans.js';
import { buildQuick } from '../support/quickBuild.js';
import { expectWithin } from '../support/tolerance.js';
import type { GoldenCase } from './cases.js';

/** Compares what an execution makes of a case's inputs with the peer's results. */
export const expectGolden = async (
  golden: GoldenCase,
  execute: (golden: GoldenCase) => readonly Pixels[] | Promise<readonly Pixels[]>,
): Promise<void> => {
  const actual = await execute(golden);
  golden.expected.forEach((expected, number) => {
    expectWithin(actual[number]!, expected, golden.tolerance);
  });
  expectIntact(...golden.inputs);
};

/** The golden pipelines, built into a folder of the tests. */
export type GoldenBuild = Readonly<Record<string, Built<never>>>;

const goldenEntry = 'test/golden/pipelines.ts';

/** Builds those of the cases; `cpu` leaves CUDA out. */
export const buildGolden = async (
  folder: string,
  cases: readonly GoldenCase[],
  { cpu }: { readonly cpu: boolean },
): Promise<GoldenBuild> => {
  const out = buildFolder(folder);
  if (cpu) {
    // What the flags of a build make of kernels is for test/executions.test.ts.
    await buildQuick(await plansIn(goldenEntry), out);
  } else {
    await buildForCuda(goldenEntry, out, { strict: false, names: cases.map(({ name }) => name) });
  }
  return (await import(pathToFileURL(join(out, 'index.js')).href)) as GoldenBuild;
};

/** Runs a case's built pipeline on a device; results lie in rows with padding, between canaries. */
export const runGolden =
  (built: GoldenBuild, device: Device) =>
  async ({ name, pipeline, inputs, options, expected }: GoldenCase): Promise<readonly Pixels[]> => {
    const outs = expected.map(({ width, height }) =>
      blankImage(pipeline.sink, width, height, { padding: 12 }),
    );
    await runBuilt(built[name]!, device, inputs, outs, options);
    expectIntact(...outs);
    return outs.map(out => readPixels(out));
  };
