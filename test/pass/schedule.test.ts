import { beforeAll, describe, expect, it } from 'vitest';
import type { Kernel, Layout } from '../../compiler/ir/plan.js';
import { blockOf } from '../../compiler/pass/block.js';
import { schedule } from '../../compiler/pass/schedule.js';
import { plansIn } from '../support/plans.js';

/** The most that CUDA passes to a kernel, in bytes, less the batch's own flags. */
const MOST = 32764 - 8;
const layout = (argsSize: number, imageSize: number): Layout => ({
  source: [],
  sinks: [],
  images: [],
  measures: [],
  sizes: 0,
  params: [],
  argsSize,
  imageSize,
});

describe('schedule', () => {
  let kernels: readonly Kernel[];
  beforeAll(async () => {
    kernels = (await plansIn('test/support/pipelines.ts')).flatMap(plan => plan.kernels);
  });

  const named = (name: string): Kernel => kernels.find(kernel => kernel.name === name)!;
  /** Capacities of a kernel with those blocks and nothing computed before the launch. */
  const capacities = (argsSize: number, imageSize: number): readonly number[] =>
    schedule({ ...named('nv12ToF32'), hoisted: [] }, layout(argsSize, imageSize)).capacities;

  it('a batch fits the parameter space, and one more image does not', () => {
    for (const { schedule: made, layout: placed, hoisted, resample, name } of kernels) {
      const most = made.capacities.at(-1)!;
      const uniforms = hoisted.reduce((sum, { values }) => sum + values.length, 0);
      const table = resample?.stage.filter.table ? 32 : 0;
      const image = placed.imageSize + 8 * Math.ceil(uniforms / 2) + table;
      expect(placed.argsSize + most * image, name).toBeLessThanOrEqual(MOST);
      expect(placed.argsSize + (most + 1) * image, name).toBeGreaterThan(MOST);
    }
  });

  it('small calls have small launches of their own', () => {
    expect(capacities(16, 72)).toEqual([16, 64, 454]);
    expect(capacities(16, 500)).toEqual([16, 64, 65]);
    expect(capacities(16, 510)).toEqual([16, 64]);
    expect(capacities(16, 1925)).toEqual([16, 17]);
  });

  it('a descriptor too large for several sizes has one', () => {
    expect(capacities(16, 2000)).toEqual([16]);
    expect(capacities(16, 8000)).toEqual([4]);
    expect(capacities(16, 32740)).toEqual([1]);
  });

  it('one of which a launch takes not even one image has none', () => {
    expect(capacities(16, 32741)).toEqual([]);
    expect(capacities(40000, 72)).toEqual([]);
  });

  it('a block is whole warps', () => {
    for (const { block } of kernels.map(kernel => kernel.schedule)) {
      expect((block[0] * block[1]) % 32).toBe(0);
      expect(block[0] * block[1]).toBeLessThanOrEqual(1024);
    }
  });

  it.each([
    [
      'nv12ToF32',
      { width: 4, height: 2, readsRuns: true },
      'four floats are 16 bytes; chroma serves two rows',
    ],
    ['nv12ToF16', { width: 8, height: 2, readsRuns: true }, 'eight halves are 16 bytes'],
    [
      'nv12ToU8',
      { width: 4, height: 2, readsRuns: true },
      'four RGB pixels are 12 bytes, eight would leave gaps',
    ],
    ['rgb8ToPlanar', { width: 8, height: 1, readsRuns: true }, 'eight pixels at most'],
    [
      'rgbToNv12',
      { width: 8, height: 2, readsRuns: true },
      'luma and pairs of chroma of eight pixels, two rows',
    ],
    ['rgb16ToP010', { width: 4, height: 2, readsRuns: true }, 'chroma of four pixels is 8 bytes'],
    ['nv12Left', { width: 4, height: 1, readsRuns: false }, 'interpolated chroma is read pixel by pixel'],
    ['resizedNv12ToNv12', { width: 2, height: 2, readsRuns: false }, 'the pixels of one sample of chroma'],
    [
      'forkedFormats',
      { width: 4, height: 2, readsRuns: true },
      'four floats are 16 bytes, whatever halves have',
    ],
    [
      'forkedTurned',
      { width: 8, height: 1, readsRuns: false },
      'eight halves are 16 bytes, beside eight bytes',
    ],
    ['warpedForkedThrice', { width: 1, height: 2, readsRuns: false }, 'as a warp of one result'],
    ['i420ToRgb', { width: 8, height: 2, readsRuns: true }, 'eight pixels are one word of subsampled chroma'],
    [
      'cropFlip',
      { width: 4, height: 1, readsRuns: false },
      'a crop begins anywhere: only the result is aligned',
    ],
    [
      'warpedReplicate',
      { width: 1, height: 2, readsRuns: false },
      'taps lie where they lie; two rows share a column',
    ],
    ['resizedCubic', { width: 1, height: 1, readsRuns: false }, 'sixteen taps take the registers'],
    [
      'warpedConstant',
      { width: 1, height: 2, readsRuns: false },
      'its operator follows the filter where taps lie inside',
    ],
  ] as const)('%s has a thread compute %o: %s', (name, tile, _why) => {
    expect(named(name).schedule.tile).toEqual(tile);
  });

  it.each([
    [
      'warpedSized',
      32,
      [
        [256, 48],
        [256, 48],
        [256, 48],
      ],
      'four bytes a pixel in each of three planes: square, and smaller',
    ],
    ['warpedReplicate', 64, [[256, 58]], 'three bytes a pixel'],
    [
      'warpedConstant',
      64,
      [
        [256, 58],
        [256, 30],
      ],
      'luma, and half as many rows of chroma',
    ],
  ] as const)(
    '%s has tiles of %i columns and patches of %j in shared memory: %s',
    (name, width, patches, _why) => {
      const { staging } = named(name).schedule;
      expect([staging?.width, staging?.patches.map(({ bytes, rows }) => [bytes, rows])]).toEqual([
        width,
        patches,
      ]);
    },
  );

  it.each([
    ['resizedCubic', 'how far a loop reaches is not known of each tap'],
    ['nv12ToF32', 'nothing is sampled'],
    ['warpedForkedThrice', 'several results need many registers'],
    ['resizedComposite', 'and so do operators on every tap'],
    ['resizedNv12ToNv12', 'pixels share samples of the sink'],
  ])('%s reads no taps from shared memory: %s', (name, _why) => {
    expect(named(name).schedule.staging).toBeUndefined();
  });

  it('what a block has in shared memory fits it, in whole banks', () => {
    const all = kernels.flatMap(({ schedule: made }) => made.staging ?? []);
    expect(all.length).toBeGreaterThan(10);
    for (const { patches } of all) {
      expect(patches.reduce((sum, { bytes, rows }) => sum + bytes * rows, 0)).toBeLessThanOrEqual(48 * 1024);
      for (const { bytes } of patches) {
        expect(bytes % 128).toBe(0);
      }
    }
  });

  it('every run of a tile is whole words, in every plane', () => {
    for (const { name, schedule: made, pipeline } of kernels) {
      const { width, height, readsRuns } = made.tile;
      // One pixel, or the block of one sample: written value by value.
      if (width === blockOf(pipeline.sinks[0].format)[0]) {
        continue;
      }
      for (const { planes, dtype } of [
        ...(readsRuns ? [pipeline.source] : []),
        ...pipeline.sinks.map(({ format }) => format),
      ]) {
        for (const { channels, subsampling } of planes) {
          const values = (width / subsampling[0]) * channels;
          expect((values * { u8: 1, u16: 2, f16: 2, bf16: 2, i32: 4, f32: 4 }[dtype]) % 4, name).toBe(0);
          expect(height % subsampling[1] === 0 || subsampling[1] === 1, name).toBe(true);
        }
      }
    }
  });
});
