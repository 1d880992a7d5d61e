/** How far two results may be apart, and why: every tolerance of the tests is here, with its argument. */
import type { DType, Size } from '../../ops/spec.js';
import type { Pixels } from './images.js';

export type Tolerance = {
  /** The most that one value may differ, in the units of the output. */
  readonly absolute: number;
  /** The share of pixels that may differ by more, for results that jump (nearest neighbour); default none. */
  readonly outliers?: number;
  /** Channel 0 goes round in a circle of this length: 179.9 is near 0 of 180. */
  readonly circle?: number;
};

/** The same bits. Copies, flips, crops, and one execution of a pipeline against another in a strict build. */
export const exact: Tolerance = { absolute: 0 };

/**
 * One level of u8. A peer in fixed point, or f32 against float64, may land on the other side of a rounding step; the
 * difference before rounding is far below one level, so it is never more than one after it.
 */
export const oneLevel: Tolerance = { absolute: 1 };

/**
 * f32 against float64 for values up to 255: one rounding is at most 2^−17 (half a step at 128..255) and a pipeline makes
 * some ten roundings per value, each scaled by a weight of at most about 2.
 */
export const f32In255: Tolerance = { absolute: 20 * 2 ** -17 };

/** The same for values of about 1 (pixels in 0..1, and normalised ones up to 3): steps are 2^−24 to 2^−22 there. */
export const f32InUnit: Tolerance = { absolute: 20 * 2 ** -23 };

/**
 * Two executions of a kernel that calls `pow`, `exp` or another function that is not the same everywhere: each is within 4 units
 * in the last place of the others (glibc 1, CUDA up to 4), and a curve has up to three in a row. 10 units at 128..255; after
 * rounding to u8 it is the neighbouring level, since the difference is far below one before.
 */
export const nearFunctions = (dtype: DType): Tolerance => (dtype === 'u8' ? oneLevel : f32In255);

/** One step of a half in 0.5..1: f32 and float64 may round to neighbouring halves where they differ by a hair. */
export const f16InUnit: Tolerance = { absolute: 2 ** -11 };

/**
 * A linear filter whose positions are off by up to `shift` pixels in x and in y: the result moves by at most that much
 * times the largest step between neighbouring pixels, in each direction.
 */
export const shiftedLinear = (shift: number, steepest: number): Tolerance => ({
  absolute: 2 * shift * steepest,
});

/**
 * The same for `cubic`: along a line, the derivative of Keys' weights for a = −0.75 is at most 1.5 times the largest step, and
 * the other direction's weights add up to at most 1.28 in size.
 */
export const shiftedCubic = (shift: number, steepest: number): Tolerance => ({
  absolute: 2 * 1.5 * 1.28 * shift * steepest,
});

/**
 * The share of a `resize`'s output pixels that a peer of two passes computes from values which it clamped to 0..255 in between.
 * @param between The picture after the first pass, along the rows, as it is before it is clamped.
 * @param reach How far the filter reads up and down, in pixels of the output where it shrinks.
 */
export const clampedShare = (between: Pixels, dst: Size, reach: number): number => {
  const { width, height, channels, values } = between;
  const scale = height / dst.height;
  const radius = reach * Math.max(scale, 1);
  const isClamped = (x: number, y: number): boolean =>
    values
      .subarray((y * width + x) * channels, (y * width + x + 1) * channels)
      .some(value => value < -0.5 || value > 255.5);
  let clamped = 0;
  for (let y = 0; y < dst.height; y++) {
    const centre = (y + 0.5) * scale;
    const first = Math.max(Math.trunc(centre - radius + 0.5), 0);
    const end = Math.min(Math.trunc(centre + radius + 0.5), height);
    const rows = Array.from({ length: end - first }, (_, row) => first + row);
    for (let x = 0; x < width; x++) {
      if (rows.some(row => isClamped(x, row))) {
        clamped++;
      }
    }
  }
  return clamped / (width * dst.height);
};

/** Nearest neighbour at positions off by up to `shift`: a share of 2 · shift per axis may pick the other neighbour. */
export const shiftedNearest = (shift: number): Tolerance => ({ absolute: 0, outliers: 4 * shift });

/**
 * How far a position computed in f32 may be off, in pixels, for images of at most 128 pixels: half a step there is
 * 2^−18, and an affine map or a resize makes up to five roundings.
 */
export const f32Position = 2 ** -15;

/**
 * A nearest `resize` where output pixels fall exactly between two input pixels: (2i + 1) · src is a multiple of 2 · dst.
 * Which one is taken then depends on the last bit of src / dst, unless that is a whole number of f32 steps.
 */
export const tiedNearest = (src: Size, dst: Size): Tolerance => {
  const share = (from: number, to: number): number => {
    if (Math.fround(from / to) * to === from) {
      return 0;
    }
    const tied = Array.from({ length: to }, (_, i) => ((2 * i + 1) * from) % (2 * to) === 0);
    return tied.filter(Boolean).length / to;
  };
  return {
    absolute: 0,
    outliers: 1 - (1 - share(src.width, dst.width)) * (1 - share(src.height, dst.height)),
  };
};

/** The largest step between pixels that are neighbours across or down, or a pixel and what lies outside. */
export const steepestStep = (
  { width, height, channels, values }: Pixels,
  outside?: readonly number[],
): number => {
  const at = (x: number, y: number, c: number): number => values[(y * width + x) * channels + c];
  let most = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const here = at(x, y, c);
        if (x + 1 < width) {
          most = Math.max(most, Math.abs(here - at(x + 1, y, c)));
        }
        if (y + 1 < height) {
          most = Math.max(most, Math.abs(here - at(x, y + 1, c)));
        }
        const edge = x === 0 || y === 0 || x === width - 1 || y === height - 1;
        if (outside && edge) {
          most = Math.max(most, Math.abs(here - outside[c]));
        }
      }
    }
  }
  return most;
};

