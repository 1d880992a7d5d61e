import { beforeAll, describe, expect, it } from 'vitest';
import type { Fold, Kernel } from '../../compiler/ir/plan.js';
import { plansIn } from '../support/plans.js';

describe('columns that are loops with one value', () => {
  let kernels: ReadonlyMap<string, Kernel>;
  beforeAll(async () => {
    const plans = await plansIn('test/support/foldPipelines.ts');
    kernels = new Map(plans.flatMap(plan => plan.kernels.map(kernel => [kernel.name, kernel])));
  });
  const foldOf = (name: string): Fold | undefined => kernels.get(name)!.schedule.strip?.fold;

  it('are the library’s blurs, and what authors write so', () => {
    for (const [name, radius] of [
      ['blurred', 7],
      ['boxed', 2],
      ['own', 1],
    ] as const) {
      const fold = foldOf(name);
      expect([fold?.first, fold?.last], name).toEqual([-radius, radius]);
    }
  });

  it('begin with what does not depend on a row, and end with what follows the loop', () => {
    const { begin, step, end } = foldOf('own')!;
    expect(begin.fn.args).toEqual([]);
    expect(step.fn.args.map(({ type }) => [type.scalar, type.length])).toEqual([
      ['i32', 0],
      ['f32', 3],
      ['f32', 3],
    ]);
    expect(step.helpers.map(({ name }) => name)).toContain('weight');
    expect(end.fn.args).toHaveLength(1);
    for (const part of [begin, step, end]) {
      expect(JSON.stringify(part.fn)).not.toContain('"tap"');
    }
  });

  it('are none where a step reads two rows, or the loop has begun before', () => {
    for (const name of ['paired', 'begun', 'compared']) {
      expect(kernels.get(name)!.schedule.strip, name).toBeDefined();
      expect(foldOf(name), name).toBeUndefined();
    }
  });
});
