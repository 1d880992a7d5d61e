/** What a whole image comes to: reductions, which stand where a pipeline's format stands. */
import type { Exactly } from './fitting.js';
import type { Stage } from './operators.js';
import type { KernelParams, Options, Param, ParamScope } from './params.js';
import type { Channels, Colour, Pixel, Position, Size } from './pixels.js';
import type { f32, f64, i32 } from './scalars.js';

/** The types of a reduction's results: 32-bit and 64-bit floats and integers. */
export type ResultDType = 'f32' | 'f64' | 'i32' | 'i64';

/** A reduction in its place: the end of a pipeline, or one of its results. */
export type Reduction<In extends Colour = Colour> = {
  readonly kind: 'reduction';
  readonly op: FoldOp | BinsOp;
  readonly options: Readonly<Record<string, unknown>>;
  /** Only for types. */
  readonly _types?: { in: In };
};

type ReductionBase<Role extends string> = {
  readonly role: Role;
  /** The name in generated code and messages; by default the name of the exported constant. */
  readonly name?: string;
  readonly from: readonly Colour[];
  readonly params: Readonly<Record<string, Param>>;
  readonly result: ResultDType;
};
/** Folds pixels into a few numbers. See {@link reduceOp}. */
export type FoldOp = ReductionBase<'fold'> & {
  readonly per: 'channel' | 'pixel';
  readonly init: readonly f32[];
  readonly step: (acc: never, px: never, p: never, position?: Position) => readonly f32[];
  readonly merge: (a: readonly f64[], b: readonly f64[]) => readonly f64[];
  readonly finish?: (acc: readonly f64[], image: Whole, p: never) => readonly f64[];
};
/** Counts pixels by a number of theirs. See {@link binsOp}. */
export type BinsOp = ReductionBase<'bins'> & {
  readonly bins: number;
  readonly grid: readonly [columns: number, rows: number];
  readonly bin: (px: never, p: never, position?: Position) => i32;
  readonly values: number;
  readonly finish?: (bins: Counts, i: i32, image: Whole, p: never) => f64;
};

/** What a parameter that is {@link measured} is given: a reduction, or what pixels go through before, and it. */
export type MeasureSource = Reduction | readonly [Stage, ...Stage[], Reduction];
/** See {@link measured}. */
export type MeasuredParam = Param<MeasureSource, Measured, 'pixel'>;
/** What an image came to, number by number: `lookup(numbers, i)` reads one. */
export type Measured = readonly f32[];
/**
 * A parameter of a point operator that is what its pixels come to, over the whole image: the pipeline says by which reduction,
 * `stats: meanStd()`, and through which point operators and exact maps they go before, if any: `level: [rgbToGray(), mean()]`. Its result must be
 * f32. The kernel of the reduction runs first, on the pixels that enter the operator, and the operator reads its result where it lies: the
 * host sees nothing of it.
 */
export const measured = (): MeasuredParam => ({ param: 'measured', per: 'pixel' });

/** The image that was reduced, or the part of it that a grid's cell is: how many pixels, and the image's size. */
export type Whole = { readonly count: f64; readonly size: Size };
/** How many pixels fell into each bin; `lookup(bins, i)` reads one. */
export type Counts = readonly i32[];

/** Parameters without images. */
type Numbers = Readonly<Record<string, Param<unknown, unknown, Exclude<ParamScope, 'pixel'>>>>;
/** An accumulator as long as the first one. */
type Lanes<Init extends readonly f32[]> = { readonly [I in keyof Init]: f64 };

/** A reduction, ready to be placed: call it with its options. */
export type PlacedReduction<P, In extends Colour> = (<const O extends Options<P> = Record<never, never>>(
  options?: O & Exactly<O, Options<P>>,
) => Reduction<In>) & { readonly role: 'fold' | 'bins' };

const placeReduction = (op: object): never => {
  const placed = (options: Readonly<Record<string, unknown>> = {}): Reduction => ({
    kind: 'reduction',
    op: placed as never,
    options,
  });
  // A function's own `name` is read-only, so the operator's fields are defined rather than assigned.
  for (const [key, value] of Object.entries({ name: undefined, ...op })) {
    Object.defineProperty(placed, key, { value, enumerable: true });
  }
  return placed as never;
};

