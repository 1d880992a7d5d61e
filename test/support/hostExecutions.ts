/** One spec, three executions: here the oracle, the host's code, and the author's functions as they stand. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Plan } from '../../compiler/ir/plan.js';
import { type Pipeline as Built, type Device, openDevice } from '../../runtime/index.js';
import {
  blankResults,
  buildFolder,
  executionTolerance,
  loadOracles,
  referenceOf,
  resultsOf,
  runBuilt,
  runOracles,
  suiteCases,
  suitePlans,
} from './executions.js';
import { expectIntact, readPixels } from './images.js';
import { names } from './pipelineNames.js';
import { buildQuick } from './quickBuild.js';
import { random } from './random.js';
import { storedAs } from './sinks.js';
import { expectWithin, roundingTolerance } from './tolerance.js';

/**
 * Declares the tests.
 * @param chosen The pipelines.
 * @param shipped Those of them whose host kernels have the flags of a build; the others are compiled in a fraction of the time.
 */
export const testExecutions = (chosen: readonly string[], shipped: readonly string[]): void => {
  let plans: ReadonlyMap<string, Plan>;
  let bindings: Record<string, Built<never>>;
  let device: Device;
  beforeAll(async () => {
    const all = await suitePlans();
    plans = new Map(all.map(plan => [plan.name, plan]));
    const out = buildFolder('host');
    const asked = all.filter(({ name }) => chosen.includes(name));
    await buildQuick(asked, out, { shippedHost: shipped });
    bindings = (await import(pathToFileURL(join(out, 'index.js')).href)) as never;
    device = openDevice('cpu');
  });
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it('the list of pipelines is the list that is read', () => {
    expect([...plans.keys()].sort()).toEqual([...names].sort());
  });

  it.each(chosen)('%s', async name => {
    const plan = plans.get(name)!;
    const oracles = await loadOracles(plan);
    for (const suiteCase of suiteCases(plan, random(name.length * 7919))) {
      const { images, given } = suiteCase;
      const host = blankResults(plan, suiteCase, 12);
      const expected = blankResults(plan, suiteCase, 4);
      await runBuilt(bindings[name]!, device, images, host, given);
      expectIntact(...images, ...[...host.values()].flat());
      images.forEach((image, number) => {
        const outs = new Map([...expected].map(([result, all]) => [result, all[number]!]));
        runOracles(plan, oracles, image, outs, given, { number, of: images.length });
        for (const result of resultsOf(plan)) {
          const mine = readPixels(host.get(result.name)![number]!);
          const theirs = readPixels(outs.get(result.name)!);
          expectWithin(mine, theirs, executionTolerance(plan, result));
          const { sink } = result;
          const asWritten = storedAs(referenceOf(plan, result, image, given, number), sink);
          expectWithin(theirs, asWritten, roundingTolerance(name, sink.dtype, sink.code));
        }
      });
    }
  });
};
