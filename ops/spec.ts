/**
 * The vocabulary in which operators and pipelines are declared. Everything here is plain data and plain
 * functions: a spec can be run, tested and inspected as it stands, and the compiler reads the same functions.
 */

// ---------------------------------------------------------------------------------------------- numbers

/** A 32-bit IEEE 754 number. In the kernel language a plain `number` means `f32` too. */
export type f32 = number;
/** A 32-bit signed integer. Declare it to get integer arithmetic. */
export type i32 = number;
/** Storage types of images and tensors. Arithmetic is done in {@link f32} and {@link i32}. */
export type DType = 'u8' | 'u16' | 'i32' | 'f16' | 'f32';

// -------------------------------------------------------------------------------------------- colour models

/**
 * What the channels of a pixel mean. A model is a type of its own so that what fits one by accident only (normalising HSV,
 * a gamma on linear light) fails in the editor.
 *
 * - `gray`, `rgb`, `rgba`: codes with a transfer curve, 0..255; alpha is 255 where the pixel is opaque.
 * - `yuv`: luma, then the differences of blue and red to it, by a standard's coefficients; codes 0..255.
 * - `yCrCb`: OpenCV's order and coefficients of the same: luma, red, blue; codes 0..255.
 * - `hsv`: hue in degrees 0..360, saturation in 0..1, value as the RGB it comes from (0..255).
 * - `lab`: CIE L\*a\*b\* under D65: L in 0..100, a and b around 0.
 * - `linear`: RGB in proportion to light, 0..1. See `toLinear` for what 1 stands for.
 * - `premultiplied`: RGBA whose colours are multiplied by alpha / 255, 0..255.
 * - `xy`: no colour but a point or a shift, in pixels: what `remap` reads.
 */
export type Colour =
  | 'yuv'
  | 'rgb'
  | 'rgba'
  | 'gray'
  | 'hsv'
  | 'yCrCb'
  | 'lab'
  | 'linear'
  | 'premultiplied'
  | 'xy';
/** How many channels each colour model has. */
export const channelCount = {
  gray: 1,
  yuv: 3,
  rgb: 3,
  rgba: 4,
  hsv: 3,
  yCrCb: 3,
  lab: 3,
  linear: 3,
  premultiplied: 4,
  xy: 2,
} as const satisfies Record<Colour, number>;
/** All colour models: for an operator on plain numbers, whatever they mean. */
export const anyColour = [
  'gray',
  'yuv',
  'rgb',
  'rgba',
  'hsv',
  'yCrCb',
  'lab',
  'linear',
  'premultiplied',
  'xy',
] as const;
/** The number of channels of a colour model, as a type. */
export type Channels<C extends Colour> = (typeof channelCount)[C];
/** The channels of one pixel: a tuple, so that it destructures. `.map` keeps its length. */
export type Pixel<N extends number = number> = N extends 1
  ? readonly [f32]
  : N extends 2
    ? readonly [f32, f32]
    : N extends 3
      ? readonly [f32, f32, f32]
      : N extends 4
        ? readonly [f32, f32, f32, f32]
        : readonly f32[];
/** A position in pixels: x to the right, y down; the centre of the first pixel is (0, 0). */
export type Point = readonly [x: f32, y: f32];
/** A pixel's position in whole pixels. */
export type Index = readonly [x: i32, y: i32];
/** Width and height in pixels. */
export type Size = { readonly width: i32; readonly height: i32 };
/** Where a point operator's pixel is: in the image that enters the operator, and how large that is. */
export type Position = { readonly at: Index; readonly size: Size };
/** What a map knows about the images on both sides of it. */
export type Sizes = { readonly src: Size; readonly dst: Size };

// ------------------------------------------------------------------------------------------------- params

/**
 * The type of an operator's parameter. `Value` is what an author or a caller gives, `Kernel` what the operator's
 * function sees.
 */
export interface Param<Value = unknown, Kernel = unknown, Per extends ParamScope = ParamScope> {
  readonly param: ParamKind;
  readonly per: Per;
  readonly choices?: readonly string[];
  /** Of an image: the colour model, or `'same'`. */
  readonly colour?: Colour | 'same';
  readonly default?: Value;
  /** Only for types. */
  readonly _types?: { value: Value; kernel: Kernel };
}
/** The kinds of parameter that the compiler lays out and the runtime packs. See {@link paramFields}. */
export type ParamKind =
  | 'f32'
  | 'i32'
  | 'vec2'
  | 'mat2x3'
  | 'mat3x3'
  | 'angle'
  | 'mat3x4'
  | 'primaries'
  | 'camera'
  | 'distortion'
  | 'fisheye'
  | 'rect'
  | 'rects'
  | 'table'
  | 'yuvToRgb'
  | 'rgbToYuv'
  | 'choice'
  | 'image';
