/** Whatever the author calls things, all three languages take it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bindingSources,
  cudaSource,
  headerSource,
  hostSource,
  oracleSource,
} from '../../compiler/generate.js';
import type { Kernel } from '../../compiler/ir/plan.js';
import { plan } from '../../compiler/pass/plan.js';
import { runProgram } from '../../compiler/process.js';
import { cudaFlags, findNvcc, hostFlags, includeDirectory } from '../../compiler/toolchain.js';
import { runSpecs } from '../support/specFiles.js';

/** Keywords of C++, C's functions, macros, types of the prelude and of CUDA, and what generated code itself says. */
const words = `int float template register namespace operator auto signed main printf malloc launch
  NAN INFINITY EOF NULL assert errno stdin linux unix M_PI CHAR_BIT INT_MAX
  uint8_t int32_t int64_t size_t f16 f32x1 f32x3 i32x2 array rowOf toF32 bitsOf get put idiv Index
  cudaError_t cudaStream_t cudaSuccess dim3 blockIdx threadIdx warpSize float2 sinf sqrtf fabsf fmodf
  batch Batch args Args image Image images capacity count first left width height size grid block error stream index
  row rows run begin rowBegin rowEnd px px0 px1 at at0 x y i v p src dst tap inside read store fetch finish
  pixel sizes single f cw manifest directory definePipeline readFileSync URL JSON Math Number Float32Array
  Pipeline PerImage Rect Affine YuvCoding cuweave cuweave_size linear crop normalize std border`.split(/\s+/);

// An operator, its parameter, a local, a helper and the pipeline, all of the same name.
const operator = (word: string): string => `import { f32, perChannel, pointOp } from 'cuweave/ops';
const helper = { ${word}: 1 };
export const ${word} = pointOp({
  from: ['rgb'],
  params: { ${word}: f32, gain: perChannel(f32) },
  apply: (px, { ${word}: own, gain }) => {
    const ${word} = (value: f32): f32 => value * own;
    return px.map((value, c) => Math.sqrt(${word}(value) + gain[c] + helper.${word}));
  },
});
`;
const map = (word: string): string => `import { type i32, indexMapOp, i32 as whole } from 'cuweave/ops';
const ${word}Half = (${word}: i32): i32 => Math.max(1, ${word} >> 1);
export const ${word} = indexMapOp({
  params: { ${word}: whole },
  size: ({ ${word} }, src) => ({ width: ${word}Half(src.width) + ${word}, height: ${word}Half(src.height) }),
  apply: ([x, y], { ${word}: own }) => {
    const ${word} = x * own;
    return [${word}, y];
  },
});
`;
const pipelineOf = (word: string): string => `import * as ops from 'cuweave/ops';
import { ${word} as own } from './ops/${word}.js';
import { ${word} as map } from './maps/${word}.js';
export const ${word} = ops.pipeline(
  ops.nv12(),
  ops.yuvToRgb(),
  ops.crop({ rect: ops.open('${word}') }),
  own({ ${word}: 2, gain: 1 }),
  map(),
  ops.warpAffine({ width: 8, height: 8, filter: ops.linear, border: ops.constant(7) }),
  ops.nchw('f16'),
);
`;
