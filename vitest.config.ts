import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const entry = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// The sources under every name by which a built pipeline and `cuweave run` find the package, so that there is one runtime.
const alias = [
  { find: /^cuweave\/compiler$/, replacement: entry('./compiler/index.ts') },
  { find: /^cuweave\/presets$/, replacement: entry('./ops/presets/index.ts') },
  { find: /^cuweave\/augment$/, replacement: entry('./ops/augmentation/index.ts') },
  { find: /^cuweave\/ops$/, replacement: entry('./ops/index.ts') },
  { find: /^cuweave$/, replacement: entry('./runtime/index.ts') },
  { find: /^.*\/dist\/runtime\/index\.js$/, replacement: entry('./runtime/index.ts') },
];

const env = {
  // Of the three versions of a host kernel one runs here: the others are compiled by test/examples.test.ts.
  CXX: process.env.CXX ?? entry('./test/support/oneClone/g++'),
  // Whatever was compiled before, by an earlier commit even, is not compiled again.
  CUWEAVE_CACHE: process.env.CUWEAVE_CACHE ?? entry('./.cache/objects'),
};

// A machine that is busy with other things makes no test fail: the limits only end what hangs.
const limits = { testTimeout: 900_000, hookTimeout: 1_800_000 };

/** Tests that load nothing native and leave the process as it was: they may share one, in which TypeScript is loaded once. */
const pure = [
  'test/ops/**/*.test.ts',
  'test/read/**/*.test.ts',
  'test/report/**/*.test.ts',
  'test/tooling/**/*.test.ts',
  'test/pass/**/*.test.ts',
  'test/print/{customFormats,expr,generate,interface,prelude,readers,scaffold}.test.ts',
  'test/bench/{arguments,cases,chart,processors,report}.test.ts',
];
/** Tests that load the addon and change nothing else of the process: they share one as well. */
const runtime = [
  'test/runtime/{containers,frames,headers}/**/*.test.ts',
  'test/runtime/{abort,copy,decodeClips,editList,elementaryStream,framePlanes,geometry,imageResults,numbers}.test.ts',
  'test/runtime/{params,places,pointParams,randomResizedCrop,videoStream}.test.ts',
];
const nvcc = ['test/print/cuda.test.ts', 'test/print/names.test.ts', 'test/explainCompiled.test.ts'];
const gpu = ['test/gpu/**/*.test.ts', 'test/nvdec/**/*.test.ts'];
const long = ['test/long/**/*.test.ts'];
const built = ['test/build/**'];

export default defineConfig({
  test: {
    // Tests compile C++ as they go: more workers than cores only make each of them time out.
    maxWorkers: 2,
    projects: [
      { resolve: { alias }, test: { name: 'unit', include: pure, isolate: false, env, ...limits } },
      { resolve: { alias }, test: { name: 'runtime', include: runtime, isolate: false, env, ...limits } },
      {
        resolve: { alias },
        test: {
          name: 'native',
          include: ['test/**/*.test.ts'],
          exclude: [...pure, ...runtime, ...nvcc, ...gpu, ...long, ...built],
          env,
          ...limits,
        },
      },
      { resolve: { alias }, test: { name: 'nvcc', include: nvcc, env, ...limits } },
      { resolve: { alias }, test: { name: 'long', include: long, env, ...limits } },
      {
        resolve: { alias },
        test: {
          name: 'gpu',
          include: gpu,
          // One device: a test that measures or fills its memory must not meet another.
          fileParallelism: false,
          env,
          ...limits,
        },
      },
    ],
  },
});
