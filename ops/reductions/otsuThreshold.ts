import { lookup, roundHalfEven } from '../math.js';
import { binsOp, f32, f64, i32, measured, pointOp, withDefault } from '../spec.js';

/**
 * Otsu's level of gray in 0..255, `[N, 1]` in f32: the one that parts pixels into two classes, up to it and above, with the largest variance
 * between them. Source: Otsu 1979, as OpenCV computes it in f64 (modules/imgproc/src/thresh.cpp, `getThreshVal_Otsu`).
 */
export const otsu = binsOp({
  from: ['gray'],
  bins: 256,
  bin: ([v]) => i32(roundHalfEven(v)),
  values: 1,
  finish: (bins, _, { count }) => {
    const scale = 1 / count;
    const epsilon = f64(1.1920928955078125e-7);
    let mu = f64(0);
    for (let j = 0; j < 256; j++) {
      mu = mu + f64(j) * f64(lookup(bins, j));
    }
    mu = mu * scale;
    let mu1 = f64(0);
    let q1 = f64(0);
    let most = f64(0);
    let level = f64(0);
    for (let j = 0; j < 256; j++) {
      const p = f64(lookup(bins, j)) * scale;
      mu1 = mu1 * q1;
      q1 = q1 + p;
      const q2 = 1 - q1;
      if (Math.min(q1, q2) >= epsilon && Math.max(q1, q2) <= 1 - epsilon) {
        mu1 = (mu1 + f64(j) * p) / q1;
        const mu2 = (mu - q1 * mu1) / q2;
        const sigma = q1 * q2 * (mu1 - mu2) * (mu1 - mu2);
        if (sigma > most) {
          most = sigma;
          level = f64(j);
        }
      }
    }
    return level;
  },
});

/** Black and white by each image's own level: `above` for v > level, else 0. OpenCV's `THRESH_BINARY | THRESH_OTSU`, to the byte. */
export const otsuThreshold = pointOp({
  from: ['gray'],
  params: {
    /** What is written for pixels above the level. */
    above: withDefault(f32, 255),
    /** The level: `otsu()`. */
    level: withDefault(measured(), otsu()),
  },
  apply: ([v], { above, level }) => [v > lookup(level, 0) ? above : 0],
});