/** The kinds that are numbers in the kernel's arguments. */
export type NumberKind = Exclude<ParamKind, 'choice' | 'image'>;
/**
 * Whether a parameter has one value, one per channel, one per image of a batch, is settled at build time, or is another image, with
 * a value for every pixel.
 */
export type ParamScope = 'call' | 'channel' | 'image' | 'structure' | 'pixel';

/** How each kind of parameter is laid out: the number type, and the fields' names where it has any. */
export const paramFields = {
  f32: { scalar: 'f32', lanes: 1, fields: [] },
  i32: { scalar: 'i32', lanes: 1, fields: [] },
  vec2: { scalar: 'f32', lanes: 2, fields: [] },
  mat2x3: { scalar: 'f32', lanes: 6, fields: [] },
  mat3x3: { scalar: 'f32', lanes: 9, fields: [] },
  angle: { scalar: 'f32', lanes: 2, fields: ['cos', 'sin'] },
  mat3x4: { scalar: 'f32', lanes: 12, fields: [] },
  primaries: { scalar: 'f32', lanes: 9, fields: [] },
  camera: { scalar: 'f32', lanes: 4, fields: ['fx', 'fy', 'cx', 'cy'] },
  distortion: { scalar: 'f32', lanes: 8, fields: ['k1', 'k2', 'p1', 'p2', 'k3', 'k4', 'k5', 'k6'] },
  fisheye: { scalar: 'f32', lanes: 4, fields: ['k1', 'k2', 'k3', 'k4'] },
  rect: { scalar: 'i32', lanes: 4, fields: ['x', 'y', 'width', 'height'] },
  rects: { scalar: 'i32', lanes: 16, fields: [] },
  table: { scalar: 'f32', lanes: 256, fields: [] },
  yuvToRgb: {
    scalar: 'f32',
    lanes: 7,
    fields: ['yOffset', 'cOffset', 'yScale', 'rv', 'gu', 'gv', 'bu'],
  },
  rgbToYuv: {
    scalar: 'f32',
    lanes: 11,
    fields: ['yOffset', 'cOffset', 'yr', 'yg', 'yb', 'ur', 'ug', 'ub', 'vr', 'vg', 'vb'],
  },
} as const satisfies Record<NumberKind, { scalar: 'f32' | 'i32'; lanes: number; fields: readonly string[] }>;

/** A rectangle in whole pixels; (x, y) is its top left corner. */
export type Rect = { readonly x: i32; readonly y: i32; readonly width: i32; readonly height: i32 };
/** Four rectangles as the kernel sees them: those that are not given have no width and no height. */
export type Rects = readonly [Rect, Rect, Rect, Rect];
/** 256 numbers, which `lookup` reads. */
export type Table = readonly f32[];
/** Six numbers, row by row: x' = m[0]·x + m[1]·y + m[2], y' = m[3]·x + m[4]·y + m[5]. */
export type Mat2x3 = readonly [f32, f32, f32, f32, f32, f32];
/** An affine map with its direction named: from output to input pixels, or from input to output pixels. */
export type Affine = { readonly dstToSrc: Mat2x3 } | { readonly srcToDst: Mat2x3 };
/** Nine numbers, row by row: x' = (m[0]·x + m[1]·y + m[2]) / w, y' = (m[3]·x + m[4]·y + m[5]) / w, w = m[6]·x + m[7]·y + m[8]. */
export type Mat3x3 = readonly [f32, f32, f32, f32, f32, f32, f32, f32, f32];
/** A projective map (homography) with its direction named, as in {@link Affine}. */
export type Projective = { readonly dstToSrc: Mat3x3 } | { readonly srcToDst: Mat3x3 };
/** An angle as the kernel sees it. */
export type Angle = { readonly [F in (typeof paramFields)['angle']['fields'][number]]: f32 };
/** Twelve numbers, row by row: r' = m[0]·r + m[1]·g + m[2]·b + m[3], and so on for g' and b'. */
export type Mat3x4 = readonly [f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32, f32];
/**
 * Which red, green and blue a signal's numbers stand for; the white of all is D65. ITU-R BT.709 (sRGB has the same), BT.2020
 * (BT.2100 has the same), Display P3 (SMPTE EG 432-1 with D65), and BT.601 of 525 lines (SMPTE C) and of 625 (EBU).
 */
