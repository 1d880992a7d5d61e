/** A stencil that only ranks what it reads: its result is one of the values, found by comparing two at a time. */

/** The smaller or the larger of two values: taps have the first numbers, then come the results of the steps before. */
export type RankStep = { readonly op: 'min' | 'max'; readonly a: number; readonly b: number };

/** The same for every channel. */
export type Ranking = {
  /** Where it reads, from its own pixel. */
  readonly taps: readonly { readonly x: number; readonly y: number }[];
  readonly steps: readonly RankStep[];
  /** The number of the result. */
  readonly result: number;
};

/** A rank filter whose values are bytes from the source to the sink, so that a register holds several. */
export type RankFilter = {
  /** The stencil as a whole, or what runs along rows and what runs down columns of the results of that. */
  readonly rankings: readonly [whole: Ranking] | readonly [across: Ranking, down: Ranking];
};
