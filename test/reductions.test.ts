/** Reductions: the oracle and the host's code, and what other libraries compute. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../compiler/ir/plan.js';
import { type Pipeline as Built, type Device, openDevice } from '../runtime/index.js';
import { buildFolder, loadOracles } from './support/executions.js';
import { buildQuick } from './support/quickBuild.js';
import { bindingsOf, reduceCases, reducePlans, run } from './support/reduceExecutions.js';
import { reducedBy } from './support/reduced.js';

describe('reductions', () => {
  let plans: readonly Plan[];
  let bindings: Record<string, Built<never>>;
  let device: Device;
  beforeAll(async () => {
    plans = await reducePlans();
    const out = buildFolder('reduce');
    await buildQuick(plans, out);
    bindings = await bindingsOf(out);
    device = openDevice('cpu');
  });
  afterAll(() => device.dispose());

  it('have the same bits as their oracles, for every size and batch', async () => {
    for (const plan of plans) {
      const oracles = await loadOracles(plan);
      for (const one of reduceCases(plan)) {
        const host = await run(bindings[plan.name]!, device, one);
        for (const [number, image] of one.images.entries()) {
          const place = { number, of: one.images.length };
          for (const [name, numbers] of reducedBy(plan, oracles, image, one.given, place)) {
            const { data } = host.get(`${name}${number}`)!;
            expect([plan.name, name, ...data]).toEqual([plan.name, name, ...numbers]);
          }
        }
      }
    }
  });
});
