/** Whether the options of an operator fit it and each other, as types: what does not is an error in the editor. */
import type { Ends, FirstWrong, Links, SourceColour, Wrong } from './chain.js';
import type { Format } from './formats.js';
import type { OpenImage, Param, PixelParam } from './params.js';
import type { Channels, Colour } from './pixels.js';
import type { Reduction } from './reductions.js';
import type { paramFields } from './values.js';

type OfLength<N> = { [C in Colour]: Channels<C> extends N ? C : never }[Colour];
/**
 * For each option, as a function's argument: the colour models with as many channels as the tuple given for a per-channel
 * parameter. Inferring one argument for all these functions intersects the models.
 */
type Fitting<P, O> = {
  [K in keyof O & keyof P]: (
    models: P[K] extends Param<infer _V, infer _K, 'channel'>
      ? O[K] extends readonly unknown[]
        ? OfLength<O[K]['length'] extends (typeof paramFields)['table']['lanes'] ? number : O[K]['length']>
        : Colour
      : P[K] extends PixelParam<'same'>
        ? ColourOf<O[K] extends OpenImage<infer S> ? S : O[K]>
        : O[K] extends Reduction<infer C>
          ? C
          : Colour,
  ) => void;
}[keyof O & keyof P];
/** The colour model of the pixels that an image's source gives. */
type ColourOf<S> = S extends readonly [Format<infer C>, ...infer Rest]
  ? Ends<readonly [...Rest, Format], SourceColour<C>>
  : S extends Format<infer C>
    ? SourceColour<C>
    : Colour;
/** For each option that is an image with operators: `unknown` where they fit, and {@link Wrong} where they do not. */
export type FittingImages<P, O> = {
  readonly [K in keyof O & keyof P]: P[K] extends PixelParam & { readonly colour: infer C }
    ? FittingImage<O[K] extends OpenImage<infer S> ? S : O[K], C extends Colour ? C : Colour>
    : unknown;
};
type FittingImage<S, C extends Colour> = S extends readonly [Format<infer F>, ...infer Rest]
  ? [FirstWrong<Links<[...Rest, Format<C, 'both'>], SourceColour<F>>>] extends [infer Message]
    ? [Message] extends [never]
      ? unknown
      : Wrong<Message & string>
    : unknown
  : unknown;
export type Narrowed<P, O, In extends Colour> = [keyof O & keyof P] extends [never]
  ? In
  : [Fitting<P, O>] extends [(models: infer Common) => void]
    ? In & Common
    : never;
/**
 * Refuses options that the operator does not have. The types of those that it has are `O`'s; they stand here because an editor shows the
 * comments of a parameter's type, and what is inferred has none.
 */
export type Exactly<O, Allowed> = { readonly [K in Exclude<keyof O, keyof Allowed>]: never } & {
  readonly [K in keyof Allowed]?: unknown;
};
