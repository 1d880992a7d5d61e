/** Every host kernel of the suite in all versions that a build has, by the compiler as it is. */
import { expect, it, vi } from 'vitest';
import { inParallel } from '../../compiler/build/process.js';
import { findCxx, hostFlags, hostTuning } from '../../compiler/build/toolchain.js';
import { hostSource } from '../../compiler/generate.js';
import { builtKernels } from '../../compiler/ir/plan.js';
import { suitePlans } from '../support/executions.js';
import { compileOnce } from '../support/objects.js';
import { shardOf } from '../support/shard.js';

it('every host kernel compiles for every kind of processor', async () => {
  vi.stubEnv('CXX', undefined);
  const cxx = await findCxx();
  vi.unstubAllEnvs();
  const kernels = shardOf((await suitePlans()).flatMap(builtKernels));
  const flags = [...hostFlags, ...hostTuning(cxx!), '-Werror', '-c'];
  const made = await inParallel(kernels, 2, kernel => {
    const name = `${kernel.name}.cpp`;
    return compileOnce(cxx!, flags, { name, text: hostSource(kernel, name) });
  });
  expect(made.filter(({ report }) => report !== '')).toEqual([]);
});
