/** The third execution: CUDA, against the host's code. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../compiler/ir/plan.js';
import { stagesOf } from '../../compiler/ir/types.js';
import { type Pipeline as Built, cudaStatus, type Device, openDevice } from '../../runtime/index.js';
import {
  blankResults,
  buildFolder,
  buildForCuda,
  entry,
  executionTolerance,
  type Outs,
  onStandIn,
  resultsOf,
  runBuilt,
  suiteCases,
  suitePlans,
  sweepOf,
} from '../support/executions.js';
import { expectIntact, readPixels } from '../support/images.js';
import { names } from '../support/pipelineNames.js';
import { random } from '../support/random.js';
import { expectWithin, roundingTolerance } from '../support/tolerance.js';

const status = cudaStatus();
const title = status.usable ? '' : ' (skipped: no CUDA device)';
// One pipeline with a matrix is in every part of the sweep.
const chosen = [...new Set([...sweepOf(names), 'warpedConstant'])];

// The modes differ in what nvcc makes of a kernel, which a stand-in for it cannot show.
const modes = [
  { mode: 'strict', strict: true },
  { mode: 'shipped', strict: false },
].filter(({ strict }) => strict || !onStandIn);

describe.skipIf(!status.usable).each(modes)(
  `CUDA, $mode build, against the host${title}`,
  ({ mode, strict }) => {
    let plans: ReadonlyMap<string, Plan>;
    let bindings: Record<string, Built<never>>;
    let cuda: Device;
    let host: Device;
    beforeAll(async () => {
      const all = await suitePlans();
      plans = new Map(all.flatMap(plan => (chosen.includes(plan.name) ? [[plan.name, plan]] : [])));
      const out = buildFolder(mode);
      await buildForCuda(entry, out, { strict, names: chosen });
      bindings = (await import(pathToFileURL(join(out, 'index.js')).href)) as never;
      cuda = openDevice('cuda');
      host = openDevice('cpu');
    });
    afterAll(() => {
      for (const device of [cuda, host]) {
        expect(device.memory().live).toBe(0);
        device.dispose();
      }
    });

    const expectAlike = (plan: Plan, actual: Outs, expected: Outs): void => {
      for (const result of resultsOf(plan)) {
        const tolerance = strict
          ? executionTolerance(plan, result)
          : roundingTolerance(plan.name, result.sink.dtype, result.sink.code);
        actual.get(result.name)!.forEach((image, n) => {
          expectWithin(readPixels(image), readPixels(expected.get(result.name)![n]!), tolerance);
        });
      }
    };

    it.each(chosen)('%s', async name => {
      const plan = plans.get(name)!;
      for (const suiteCase of suiteCases(plan, random(name.length * 104729))) {
        const { images, given } = suiteCase;
        const [actual, expected] = [blankResults(plan, suiteCase, 12), blankResults(plan, suiteCase, 12)];
        await runBuilt(bindings[name]!, cuda, images, actual, given);
        await runBuilt(bindings[name]!, host, images, expected, given);
        expectIntact(...images, ...[...actual.values(), ...expected.values()].flat());
        expectAlike(plan, actual, expected);
      }
    });

    // 2^31 and more saturate at the ends of i32, where the neighbour's number wraps: it must not pass for one inside.
    it('reads inside the images wherever a matrix leads', async () => {
      const far = [
        [0, 0, 3e9, 0, 0, 3e9],
        [0, 0, -3e9, 0, 0, 3e9],
        [1e9, 0, -3e9, 0, 1e9, -3e9],
      ].map(dstToSrc => ({ dstToSrc }));
      const warped = [...plans].filter(([, { pipeline }]) =>
        stagesOf(pipeline).some(({ params }) =>
          params.some(({ value }) => 'open' in value && value.open === 'matrix'),
        ),
      );
      expect(warped.map(([name]) => name)).toContain('warpedConstant');
      for (const [name, plan] of warped) {
        const [suiteCase] = suiteCases(plan, random(1)).slice(1);
        for (const matrix of far) {
          const given = { ...suiteCase!.given, matrix };
          const [actual, expected] = [blankResults(plan, suiteCase!, 12), blankResults(plan, suiteCase!, 12)];
          await runBuilt(bindings[name]!, cuda, suiteCase!.images, actual, given);
          await runBuilt(bindings[name]!, host, suiteCase!.images, expected, given);
          expectAlike(plan, actual, expected);
        }
      }
    });
  },
);
