import { beforeAll, describe, expect, it } from 'vitest';
import type { Kernel, Layout } from '../../compiler/ir/plan.js';
import { schedule } from '../../compiler/pass/schedule.js';
import { kernelsOf } from '../../compiler/specs.js';
import { root } from '../support/executions.js';

/** The most that CUDA passes to a kernel, in bytes. */
const MOST = 32764;
const layout = (argsSize: number, imageSize: number): Layout => ({
  source: [],
  sink: [],
  sizes: 0,
  params: [],
  argsSize,
  imageSize,
});

describe('schedule', () => {
  let kernels: readonly Kernel[];
  beforeAll(async () => {
    kernels = await kernelsOf({ root, entries: ['test/support/pipelines.ts'] });
  });

  it('a batch fits the parameter space, and one more image does not', () => {
    for (const { schedule: made, layout: placed, name } of kernels) {
      const most = made.capacities.at(-1)!;
      expect(placed.argsSize + most * placed.imageSize, name).toBeLessThanOrEqual(MOST);
      expect(placed.argsSize + (most + 1) * placed.imageSize, name).toBeGreaterThan(MOST);
    }
  });

  it('small calls have small launches of their own', () => {
    expect(schedule(layout(16, 72)).capacities).toEqual([16, 64, 454]);
    expect(schedule(layout(16, 500)).capacities).toEqual([16, 64, 65]);
    expect(schedule(layout(16, 510)).capacities).toEqual([16, 64]);
    expect(schedule(layout(16, 1926)).capacities).toEqual([16, 17]);
  });

  it('a descriptor too large for several sizes has one', () => {
    expect(schedule(layout(16, 2000)).capacities).toEqual([16]);
    expect(schedule(layout(16, 8000)).capacities).toEqual([4]);
    expect(schedule(layout(16, 32748)).capacities).toEqual([1]);
  });

  it('a block is whole warps', () => {
    for (const { block } of kernels.map(kernel => kernel.schedule)) {
      expect((block[0] * block[1]) % 32).toBe(0);
      expect(block[0] * block[1]).toBeLessThanOrEqual(1024);
    }
  });
});
