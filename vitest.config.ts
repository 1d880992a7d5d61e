import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const entry = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// The sources under every name by which a built pipeline and `cuweave run` find the package, so that there is one runtime.
const alias = [
  { find: /^cuweave\/compiler$/, replacement: entry('./compiler/index.ts') },
  { find: /^cuweave\/ops$/, replacement: entry('./ops/index.ts') },
  { find: /^cuweave$/, replacement: entry('./runtime/index.ts') },
  { find: /^.*\/dist\/runtime\/index\.js$/, replacement: entry('./runtime/index.ts') },
];

export default defineConfig({
  test: {
    // Tests compile C++ as they go: more workers than cores only make each of them time out.
    maxWorkers: 2,
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/gpu/**', 'test/nvdec/**', 'test/build/**'],
          testTimeout: 60_000,
          hookTimeout: 1_200_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'gpu',
          include: ['test/gpu/**/*.test.ts', 'test/nvdec/**/*.test.ts'],
          // One device: a test that measures or fills its memory must not meet another.
          fileParallelism: false,
          testTimeout: 120_000,
          // A stand-in for nvcc compiles over two hundred kernels on two cores (test/standIn.test.ts).
          hookTimeout: 1_800_000,
        },
      },
    ],
  },
});
