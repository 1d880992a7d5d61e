/** Generated files of kernels that reduce pixels: what their templates have beside that of others. */

import { channelCount, type ResultDType } from '../../../ops/spec.js';
import type { Kernel } from '../../ir/plan.js';
import { cellsOf, countsOf, isReduceSink, lanesOf, MOST_COUNTS } from '../../ir/reduce.js';
import { type Type, tuple } from '../../ir/types.js';
import { c, cType } from '../expr/c.js';
import { planeMember } from '../kernel/planes.js';
import type { PrintedReduction } from '../kernel/reductions.js';
import { namedSinks } from '../kernel/sinks.js';

/** A reduction in C++. */
export type ReductionView = {
  readonly isFold: boolean;
  readonly name: string;
  readonly title: string;
  readonly groups: number;
  /** `0`, `1`, …: of each group. */
  readonly groupNumbers: readonly number[];
  /** Numbers of the accumulator, or bins. */
  readonly lanes: number;
  readonly values: number;
  /** Copies of the counts in a block's shared memory. */
  readonly copies: number;
  /** Types: the accumulator in f32 and in f64, what `finish` gives, and a number of the result. */
  readonly acc: string;
  readonly wide: string;
  readonly made: string;
  readonly result: string;
  /** The pixel that it sees, and its member among those of all sinks. */
  readonly pixelType: string;
  readonly member: string;
  readonly first: string;
  readonly steps: readonly string[];
  readonly merged: string;
  readonly finished: string;
  readonly widened: string;
  readonly loaded: string;
  readonly saves: readonly string[];
  readonly stores: readonly string[];
  readonly columns: number;
  readonly rows: number;
  readonly resultPlane: string;
  readonly partialsPlane: string;
  readonly countersPlane: string;
};

const resultTypes: Readonly<Record<ResultDType, string>> = {
  f32: 'float',
  f64: 'double',
  i32: 'int32_t',
  i64: 'int64_t',
};
const MOST_COPIES = 8;
/** Rows that a thread has under way at once. Accumulators of more than FEW_NUMBERS leave no registers for that. */
const UNROLLED_ROWS = 4;
const FEW_NUMBERS = 8;

/** The reductions of a kernel. */
export const reductionViews = (
  kernel: Kernel,
  printed: readonly PrintedReduction[],
): readonly ReductionView[] => {
  const sinks = namedSinks(kernel.pipeline.sinks);
  const counts = printed.reduce((sum, { reduce }) => sum + countsOf(reduce), 0);
  let copies = MOST_COPIES;
  while (copies > 1 && copies * counts > MOST_COUNTS) {
    copies /= 2;
  }
  return printed.map(one => {
    const { reduce, sink, name, steps, merged, finished, first } = one;
    const isFold = reduce.kind === 'fold';
    const lanes = isFold ? lanesOf(reduce) : reduce.bins;
    const acc: Type = tuple('f32', isFold ? lanes : 1);
    const wide: Type = tuple('f64', isFold ? lanes : 1);
    const made: Type = tuple('f64', isFold ? reduce.values : 1);
    const all = Array.from({ length: isFold ? lanes : 0 }, (_, n) => n);
    const named = sinks[kernel.pipeline.sinks.indexOf(sink)]!;
    const plane = (what: string): string => planeMember(named.side, what);
    return {
      isFold,
      name,
      title: `${reduce.stage.name}: ${isFold ? 'what pixels come to' : `which of ${lanes} bins pixels are in`}`,
      groups: reduce.groups,
      groupNumbers: steps.map((_, n) => n),
      lanes,
      values: reduce.values,
      copies,
      acc: cType(acc),
      wide: cType(wide),
      made: cType(made),
      result: resultTypes[reduce.dtype],
      pixelType: cType(tuple('f32', channelCount[reduce.stage.from])),
      member: named.member && `.${named.member}`,
      first,
      steps,
      merged,
      finished,
      widened: isFold
        ? c.tuple(
            all.map(n => c.cast(c.index('acc', n, acc), 'f64')),
            wide,
          )
        : '',
      loaded: isFold
        ? c.tuple(
            all.map(n => `of[${n}][i]`),
            acc,
          )
        : '',
      saves: all.map(n => `of[${n}][i] = ${c.index('acc', n, acc)};`),
      stores: isFold
        ? Array.from(
            { length: reduce.values },
            (_, n) => `putResult(${c.index('made', n, made)}, out[${n}]);`,
          )
        : [],
      columns: reduce.kind === 'bins' ? reduce.grid[0] : 1,
      rows: reduce.kind === 'bins' ? reduce.grid[1] : 1,
      resultPlane: plane('result'),
      partialsPlane: plane('partials'),
      countersPlane: plane('counters'),
    };
  });
};

/** What the templates of such a kernel have beside. */
export const reduceView = (
  kernel: Kernel,
  printed: readonly PrintedReduction[],
  isHost: boolean,
): {
  readonly reductions: readonly ReductionView[];
  readonly isHost: boolean;
  /** Whether there are counts in shared memory. */
  readonly counts: boolean;
  /** Cells of a grid, which is alone in its kernel; 0: there is none. */
  readonly cells: number;
  /** How many rows a thread reads before it folds the first. */
  readonly unroll: number;
  /** The member whose first number says which block is the last. */
  readonly ticketPlane: string;
} => {
  const reductions = reductionViews(kernel, printed);
  const { reduce } = kernel.pipeline.sinks.find(isReduceSink)!;
  const cells = cellsOf(reduce);
  const numbers = reductions.reduce(
    (sum, { isFold, groups, lanes }) => sum + (isFold ? groups * lanes : 0),
    0,
  );
  return {
    reductions,
    isHost,
    counts: reductions.some(({ isFold }) => !isFold),
    cells: cells > 1 ? cells : 0,
    ticketPlane: reductions[0]!.countersPlane,
    unroll: numbers > FEW_NUMBERS ? 1 : UNROLLED_ROWS,
  };
};
