import { beforeAll, describe, expect, it } from 'vitest';
import type { Kernel } from '../../compiler/ir/plan.js';
import type { RankFilter, Ranking } from '../../compiler/ir/rank.js';
import { plansIn } from '../support/plans.js';

describe('rank filters', () => {
  let kernels: ReadonlyMap<string, Kernel>;
  beforeAll(async () => {
    kernels = new Map(
      (await plansIn('test/support/rankPipelines.ts')).flatMap(plan =>
        plan.kernels.map(kernel => [kernel.name, kernel]),
      ),
    );
  });
  const rankOf = (name: string): RankFilter | undefined => kernels.get(name)!.schedule.rank;

  /** What a ranking gives for values at its taps. */
  const result = (
    { taps, steps, result: last }: Ranking,
    value: (x: number, y: number) => number,
  ): number => {
    const values = taps.map(({ x, y }) => value(x, y));
    for (const { op, a, b } of steps) {
      values.push(Math[op](values[a]!, values[b]!));
    }
    return values[last]!;
  };
  const value = (x: number, y: number): number => (Math.imul(x + 7, 77) ^ Math.imul(y + 9, 151)) & 255;

  it('are the operators’ comparisons, each once, in an order that can be run', () => {
    for (const [name, radius, count] of [
      ['median3', 1, 9],
      ['median5', 2, 25],
    ] as const) {
      const [ranking] = rankOf(name)!.rankings;
      expect(ranking.taps).toHaveLength(count);
      for (const { a, b } of ranking.steps) {
        expect(Math.max(a, b)).toBeLessThan(ranking.taps.length + ranking.steps.length);
      }
      const window = Array.from({ length: count }, (_, n) => {
        const side = 2 * radius + 1;
        return value((n % side) - radius, Math.floor(n / side) - radius);
      }).sort((a, b) => a - b);
      expect(result(ranking, value), name).toBe(window[(count - 1) / 2]);
    }
    const [first] = rankOf('median3')!.rankings;
    expect(first.steps).toHaveLength(30);
    const [ellipse] = rankOf('ellipse')!.rankings;
    expect(ellipse.steps.every(({ op }) => op === 'min')).toBe(true);
    // It begins with the middle, and compares that again.
    expect(ellipse.steps).toHaveLength(ellipse.taps.length);
  });

  it('run along rows and then down columns where the stencil does', () => {
    const { rankings } = rankOf('rectangle')!;
    expect(rankings).toHaveLength(2);
    const [across, down] = rankings.map(({ taps }) => taps);
    expect(across!.map(({ x, y }) => [x, y])).toEqual([-3, -2, -1, 0, 1, 2, 3].map(x => [x, 0]));
    expect(down!.map(({ x, y }) => [x, y])).toEqual([-3, -2, -1, 0, 1, 2, 3].map(y => [0, y]));
  });

  it('follow loops, helpers and tests that are known while compiling', () => {
    const [ranking] = rankOf('mine')!.rankings;
    const expected = Math.min(Math.max(Math.min(value(-2, 1), value(0, -1)), value(1, -1)), value(2, -1));
    expect(result(ranking, value)).toBe(expected);
  });

  it('are both kernels of what is stored as bytes between them', () => {
    expect([...kernels.keys()].filter(name => name.startsWith('closed'))).toHaveLength(2);
    for (const [name, { schedule }] of kernels) {
      if (name.startsWith('closed')) {
        expect(schedule.rank, name).toBeDefined();
      }
    }
  });

  it('are none where values are no bytes all the way, or are computed', () => {
    for (const name of [
      'framed',
      'floats',
      'planar',
      'scaled',
      'filmed',
      'several',
      'summed',
      'mixed',
      'chosen',
      'clamped',
    ]) {
      expect(rankOf(name), name).toBeUndefined();
    }
  });
});