/**
 * Declares a reduction: what all pixels of an image come to. Its result is a tensor: for N images of C channels `[N, C]`, or `[N, C, K]`
 * where `finish` gives K numbers; with `per: 'pixel'` `[N]` or `[N, K]`.
 *
 * The order of the arithmetic is part of its meaning, so that every device gives the same bits, whatever its number of threads. The image
 * lies in tiles of 128 columns and 32 rows. In a tile every column is folded downwards by `step`, in f32, from `init` on. From there on
 * numbers are f64: neighbouring columns are merged two by two until one number of each is left. The tiles of an image, row by row, are
 * the columns of one more such tile: number t is merged into column t modulo 128, from `init` on, and neighbouring columns are merged.
 *
 * @param def.from The colour models that it takes.
 * @param def.per `'channel'` (default): `step` sees one channel, and there is a result for each. `'pixel'`: it sees whole pixels.
 * @param def.params What the author or the caller gives, by name; by default nothing. `step` and `finish` see them.
 * @param def.init The accumulator before any pixel: up to 16 numbers. Merging it with another must change nothing.
 * @param def.step `(acc, px, params, { at, size }) => acc` in the kernel language. Of integers of 8 and 16 bits a column's sum is exact.
 * @param def.merge `(a, b) => acc`, in f64: of pixels before and after. A sum of integers is exact up to 2^53.
 * @param def.finish `(acc, { count, size }, params) => numbers`, in f64; by default the accumulator itself.
 * @param def.result The type of the results: f32 (default), f64, i32 or i64; rounded to the nearest, integers held to their range.
 */
export const reduceOp = <
  const In extends readonly Colour[],
  const Init extends readonly f32[],
  const P extends Numbers = Record<never, never>,
  const Per extends 'channel' | 'pixel' = 'channel',
>(def: {
  readonly name?: string;
  readonly from: In;
  readonly per?: Per;
  readonly params?: P;
  readonly init: Init;
  readonly step: (
    acc: Lanes<Init>,
    px: Per extends 'pixel' ? Pixel<Channels<In[number]>> : Pixel<1>,
    p: KernelParams<P>,
    position: Position,
  ) => Lanes<NoInfer<Init>>;
  readonly merge: (a: Lanes<NoInfer<Init>>, b: Lanes<NoInfer<Init>>) => Lanes<NoInfer<Init>>;
  readonly finish?: (acc: Lanes<NoInfer<Init>>, image: Whole, p: KernelParams<P>) => readonly f64[];
  readonly result?: ResultDType;
}): PlacedReduction<P, In[number]> =>
  placeReduction({ role: 'fold', per: 'channel', params: {}, result: 'f32', ...def });

/**
 * Declares a reduction that counts: how many pixels fall into each of a number of bins, channel by channel. Counts are exact. Its result is
 * a tensor `[N, C, bins]`, or `[N, C, K]` where `finish` gives `values` numbers, or `[N, C]` where that is one; with a `grid` of cells
 * `[N, rows, columns, C, …]`.
 *
 * @param def.from The colour models that it takes.
 * @param def.params What the author or the caller gives, by name; by default nothing. `bin` and `finish` see them.
 * @param def.bins How many: 1 to 4096, and at most 8192 for all channels.
 * @param def.grid Cells beside and below one another, each counted by itself; the image's sides must be multiples. By default one: the image.
 * @param def.bin `([v], params, { at, size }) => i32` in the kernel language: the bin of one channel of a pixel; outside of `bins` it is not counted.
 * @param def.finish `(bins, i, { count, size }, params) => number`: number i of the result, from all counts, which `lookup(bins, j)` reads. By default the counts.
 * @param def.values How many numbers `finish` gives; by default as many as there are bins.
 * @param def.result The type of the results: i32 by default, f32 where there is `finish`.
 */
export const binsOp = <
  const In extends readonly Colour[],
  const P extends Numbers = Record<never, never>,
>(def: {
  readonly name?: string;
  readonly from: In;
  readonly params?: P;
  readonly bins: number;
  readonly grid?: readonly [columns: number, rows: number];
  readonly bin: (px: Pixel<1>, p: KernelParams<P>, position: Position) => i32;
  readonly values?: number;
  readonly finish?: (bins: Counts, i: i32, image: Whole, p: KernelParams<P>) => f64;
  readonly result?: ResultDType;
}): PlacedReduction<P, In[number]> =>
  placeReduction({
    role: 'bins',
    params: {},
    grid: [1, 1],
    values: def.bins,
    result: def.finish ? 'f32' : 'i32',
    ...def,
  });
