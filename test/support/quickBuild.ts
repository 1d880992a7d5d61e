/** Builds many pipelines for the CPU in little time: many kernels to a file, and code that is not optimised for speed. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findCxx, hostFlags, includeDirectory } from '../../compiler/build/toolchain.js';
import { bindingSources, hostSource, manifestSource } from '../../compiler/generate.js';
import { builtKernels, type Plan } from '../../compiler/ir/plan.js';

const run = promisify(execFile);
const KERNELS_PER_FILE = 50;
const PARALLEL = 2;

/** Writes the library and its bindings, of which `index.js` is what callers import. */
export const buildQuick = async (plans: readonly Plan[], out: string): Promise<void> => {
  const cxx = (await findCxx())?.path;
  if (cxx === undefined) {
    throw new Error('Expected a C++ compiler but found none.');
  }
  mkdirSync(out, { recursive: true });
  const kernels = plans.flatMap(builtKernels);
  const flags = [...hostFlags.filter(flag => flag !== '-O3'), '-O1', `-I${includeDirectory()}`];
  const files = Array.from({ length: Math.ceil(kernels.length / KERNELS_PER_FILE) }, (_, n) => {
    const some = kernels.slice(n * KERNELS_PER_FILE, (n + 1) * KERNELS_PER_FILE);
    const file = join(out, `${n}.cpp`);
    const texts = some.map(kernel => hostSource(kernel, file));
    // One version of each function, for any processor.
    const head = '#include "prelude.h"\n#undef CW_CLONES\n#define CW_CLONES\n';
    writeFileSync(file, [head, ...texts].join('\n'));
    return file;
  });
  const left = [...files];
  const compile = async (): Promise<void> => {
    for (let file = left.pop(); file !== undefined; file = left.pop()) {
      await run(cxx, [...flags, '-c', file, '-o', `${file}.o`]);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, compile));
  const library = 'pipelines.so';
  await run(cxx, ['-shared', ...files.map(file => `${file}.o`), '-o', join(out, library)]);
  writeFileSync(join(out, 'manifest.json'), manifestSource(plans, { library, archs: [], strict: false }));
  writeFileSync(join(out, 'index.js'), bindingSources(plans).js);
  writeFileSync(join(out, 'package.json'), '{ "type": "module" }\n');
};