export type Primaries = 'bt709' | 'bt2020' | 'p3' | 'bt601-525' | 'bt601-625';
/** From which primaries to which; seen by the kernel as a matrix. */
export type PrimariesChange = { readonly from: Primaries; readonly to: Primaries };
/** Nine numbers, row by row: r' = m[0]·r + m[1]·g + m[2]·b, and so on. */
export type RgbMatrix = readonly [f32, f32, f32, f32, f32, f32, f32, f32, f32];
/** A camera's focal lengths and principal point, in pixels: x = fx · X / Z + cx, y = fy · Y / Z + cy. */
export type Camera = { readonly [F in (typeof paramFields)['camera']['fields'][number]]: f32 };
/** Brown and Conrady's coefficients as the kernel sees them; see `undistort`. */
export type DistortionCoefficients = {
  readonly [F in (typeof paramFields)['distortion']['fields'][number]]: f32;
};
/** The same as they are given: what is left out is 0. */
export type Distortion = Partial<DistortionCoefficients>;
/** A fisheye lens's coefficients as the kernel sees them; see `undistortFisheye`. */
export type FisheyeCoefficients = {
  readonly [F in (typeof paramFields)['fisheye']['fields'][number]]: f32;
};
/** The same as they are given: what is left out is 0. */
export type Fisheye = Partial<FisheyeCoefficients>;
/** Matrix coefficients of a YUV signal: ITU-R BT.601, BT.709, BT.2020 (non-constant luminance). */
export type YuvMatrix = 'bt601' | 'bt709' | 'bt2020';
/** Whether codes 16–235 (luma) and 16–240 (chroma) are in use, or all of 0–255. */
export type YuvRange = 'limited' | 'full';
/** How YUV becomes RGB; `'auto'` takes what the image itself says. */
export type YuvCoding = { readonly matrix: YuvMatrix | 'auto'; readonly range: YuvRange | 'auto' };
/** The coefficients in R = yScale·(Y−yOffset) + rv·(V−cOffset) and its siblings. Made in ops/colour.ts. */
export type YuvCoefficients = {
  readonly [F in (typeof paramFields)['yuvToRgb']['fields'][number]]: f32;
};

/** How RGB becomes YUV. */
export type YuvEncoding = { readonly matrix: YuvMatrix; readonly range: YuvRange };
/** The coefficients in Y = yOffset + yr·R + yg·G + yb·B and its siblings. Made in ops/colour.ts. */
export type RgbCoefficients = {
  readonly [F in (typeof paramFields)['rgbToYuv']['fields'][number]]: f32;
};

type Scalar<Name extends 'f32' | 'i32'> = Param<number, number, 'call'> & { readonly param: Name } & ((
    value: number,
  ) => number);

const scalar = <Name extends 'f32' | 'i32'>(name: Name, convert: (value: number) => number): Scalar<Name> =>
  Object.assign((value: number) => convert(value), { param: name, per: 'call' as const }) as never;

/** As a parameter: one 32-bit float. As a function in the kernel language: converts to {@link f32}. */
export const f32 = scalar('f32', Math.fround);
/** As a parameter: one 32-bit integer. As a function in the kernel language: drops the fraction, saturating. */
export const i32 = scalar('i32', value =>
  Number.isNaN(value) ? 0 : Math.max(-2147483648, Math.min(2147483647, value)) | 0,
);
/** Two numbers, say x and y. */
export const vec2: Param<readonly [f32, f32], readonly [f32, f32], 'call'> = { param: 'vec2', per: 'call' };
/** An affine map; given with its direction, seen by the kernel as output → input. */
export const mat2x3: Param<Affine, Mat2x3, 'call'> = { param: 'mat2x3', per: 'call' };
/** A projective map; given with its direction, seen by the kernel as output → input. */
export const mat3x3: Param<Projective, Mat3x3, 'call'> = { param: 'mat3x3', per: 'call' };
/** An angle in degrees; seen by the kernel as its cosine and sine, computed once, in double precision. */
export const angle: Param<number, Angle, 'call'> = { param: 'angle', per: 'call' };
/** A matrix of colours: three rows of three factors and an addend, as twelve numbers. */
export const mat3x4: Param<Mat3x4, Mat3x4, 'call'> = { param: 'mat3x4', per: 'call' };
/** A change of primaries; seen by the kernel as a matrix of nine numbers. */
export const primariesChange: Param<PrimariesChange, RgbMatrix, 'call'> = { param: 'primaries', per: 'call' };
/** A camera's focal lengths and principal point, in pixels. */
export const camera: Param<Camera, Camera, 'call'> = { param: 'camera', per: 'call' };
/** How a lens bends, by Brown and Conrady's model. */
export const distortion: Param<Distortion, DistortionCoefficients, 'call'> = {
  param: 'distortion',
  per: 'call',
};
/** How a fisheye lens bends. */
export const fisheye: Param<Fisheye, FisheyeCoefficients, 'call'> = { param: 'fisheye', per: 'call' };
/** A rectangle inside the image. */
export const rect: Param<Rect, Rect, 'call'> = { param: 'rect', per: 'call' };
/**
 * Up to four rectangles, which may reach out of the image. The kernel always sees four: those that are not given are empty.
 */
