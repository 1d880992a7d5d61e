import { bounded, f32, i32, perImage, pointOp, withDefault } from '../spec.js';
import { normalDeviate, randomWords } from './random.js';

/**
 * Adds noise of the normal distribution to every channel, independent of each other: v + mean + sigma · z. Nothing is rounded or
 * clamped. z follows from the seed and the pixel's position alone (a hash, `pcg4d`, and the inverse of the distribution by Wichura's
 * AS 241, ops/augment/random.ts), so an image and a seed have the same noise on every device, in every batch; in a strict build to the
 * last bit. Equals CV-CUDA's `GaussianNoise` per channel and torchvision's `GaussianNoise` in distribution, and not in its numbers.
 *
 * The position is that in the image that enters the operator: before a resampling the noise is filtered with the image.
 */
export const gaussianNoise = pointOp({
  from: ['gray', 'rgb', 'linear'],
  params: {
    /**
     * A whole number, per image. Images, and two of these operators in one pipeline, need seeds of their own to have noise
     * of their own.
     */
    seed: perImage(i32),
    /** In the units of the pixels, per image; default 0. */
    mean: withDefault(perImage(f32), 0),
    /** The standard deviation in the units of the pixels, per image; at least 0. */
    sigma: bounded(perImage(f32), { least: 0 }),
  },
  apply: (px, { seed, mean, sigma }, { at: [x, y] }) => {
    const words = randomWords(x, y, seed, 0);
    return px.map((v, c) => v + (mean + sigma * normalDeviate(words[c]!)));
  },
});
