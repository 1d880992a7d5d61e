/** Whatever the author calls things, all three languages take it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inParallel, runProgram } from '../../compiler/build/process.js';
import {
  cudaFlags,
  findNvcc,
  hostFlags,
  includeDirectory,
  interfaceDirectory,
} from '../../compiler/build/toolchain.js';
import {
  bindingSources,
  cudaSource,
  headerSource,
  hostSource,
  interfaceSource,
  oracleSource,
  packageSources,
} from '../../compiler/generate.js';
import type { Kernel, Plan } from '../../compiler/ir/plan.js';
import { packageFile } from '../../compiler/package.js';
import { plan } from '../../compiler/pass/plan.js';
import { compileOnce, inGroups } from '../support/objects.js';
import { ofLargestLaunch } from '../support/quickBuild.js';
import { shardOf, turnOf } from '../support/shard.js';
import { runSpecs } from '../support/specFiles.js';

/** Keywords of C++, C's functions, macros, types of the prelude and of CUDA, and what generated code itself says. */
const words =
  `int float template register namespace operator auto signed main printf malloc launch thread_local half uint
  NAN INFINITY EOF NULL assert errno stdin linux unix M_PI CHAR_BIT INT_MAX
  uint8_t int32_t int64_t size_t f16 f32x1 f32x3 i32x2 array rowOf toF32 bitsOf get put idiv Index
  below loadSample aligned cudaError_t cudaStream_t cudaSuccess dim3 blockIdx threadIdx warpSize float2 sinf sqrtf fabsf fmodf
  batch Batch args Args image Image images capacity count first left width height size grid block error stream index
  Given imageOf offsetOf Between Patch Run gathered top held
  row rows run begin rowBegin rowEnd px px0 px1 at at0 x y i v p src dst tap inside read store fetch finish
  pixel sizes single f cw manifest directory definePipeline readManifest URL JSON Number Float32Array
  Pipeline PerImage Rect Affine YuvCoding cuweave cuweaveSize linear crop normalize std border`.split(/\s+/);

// An operator, its parameter, a local, a helper and the pipeline, all of the same name.
const operator = (word: string): string => `import { f32, perChannel, pointOp } from 'cuweave/ops';
const table = { ${word}: 1 };
export const ${word} = pointOp({
  from: ['rgb'],
  params: { ${word}: f32, by: perChannel(f32) },
  apply: (given, { ${word}: own, by }) => {
    const ${word} = (value: f32): f32 => value * own;
    return given.map((value, c) => Math.sqrt(${word}(value) + by[c] + table.${word}));
  },
});
`;
const map = (word: string): string => `import { type i32, indexMapOp, i32 as whole } from 'cuweave/ops';
const helper = (${word}: i32): i32 => Math.max(1, ${word} >> 1);
export const ${word} = indexMapOp({
  params: { ${word}: whole },
  size: ({ ${word} }, from) => ({ width: helper(from.width) + ${word}, height: helper(from.height) }),
  apply: ([across, down], { ${word}: own }) => {
    const ${word} = across * own;
    return [${word}, helper(down)];
  },
});
`;
// With a filter and a border beside them: all that a kernel has of its own meets the author's names.
const pipelineOf = (word: string, number: number): string => `import * as ops from 'cuweave/ops';
import { ${word} as own } from './op${number}.js';
import { ${word} as map } from './map${number}.js';
const warp = ops.warpAffine({ width: 8, height: 8, filter: ops.linear, border: ops.constant(7) });
export const ${word} = ops.pipeline(ops.nv12(), ops.yuvToRgb(), own({ ${word}: 2, by: 1 }), warp, map(), ops.nchw('f16'));
`;

const stub = {
  'package.json': JSON.stringify({
    name: 'cuweave',
    type: 'module',
    exports: {
      '.': { types: './index.d.ts', default: './index.js' },
      './ops': { types: './ops.d.ts', default: './index.js' },
    },
  }),
  'index.js': 'export const definePipeline = made => made;\nexport const readManifest = () => ({});\n',
  'index.d.ts':
    'export type PerImage<T> = T | readonly T[];\nexport type Pipeline<O> = { readonly options: O };\n',
};

const nvcc = await findNvcc();