export const rects: Param<readonly Rect[], Rects, 'call'> = { param: 'rects', per: 'call' };
/** 256 numbers; seen by the kernel as what `lookup` reads. Use it as `perChannel(table)`. */
export const table: Param<Table, Table, 'call'> = { param: 'table', per: 'call' };
/** The matrix and range of a YUV signal; seen by the kernel as coefficients. */
export const yuvCoding: Param<YuvCoding, YuvCoefficients, 'call'> = { param: 'yuvToRgb', per: 'call' };
/** The matrix and range of a YUV signal that is to be made; seen by the kernel as coefficients. */
export const yuvEncoding: Param<YuvEncoding, RgbCoefficients, 'call'> = { param: 'rgbToYuv', per: 'call' };

/**
 * A parameter with one value per channel: a tuple as long as the pixel, or one number for all channels; of tables one for each
 * channel, or one for all.
 */
export const perChannel: {
  (type: typeof f32): Param<f32 | readonly f32[], readonly f32[], 'channel'>;
  (type: typeof table): Param<Table | readonly Table[], readonly Table[], 'channel'>;
} = (type: { readonly param: ParamKind }): never => ({ param: type.param, per: 'channel' }) as never;
/** A parameter that may differ from image to image of a batch. At the call: one value, or an array of them. */
export const perImage = <V, K>(type: Param<V, K, 'call'>): Param<V, K, 'image'> => ({
  param: type.param,
  per: 'image',
  ...(type.default === undefined ? {} : { default: type.default }),
});
/** A choice between words, settled at build time: the kernel holds the code of the chosen one only. */
export const oneOf = <const C extends readonly [string, ...string[]]>(
  ...choices: C
): Param<C[number], C[number], 'structure'> => ({ param: 'choice', per: 'structure', choices });
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
/** What a pipeline says of such an image: its format, or that and the point operators that it goes through. */
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
} = (type: Param, value: unknown): never =>
  ({ param: type.param, per: type.per, choices: type.choices, colour: type.colour, default: value }) as never;

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
          ? V | readonly V[]
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
/** Parameters without images. */
type Numbers = Readonly<Record<string, Param<unknown, unknown, Exclude<ParamScope, 'pixel'>>>>;

// ------------------------------------------------------------------------------------------------ formats

/** One plane of an image in memory. */
export type Plane = {
  /** A name for messages and generated code, such as `y` or `uv`. */
  readonly name: string;
  /** Values per sample that lie side by side: 3 in interleaved RGB, 2 in NV12's chroma plane, 4 in YUYV. */
  readonly channels: number;
  /** How many image pixels one sample covers, across and down: 2, 2 in 4:2:0 chroma. */
  readonly subsampling: readonly [1 | 2, 1 | 2];
};
/** Where each channel of a pixel is: plane number and position in the sample. */
export type ChannelSource = {
  readonly plane: number;
  readonly lane: number;
  /**
   * In a sample that covers two pixels side by side: how many values after the left pixel's the right one's lies. Without it the
   * two share one value.
   */
  readonly next?: number;
};

/**
 * Where a chroma sample lies among the pixels that it covers. `left`: on the left ones, halfway down; `centre`: in the middle;
 * `topLeft`: on the upper left one. At half the width only, `left` and `topLeft` are one.
 */
export type ChromaSiting = 'left' | 'centre' | 'topLeft';
/** How the chroma of a source is read where it is subsampled. */
export type ChromaOptions = {
  readonly chroma: 'nearest' | 'linear';
  readonly siting?: 'left' | 'centre' | 'topLeft';
};

