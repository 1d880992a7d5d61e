import type { Loc } from './ir/types.js';

/** One finding about the author's code. `code` is a key of the table in compiler/diagnostics/index.ts. */
export type Diagnostic = {
  /** `CW1001`, or TypeScript's own `TS2345`. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly loc: Loc;
  /** Where it was found: `op warpAffine`, `pipeline preprocess`, innermost first. */
  readonly chain: readonly string[];
};

/** The author's specs have errors: all of a run, sorted by place. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
  constructor(
    readonly diagnostics: readonly Diagnostic[],
    /** The text that the command line prints: tsc's format with code frames. */
    formatted: string,
  ) {
    super(formatted);
  }
}

/** A defect of cuweave itself. */
export class InternalError extends Error {
  override readonly name = 'InternalError';
  constructor(message: string) {
    super(`${message} (a defect of cuweave; please report it with the spec that led to it)`);
  }
}

/** Something around the specs is missing or refused: a compiler, a folder, an option. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
}
