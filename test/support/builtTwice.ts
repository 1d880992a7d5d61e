/** Pipelines of a test's own, built to be compared with the host. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from '../../compiler/build/build.js';
import type { Plan } from '../../compiler/ir/plan.js';
import { plansOf } from '../../compiler/specs.js';
import type { Pipeline } from '../../runtime/index.js';
import { buildFolder, onStandIn, root } from './executions.js';
import { buildQuick } from './quickBuild.js';

export type Built = Readonly<Record<string, Pipeline<never>>>;
export type BuiltTwice = {
  readonly folder: string;
  readonly plans: readonly Plan[];
  /** CUDA has the host's bits. */
  readonly strict: Built;
  /** As users get it; the stand-in has one build. */
  readonly shipped: Built;
  readonly remove: () => void;
};

/**
 * A length of an image that is large enough for staged taps. The stand-in runs one thread at a time: there, calls of a sixth of the
 * width and height are staged already.
 */
export const large = (length: number): number => Math.ceil(length / shrink);
const shrink = onStandIn ? 6 : 1;

const stagedSooner = (plan: Plan): Plan => ({
  ...plan,
  kernels: plan.kernels.map(kernel => {
    const { staging } = kernel.schedule;
    const leastTiles = Math.floor((staging?.leastTiles ?? 0) / shrink ** 2);
    return staging
      ? { ...kernel, schedule: { ...kernel.schedule, staging: { ...staging, leastTiles } } }
      : kernel;
  }) as unknown as Plan['kernels'],
});

/** @param name Of the folder. @param spec The TypeScript of the pipelines. */
export const buildTwice = async (name: string, spec: string): Promise<BuiltTwice> => {
  const folder = buildFolder(name);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'specs.ts');
  writeFileSync(file, spec);
  const plans = await plansOf({ root, entries: [file] });
  const built = async (kind: string, strict: boolean): Promise<Built> => {
    const out = join(folder, kind);
    if (onStandIn) {
      await buildQuick(plans.map(stagedSooner), out, { strictCuda: 'largest' });
    } else {
      await build({ root, entries: [file], out, strict });
    }
    return (await import(pathToFileURL(join(out, 'index.js')).href)) as Built;
  };
  const strict = await built('strict', true);
  return {
    folder,
    plans,
    strict,
    shipped: onStandIn ? strict : await built('shipped', false),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
