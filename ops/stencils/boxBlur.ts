import { anyColour, separableStencil } from '../spec.js';
import { blurSize, radiusOf } from './sizes.js';

/**
 * Blurs by the plain mean of a window of `size` × `size` pixels. Sums of bytes are exact, so that with a sink of u8 the result equals
 * OpenCV's `blur` byte for byte (with `border: reflect101`, OpenCV's default).
 */
export const boxBlur = separableStencil({
  from: anyColour,
  radius: radiusOf,
  params: {
    /** Width and height of the window, in pixels. */
    size: blurSize,
  },
  apply: (tap, { size }) => {
    const radius = (size - 1) / 2;
    let sum = tap(0).map(() => 0);
    for (let d = -radius; d <= radius; d++) {
      const px = tap(d);
      sum = sum.map((v, c) => v + px[c]!);
    }
    return sum;
  },
  down: (tap, { size }) => {
    const radius = (size - 1) / 2;
    let sum = tap(0).map(() => 0);
    for (let d = -radius; d <= radius; d++) {
      const px = tap(d);
      sum = sum.map((v, c) => v + px[c]!);
    }
    return sum.map(v => v / (size * size));
  },
});
