/** The compiler as a library: what the command line does, for scripts and build tools. */
export { type BuildOptions, type BuildResult, type BuildStep, build } from './build/build.js';
export { hostFlags, includeDirectory } from './build/toolchain.js';
export { BuildError, type Diagnostic, InternalError, SpecError } from './errors.js';
export { cudaSource, hostSource, oracleSource } from './generate.js';
export type { Kernel, Plan } from './ir/plan.js';
export { type Explanation, explain } from './report/explain.js';
export { checkSpecs, kernelsOf, plansOf, type SpecOptions } from './specs.js';
