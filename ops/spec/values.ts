/** What a parameter holds: as it is given, and as the numbers that a kernel sees. */
import type { Param } from './params.js';
import type { f32, i32 } from './scalars.js';

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
  | 'weights'
  | 'gaussian'
  | 'orientation'
  | 'yuvToRgb'
  | 'rgbToYuv'
  | 'choice'
  | 'image'
  | 'measured';
/** The kinds that are numbers in the kernel's arguments. */
export type NumberKind = Exclude<ParamKind, 'choice' | 'image' | 'measured'>;

/** How each kind of parameter is laid out: the number type, and the fields' names where it has any. */
export const paramFields = {
  f32: { scalar: 'f32', lanes: 1, fields: [] },
  i32: { scalar: 'i32', lanes: 1, fields: [] },
  vec2: { scalar: 'f32', lanes: 2, fields: [] },
  mat2x3: { scalar: 'f32', lanes: 6, fields: [] },
  mat3x3: { scalar: 'f32', lanes: 9, fields: [] },
  angle: { scalar: 'f32', lanes: 6, fields: ['cos', 'sin', 'cosMid', 'sinMid', 'cosLow', 'sinLow'] },
  mat3x4: { scalar: 'f32', lanes: 12, fields: [] },
  primaries: { scalar: 'f32', lanes: 9, fields: [] },
  camera: { scalar: 'f32', lanes: 4, fields: ['fx', 'fy', 'cx', 'cy'] },
  distortion: { scalar: 'f32', lanes: 8, fields: ['k1', 'k2', 'p1', 'p2', 'k3', 'k4', 'k5', 'k6'] },
  fisheye: { scalar: 'f32', lanes: 4, fields: ['k1', 'k2', 'k3', 'k4'] },
  rect: { scalar: 'i32', lanes: 4, fields: ['x', 'y', 'width', 'height'] },
  rects: { scalar: 'i32', lanes: 16, fields: [] },
  table: { scalar: 'f32', lanes: 256, fields: [] },
  // As many as the operator's choices say; these are the most.
  weights: { scalar: 'f32', lanes: 1024, fields: [] },
  gaussian: { scalar: 'f32', lanes: 63, fields: [] },
  orientation: { scalar: 'i32', lanes: 4, fields: ['xx', 'xy', 'yx', 'yy'] },
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
export type Affine =
  | { readonly dstToSrc: Mat2x3 | TypedNumbers }
  | { readonly srcToDst: Mat2x3 | TypedNumbers };
/** Nine numbers, row by row: x' = (m[0]·x + m[1]·y + m[2]) / w, y' = (m[3]·x + m[4]·y + m[5]) / w, w = m[6]·x + m[7]·y + m[8]. */
export type Mat3x3 = readonly [f32, f32, f32, f32, f32, f32, f32, f32, f32];
/** A projective map (homography) with its direction named, as in {@link Affine}. */
export type Projective =
  | { readonly dstToSrc: Mat3x3 | TypedNumbers }
  | { readonly srcToDst: Mat3x3 | TypedNumbers };
/**
 * An angle as the kernel sees it: its cosine and sine, and what f32 loses of both. `f64(cos) + cosMid + cosLow` is the cosine in double precision, rounded
 * to 15 decimals, as Pillow has it.
 */
export type Angle = { readonly [F in (typeof paramFields)['angle']['fields'][number]]: f32 };
/** Numbers that lie in an array of bytes: they may stand wherever an array of numbers may. */
export type TypedNumbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;
/** Numbers in any array. */
export type Numbers = readonly f32[] | TypedNumbers;
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
/**
 * How a stored picture is to be turned so that it stands upright, in the words of WebCodecs: clockwise by `rotate` degrees, and then,
 * with `flip`, mirrored, so that left and right change places. The eight orientations of a picture are these.
 */
export type Orientation = { readonly rotation: 0 | 90 | 180 | 270; readonly flip?: boolean };
/**
 * An orientation as the kernel sees it, from the upright picture back to the stored one: with x and y counted from the left and
 * upper edge where a factor is 1, and from the right and lower one where it is −1, x_in = xx·x + xy·y and y_in = yx·x + yy·y.
 */
export type OrientationFactors = {
  readonly [F in (typeof paramFields)['orientation']['fields'][number]]: i32;
};
/**
 * Matrix coefficients of a YUV signal: ITU-R BT.601, BT.709, BT.2020 (non-constant luminance), SMPTE 240M, FCC (47 CFR 73.682), YCgCo
 * (in the order Y, Cg, Co), and `gbr`: no matrix, the three channels are green, blue and red.
 */
export type YuvMatrix = LumaMatrix | 'ycgco' | 'gbr';
/** Those whose luma is a weighted sum of red, green and blue, and whose chroma is the distance of blue and of red from it. */
export type LumaMatrix = 'bt601' | 'bt709' | 'bt2020' | 'smpte240m' | 'fcc';
/** Whether codes 16–235 (luma) and 16–240 (chroma) are in use, or all of 0–255. */
export type YuvRange = 'limited' | 'full';
/** How YUV becomes RGB; `'auto'` takes what the image itself says. */
export type YuvCoding = { readonly matrix: LumaMatrix | 'auto'; readonly range: YuvRange | 'auto' };
/** The coefficients in R = yScale·(Y−yOffset) + rv·(V−cOffset) and its siblings. Made in ops/colour/colour.ts. */
export type YuvCoefficients = {
  readonly [F in (typeof paramFields)['yuvToRgb']['fields'][number]]: f32;
};

/** How RGB becomes YUV. */
export type YuvEncoding = { readonly matrix: YuvMatrix; readonly range: YuvRange };
/** The coefficients in Y = yOffset + yr·R + yg·G + yb·B and its siblings. Made in ops/colour/colour.ts. */
export type RgbCoefficients = {
  readonly [F in (typeof paramFields)['rgbToYuv']['fields'][number]]: f32;
};

/** Two numbers, say x and y. */
export const vec2: Param<readonly [f32, f32] | TypedNumbers, readonly [f32, f32], 'call'> = {
  param: 'vec2',
  per: 'call',
};
/** An affine map; given with its direction, seen by the kernel as output → input. */
export const mat2x3: Param<Affine, Mat2x3, 'call'> = { param: 'mat2x3', per: 'call' };
/** A projective map; given with its direction, seen by the kernel as output → input. */
export const mat3x3: Param<Projective, Mat3x3, 'call'> = { param: 'mat3x3', per: 'call' };
/** An angle in degrees; seen by the kernel as its cosine and sine, computed once, in double precision. See {@link Angle}. */
export const angle: Param<number, Angle, 'call'> = { param: 'angle', per: 'call' };
/** A matrix of colours: three rows of three factors and an addend, as twelve numbers. */
export const mat3x4: Param<Mat3x4 | TypedNumbers, Mat3x4, 'call'> = { param: 'mat3x4', per: 'call' };
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
export const table: Param<Table | TypedNumbers, Table, 'call'> = { param: 'table', per: 'call' };
/** How a picture is to be turned; `'auto'` takes what the image itself says. */
export const orientation: Param<Orientation | 'auto', OrientationFactors, 'call'> = {
  param: 'orientation',
  per: 'call',
};
/** The matrix and range of a YUV signal; seen by the kernel as coefficients. */
export const yuvCoding: Param<YuvCoding, YuvCoefficients, 'call'> = { param: 'yuvToRgb', per: 'call' };
/** The matrix and range of a YUV signal that is to be made; seen by the kernel as coefficients. */
export const yuvEncoding: Param<YuvEncoding, RgbCoefficients, 'call'> = { param: 'rgbToYuv', per: 'call' };
