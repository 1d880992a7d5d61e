/**
 * What the loop does: finds points, asks for taps ahead, reads taps, filters them; reads pixels, those beyond the image or
 * at its edge; writes results.
 */
export type LoopKind =
  | 'points'
  | 'beyond'
  | 'prefetch'
  | 'taps'
  | 'filter'
  | 'read'
  | 'edge'
  | 'write'
  | 'other';
/** One innermost loop of a generated file. */
export type Loop = {
  /** Its line in the generated file. */
  readonly line: number;
  readonly does: LoopKind;
  /** Its first line. */
  readonly text: string;
};
/** What g++ made of a loop for one instruction set. */
export type LoopVersion = {
  readonly target: string;
  /** Width of the vectors that it works on, in bytes. */
  readonly vectorBytes?: number;
  /** Why it works on single values. */
  readonly notVectorised?: string;
};
export const innerLoops: (source: string, file: string) => readonly Loop[];
export const hostLoops: (
  source: string,
  file: string,
  report: string,
) => readonly (Loop & { readonly versions: readonly LoopVersion[] })[];
