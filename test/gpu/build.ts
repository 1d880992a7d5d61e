/** The pipelines beside this file, built so that CUDA gives the host's bits. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Pipeline } from '../../runtime/index.js';
import { buildFolder, buildForCuda } from '../support/executions.js';

type Rect = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
export type Calls = {
  readonly planar: Pipeline<Record<never, never>>;
  readonly brighter: Pipeline<Record<never, never>>;
  readonly mirrored: Pipeline<Record<never, never>>;
  readonly regions: Pipeline<{ readonly rect: readonly Rect[] }>;
  readonly nv12Auto: Pipeline<Record<never, never>>;
  readonly p010Auto: Pipeline<Record<never, never>>;
  readonly yuv444pAuto: Pipeline<Record<never, never>>;
  readonly yuv444p16Auto: Pipeline<Record<never, never>>;
};

export const buildCalls = async (): Promise<Calls> => {
  const out = buildFolder('calls');
  await buildForCuda('test/gpu/pipelines.ts', out, { strict: true, sizes: 'all' });
  return (await import(pathToFileURL(join(out, 'index.js')).href)) as Calls;
};
