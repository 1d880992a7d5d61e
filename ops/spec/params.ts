/** How an operator declares its parameters, and how a pipeline leaves them open. */
import { asParam, type Bounds } from './bounds.js';
import type { Format } from './formats.js';
import type { Stage } from './operators.js';
import type { Channels, Colour, Pixel, Size } from './pixels.js';
import type { f32 } from './scalars.js';
import type { Numbers, ParamKind, Table, TypedNumbers, table } from './values.js';

/**
 * The type of an operator's parameter. `Value` is what an author or a caller gives, `Kernel` what the operator's
 * function sees.
 */
export interface Param<Value = unknown, Kernel = unknown, Per extends ParamScope = ParamScope> {
  readonly param: ParamKind;
  readonly per: Per;
  readonly choices?: readonly (string | number | boolean)[];
  /** The colour model of an image, or `'same'`. */
  readonly colour?: Colour | 'same';
  readonly default?: Value;
  /** The numbers that `f32` and `i32` take. */
  readonly bounds?: Bounds;
  /** The number of weights of `weights` and `gaussian`, by the choices that are settled at build time. */
  readonly count?: WeightCount;
  /** The sum of a `gaussian`'s weights, where they are whole numbers. */
  readonly steps?: number;
  /** Only for types. */
  readonly _types?: { value: Value; kernel: Kernel };
}

/**
 * Whether a parameter has one value, one per channel, one per image of a batch, is settled at build time, or is another image, with
 * a value for every pixel.
 */
export type ParamScope = 'call' | 'channel' | 'image' | 'structure' | 'pixel';

/**
 * A parameter with one value per channel: a tuple as long as the pixel, or one number for all channels; of tables one for each
 * channel, or one for all.
 */
export const perChannel: {
  (type: typeof f32): Param<f32 | Numbers, readonly f32[], 'channel'>;
  (
    type: typeof table,
  ): Param<Table | TypedNumbers | readonly (Table | TypedNumbers)[], readonly Table[], 'channel'>;
} = (type: Param): never => ({ ...asParam(type), per: 'channel' }) as never;
/** A parameter that may differ from image to image of a batch. At the call: one value, or an array of them. */
export const perImage = <V, K>(type: Param<V, K, 'call'>): Param<V, K, 'image'> => ({
  ...asParam(type),
  per: 'image',
});
/** What a choice is between. */
type Chosen = string | number | boolean;
/** A choice between words, numbers or truth values, settled at build time: the kernel holds the code of the chosen one only. */
export const oneOf = <const C extends readonly [Chosen, ...Chosen[]]>(
  ...choices: C
): Param<C[number], C[number] extends number ? number : C[number], 'structure'> => ({
  param: 'choice',
  per: 'structure',
  choices,
});
/** A number of weights that follows from an operator's settled choices: `({ size }) => size * size`. */
export type WeightCount = (choices: never) => number;
/**
 * Weights that the operator's function reads by `lookup(weights, n)`, row by row: as many as its settled choices say, 1,024 at most.
 * The caller gives an array of that many finite numbers, or a typed array. An index outside of them is held to the first or the last.
 *
 * @param count How many there are, by the settled choices: `({ size }) => size * size`.
 */
export const weights = <S extends Readonly<Record<string, string | number>>>(
  count: (choices: S) => number,
): Param<Table | TypedNumbers, Table, 'call'> => ({ param: 'weights', per: 'call', count });
/**
 * The weights of a Gaussian along one axis, which the function reads by `lookup(weights, n)`. The caller gives the standard deviation in
 * pixels, above 0. Weight n of `count` is exp(−(n − (count − 1) / 2)² / 2σ²), divided by the sum of all, in double precision.
 *
 * @param count How many there are, by the settled choices: 63 at most.
 * @param steps With it the weights are whole numbers that sum to `steps`: each is rounded with what the ones before it lost, from the
 *   first to the one in the middle, which takes the rest. A deviation of 0 then gives OpenCV's own weights: fixed ones for 3, 5, 7 and 9,
 *   and for other counts those of σ = 0.15 · count + 0.35. Source: OpenCV, modules/imgproc/src/smooth.dispatch.cpp
 *   (`getGaussianKernelBitExact`, `getGaussianKernelFixedPoint_ED`), which blurs bytes with 256 steps.
 */
