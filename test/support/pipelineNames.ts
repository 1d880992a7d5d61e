import * as specs from './pipelines.js';

/** The pipelines of test/support/pipelines.ts, by name. */
export const names = Object.entries(specs).flatMap(([name, value]) =>
  typeof value === 'object' && (value as { kind?: unknown }).kind === 'pipeline' ? [name] : [],
);
