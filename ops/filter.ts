import { filter, i32 } from './spec.js';

/**
 * The nearest pixel: x is floor(x + 0.5), so a point in the middle takes the right and lower one. For `resize` this is
 * OpenCV's `INTER_NEAREST_EXACT` and PyTorch's `nearest-exact`.
 */
export const nearest = filter({
  apply: (tap, [x, y]) => tap(i32(Math.floor(x + 0.5)), i32(Math.floor(y + 0.5))),
});

/** The four pixels around the point, weighted by how near they are. */
export const linear = filter({
  apply: (tap, [x, y]) => {
    const left = Math.floor(x);
    const top = Math.floor(y);
    const wx = x - left;
    const wy = y - top;
    const x0 = i32(left);
    const y0 = i32(top);
    const a = tap(x0, y0);
    const b = tap(x0 + 1, y0);
    const c = tap(x0, y0 + 1);
    const d = tap(x0 + 1, y0 + 1);
    return a.map((_, n) => {
      const upper = a[n] + wx * (b[n] - a[n]);
      const lower = c[n] + wx * (d[n] - c[n]);
      return upper + wy * (lower - upper);
    });
  },
});
