/** How a container says that pictures are to be turned. */
import type { Orientation } from '../../../ops/spec.js';

/** What is not turned. */
export const upright: Orientation = { rotation: 0, flip: false };

// A matrix of quarters may be a rounding error away from one.
const tolerance = 1e-3;

/**
 * The orientation that a display matrix means. Scales do not count: they are about the shape of pixels, and so is the place.
 *
 * @param matrix By rows; a point (x, y, 1) is multiplied from the left, as ISO/IEC 14496-12 has it: x' = m[0]·x + m[3]·y + m[6],
 *   y' = m[1]·x + m[4]·y + m[7].
 * @returns Undefined for anything but a turn by quarters, with or without a mirror image.
 */
export const orientationOf = (matrix: readonly number[]): Orientation | undefined => {
  const [a = 0, b = 0, u = 0, c = 0, d = 0, v = 0] = matrix;
  const largest = Math.max(...[a, b, c, d].map(Math.abs));
  const none = (...values: readonly number[]) =>
    values.every(value => Math.abs(value) <= tolerance * largest);
  // Some writers leave the field empty; a picture of no size is not what they mean.
  if (matrix.every(value => value === 0)) {
    return upright;
  }
  const isUpright = none(b, c);
  if (!(largest > 0) || !Number.isFinite(largest) || !none(u, v) || !(isUpright || none(a, d))) {
    return undefined;
  }
  const [across, down] = isUpright ? [a, d] : [b, c];
  if (none(across) || none(down)) {
    return undefined;
  }
  const flip = a * d - b * c < 0;
  // The image of (1, 0), before it is mirrored.
  const turn = isUpright ? ((flip ? -a : a) > 0 ? 0 : 180) : b > 0 ? 90 : 270;
  return { rotation: turn, flip };
};
