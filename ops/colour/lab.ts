/** CIE L*a*b* of linear sRGB light under D65. */
import type { f32, Pixel } from '../spec.js';

/**
 * X, Y and Z of red, green and blue. Source: ITU-R BT.709-6 for the primaries and the white, with the six digits of OpenCV and
 * scikit-image. A row divided by its sum, the white's X, Y or Z (0.950456, 1, 1.088754), gives 1 for white, so greys have a = b = 0.
 */
const TO_X = [0.412453 / 0.950456, 0.35758 / 0.950456, 0.180423 / 0.950456] as const;
const TO_Y = [0.212671, 0.71516, 0.072169] as const;
const TO_Z = [0.019334 / 1.088754, 0.119193 / 1.088754, 0.950227 / 1.088754] as const;
/** The inverse of the three rows above. */
const FROM_XYZ = [
  [3.07993494, -1.53715152, -0.542783419],
  [-0.921234183, 1.87599, 0.0452441813],
  [0.052889682, -0.204041338, 1.15115166],
] as const;

/** Where the cube root gives way to a line, and that line. Source: CIE 15:2004, section 8.2.1. */
const THRESHOLD = 216 / 24389;
const SLOPE = 841 / 108;
const root = (t: f32): f32 => (t > THRESHOLD ? Math.cbrt(t) : SLOPE * t + 4 / 29);
const unroot = (t: f32): f32 => (t > 6 / 29 ? t * t * t : (t - 4 / 29) / SLOPE);

/** L in 0..100, a and b around 0, of light in 0..1. */
export const lightToLab = (r: f32, g: f32, b: f32): Pixel<3> => {
  const x = root(TO_X[0] * r + TO_X[1] * g + TO_X[2] * b);
  const y = root(TO_Y[0] * r + TO_Y[1] * g + TO_Y[2] * b);
  const z = root(TO_Z[0] * r + TO_Z[1] * g + TO_Z[2] * b);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
};
/** The inverse of {@link lightToLab}. */
export const labToLight = (l: f32, a: f32, b: f32): Pixel<3> => {
  const high = (l + 16) / 116;
  const x = unroot(high + a / 500);
  const y = unroot(high);
  const z = unroot(high - b / 200);
  return [
    FROM_XYZ[0][0] * x + FROM_XYZ[0][1] * y + FROM_XYZ[0][2] * z,
    FROM_XYZ[1][0] * x + FROM_XYZ[1][1] * y + FROM_XYZ[1][2] * z,
    FROM_XYZ[2][0] * x + FROM_XYZ[2][1] * y + FROM_XYZ[2][2] * z,
  ];
};
