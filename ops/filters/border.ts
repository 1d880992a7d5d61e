import { type i32, indexBorder } from '../spec.js';

export { constant } from '../spec.js';

/** i modulo the period, never negative; the period is at least 1. */
const cycle = (i: i32, period: i32): i32 => {
  const rest = i % period;
  return rest < 0 ? rest + period : rest;
};

/** The nearest pixel of the edge: aaa|abcd|ddd. OpenCV's `BORDER_REPLICATE`, torch's `border`. */
export const replicate = indexBorder({
  apply: (i, size) => Math.min(Math.max(i, 0), size - 1),
});

/** The image mirrored at its edge, again and again: cba|abcd|dcb. OpenCV's and CV-CUDA's `REFLECT`. */
export const reflect = indexBorder({
  apply: (i, size) => {
    // Mostly the pixel is inside, and the remainder need not be computed.
    if (i >= 0 && i < size) {
      return i;
    }
    const at = cycle(i, size * 2);
    return at < size ? at : size * 2 - 1 - at;
  },
});

/**
 * The image mirrored at the centre of its last pixel, which is not repeated: dcb|abcd|cba; an image of one pixel repeats it.
 * OpenCV's and CV-CUDA's `REFLECT_101`, numpy's `reflect`.
 */
export const reflect101 = indexBorder({
  apply: (i, size) => {
    if (i >= 0 && i < size) {
      return i;
    }
    const period = Math.max(size * 2 - 2, 1);
    const at = cycle(i, period);
    return at < size ? at : period - at;
  },
});

/** The image again, as tiles: bcd|abcd|abc. OpenCV's and CV-CUDA's `WRAP`. */
export const wrap = indexBorder({
  apply: (i, size) => {
    if (i >= 0 && i < size) {
      return i;
    }
    return cycle(i, size);
  },
});