describe('names', () => {
  let folder: string;
  let plans: readonly Plan[];
  let kernels: readonly Kernel[];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cuweave-names-'));
    const files = words.flatMap((word, number) => [
      [`all${number}.ts`, pipelineOf(word, number)],
      [`op${number}.ts`, operator(word)],
      [`map${number}.ts`, map(word)],
    ]);
    const { specs } = await runSpecs(
      Object.fromEntries(files),
      words.map((_, number) => `all${number}.ts`),
    );
    expect(specs.diagnostics.map(({ loc, message }) => `${loc.file}: ${message}`)).toEqual([]);
    plans = specs.pipelines.map(pipeline => plan(pipeline).plan!);
    kernels = plans.flatMap(made => made.kernels);
    expect(kernels.map(({ name }) => name).sort()).toEqual([...words].sort());
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('the host compiler takes them', async () => {
    writeFileSync(join(folder, 'all.cpp'), kernels.map(kernel => hostSource(kernel, 'all.cpp')).join('\n'));
    const args = [...hostFlags, '-fsyntax-only', `-I${includeDirectory()}`, 'all.cpp'];
    const { code, stdout, stderr } = await runProgram('g++', args, { cwd: folder });
    const said = (stdout + stderr).split('\n').filter(line => /error|warning/.test(line));
    expect({ code, said: said.slice(0, 10) }).toEqual({ code: 0, said: [] });
  });

  it.skipIf(!nvcc)(`nvcc takes them${nvcc ? '' : ' (skipped: no nvcc found)'}`, async () => {
    const all = cudaFlags(['sm_90'], false).filter(flag => !flag.startsWith('-Xptxas'));
    const flags = [...all.slice(0, all.indexOf('-gencode')), '-arch=sm_90', '-Xcicc=-O0', '-ptx'];
    // One size of launch has all names that there are. The compilers' front ends differ in few of them: nvcc takes a quarter by turns.
    await inParallel(inGroups(shardOf(kernels, turnOf(4)).map(ofLargestLaunch), 40), 2, async some => {
      const text = some.map(kernel => cudaSource(kernel, 'all.cu')).join('\n');
      const made = await compileOnce(nvcc!, [...flags, '-Werror', 'all-warnings'], { name: 'all.cu', text });
      expect(made.report).toBe('');
    });
  });

  it('the header is C', async () => {
    writeFileSync(join(folder, 'pipelines.h'), headerSource(plans, 'pipelines.so'));
    writeFileSync(join(folder, 'use.c'), '#include "pipelines.h"\n');
    const args = ['-std=c11', '-Wall', '-Wextra', '-Werror', '-fsyntax-only', 'use.c'];
    const { stderr } = await runProgram('gcc', args, { cwd: folder });
    expect(stderr).toBe('');
  });

  it('what callers in C and C++ are given is C++', async () => {
    const prep = { name: 'prep', soname: 'libprep.so.1', isStatic: false, hasCuda: true };
    writeFileSync(join(folder, 'interface.cpp'), interfaceSource(plans, true));
    for (const [path, text] of packageSources(plans, prep)) {
      if (path.startsWith('include/')) {
        mkdirSync(join(folder, 'include', 'prep'), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
    }
    writeFileSync(join(folder, 'use.cpp'), '#include <prep/pipelines.hpp>\n');
    const args = ['-std=c++17', '-Wall', '-Wextra', '-Werror', '-Wno-unused-parameter', '-fsyntax-only'];
    const headers = ['-Iinclude', `-I${includeDirectory()}`, `-I${interfaceDirectory()}`];
    for (const file of ['interface.cpp', 'use.cpp']) {
      const { stderr } = await runProgram('g++', [...args, ...headers, file], { cwd: folder });
      expect(stderr).toBe('');
    }
  });

  it('every oracle loads and computes', async () => {
    for (const kernel of kernels) {
      const text = encodeURIComponent(oracleSource(kernel));
      const oracle = (await import(`data:text/javascript,${text}`)) as Record<string, unknown>;
      expect(Object.keys(oracle).sort(), kernel.name).toEqual(['pixel', 'sizes']);
    }
  });

  it('the bindings load under their names and have their types', async () => {
    const { js, dts } = bindingSources(plans);
    const write = (files: Readonly<Record<string, string>>, into: string): void => {
      mkdirSync(into, { recursive: true });
      for (const [name, text] of Object.entries(files)) {
        writeFileSync(join(into, name), text);
      }
    };
    const types = /import type \{ (.*) \} from 'cuweave\/ops'/.exec(dts)?.[1]?.split(', ') ?? [];
    const ops = types.map(name => `export type ${name} = { readonly ${name}: 1 };`).join('\n');
    write({ ...stub, 'ops.d.ts': ops }, join(folder, 'node_modules', 'cuweave'));
    const use = `import * as all from './index.js';
export const check: { readonly [name in ${words.map(word => `'${word}'`).join(' | ')}]: object } = all;`;
    write(
      {
        'index.js': js,
        'index.d.ts': dts,
        'manifest.json': '{}',
        'use.ts': use,
        'package.json': '{"type":"module"}',
      },
      folder,
    );
    const script = `const all = await import('./index.js');
      const params = new Proxy({ width: [8], height: [8] }, { get: (known, name) => known[name] ?? [3] });
      console.log(JSON.stringify(Object.entries(all).map(([name, { name: own, sizes }]) =>
        [name, own, Object.values(sizes).map(size => size(params, { width: 9, height: 10 }))])));`;
    const node = await runProgram(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
    expect(node.stderr).toBe('');
    const loaded = JSON.parse(node.stdout) as [string, string, unknown][];
    // The warp's size, and the map's, whose parameter is a number that stands for any option here.
    const sizesOf = (word: string) => [[8, 8], ['width', 'height'].includes(word) ? [12, 5] : [7, 5]];
    expect(Object.fromEntries(loaded.map(([name, own, sizes]) => [name, [own, sizes]]))).toEqual(
      Object.fromEntries(words.map(word => [word, [word, sizesOf(word)]])),
    );
    const tsc = packageFile('node_modules', 'typescript', 'bin', 'tsc');
    const compilerOptions = { noEmit: true, strict: true, module: 'nodenext', lib: ['es2022'], types: [] };
    write({ 'tsconfig.json': JSON.stringify({ compilerOptions, files: ['use.ts'] }) }, folder);
    const typed = await runProgram(process.execPath, [tsc, '-p', '.'], { cwd: folder });
    expect(typed.stdout).toBe('');
  });
});
