/**
 * Functions that several stencils have in common. A function that taps stands in the declaration of an operator, or is named there: it is
 * not called from another one, since an operator's taps are known from its own text (CW1049). So they are shared whole.
 */
import { lookup } from '../math.js';
import type { AxisTap, f32, i32, Table } from '../spec.js';

/** The sum along an axis of `size` pixels times the weights of a Gaussian. */
export const gaussianSum = (
  tap: AxisTap,
  { size, sigma }: { readonly size: i32; readonly sigma: Table },
): readonly f32[] => {
  const radius = (size - 1) / 2;
  let sum = tap(0).map(() => 0);
  for (let d = -radius; d <= radius; d++) {
    const weight = lookup(sigma, d + radius);
    const px = tap(d);
    sum = sum.map((v, c) => v + weight * px[c]!);
  }
  return sum;
};