export const gaussian = <S extends Readonly<Record<string, string | number>>>(
  count: (choices: S) => number,
  steps?: number,
): Param<f32, Table, 'call'> => ({
  param: 'gaussian',
  per: 'call',
  bounds: steps === undefined ? { above: 0 } : { least: 0 },
  count,
  ...(steps === undefined ? {} : { steps }),
});
/**
 * Another image: the operator sees its pixel at the place of the pixel that it works on; a map, at the place of the output pixel. The
 * pipeline says in which format it comes, `background: rgb8()`, and through which point operators it goes first, if any:
 * `background: [nv12(), yuvToRgb()]`. The caller gives an image or a tensor for all images of the batch, or one for each, of the size
 * that the image has where the operator stands; a map's has the size of the output.
 *
 * @param colour The colour model that the operator sees: one of {@link Colour}, or `'same'`: that of its own pixel.
 */
export const perPixel = <const C extends Colour | 'same'>(colour: C): PixelParam<C> =>
  ({ param: 'image', per: 'pixel', colour }) as never;
/** See {@link perPixel}. */
export type PixelParam<C extends Colour | 'same' = Colour | 'same'> = Param<
  ImageSource<C extends Colour ? C : Colour>,
  C extends Colour ? Pixel<Channels<C>> : readonly f32[],
  'pixel'
> & { readonly colour: C };
/** A pipeline's description of such an image: its format, or that and the point operators that it goes through. */
export type ImageSource<C extends Colour = Colour> = Format<C> | readonly [Format, Stage, ...Stage[]];

/** The parameter's value where the author gives none. Without it the caller is asked. */
export const withDefault: {
  <C extends Colour | 'same'>(
    type: PixelParam<C>,
    value: NoInfer<ImageSource<C extends Colour ? C : Colour>>,
  ): PixelParam<C> & { readonly default: ImageSource };
  <V, K, P extends ParamScope>(
    type: Param<V, K, P>,
    value: NoInfer<V>,
  ): Param<V, K, P> & { readonly default: V };
} = (type: Param, value: unknown): never => ({ ...asParam(type), default: value }) as never;

/** Leaves a parameter open under a name of its own, for a pipeline in which two open ones share a name. */
export type Open = { readonly open: string };
/** An image that is left open under a name of its own, as every image is under its parameter's. */
export type OpenImage<S extends ImageSource = ImageSource> = Open & { readonly image: S };
/**
 * See {@link Open}: `warpAffine({ matrix: open('turn') })` is called with `{ turn: … }`. Of an image it says the format, too:
 * `composite({ background: open('street', rgb8()) })`.
 */
export const open: {
  (name: string): Open;
  <const S extends ImageSource>(name: string, image: S): OpenImage<S>;
} = (name: string, image?: ImageSource): never =>
  (image === undefined ? { open: name } : { open: name, image }) as never;

/** The parameters of an operator, by name. */
export type Params = Readonly<Record<string, Param<never, unknown>>> | Readonly<Record<string, Param>>;
/** What an author may write in a pipeline. Parameters left out are asked for at the call. */
export type Options<P> = {
  readonly [K in keyof P]?:
    | (P[K] extends Param<infer V, unknown, infer Per>
        ? Per extends 'image'
          ? V | readonly V[] | (V extends number ? TypedNumbers : never)
          : Per extends 'pixel'
            ? V | (V extends ImageSource ? OpenImage<V> : never)
            : V
        : never)
    | Open;
};
/** What the operator's function sees. */
export type KernelParams<P> = {
  readonly [K in keyof P]: P[K] extends Param<infer _V, infer T> ? T : never;
};
/** What the function sees that gives a map's output size: of an image its size. */
export type SizeParams<P> = {
  readonly [K in keyof P]: P[K] extends PixelParam ? Size : P[K] extends Param<infer _V, infer T> ? T : never;
};