/** A way to keep pixels in memory. Read at the head of a pipeline, written at its end. */
export type Format<C extends Colour = Colour, Role extends 'source' | 'both' = 'source' | 'both'> = {
  readonly kind: 'format';
  readonly name: string;
  readonly dtype: DType;
  /** `'any'`: takes the model of the pixels that come (as a sink) and is RGB (as a source). */
  readonly colour: C;
  /** The memory order of a tensor of such images; none for formats that are not one tensor. */
  readonly layout?: 'NHWC' | 'NCHW';
  readonly planes: readonly Plane[];
  readonly channels: readonly ChannelSource[];
  readonly role: Role;
  /**
   * For a `yuv` format of more than 8 bits, kept in u16: how many of the bits are in use, and how many lie below them. The
   * pixel is (stored >> shift) / 2^(bits − 8), the scale of 8-bit codes: exact in f32, and `yuvToRgb` holds for it as it
   * stands, since the standards' codes of more bits are those of 8 bits times 2^(bits − 8). A sink rounds half to even, holds
   * the code to its range, and leaves the lower bits 0.
   */
  readonly code?: { readonly bits: number; readonly shift: number };
  /**
   * For a source whose chroma is subsampled: a pixel's chroma is interpolated between the samples around it, whose places in the
   * picture `siting` tells. Without it, it is that of the sample which covers the pixel.
   */
  readonly chroma?: { readonly filter: 'linear'; readonly siting: ChromaSiting };
  /** As a sink the format takes any colour model, and its planes follow from it. */
  readonly adapts?: boolean;
};

// ------------------------------------------------------------------------------------------------- stages

/** An operator in its place in a pipeline, with what its author settled. */
export type Stage<In extends Colour = Colour, Out extends Colour | 'same' = Colour | 'same'> = {
  readonly kind: 'stage';
  readonly op: Op;
  readonly options: Readonly<Record<string, unknown>>;
  /** Only for types. */
  readonly _types?: { in: In; out: Out };
};

/** An operator, as its declaration left it. */
export type Op = PointOp | MapOp | IndexMapOp | ResampleOp;
type OpBase<Role extends string> = {
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
  readonly inside?: true;
};
/** A map from whole pixels to whole pixels; it needs no filter and loses nothing. */
export type IndexMapOp = OpBase<'indexMap'> & {
  readonly apply: (at: Index, p: never, sizes: Sizes) => Index;
  readonly size?: (p: never, src: Size) => Size;
};

