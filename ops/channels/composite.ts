import { gray8 } from '../formats/formats.js';
import { bounded, f32, perPixel, pointOp, withDefault } from '../spec.js';

/**
 * Lays its pixels over a background by a mask: background + (pixel − background) · mask / opaque, in f32, nothing rounded. Equals
 * CV-CUDA's `Composite` (its `foreground` is what stands before the operator), before that rounds to u8.
 *
 * Background and mask have the size of the image that enters the operator: one of each for all images of a call, or one for each.
 * Before a resampling they are laid over before the filter reads.
 */
export const composite = pointOp({
  from: ['gray', 'rgb', 'rgba', 'yuv', 'linear', 'premultiplied'],
  params: {
    /**
     * The background's format: `rgb8()`, or with operators behind it `[nv12(), yuvToRgb()]`. The caller gives the image, in
     * the units of the pixels.
     */
    background: perPixel('same'),
    /** The mask's format, of one channel: 0 shows the background, `opaque` the pixel, and what lies between mixes them. */
    mask: withDefault(perPixel('gray'), gray8()),
    /** The mask's value at which the background does not show: 255 for u8 (default), 1 for a mask of f32 in 0..1. */
    opaque: withDefault(bounded(f32, { not: 0 }), 255),
  },
  apply: (px, { background, mask: [mask], opaque }) => {
    const weight = mask / opaque;
    return px.map((v, c) => background[c]! + (v - background[c]!) * weight);
  },
});
