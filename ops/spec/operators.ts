/** How an operator is declared, and what it is in its place in a pipeline. */
import type { Exactly, FittingImages, Narrowed } from './fitting.js';
import type { KernelParams, Options, Param, ParamScope, SizeParams } from './params.js';
import type { Channels, Colour, Index, Pixel, Point, Position, Size, Sizes } from './pixels.js';
import type { Border, Filter, TableFilter } from './sampling.js';
import type { f32 } from './scalars.js';
import type { Settled, StencilOp } from './stencils.js';

/** An operator in its place in a pipeline, with what its author settled. */
export type Stage<In extends Colour = Colour, Out extends Colour | 'same' = Colour | 'same'> = {
  readonly kind: 'stage';
  readonly op: Op;
  readonly options: Readonly<Record<string, unknown>>;
  /** Only for types. */
  readonly _types?: { in: In; out: Out };
};

/** An operator, as its declaration left it. */
export type Op = PointOp | MapOp | IndexMapOp | ResampleOp | StencilOp | StoredOp;
/** What all operators have. */
export type OpBase<Role extends string> = {
  readonly role: Role;
  /** The name in generated code and messages; by default the name of the exported constant. */
  readonly name?: string;
  readonly params: Readonly<Record<string, Param>>;
};
/** An operator on the channels of one pixel. */
export type PointOp = OpBase<'point'> & {
  readonly from: readonly Colour[];
  readonly to: Colour | 'same';
  readonly apply: (px: never, p: never, position?: Position) => readonly f32[];
};
/** An operator that says from where in the input an output pixel comes; the point lies between pixels. */
export type MapOp = OpBase<'map'> & {
  readonly apply: (at: Point, p: never, sizes: Sizes) => Point;
  readonly size?: (p: never, src: Size) => Size;
  readonly scale?: (p: never, sizes: Sizes) => Point;
  readonly geometry?: (at: Point, p: never, sizes: Sizes) => Point;
  readonly inside?: boolean;
  readonly edges?: (choices: never) => boolean;
};
/** A map from whole pixels to whole pixels; it needs no filter and loses nothing. */
export type IndexMapOp = OpBase<'indexMap'> & {
  readonly apply: (at: Index, p: never, sizes: Sizes) => Index;
  readonly size?: (p: never, src: Size) => Size;
  readonly geometry?: (at: Point, p: never, sizes: Sizes) => Point;
};

/** Several maps that are sampled once; see `resample`. */
export type ResampleOp = OpBase<'resample'> & { readonly maps: readonly MapStage[] };
/** What has pixels go through memory; see `stored`. */
export type StoredOp = OpBase<'stored'> & { readonly dtype: 'u8' | 'f16' | 'bf16' | 'f32' };
/** A map in its place: what `resample` takes. `Lacks` says what its place in a pipeline still needs: `never` nothing. */
export type MapStage<Lacks extends string = string> = Stage<Colour, 'same'> & {
  readonly op: MapOp;
  /** Only for types. */
  readonly _types?: { lacks: Lacks };
};

/** A point operator, ready to be placed: call it with its options. Its function can be called as it stands. */
export type PlacedPoint<P, In extends Colour, Out extends Colour | 'same'> = PointOp & {
  /** `position` is needed where the operator's function takes it. */
  readonly apply: (px: Pixel<Channels<In>>, p: KernelParams<P>, position?: Position) => readonly f32[];
} & (<const O extends Options<P> = Record<never, never>>(
    options?: O & Exactly<O, Options<P>> & FittingImages<P, O>,
  ) => Stage<Narrowed<P, O, In>, Out>);
/** The two options of every map that samples between pixels. Inside of `resample` it has neither. */
export type Sampling = {
  /** How a point between pixels is read: `linear`, `nearest`, `cubic` …; where the map has a scale, `antialiasedLinear` or `area`, too. */
  readonly filter?: Filter | TableFilter;
  /**
   * What lies outside the image: `constant(value)` in the units of the pixels there, `replicate`, `reflect` … Needed by filters that read
   * there.
   */
  readonly border?: Border;
};
/**
 * What a map's options lack in a pipeline. Inside of `resample` they have neither a filter nor a border; nor does a filter need a border that
 * reads nothing outside, where the map leads to nothing outside.
 */
type Lacking<O, Inside> = O extends { readonly filter: infer F extends Filter | TableFilter }
  ? O extends { readonly border: Border }
    ? never
    : [Inside, F] extends [true, Filter<true> | TableFilter]
      ? never
      : 'a border, as in border: replicate'
  : O extends { readonly border: Border }
    ? 'a filter, as in filter: linear'
    : 'a filter and a border, as in filter: linear, border: replicate';
/** A map, ready to be placed: call it with its options. `Inside` says whether all its points lie on the input. */
export type PlacedMap<P, Inside extends boolean = false> = MapOp & {
  readonly apply: (at: Point, p: KernelParams<P>, sizes: Sizes) => Point;
} & (<const O extends Options<P> & Sampling = Record<never, never>>(
    options?: O & Exactly<O, Options<P> & Sampling>,
  ) => MapStage<Lacking<O, Inside>>);