/** Several maps that are sampled once; see `resample`. */
export type ResampleOp = OpBase<'resample'> & { readonly maps: readonly MapStage[] };
/** A map in its place: what `resample` takes. */
export type MapStage = Stage<Colour, 'same'> & { readonly op: MapOp };

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
/** How a point between pixels is read. */
export type Filter = {
  readonly kind: 'filter';
  readonly name?: string;
  readonly constants?: FilterConstants;
  readonly maxScale?: number;
  readonly apply: (tap: (x: i32, y: i32) => Pixel, at: Point, footprint: Footprint) => readonly f32[];
  /** Of a separable filter: its function along one axis, and how far that reads. See {@link separableFilter}. */
  readonly axis?: {
    readonly radius: number;
    readonly apply: (tap: (i: i32) => Pixel, at: f32, footprint: AxisFootprint) => readonly f32[];
  };
};
/** What lies outside an image: a pixel inside it, or a constant. */
export type Border =
  | { readonly kind: 'indexBorder'; readonly name?: string; readonly apply: (i: i32, size: i32) => i32 }
  | { readonly kind: 'constantBorder'; readonly value: f32 | readonly f32[] };

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
type FittingImages<P, O> = {
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
type Narrowed<P, O, In extends Colour> = [keyof O & keyof P] extends [never]
  ? In
  : [Fitting<P, O>] extends [(models: infer Common) => void]
    ? In & Common
    : never;
/** Refuses options that the operator does not have. */
type Exactly<O, Allowed> = { readonly [K in Exclude<keyof O, keyof Allowed>]: never };

/** A point operator, ready to be placed: call it with its options. Its function can be called as it stands. */
export type PlacedPoint<P, In extends Colour, Out extends Colour | 'same'> = PointOp & {
  /** `position` is needed where the operator's function takes it. */
  readonly apply: (px: Pixel<Channels<In>>, p: KernelParams<P>, position?: Position) => readonly f32[];
} & (<const O extends Options<P> = Record<never, never>>(
    options?: O & Exactly<O, Options<P>> & FittingImages<P, O>,
  ) => Stage<Narrowed<P, O, In>, Out>);
/** The two options of every map that samples between pixels. */
export type Sampling = { readonly filter?: Filter; readonly border?: Border };
/** A map, ready to be placed: call it with its options. */
export type PlacedMap<P> = MapOp & {
  readonly apply: (at: Point, p: KernelParams<P>, sizes: Sizes) => Point;
} & ((options?: Options<P> & Sampling) => MapStage);
/** An index map, ready to be placed: call it with its options. */
export type PlacedIndexMap<P> = IndexMapOp & {
  readonly apply: (at: Index, p: KernelParams<P>, sizes: Sizes) => Index;
} & ((options?: Options<P>) => Stage<Colour, 'same'>);

const place = <O extends object>(op: O): O & ((options?: Readonly<Record<string, unknown>>) => Stage) => {
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
 * @param def.apply `(px, params) => px` in the kernel language (docs/language.md), or `(px, params, { at, size }) => px`: the pixel's
 *   position, in whole pixels, in the image that enters the operator, and that image's size.
 */
export const pointOp = <
  const P extends Readonly<Record<string, Param>>,
  const In extends readonly Colour[],
  const Out extends Colour | 'same' = 'same',
>(def: {
  readonly name?: string;
  readonly from: In;
  readonly to?: Out;
  readonly params: P;
  readonly apply: (
    px: Pixel<Channels<In[number]>>,
    p: KernelParams<P>,
    position: Position,
  ) => Out extends Colour ? Pixel<Channels<Out>> : readonly f32[];
}): PlacedPoint<P, In[number], Out> => place({ role: 'point', to: 'same', ...def }) as never;

/**
 * Declares where an output pixel comes from, as a point between the input's pixels. Its stage takes a `filter`
 * (how that point is read) and a `border` (what lies outside).
 * @param def.apply `(at, params, { src, dst }) => point`, both in pixels.
 * @param def.size The output's size in pixels; by default the input's. Of a parameter that is an image it sees the size.
 * @param def.scale `(params, { src, dst }) => [x, y]`: how many input pixels one output pixel covers on each axis, for filters
 *   that read as much. Leave it out where that is not the same everywhere; such filters are then refused.
 * @param def.inside Says that every output pixel lies on the input, as a `resize`'s do and a `letterbox`'s do not. A separable filter
 *   may then run as two kernels, where columns stay apart from rows.
 */
export const mapOp = <const P extends Readonly<Record<string, Param>>>(def: {
  readonly name?: string;
  readonly params: P;
  readonly apply: (at: Point, p: KernelParams<P>, sizes: Sizes) => Point;
  readonly size?: (p: SizeParams<P>, src: Size) => Size;
  readonly scale?: (p: KernelParams<P>, sizes: Sizes) => Point;
  readonly inside?: true;
}): PlacedMap<P> => place({ role: 'map', ...def }) as never;

/**
 * Declares a map from whole pixels to whole pixels: a crop, a flip. It is exact, and fuses with anything.
 * @param def.apply `(at, params, { src, dst }) => index`, in whole pixels; it must stay inside the input.
 * @param def.size The output's size in pixels; by default the input's.
 */
export const indexMapOp = <const P extends Numbers>(def: {
  readonly name?: string;
  readonly params: P;
  readonly apply: (at: Index, p: KernelParams<P>, sizes: Sizes) => Index;
  readonly size?: (p: KernelParams<P>, src: Size) => Size;
}): PlacedIndexMap<P> => place({ role: 'indexMap', ...def }) as never;

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
}): Filter => ({
  kind: 'filter',
  ...def,
  apply: (tap, at, footprint) => def.apply(tap, at, { ...footprint, ...def.constants } as never),
});
/**
 * Declares a filter by what it does along one axis. Its meaning: the function runs along every row that is needed, and then down the
 * results of those; a point more than half a pixel outside of the image is the pixel there, that is the border's. Under a map that
 * keeps columns apart from rows, such as `resize`, the two may be a kernel each, which gives the same bits.
 * @param def.apply `(tap, at, { scale, size }) => px` in the kernel language: `tap(i)` is the pixel at i, all three are of one axis;
 *   the constants stand beside `scale` and `size`.
 * @param def.radius How far it reads from its point, in pixels of the input, or of the output where that is smaller: with it a call
 *   decides between one pass and two.
 * @param def.constants As those of {@link filter}.
 * @param def.maxScale As that of {@link filter}.
 */
