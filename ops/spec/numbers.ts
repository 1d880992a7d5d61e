/** How values of some kinds become the numbers that a kernel sees: for the runtime, and for what a build settles. */
import { roundHalfEven } from '../math.js';
import type { NumberKind, Orientation, Rect } from './values.js';

/**
 * Cosine and sine of an angle in degrees, each in three numbers: as f32, and what that loses of the double, rounded to 15 decimals. Whole turns are taken
 * off in degrees, where they are exact; quarters give exactly 0 and 1.
 */
export const angleNumbers = (
  angle: number,
): readonly [cos: number, sin: number, cosMid: number, sinMid: number, cosLow: number, sinLow: number] => {
  const [cos, sin] = nearestNumbers(angle);
  // From 0 to 360, as Python's remainder is: the last digits of a cosine are those of its angle.
  const turned = angle % 360 < 0 ? (angle % 360) + 360 : angle % 360;
  const radians = turned * (Math.PI / 180);
  const [wholeCos, wholeSin] = [Math.cos(radians), Math.sin(radians)].map(value => Number(value.toFixed(15)));
  const [cosMid, sinMid] = [Math.fround(wholeCos! - cos), Math.fround(wholeSin! - sin)];
  return [cos, sin, cosMid, sinMid, wholeCos! - cos - cosMid, wholeSin! - sin - sinMid];
};

const nearestNumbers = (angle: number): readonly [cos: number, sin: number] => {
  const degrees = angle % 360;
  const quarters = (
    [
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
    ] as const
  )[(degrees / 90 + 4) % 4];
  const radians = (degrees * Math.PI) / 180;
  return quarters ?? [Math.fround(Math.cos(radians)), Math.fround(Math.sin(radians))];
};

/** From the upright picture back to the stored one; for `flip` the factors of x change their signs. */
const turned: Readonly<Record<Orientation['rotation'], readonly [number, number, number, number]>> = {
  0: [1, 0, 0, 1],
  90: [0, 1, -1, 0],
  180: [-1, 0, 0, -1],
  270: [0, -1, 1, 0],
};

/** The factors `xx`, `xy`, `yx`, `yy` of an orientation; undefined unless the rotation is 0, 90, 180 or 270. */
export const orientationNumbers = ({ rotation, flip = false }: Orientation): readonly number[] | undefined =>
  // Not −0, which no integer is.
  (turned[rotation] as (typeof turned)[0] | undefined)?.map((factor, n) =>
    flip && n % 2 === 0 ? 0 - factor : factor,
  );

const I32_MAX = 2147483647;

/**
 * Rectangles one after the other, as many as there is room for. Left and top are cut to 0, right and bottom to what i32 holds, so that no
 * sum or difference in the kernel wraps; those that have nothing left are dropped.
 *
 * @param lanes Numbers in all: what is not given is 0.
 */
export const rectsNumbers = (rects: readonly Rect[], lanes: number): number[] => {
  const cut = rects.flatMap(({ x, y, width, height }) => {
    const [left, top] = [Math.max(x, 0), Math.max(y, 0)];
    const right = Math.min(x + width, I32_MAX);
    const bottom = Math.min(y + height, I32_MAX);
    return right <= left || bottom <= top ? [] : [left, top, right - left, bottom - top];
  });
  return [...cut, ...new Array<number>(lanes - cut.length).fill(0)];
};

/**
 * OpenCV's weights for a deviation of 0, in 1/256, up to the one in the middle.
 * Source: OpenCV, modules/imgproc/src/smooth.dispatch.cpp (`getGaussianKernelBitExact`).
 */
const fixedGaussians: Readonly<Record<number, readonly number[]>> = {
  3: [64, 128],
  5: [16, 64, 96],
  7: [8, 28, 56, 72],
  9: [4, 13, 30, 51, 60],
};

/**
 * The weights of a Gaussian along one axis; see `gaussian` in the vocabulary.
 *
 * @param sigma Standard deviation in pixels, above 0; with `steps` also 0 for OpenCV's choice.
 * @param count How many weights there are.
 * @param steps What they sum to where they are whole numbers.
 */
export const gaussianNumbers = (sigma: number, count: number, steps?: number): number[] => {
  const middle = (count - 1) / 2;
  const fixed = sigma === 0 ? fixedGaussians[count] : undefined;
  const spread = sigma === 0 ? 0.15 * count + 0.35 : sigma;
  // Counted from the middle weight, or from both, so that these are 1 however small the deviation is.
  const nearest = count % 2 === 0 ? 0.25 : 0;
  const bells = Array.from({ length: count }, (_, n) =>
    fixed
      ? fixed[Math.min(n, count - 1 - n)]!
      : Math.exp((nearest - (n - middle) ** 2) / (2 * spread * spread)),
  );
  const sum = bells.reduce((a, b) => a + b, 0);
  const weights = bells.map(bell => bell / sum);
  if (steps === undefined) {
    return weights.map(Math.fround);
  }
  const whole = new Array<number>(count).fill(0);
  let left = steps;
  let lost = 0;
  for (let n = 0; 2 * n < count - 1; n++) {
    const wanted = weights[n]! * steps + lost;
    // Not −0.
    const rounded = 0 + roundHalfEven(wanted);
    lost = wanted - rounded;
    whole[n] = rounded;
    whole[count - 1 - n] = rounded;
    left -= 2 * rounded;
  }
  if (count % 2 === 1) {
    whole[(count - 1) / 2] = left;
  }
  return whole;
};

const vectors: readonly NumberKind[] = ['vec2', 'mat2x3', 'mat3x3', 'mat3x4', 'table', 'weights'];

/**
 * Whether a value of a parameter that may differ from image to image is an array with one per image, and not one that is an
 * array itself.
 */
export const isOnePerImage = (kind: NumberKind, value: ArrayLike<unknown>): boolean =>
  kind === 'rects' ? Array.isArray(value[0]) : !(vectors.includes(kind) && typeof value[0] === 'number');
