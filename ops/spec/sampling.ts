/** How a point between pixels is read, and what lies outside of an image. */
import type { Pixel, Point, Size } from './pixels.js';
import type { f32, i32 } from './scalars.js';

/** What a filter knows besides its point. */
export type Footprint = {
  /** How many input pixels one output pixel covers, across and down; only under a map that declares its `scale`. */
  readonly scale: Point;
  /** The size of the image that `tap` reads, in pixels. */
  readonly size: Size;
};
/** The same along one axis: what a separable filter knows besides its point. */
export type AxisFootprint = { readonly scale: f32; readonly size: i32 };
/** Numbers and words that are part of a filter: the kernel holds them as they are. */
export type FilterConstants = Readonly<Record<string, number | string>>;
/** How a point between pixels is read. `Inside` says whether it asks for no pixel outside the image, so that it needs no border. */
export type Filter<Inside extends boolean = boolean> = {
  readonly kind: 'filter';
  readonly inside?: Inside;
  readonly name?: string;
  readonly constants?: FilterConstants;
  readonly maxScale?: number;
  readonly apply: (tap: (x: i32, y: i32) => Pixel, at: Point, footprint: Footprint) => readonly f32[];
  /** The function of a separable filter along one axis, and how far it reads. See {@link separableFilter}. */
  readonly axis?: {
    readonly radius: number;
    readonly apply: (tap: (i: i32) => Pixel, at: f32, footprint: AxisFootprint) => readonly f32[];
  };
};
/**
 * The windows that a {@link TableFilter} can have: over `radius` 0.5, 1, 1, 2 and 3 pixels of the output where it shrinks, of the input
 * where it grows.
 */
export type TableWindow = 'box' | 'linear' | 'hamming' | 'cubic' | 'lanczos';
/** A filter in whole numbers, along rows and then down columns; see {@link tableFilter}. */
export type TableFilter = {
  readonly kind: 'tableFilter';
  readonly inside: true;
  readonly name: string;
  readonly window: TableWindow;
  /** For each colour model, the point operators before and after it, both of bytes. */
  readonly around: Readonly<Record<string, readonly [before: unknown, after: unknown]>>;
};
/** What lies outside an image: a pixel inside it, or a constant. */
export type Border =
  | { readonly kind: 'indexBorder'; readonly name?: string; readonly apply: (i: i32, size: i32) => i32 }
  | { readonly kind: 'constantBorder'; readonly value: f32 | readonly f32[] };

/** Leads from a function that runs a definition's function to the definition: the compiler reads that function's source. */
const defined = <Fn extends (...args: never[]) => readonly f32[]>(definition: object, fn: Fn): Fn =>
  Object.assign(fn, { definition });

/**
 * Declares how a point between pixels is read from the pixels around it.
 * @param def.apply `(tap, at, { scale, size }) => px` in the kernel language; the constants stand beside `scale` and `size`.
 * @param def.constants Numbers and words by name, settled where the filter is made: for several filters of one function.
 * @param def.maxScale The largest `scale` that it can cover, for filters whose loops end at some number of pixels: a call that
 *   goes beyond is an error.
 */
export const filter = <const C extends FilterConstants = Record<never, never>>(def: {
  readonly name?: string;
  readonly constants?: C;
  readonly maxScale?: number;
  readonly apply: (
    tap: (x: i32, y: i32) => Pixel,
    at: Point,
    given: Footprint & { readonly [K in keyof C]: C[K] extends number ? f32 : C[K] },
  ) => readonly f32[];
}): Filter<false> => {
  const { apply, constants } = def;
  return {
    kind: 'filter',
    ...def,
    apply: defined({ apply, constants }, (tap, at, footprint) =>
      apply(tap, at, { ...footprint, ...constants } as never),
    ),
  };
};
/**
 * Declares a filter by what it does along one axis. Its meaning: the function runs along every row that is needed, and then down the
 * results of those; a point more than half a pixel outside of the image is the pixel there, that is the border's. Under a map that
 * keeps columns apart from rows, such as `resize`, the two may be a kernel each, which gives the same bits.
 * @param def.apply `(tap, at, { scale, size }) => px` in the kernel language: `tap(i)` is the pixel at i, all three are of one axis;
 *   the constants stand beside `scale` and `size`.
 * @param def.radius How far it reads from its point, in pixels of the input, or of the output where that is smaller: with it a call
 *   decides between one pass and two.
 * @param def.inside The author's word that `apply` taps only positions 0 to size − 1 for a point on the image. Under a map whose points all lie on it,
 *   such as that of `resize`, the filter then needs no border.
 * @param def.constants As those of {@link filter}.
 * @param def.maxScale As that of {@link filter}.
 */
export const separableFilter = <
  const C extends FilterConstants = Record<never, never>,
  const Inside extends boolean = false,
>(def: {
  readonly name?: string;
  readonly constants?: C;
  readonly maxScale?: number;
  readonly inside?: Inside;
  readonly radius: number;
  readonly apply: (
    tap: (i: i32) => Pixel,
    at: f32,
    given: AxisFootprint & { readonly [K in keyof C]: C[K] extends number ? f32 : C[K] },
  ) => readonly f32[];
}): Filter<Inside> => {
  const { radius, apply, ...rest } = def;
  const { constants } = def;
  const definition = { apply, constants };
  const along = defined(
    definition,
    (tap: (i: i32) => Pixel, at: f32, footprint: AxisFootprint): readonly f32[] =>
      apply(tap, at, { ...footprint, ...constants } as never),
  );
  return {
    kind: 'filter',
    ...rest,
    axis: { radius, apply: along },
    apply: defined(definition, (tap, [x, y], { scale, size }) => {
      const [column, row] = [Math.floor(x + 0.5), Math.floor(y + 0.5)];
      if (column < 0 || row < 0 || column >= size.width || row >= size.height) {
        return tap(column, row);
      }
      const across = (line: i32): Pixel =>
        along(i => tap(i, line), x, { scale: scale[0], size: size.width }) as Pixel;
      return along(across, y, { scale: scale[1], size: size.height });
    }),
  };
};
/**
 * Declares a filter of bytes in whole numbers, whose weights come with the call: the library computes them in double precision for each
 * size of an image and of its result, normalises each output pixel's to a sum of 1, and rounds each to 22 bits of fraction, halves away
 * from zero. What enters is rounded half to even and held to 0..255, as a u8 image would hold it. Every sum begins with one half, is an
 * i32, loses its fraction and is held to 0..255: first along the rows, then down the columns of what came out. Under a map whose input's
 * edges lie on its output's, such as `resize`. It is always two kernels, with an image of u8 between them.
 * @param def.window How a pixel's weight follows from its distance.
 * @param def.around By colour model, `{ rgba: [before(), after()] }`: point operators that stand around both passes.
 */
export const tableFilter = (def: {
  readonly name: string;
  readonly window: TableWindow;
  readonly around?: TableFilter['around'];
}): TableFilter => ({ kind: 'tableFilter', inside: true, around: {}, ...def });
/** Declares which pixel stands for one outside: `(i, size) => i`, used for x and for y. */
export const indexBorder = (def: { name?: string; apply: (i: i32, size: i32) => i32 }): Border => ({
  kind: 'indexBorder',
  ...def,
});
/** Pixels outside have this value: one number, or one per channel, in the units of the pixels there. */
export const constant = (value: f32 | readonly f32[]): Border => ({ kind: 'constantBorder', value });