export const separableFilter = <const C extends FilterConstants = Record<never, never>>(def: {
  readonly name?: string;
  readonly constants?: C;
  readonly maxScale?: number;
  readonly radius: number;
  readonly apply: (
    tap: (i: i32) => Pixel,
    at: f32,
    given: AxisFootprint & { readonly [K in keyof C]: C[K] extends number ? f32 : C[K] },
  ) => readonly f32[];
}): Filter => {
  const { radius, apply, ...rest } = def;
  const along = (tap: (i: i32) => Pixel, at: f32, footprint: AxisFootprint): readonly f32[] =>
    apply(tap, at, { ...footprint, ...def.constants } as never);
  return {
    kind: 'filter',
    ...rest,
    axis: { radius, apply: along },
    apply: (tap, [x, y], { scale, size }) => {
      const [column, row] = [Math.floor(x + 0.5), Math.floor(y + 0.5)];
      if (column < 0 || row < 0 || column >= size.width || row >= size.height) return tap(column, row);
      const across = (line: i32): Pixel =>
        along(i => tap(i, line), x, { scale: scale[0], size: size.width }) as Pixel;
      return along(across, y, { scale: scale[1], size: size.height });
    },
  };
};
/** Declares which pixel stands for one outside: `(i, size) => i`, used for x and for y. */
export const indexBorder = (def: { name?: string; apply: (i: i32, size: i32) => i32 }): Border => ({
  kind: 'indexBorder',
  ...def,
});
/** Pixels outside have this value: one number, or one per channel, in the units of the pixels there. */
export const constant = (value: f32 | readonly f32[]): Border => ({ kind: 'constantBorder', value });

// ----------------------------------------------------------------------------------------------- pipelines

/**
 * A source format, operators and a sink format, in this order. The compiler makes a kernel of it, or several.
 * `C` is the colour model of its result.
 */
export type Pipeline<C extends Colour = Colour> = PipelineHead & {
  readonly sink: Format;
  /** Only for types. */
  readonly _types?: { colour: C };
};
/** A pipeline with several results, by their names. See {@link outputs}. */
export type Fork<Names extends string = string> = PipelineHead & {
  readonly outputs: Readonly<Record<Names, Branch>>;
};
type PipelineHead = {
  readonly kind: 'pipeline';
  /** The pipeline whose result this one goes on from; `source` is that one's then. */
  readonly head?: Pipeline;
  readonly source: Format;
  readonly stages: readonly Stage[];
  /** See {@link fused}. */
  readonly fused?: true;
};
/** One of several results: its operators, and the format that it is written in. */
export type Branch = { readonly stages: readonly Stage[]; readonly sink: Format };
/** The end of a pipeline with several results. */
export type Outputs<Branches = Readonly<Record<string, readonly unknown[]>>> = {
  readonly kind: 'outputs';
  readonly branches: Branches;
};

type After<S, Before extends Colour> = S extends { readonly _types?: { out: infer Out } }
  ? 'same' extends Out
    ? Before
    : Out extends Colour
      ? Out
      : never
  : never;
/** An argument that does not fit, as a type that says why. */
type Wrong<Message extends string> = { readonly 'this stage does not fit here': Message };
type Link<S, C extends Colour> =
  S extends Stage<infer In>
    ? [C] extends [In]
      ? unknown
      : [In] extends [never]
        ? Wrong<'its per-channel options differ in length, or fit no colour model that it takes'>
        : Wrong<`it takes ${In}, and the pixels are ${C} here`>
    : S extends Format
      ? Wrong<'a format belongs at the head or at the end'>
      : S extends Outputs
        ? Wrong<'outputs belong at the end'>
        : S extends Pipeline
          ? Wrong<'a pipeline belongs at the head'>
          : Wrong<'not a stage: call the operator, as in normalize({ … })'>;
type LinkSink<Sink, C extends Colour> =
  Sink extends Format<infer K, infer R>
    ? R extends 'both'
      ? [C] extends [K]
        ? unknown
        : Wrong<`this format holds ${K}, and the pixels are ${C} here`>
      : Wrong<'this format can be read, and not written'>
    : Wrong<'a pipeline ends with a format, as in nchw("f32")'>;
type Links<S extends readonly unknown[], C extends Colour> = S extends readonly [infer Sink]
  ? [Sink extends Outputs<infer Branches> ? LinkBranches<Branches, C> : LinkSink<Sink, C>]
  : S extends readonly [infer Head, ...infer Rest]
    ? [Link<Head, C>, ...Links<Rest, After<Head, C>>]
    : [];
/** The first of a branch's arguments that does not fit, as a message. */
type FirstWrong<L extends readonly unknown[]> = L extends readonly [infer Head, ...infer Rest]
  ? Head extends Wrong<infer Message>
    ? Message
    : FirstWrong<Rest>
  : never;
