import { lookup, roundHalfEven } from '../math.js';
import { binsOp, f32, f64, i32, measured, pointOp, withDefault } from '../spec.js';

/**
 * The table of `equalizeHistogram`, `[N, 1, 256]` in f32. With h the histogram, b its first bin that is not empty and n the pixels: 0 up to b,
 * then round((h[b+1] + … + h[i]) · 255 / (n − h[b])), the product in f32; b everywhere if all pixels are alike.
 * Source: OpenCV, modules/imgproc/src/histogram.cpp, `equalizeHist`.
 */
export const equalization = binsOp({
  from: ['gray'],
  bins: 256,
  bin: ([v]) => i32(roundHalfEven(v)),
  finish: (bins, i, { count }) => {
    let first: i32 = -1;
    let least: i32 = 0;
    let sum: i32 = 0;
    for (let j = 0; j < 256; j++) {
      const n: i32 = lookup(bins, j);
      if (first < 0) {
        if (n > 0) {
          first = j;
          least = n;
        }
      } else if (j <= i) {
        sum = sum + n;
      }
    }
    const rest = f32(count - f64(least));
    const scale = 255 / Math.max(rest, 1);
    return rest > 0 ? Math.min(roundHalfEven(f32(sum) * scale), 255) : f32(first);
  },
});

/**
 * Spreads the levels of each image so that its histogram becomes flat: OpenCV's `equalizeHist`, to the byte. Of gray in 0..255; values are
 * rounded first. Two kernels: one counts, the other looks up.
 */
export const equalizeHistogram = pointOp({
  from: ['gray'],
  params: {
    /** 256 numbers for each image: `equalization()`. */
    table: withDefault(measured(), equalization()),
  },
  apply: ([v], { table }) => [lookup(table, i32(roundHalfEven(v)))],
});
