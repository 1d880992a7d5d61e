import { bounded, f32, oneOf, stencilOp } from 'cuweave/ops';

/**
 * Lifts a pixel away from the mean of the pixels around it: mean + gain · (pixel − mean). Above 1 it brings out detail, below 1 it
 * softens; this is unsharp masking with a plain mean.
 */
export const localContrast = stencilOp({
  from: ['rgb', 'gray'],
  radius: ({ size }) => (size - 1) / 2,
  params: {
    /** Width and height of the window, in pixels. */
    size: oneOf(3, 5, 9),
    /** 1 changes nothing. */
    gain: bounded(f32, { least: 0 }),
  },
  apply: (tap, { size, gain }) => {
    const radius = (size - 1) / 2;
    const own = tap(0, 0);
    let sum = own.map(() => 0);
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        const px = tap(dx, dy);
        sum = sum.map((v, c) => v + px[c]!);
      }
    }
    return own.map((v, c) => {
      const mean = sum[c]! / (size * size);
      return mean + gain * (v - mean);
    });
  },
});
