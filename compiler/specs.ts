/** From the author's files to plans, or to all of their errors at once. */
import { resolve } from 'node:path';
import { formatDiagnostics } from './diagnostics/index.js';
import { type Diagnostic, SpecError } from './errors.js';
import type { Kernel, Plan } from './ir/plan.js';
import { plan } from './pass/plan.js';
import { readSpecs } from './read/index.js';

/** Where the author's files are. */
export type SpecOptions = {
  /** The project's folder: paths in messages and generated code are relative to it. */
  readonly root: string;
  /** TypeScript files that export pipelines. */
  readonly entries: readonly string[];
};

/** Reads and plans every pipeline of the entries. Does not throw on errors of the author's: it returns them. */
export const checkSpecs = async (
  options: SpecOptions,
): Promise<{
  plans: readonly Plan[];
  diagnostics: readonly Diagnostic[];
  formatted: string;
  files: readonly string[];
}> => {
  const root = resolve(options.root);
  const entries = options.entries.map(entry => resolve(root, entry));
  const { pipelines, diagnostics, files } = await readSpecs({ root, entries });
  const taken = new Set(pipelines.map(({ name }) => name));
  const plans = pipelines.map(pipeline => plan(pipeline, taken));
  const all = [...diagnostics, ...plans.flatMap(({ diagnostics: own }) => own)];
  return {
    plans: plans.flatMap(({ plan: made }) => made ?? []),
    diagnostics: all,
    files,
    formatted: all.length > 0 ? formatDiagnostics(all, { root, colour: process.stdout.isTTY === true }) : '',
  };
};

/** The plans of the entries. Throws {@link SpecError} with every error found. */
export const plansOf = async (
  options: SpecOptions & {
    /** Called with every file that was read, whether there are errors in them or not. */
    readonly onRead?: (files: readonly string[]) => void;
  },
): Promise<readonly Plan[]> => {
  const { plans, diagnostics, formatted, files } = await checkSpecs(options);
  options.onRead?.(files);
  if (diagnostics.length > 0) {
    throw new SpecError(diagnostics, formatted);
  }
  return plans;
};

/** The kernels of the entries, in the order of their plans. Throws {@link SpecError} with every error found. */
export const kernelsOf = async (options: SpecOptions): Promise<readonly Kernel[]> =>
  (await plansOf(options)).flatMap(({ kernels }) => kernels);