type BranchLinks<B, C extends Colour> = B extends readonly [...infer _Stages, infer Last]
  ? Last extends Outputs
    ? 'outputs belong at the end of a pipeline, once'
    : FirstWrong<Links<B, C>>
  : 'a result ends with a format, as in [nchw("f32")]';
type LinkBranches<Branches, C extends Colour> = {
  [Name in keyof Branches & string]: BranchLinks<Branches[Name], C> extends infer Message extends string
    ? `${Name}: ${Message}`
    : never;
}[keyof Branches & string] extends infer Messages extends string
  ? [Messages] extends [never]
    ? unknown
    : Wrong<Messages>
  : unknown;
/** One entry for each argument: `unknown` where it fits, and {@link Wrong} where it does not. */
type Chain<S extends readonly unknown[]> = S extends readonly [infer Source, ...infer Rest]
  ? Source extends Format<infer C>
    ? [unknown, ...Links<Rest, SourceColour<C>>]
    : Source extends Pipeline<infer C>
      ? [unknown, ...Links<Rest, C>]
      : [Wrong<'a pipeline begins with a format, as in nv12(), or with a pipeline of one result'>, ...Rest]
  : [];
/** A mapped tuple, and not an intersection of two: so that the editor underlines the one argument that is wrong. */
type Checked<S extends readonly unknown[]> = { [I in keyof S]: S[I] & Entry<Chain<S>, I> };
type Entry<T extends readonly unknown[], I> = I extends keyof T ? T[I] : unknown;
// A format for any model is RGB as a source.
type SourceColour<C extends Colour> = Colour extends C ? 'rgb' : C;
/** The pixels that reach the sink, as the sink calls them. */
type Ends<S extends readonly unknown[], C extends Colour> = S extends readonly [infer Sink]
  ? Sink extends Format<infer K>
    ? Colour extends K
      ? C
      : K
    : Colour
  : S extends readonly [infer Head, ...infer Rest]
    ? Ends<Rest, After<Head, C>>
    : Colour;
type Made<S extends readonly unknown[]> = S extends readonly [...infer _Stages, Outputs<infer Branches>]
  ? Fork<keyof Branches & string>
  : S extends readonly [infer Source, ...infer Rest]
    ? Source extends Format<infer C>
      ? Pipeline<Ends<Rest, SourceColour<C>>>
      : Source extends Pipeline<infer C>
        ? Pipeline<Ends<Rest, C>>
        : Pipeline
    : Pipeline;

/**
 * Declares a pipeline: a source format, operators in order, a sink format. Export it as a constant; its name
 * becomes the function's name. A stage that does not fit the pixels before it is an error in the editor.
 *
 * At the head there may be a pipeline of one result in place of the format: the new one reads its source and goes on from
 * its result, rounded as if it had been stored. At the end there may be {@link outputs} in place of the format.
 */
export const pipeline = <const S extends readonly [unknown, ...unknown[]]>(
  ...stages: Checked<S>
): Made<S> => {
  const all = stages as unknown as readonly (Format | Stage | Pipeline | Outputs)[];
  const [first] = all;
  const last = all[all.length - 1];
  const head = first?.kind === 'pipeline' ? { head: first, source: first.source } : { source: first };
  const made = { kind: 'pipeline', ...head, stages: all.slice(1, -1) };
  return (last?.kind === 'outputs'
    ? { ...made, outputs: branchesOf(last) }
    : { ...made, sink: last }) as unknown as Made<S>;
};

const branchesOf = ({ branches }: Outputs): Readonly<Record<string, Branch>> =>
  Object.fromEntries(
    Object.entries(branches).map(([name, branch]) => [
      name,
      { stages: branch.slice(0, -1) as Stage[], sink: branch[branch.length - 1] as Format },
    ]),
  );

/**
 * Ends a pipeline in several results, each with operators and a format of its own:
 * `outputs({ small: [resize({ … }), nchw('f16')], full: [nchw('f32')] })`. A call then gives a tensor for each, by its name.
 * What stands before is part of every result. Sizes, layouts and types may differ; results that differ in point operators and formats
 * only come from one kernel.
 */
export const outputs = <const B extends Readonly<Record<string, readonly [unknown, ...unknown[]]>>>(
  branches: B,
): Outputs<B> => ({ kind: 'outputs', branches });

/**
 * The same pipeline, with the promise that nothing of it goes through memory in between: every result is made by one
 * kernel from the source. Where that cannot be, the build stops and says what the intermediate image would cost.
 */
export const fused = <P extends Pipeline | Fork>(whole: P): P => ({ ...whole, fused: true });