export type Comparison = {
  /** The largest difference; NaN against a number counts as infinite. */
  readonly worst: number;
  /** Where it is: pixel and channel. */
  readonly place: string;
  /** The share of pixels with a difference above the tolerance's `absolute`. */
  readonly outliers: number;
};

const difference = (a: number, b: number): number => {
  if (Object.is(a, b) || a === b) {
    return 0;
  }
  return Number.isNaN(a - b) ? Infinity : Math.abs(a - b);
};

/** The shorter way round. */
const aroundCircle = (apart: number, circle: number): number => Math.min(apart, Math.abs(circle - apart));

/** Measures how far two images of the same shape are apart. */
export const compare = (actual: Pixels, expected: Pixels, { absolute, circle }: Tolerance): Comparison => {
  const { width, height, channels } = expected;
  if (actual.width !== width || actual.height !== height || actual.channels !== channels) {
    const shape = (p: Pixels): string => `${p.width}×${p.height}×${p.channels}`;
    throw new Error(`Expected an image of ${shape(expected)} but received ${shape(actual)}.`);
  }
  let worst = 0;
  let place = '';
  let outliers = 0;
  for (let pixel = 0; pixel < width * height; pixel++) {
    let apart = 0;
    for (let c = 0; c < channels; c++) {
      const index = pixel * channels + c;
      const straight = difference(actual.values[index], expected.values[index]);
      const here = c === 0 && circle !== undefined ? aroundCircle(straight, circle) : straight;
      apart = Math.max(apart, here);
      if (here <= worst) {
        continue;
      }
      worst = here;
      const [got, want] = [actual.values[index], expected.values[index]];
      place = `x ${pixel % width}, y ${Math.floor(pixel / width)}, channel ${c}: ${got} instead of ${want}`;
    }
    if (apart > absolute) {
      outliers++;
    }
  }
  return { worst, place, outliers: outliers / (width * height) };
};

/** Throws where two images are further apart than they may be, naming the worst place. */
export const expectWithin = (actual: Pixels, expected: Pixels, tolerance: Tolerance): void => {
  const { worst, place, outliers } = compare(actual, expected, tolerance);
  const allowed = tolerance.outliers ?? 0;
  if (outliers <= allowed) {
    return;
  }
  throw new Error(
    `${(outliers * 100).toFixed(2)} % of the pixels differ by more than ${tolerance.absolute} ` +
      `(allowed ${(allowed * 100).toFixed(2)} %); the largest difference is ${worst} at ${place}`,
  );
};

/**
 * How far two correct executions of a pipeline of test/support/pipelines.ts may be apart: f32 against float64, or f32
 * with fused multiply-add against f32 without.
 *
 * - Arithmetic in 0..255: {@link f32In255}; after `normalize` values are 50 times smaller, so it holds there too.
 * - A linear filter at a position in f32 moves by {@link f32Position} on random images, whose neighbours differ by
 *   up to 255; a constant border counts as a neighbour.
 * - Rounding in the middle or at the end may land on the neighbouring value: one level of u8 or u16, of a code of more bits
 *   one on the scale of 8 bits, 2^(8 − bits); for f16 one step,
 *   which is 2⁻¹⁰ of the value's power of two: 1/4 at 256..511, where the RGB of random YUV ends.
 *   For bf16 it is 2⁻⁷: 2 there.
 * - A hue of up to 600 degrees is off by half a step, 2⁻¹⁵, a few times; a sixth of the circle sweeps a channel by up to 255.
 * - L*a*b* to RGB: light is off by 2⁻¹⁹ (cubes, and a matrix whose rows add up to 5.2 in size), and sRGB's curve near black
 *   multiplies by 12.92 · 255.
 * - A wider filter: {@link shiftedCubic}, and twice that for Lanczos, whose weights are as steep and add up to more.
 * - Nearest neighbour, which pixels a box holds, and the branches of `language` jump where a value is a hair from the border of two cases; a
 *   perspective's positions near its horizon are as sensitive.
 */
export const roundingTolerance = (
  pipeline: string,
  dtype: DType,
  code?: { readonly bits: number },
): Tolerance => {
  const resampled = /resized|warped|everything|ownGeometry/.test(pipeline);
  const rounded =
    dtype === 'u8' || dtype === 'u16' || /[tT]oU8|toU16|everything/.test(pipeline)
      ? 2 ** (8 - (code?.bits ?? 8))
      : 0;
  const half = dtype === 'f16' || pipeline === 'toF16' ? 1 / 4 : dtype === 'bf16' ? 2 : 0;
  const wide = /Cubic|CatmullRom|Lanczos/.test(pipeline) ? 2 * shiftedCubic(f32Position, 255).absolute : 0;
  const shifted = resampled ? Math.max(shiftedLinear(f32Position, 255).absolute, wide) : 0;
  const hue = pipeline === 'pointFromHsv' ? 4 * 2 ** -15 * (255 / 60) : 0;
  const dark = pipeline === 'labBack' ? 2 ** -19 * 12.92 * 255 : 0;
  const jumps = /Nearest|language|Perspective/.test(pipeline) ? { outliers: 0.05 } : {};
  return { absolute: f32In255.absolute + shifted + rounded + half + hue + dark, ...jumps };
};
