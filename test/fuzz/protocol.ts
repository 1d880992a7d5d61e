/** What the process that runs inputs tells the one that watches it. */

/** Inputs to run: those of a seed, or files. */
export type Job = {
  readonly target: string;
  readonly seed: number;
  readonly first: number;
  readonly count: number;
  /** Instead: these, of which `first` is a number. */
  readonly files?: readonly string[];
};

/** A line on descriptor 3. */
export type Report =
  | { readonly begins: readonly [job: number, input: number] }
  | { readonly failed: 'untyped' | 'wrong' | 'memory'; readonly text: string }
  /** Inputs since the last such line, by what came of them, and the most MiB that one of them asked for. */
  | { readonly counts: Readonly<Record<string, number>>; readonly grew: number }
  /** No input runs: the next target is made ready. */
  | { readonly rests: true }
  | { readonly ends: true };
