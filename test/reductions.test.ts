/** Reductions: the oracle and the host's code, and what other libraries compute. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../compiler/ir/plan.js';
import { type Pipeline as Built, type Device, openDevice } from '../runtime/index.js';
import { buildFolder, loadOracles } from './support/executions.js';
import { type TestImage } from './support/images.js';
import { buildQuick } from './support/quickBuild.js';
import { bindingsOf, reduceCases, reducePlans, run } from './support/reduceExecutions.js';
import { resultsBy } from './support/reduced.js';

/** The values of an image as a tensor has them: plane by plane, without padding. */
const valuesOf = ({ planes, format }: TestImage): number[] =>
  planes.flatMap(({ data, pitch, rows, rowBytes }) =>
    Array.from({ length: rows }, (_, row) => {
      const bytes = data.slice(row * pitch, row * pitch + rowBytes);
      const kinds = { u8: Uint8Array, u16: Uint16Array, f16: Uint16Array, i32: Int32Array, f32: Float32Array };
      return [...new kinds[format.dtype](bytes.buffer)];
    }).flat(),
  );

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
          for (const [name, made] of resultsBy(plan, oracles, image, one.given, place)) {
            const { data } = host.get(`${name}${number}`)!;
            const wanted = 'planes' in made ? valuesOf(made) : made;
            const at = wanted.findIndex((v, n) => !Object.is(v, data[n]));
            const where = `${plan.name} ${name} ${image.width}×${image.height} [${at}]`;
            expect([where, data.length, data[at]]).toEqual([where, wanted.length, wanted[at]]);
          }
        }
      }
    }
  });
});
