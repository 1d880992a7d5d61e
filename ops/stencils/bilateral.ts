import { anyColour, bounded, f32, stencilOp } from '../spec.js';
import { blurSize, radiusOf } from './sizes.js';

/**
 * A blur that keeps edges: the mean of the pixels at most (size − 1) / 2 away, weighted by exp(−d² / 2σₛ²), d their distance, times
 * exp(−e² / 2σ_c²), e the sum of the channels' differences from the pixel itself. The disc and the weights are those of OpenCV's
 * `bilateralFilter` (with `border: reflect101`); sums are in another order, so that single bytes may differ by a level.
 * Source: C. Tomasi and R. Manduchi, Bilateral filtering for gray and color images (1998).
 */
export const bilateral = stencilOp({
  from: anyColour,
  radius: radiusOf,
  params: {
    /** Width and height of the window that holds the disc, in pixels: OpenCV's `d`. */
    size: blurSize,
    /** Standard deviation of differences, in the units of the pixels. */
    sigmaColor: bounded(f32, { above: 0 }),
    /** Standard deviation of distances, in pixels. */
    sigmaSpace: bounded(f32, { above: 0 }),
  },
  apply: (tap, { size, sigmaColor, sigmaSpace }) => {
    const radius = (size - 1) / 2;
    const byColour = -0.5 / (sigmaColor * sigmaColor);
    const bySpace = -0.5 / (sigmaSpace * sigmaSpace);
    const own = tap(0, 0);
    let sum = own.map(() => 0);
    let total = 0;
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        if (dx * dx + dy * dy <= radius * radius) {
          const px = tap(dx, dy);
          const parts = px.map((v, c) => Math.abs(v - own[c]!));
          let apart = 0;
          for (let c = 0; c < parts.length; c++) {
            apart = apart + parts[c]!;
          }
          const weight = Math.exp(apart * apart * byColour + (dx * dx + dy * dy) * bySpace);
          sum = sum.map((v, c) => v + weight * px[c]!);
          total = total + weight;
        }
      }
    }
    return sum.map(v => v / total);
  },
});
