/** Reductions on CUDA, against the host's code: the same bits in a strict build, also when calls follow one another and overlap. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../compiler/ir/plan.js';
import { type Pipeline as Built, cudaStatus, type Device, openDevice } from '../../runtime/index.js';
import { buildFolder, buildForCuda } from '../support/executions.js';
import { bindingsOf, reduceCases, reduceEntry, reducePlans, run } from '../support/reduceExecutions.js';

const status = cudaStatus();
const title = status.usable ? '' : ' (skipped: no CUDA device)';

describe.skipIf(!status.usable)(`reductions on CUDA, against the host${title}`, () => {
  let plans: readonly Plan[];
  let bindings: Record<string, Built<never>>;
  let cuda: Device;
  let host: Device;
  beforeAll(async () => {
    plans = await reducePlans();
    const out = buildFolder('reduceCuda');
    await buildForCuda(reduceEntry, out, { strict: true, names: plans.map(({ name }) => name) });
    bindings = await bindingsOf(out);
    cuda = openDevice('cuda');
    host = openDevice('cpu');
  });
  afterAll(() => {
    cuda.dispose();
    host.dispose();
  });

  it('have the host’s bits, for every size and batch', async () => {
    for (const plan of plans) {
      for (const one of reduceCases(plan)) {
        const built = bindings[plan.name]!;
        const [mine, theirs] = [await run(built, cuda, one), await run(built, host, one)];
        expect([...mine.keys()]).toEqual([...theirs.keys()]);
        for (const [name, { data }] of mine) {
          expect([plan.name, name, ...data]).toEqual([plan.name, name, ...theirs.get(name)!.data]);
        }
      }
    }
  });

  it('leave their counters as they were: a call gives the same again', async () => {
    const plan = plans.find(({ name }) => name === 'severalOfRgb')!;
    const one = reduceCases(plan)[1]!;
    const [first, ...others] = await Promise.all(
      Array.from({ length: 5 }, () => run(bindings.severalOfRgb!, cuda, one)),
    );
    for (const other of others) {
      expect([...other.values()].map(({ data }) => [...data])).toEqual(
        [...first!.values()].map(({ data }) => [...data]),
      );
    }
  });
});
