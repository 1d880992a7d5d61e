import { lookup, roundHalfEven } from '../math.js';
import { binsOp, f32, f64, i32, measured, pointOp, withDefault } from '../spec.js';

/**
 * The triangle method's level of gray in 0..255, `[N, 1]` in f32: where the histogram is farthest from the line between its peak and its
 * farther end. Source: Zack, Rogers and Latt 1977, as OpenCV computes it (modules/imgproc/src/thresh.cpp, `getThreshVal_Triangle`).
 */
export const triangle = binsOp({
  from: ['gray'],
  bins: 256,
  bin: ([v]) => i32(roundHalfEven(v)),
  values: 1,
  finish: bins => {
    let left: i32 = 256;
    let right: i32 = 0;
    let peak: i32 = 0;
    let most: i32 = 0;
    for (let j = 0; j < 256; j++) {
      const n: i32 = lookup(bins, j);
      if (n > 0) {
        left = Math.min(left, j);
        right = j;
      }
      if (n > most) {
        most = n;
        peak = j;
      }
    }
    left = left > 0 ? left - 1 : left;
    right = right < 255 ? right + 1 : right;
    const isFlipped = peak - left < right - peak;
    const start = isFlipped ? 255 - right : left;
    const end = isFlipped ? 255 - peak : peak;
    let farthest: i32 = start;
    let distance = f64(0);
    for (let j = 0; j < 256; j++) {
      const n: i32 = lookup(bins, isFlipped ? 255 - j : j);
      const here = f64(most) * f64(j) + f64(start - end) * f64(n);
      if (j > start && j <= end && here > distance) {
        distance = here;
        farthest = j;
      }
    }
    return isFlipped ? 255 - (farthest - 1) : farthest - 1;
  },
});

/** Black and white by each image's own level: `above` for v > level, else 0. OpenCV's `THRESH_BINARY | THRESH_TRIANGLE`, to the byte. */
export const triangleThreshold = pointOp({
  from: ['gray'],
  params: {
    /** What is written for pixels above the level. */
    above: withDefault(f32, 255),
    /** The level: `triangle()`. */
    level: withDefault(measured(), triangle()),
  },
  apply: ([v], { above, level }) => [v > lookup(level, 0) ? above : 0],
});
