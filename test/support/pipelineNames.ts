import * as specs from './pipelines.js';

/** The pipelines that a module exports, by name. */
export const pipelineNames = (module: object): string[] =>
  Object.entries(module).flatMap(([name, value]) =>
    typeof value === 'object' && (value as { kind?: unknown }).kind === 'pipeline' ? [name] : [],
  );

/** The pipelines of test/support/pipelines.ts, by name. */
export const names = pipelineNames(specs);
