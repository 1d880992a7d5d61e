/** Sharpening: what a blur takes away, added once more. */
import { lookup, roundHalfEven } from '../math.js';
import { anyColour, bounded, f32, gaussian, oneOf, perImage, stencilOp, withDefault } from '../spec.js';
import { blurSize, radiusOf } from './sizes.js';

/**
 * Adds `amount` times what a Gaussian blur takes away: px + amount · (px − blurred), where they differ by more than `threshold`. Results may
 * leave 0..255: `clamp()` behind it holds them.
 */
export const unsharpMask = stencilOp({
  from: anyColour,
  radius: radiusOf,
  params: {
    /** Width and height of the blur's window, in pixels. */
    size: blurSize,
    /** The blur's standard deviation in pixels. */
    sigma: perImage(gaussian(({ size }: { size: number }) => size)),
    /** How much is added: 0 nothing, 1 as much as the blur takes away. */
    amount: withDefault(perImage(f32), 1),
    /** Differences of at most this, in the units of the pixels, stay as they are. */
    threshold: withDefault(bounded(f32, { least: 0 }), 0),
  },
  apply: (tap, { size, sigma, amount, threshold }) => {
    const radius = (size - 1) / 2;
    const own = tap(0, 0);
    let blurred = own.map(() => 0);
    for (let dy = -radius; dy <= radius; dy++) {
      let line = own.map(() => 0);
      for (let dx = -radius; dx <= radius; dx++) {
        const weight = lookup(sigma, dx + radius);
        const px = tap(dx, dy);
        line = line.map((v, c) => v + weight * px[c]!);
      }
      const weight = lookup(sigma, dy + radius);
      blurred = blurred.map((v, c) => v + weight * line[c]!);
    }
    return own.map((v, c) => {
      const lost = v - blurred[c]!;
      return Math.abs(lost) > threshold ? v + amount * lost : v;
    });
  },
});

/**
 * torchvision's `adjust_sharpness`: between a blur of 3 × 3 pixels (weights 1, the middle 5, divided by 13) at `factor` 0, the picture at
 * 1, and a sharper one above. The outermost pixels stay as they are, and so do images of less than 3 pixels across or down. Results are
 * held to 0..255.
 */
export const adjustSharpness = stencilOp({
  from: ['gray', 'rgb', 'rgba'],
  radius: 1,
  params: {
    /** 0 blurs, 1 changes nothing, 2 sharpens. */
    factor: perImage(bounded(f32, { least: 0 })),
    /** `bytes`: the blur is rounded and the result cut to a whole number, as torchvision does for pictures of bytes. */
    arithmetic: withDefault(oneOf('float', 'bytes'), 'float'),
  },
  apply: (tap, { factor, arithmetic }, { at: [x, y], size }) => {
    const own = tap(0, 0);
    const isInner = x > 0 && y > 0 && x < size.width - 1 && y < size.height - 1;
    let sum = own.map(v => 4 * v);
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const px = tap(dx, dy);
        sum = sum.map((v, c) => v + px[c]!);
      }
    }
    return own.map((v, c) => {
      const blurred = sum[c]! / 13;
      const soft = arithmetic === 'bytes' ? roundHalfEven(blurred) : blurred;
      const mixed = Math.min(Math.max(factor * v + (1 - factor) * soft, 0), 255);
      const made = arithmetic === 'bytes' ? Math.floor(mixed) : mixed;
      return isInner ? made : v;
    });
  },
});
