/** Formats that no operator of ours has: generated CUDA takes them, too. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../compiler/build/process.js';
import { findNvcc, includeDirectory } from '../../compiler/build/toolchain.js';
import { cudaSource } from '../../compiler/generate.js';
import type { Kernel } from '../../compiler/ir/plan.js';
import { plan } from '../../compiler/pass/plan.js';
import { anySpec, runSpecs } from '../support/specFiles.js';

const spec = anySpec(`
const halves = () => ({ ...ops.nv12(), name: 'nv12_f16', dtype: 'f16' }) as const;
const rows = (name: string, subsampling: readonly [1, 2], dtype: 'u8' | 'f32') =>
  ({
    ...ops.yuv444p(),
    name,
    dtype,
    planes: ['y', 'u', 'v'].map(plane =>
      ({ name: plane, channels: 1, subsampling: plane === 'y' ? ([1, 1] as const) : subsampling })),
  }) as const;
/** Pairs of halves, one by one. */
export const halfPairs = pipeline(halves(), yuvToRgb(), resize({ width: 8, height: 8, filter: linear, border: replicate }), nchw('f32'));
/** A sample of the sink is two rows of one column. */
export const toRows = pipeline(nv12(), resize({ width: 8, height: 8, filter: linear, border: replicate }), rows('yuv440p', [1, 2], 'u8'));
/** A pixel fills a word; two rows share chroma, and nothing is resampled. */
export const fromRows = pipeline(rows('yuv440p_f32', [1, 2], 'f32'), yuvToRgb(), nhwc('f32'));
`);

const nvcc = await findNvcc();

describe('formats of a user', () => {
  let kernels: readonly Kernel[];
  const folder = mkdtempSync(join(tmpdir(), 'cuweave-formats-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeAll(async () => {
    const { specs } = await runSpecs({ 'formats.ts': spec });
    expect(specs.diagnostics.map(({ message }) => message)).toEqual([]);
    kernels = specs.pipelines.flatMap(pipeline => plan(pipeline).plan!.kernels);
  });

  it('have threads of single pixels, or of those that share a sample', () => {
    const tiles = kernels.map(({ name, schedule }) => [name, schedule.tile]);
    expect(Object.fromEntries(tiles)).toEqual({
      halfPairs: { width: 1, height: 2, readsRuns: false },
      toRows: { width: 1, height: 2, readsRuns: false },
      fromRows: { width: 1, height: 1, readsRuns: false },
    });
  });

  it.skipIf(!nvcc)(
    `nvcc takes them${nvcc ? '' : ' (skipped: no nvcc found)'}`,
    async () => {
      writeFileSync(join(folder, 'all.cu'), kernels.map(kernel => cudaSource(kernel, 'all.cu')).join('\n'));
      const args = [
        '-std=c++17',
        '-arch=sm_90',
        '-Xcicc=-O0',
        '-ptx',
        '-o',
        'all.ptx',
        `-I${includeDirectory()}`,
      ];
      const { code, stdout, stderr } = await runProgram(nvcc!.path, [...args, 'all.cu'], { cwd: folder });
      expect({ code, said: stdout + stderr }).toEqual({ code: 0, said: '' });
    },
    300_000,
  );
});
