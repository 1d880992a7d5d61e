import { expect, it } from 'vitest';
import { compiledLines } from '../../compiler/commands/compiledText.js';
import type { Explanation } from '../../compiler/report/explain.js';
import type { CompiledFunction } from '../../compiler/report/ptxas.js';

const one: CompiledFunction = {
  symbol: 'f',
  images: 16,
  registers: 255,
  spillStores: 24,
  spillLoads: 28,
  stack: 16,
  shared: 512,
  constant: 1528,
  codeSize: 3200,
};
const schedule = {
  block: [32, 8],
  pixelsPerThread: [4, 2],
  reads: 'runs',
  runsRead: [
    { plane: 'y', bytes: 4 },
    { plane: 'uv', bytes: 4 },
  ],
  runsWritten: [
    { plane: 'small.r', bytes: 8 },
    { plane: 'full.rgb', bytes: 4 },
  ],
  staged: { tile: [64, 32], bytes: 22528 },
  imagesPerLaunch: [16, 64],
} as const;
const given = {
  built: [
    {
      name: 'a',
      chain: 'nv12 > rgb8',
      schedule,
      cuda: [
        {
          arch: 'sm_80',
          seconds: 1.25,
          functions: [
            {
              ...one,
              constant: 39496,
              aligned: true,
              global: { loads: [{ bytes: 16, count: 4 }], stores: [] },
            },
            { ...one, aligned: true },
            { ...one, aligned: false, spillStores: 0, spillLoads: 0, stack: 0, shared: 0 },
          ],
        },
        {
          arch: 'sm_90',
          seconds: 2,
          functions: [one, { ...one, staged: true, shared: 22528 }],
          notListed: 'no cuobjdump found beside nvcc or on the PATH',
        },
      ],
      host: { seconds: 1, codeSize: 2600 },
    },
    {
      name: 'b',
      chain: 'rgb8 > rgb8',
      schedule: {
        ...schedule,
        pixelsPerThread: [1, 1],
        reads: 'pixels',
        runsRead: [],
        runsWritten: [],
        staged: undefined,
      },
      host: { seconds: 1, codeSize: 2600 },
    },
  ],
  pairs: [
    {
      name: 'both',
      kernels: ['a', 'b'],
      images: 16,
      cuda: [
        {
          arch: 'sm_90',
          seconds: 2,
          functions: [
            { ...one, images: 0, registers: 48, global: { loads: [{ bytes: 2, count: 1 }], stores: [] } },
            { ...one, images: 0, registers: 40, spillStores: 0, spillLoads: 0 },
          ],
        },
      ],
    },
    { name: 'notCompiled', kernels: ['a', 'b'], images: 16 },
  ],
  compilers: { nvcc: '13.0 V13.0.88', cxx: 'g++ 12.2.0', strict: true },
} as const;

it('every figure, and why one is missing', () => {
  expect(compiledLines(given as unknown as Explanation).join('\n')).toMatchInlineSnapshot(`
    "  Compiled with the flags of a strict build:
        CUDA: nvcc 13.0 V13.0.88
        host: g++ 12.2.0

      a: nv12 > rgb8
        Blocks of 32×8 threads, 4×2 pixels each: reads runs of y, uv (4 bytes at a time), writes runs of small.r (8 bytes at a time), full.rgb (4 bytes at a time)
        Large calls: tiles of 64×32, their taps in 22528 bytes of shared memory
        sm_80, compiled in 1.3 s:
          aligned rows: 255 registers, spills: 24 bytes stored, 28 loaded, 16 bytes of stack, 3200 bytes of code
            512 bytes of shared memory, up to 39496 bytes of constant memory
            global loads: 4 × 16 bytes; stores: none
          other rows: 255 registers, no spills, no stack, 3200 bytes of code
            no shared memory, up to 1528 bytes of constant memory
        sm_90, compiled in 2.0 s:
          all rows: 255 registers, spills: 24 bytes stored, 28 loaded, 16 bytes of stack, 3200 bytes of code
            512 bytes of shared memory, up to 1528 bytes of constant memory
          large calls: 255 registers, spills: 24 bytes stored, 28 loaded, 16 bytes of stack, 3200 bytes of code
            22528 bytes of shared memory, up to 1528 bytes of constant memory
          Global loads and stores: unknown, no cuobjdump found beside nvcc or on the PATH
        host, compiled in 1.0 s: 2600 bytes of code

      b: rgb8 > rgb8
        Blocks of 32×8 threads, 1×1 pixel each: reads pixel by pixel, writes pixel by pixel
        host, compiled in 1.0 s: 2600 bytes of code

      both: a and b in one launch
        sm_90, compiled in 2.0 s:
          all ways of both: 48 registers, spills: 24 bytes stored, 28 loaded, 16 bytes of stack, 3200 bytes of code
            512 bytes of shared memory, up to 1528 bytes of constant memory"
  `);
});

it('nothing where nobody asked', () => {
  expect(compiledLines({ ...given, compilers: undefined } as unknown as Explanation)).toEqual([]);
});
