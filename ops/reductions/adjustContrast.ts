import { lookup } from '../math.js';
import { f32, measured, perImage, pointOp, withDefault } from '../spec.js';
import { mean } from './mean.js';

/** RGB as torchvision's `adjust_contrast` weighs it: ⌊0.2989·r + 0.587·g + 0.114·b⌋. */
const wholeGray = pointOp({
  name: 'wholeGray',
  from: ['rgb'],
  to: 'gray',
  apply: ([r, g, b]) => [Math.floor(0.2989 * r + 0.587 * g + 0.114 * b)],
});

/**
 * Moves each image's pixels away from its mean gray level m, or to it: ⌊factor · v + (1 − factor) · m⌋, held to 0..255. Of RGB in 0..255. The
 * bytes of torchvision's `adjust_contrast` (transforms/_functional_tensor.py), but for a level where it rounds 1 − factor or m otherwise: its
 * mean is summed in f32.
 */
export const adjustContrast = pointOp({
  from: ['rgb'],
  params: {
    /** 1 leaves the image as it is, 0 makes it gray. May differ from image to image. */
    factor: perImage(f32),
    /** The level in the middle: `[wholeGray(), mean()]`. */
    level: withDefault(measured(), [wholeGray(), mean()]),
  },
  apply: (px, { factor, level }) =>
    px.map(v => Math.floor(Math.min(Math.max(factor * v + (1 - factor) * lookup(level, 0), 0), 255))),
});