/** An index map, ready to be placed: call it with its options. */
export type PlacedIndexMap<P> = IndexMapOp & {
  readonly apply: (at: Index, p: KernelParams<P>, sizes: Sizes) => Index;
} & ((options?: Options<P>) => Stage<Colour, 'same'>);

/** The operator as a function that places it. */
export const place = <O extends object>(
  op: O,
): O & ((options?: Readonly<Record<string, unknown>>) => Stage) => {
  const placed = (options: Readonly<Record<string, unknown>> = {}): Stage => ({
    kind: 'stage',
    op: placed as unknown as Op,
    options,
  });
  // A function's own `name` is read-only, so the operator's fields are defined rather than assigned.
  for (const [key, value] of Object.entries({ name: undefined, ...op })) {
    Object.defineProperty(placed, key, { value, enumerable: true });
  }
  return placed as never;
};

/**
 * Declares an operator on the channels of one pixel.
 * @param def.from The colour models that it takes. It fails in the editor on any other.
 * @param def.to The colour model that it gives; by default the one it got.
 * @param def.params What the author or the caller gives, by name; by default nothing.
 * @param def.apply `(px, params) => px` in the kernel language (docs/language.md), or `(px, params, { at, size }) => px`: the pixel's
 *   position, in whole pixels, in the image that enters the operator, and that image's size.
 */
export const pointOp = <
  const P extends Readonly<Record<string, Param>> = Record<never, never>,
  const In extends readonly Colour[] = readonly Colour[],
  const Out extends Colour | 'same' = 'same',
>(def: {
  readonly name?: string;
  readonly from: In;
  readonly to?: Out;
  readonly params?: P;
  readonly apply: (
    px: Pixel<Channels<In[number]>>,
    p: KernelParams<P>,
    position: Position,
  ) => Out extends Colour ? Pixel<Channels<Out>> : readonly f32[];
}): PlacedPoint<P, In[number], Out> => place({ role: 'point', to: 'same', params: {}, ...def }) as never;

/**
 * Declares where an output pixel comes from, as a point between the input's pixels. Its stage takes a `filter`
 * (how that point is read) and a `border` (what lies outside).
 * @param def.apply `(at, params, { src, dst }) => point`, both in pixels.
 * @param def.size The output's size in pixels; by default the input's. Of a parameter that is an image it sees the size.
 * @param def.scale `(params, { src, dst }) => [x, y]`: how many input pixels one output pixel covers on each axis, for filters
 *   that read as much. Leave it out where that is not the same everywhere; such filters are then refused.
 * @param def.geometry `apply` without what it does at edges, for `pipeline.geometry`: a map that holds points to the image, or sends those
 *   beyond its picture away, gives here where they would lie. By default `apply`.
 * @param def.inside Says that every output pixel lies on the input, as a `resize`'s do and a `letterbox`'s do not. A separable filter
 *   may then run as two kernels, where columns stay apart from rows, and one that reads nothing outside needs no border.
 * @param def.edges Whether the input's edges lie on the output's, by the settled choices:
 *   x_in = (x_out + 0.5) · (width_in / width_out) − 0.5, likewise y. A filter by a table, such as `pillow`, stands only under such a map.
 */
export const mapOp = <
  const P extends Readonly<Record<string, Param>> = Record<never, never>,
  const Inside extends boolean = false,
>(def: {
  readonly name?: string;
  readonly params?: P;
  readonly apply: (at: Point, p: KernelParams<P>, sizes: Sizes) => Point;
  readonly size?: (p: SizeParams<P>, src: Size) => Size;
  readonly scale?: (p: KernelParams<P>, sizes: Sizes) => Point;
  readonly geometry?: (at: Point, p: KernelParams<P>, sizes: Sizes) => Point;
  readonly inside?: Inside;
  readonly edges?: (choices: Settled<NoInfer<P>>) => boolean;
}): PlacedMap<P, Inside> => place({ role: 'map', params: {}, ...def }) as never;

/** Parameters without images. */
type Numbers = Readonly<Record<string, Param<unknown, unknown, Exclude<ParamScope, 'pixel'>>>>;

/**
 * Declares a map from whole pixels to whole pixels: a crop, a flip. It is exact, and fuses with anything.
 * @param def.apply `(at, params, { src, dst }) => index`, in whole pixels; it must stay inside the input.
 * @param def.size The output's size in pixels; by default the input's.
 * @param def.geometry The same map of places between pixels, for `pipeline.geometry`, where `apply` drops fractions. By default `apply`.
 */
export const indexMapOp = <const P extends Numbers = Record<never, never>>(def: {
  readonly name?: string;
  readonly params?: P;
  readonly apply: (at: Index, p: KernelParams<P>, sizes: Sizes) => Index;
  readonly size?: (p: KernelParams<P>, src: Size) => Size;
  readonly geometry?: (at: Point, p: KernelParams<P>, sizes: Sizes) => Point;
}): PlacedIndexMap<P> => place({ role: 'indexMap', params: {}, ...def }) as never;
