/** Operators that look at the pixels around their own. */
import type { Exactly, Narrowed } from './fitting.js';
import { type MapStage, type OpBase, place } from './operators.js';
import type { KernelParams, Options, Param } from './params.js';
import type { Channels, Colour, Pixel, Position } from './pixels.js';
import type { Border } from './sampling.js';
import type { f32, i32 } from './scalars.js';

/** The parameters that are settled when a pipeline is declared: words and numbers by name. */
export type Settled<P> = {
  readonly [K in keyof P as P[K] extends Param<unknown, unknown, 'structure'>
    ? K
    : never]: P[K] extends Param<infer V> ? V : never;
};
/** How far a stencil looks, in pixels: a number, or one that follows from its settled choices. */
export type Radius<P = never> = number | ((choices: Settled<P>) => number);
/** The pixel dx columns to the right of the stencil's own and dy rows below it. */
export type Tap<N extends number = number> = (dx: i32, dy: i32) => Pixel<N>;
/** The same along one axis. */
export type AxisTap<N extends number = number> = (d: i32) => Pixel<N>;

/** An operator that computes a pixel from those around it. */
export type StencilOp = OpBase<'stencil'> & {
  readonly from: readonly Colour[];
  readonly radius: number | ((choices: never) => number);
  readonly apply: (tap: Tap, p: never, position: Position) => readonly f32[];
  /** The functions along one axis, of an operator that works along rows and then down columns. */
  readonly axis?: {
    readonly apply: (tap: AxisTap, p: never) => readonly f32[];
    readonly down?: (tap: AxisTap, p: never) => readonly f32[];
  };
};

/** Parameters without images and without those that differ from channel to channel of another image. */
type Numbers = Readonly<Record<string, Param>>;
/** The option of every stencil. */
export type Bordered = {
  /** What lies outside the image: `constant(value)` in the units of the pixels there, `replicate`, `reflect101` … */
  readonly border?: Border;
};
type Lacking<O> = O extends { readonly border: Border } ? never : 'a border, as in border: reflect101';

/** A stencil, ready to be placed: call it with its options. */
export type PlacedStencil<P, In extends Colour> = StencilOp & {
  readonly apply: (tap: Tap<Channels<In>>, p: KernelParams<P>, position: Position) => readonly f32[];
} & (<const O extends Options<P> & Bordered = Record<never, never>>(
    options?: O & Exactly<O, Options<P> & Bordered>,
  ) => NeighbourStage<Narrowed<P, O, In>, Lacking<O>>);
/** A stencil in its place. */
export type NeighbourStage<In extends Colour = Colour, Lacks extends string = string> = Omit<
  MapStage<Lacks>,
  'op' | '_types'
> & {
  readonly op: StencilOp;
  /** Only for types. */
  readonly _types?: { in: In; out: 'same'; lacks: Lacks };
};

/**
 * Declares an operator that computes a pixel from those around it, of the same image. Its stage takes a `border` (what lies outside).
 * @param def.from The colour models that it takes, and gives.
 * @param def.radius How many pixels away it looks at most, across and down: 0 to 31, or a function of the settled choices, as in
 *   `({ size }) => (size - 1) / 2`.
 * @param def.params What the author or the caller gives, by name; by default nothing.
 * @param def.apply `(tap, params) => px` in the kernel language (docs/language.md), or `(tap, params, { at, size }) => px`:
 *   `tap(dx, dy)` is the pixel dx to the right of the operator's own and dy below it. Both must follow from numbers and loop counters, so
 *   that the compiler sees that they stay within the radius.
 */
export const stencilOp = <
  const P extends Numbers = Record<never, never>,
  const In extends readonly Colour[] = readonly Colour[],
>(def: {
  readonly name?: string;
  readonly from: In;
  readonly radius: Radius<NoInfer<P>>;
  readonly params?: P;
  readonly apply: (tap: Tap<Channels<In[number]>>, p: KernelParams<P>, position: Position) => readonly f32[];
}): PlacedStencil<P, In[number]> => place({ role: 'stencil', params: {}, ...def }) as never;

/**
 * Declares a stencil by what it does along one axis. Its meaning: the function runs along every row that is needed, and then down the
 * results of those. The two may be a kernel each, which gives the same bits.
 * @param def.from As that of {@link stencilOp}.
 * @param def.radius As that of {@link stencilOp}.
 * @param def.params As those of {@link stencilOp}.
 * @param def.apply `(tap, params) => px` in the kernel language: `tap(d)` is the pixel d further along the axis.
 * @param def.down What runs down the columns, where that is another function.
 */
export const separableStencil = <
  const P extends Numbers = Record<never, never>,
  const In extends readonly Colour[] = readonly Colour[],
>(def: {
  readonly name?: string;
  readonly from: In;
  readonly radius: Radius<NoInfer<P>>;
  readonly params?: P;
  readonly apply: (tap: AxisTap<Channels<In[number]>>, p: KernelParams<P>) => readonly f32[];
  readonly down?: (tap: AxisTap<Channels<In[number]>>, p: KernelParams<P>) => readonly f32[];
}): PlacedStencil<P, In[number]> => {
  const { apply, down = apply, ...rest } = def;
  return place({
    role: 'stencil',
    params: {},
    ...rest,
    axis: { apply, ...(down === apply ? {} : { down }) },
    apply: (tap: Tap<Channels<In[number]>>, p: KernelParams<P>): readonly f32[] =>
      down(dy => apply(dx => tap(dx, dy), p) as Pixel<Channels<In[number]>>, p),
  }) as never;
};
