/** Rectangles as torchvision draws them. */
import { roundHalfEven } from '../math.js';
import type { Rect } from '../spec.js';
import type { Draw, Size } from './draws.js';

const ATTEMPTS = 10;
type Range = readonly [number, number];
const logs = ([low, high]: Range): Range => [Math.log(low), Math.log(high)];

/**
 * The rectangle that `RandomResizedCrop` cuts out: a share of the area is drawn evenly and the logarithm of width / height, until the rectangle
 * fits, up to ten times; then its place is. If none fits it is the largest one in the middle whose width / height is allowed.
 * Source: torchvision, transforms/v2/_geometry.py.
 */
export const cropRectangle = ({ width, height }: Size, draw: Draw, scale: Range, ratio: Range): Rect => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const pixels = width * height * draw.between(scale);
    const aspect = Math.exp(draw.between(logs(ratio)));
    // Python's `round` takes halves to the even neighbour.
    const w = roundHalfEven(Math.sqrt(pixels * aspect));
    const h = roundHalfEven(Math.sqrt(pixels / aspect));
    if (w < 1 || w > width || h < 1 || h > height) {
      continue;
    }
    const y = draw.below(height - h + 1);
    return { x: draw.below(width - w + 1), y, width: w, height: h };
  }
  const own = width / height;
  const w = own > ratio[1] ? Math.max(1, roundHalfEven(height * ratio[1])) : width;
  const h = own < ratio[0] ? Math.max(1, roundHalfEven(width / ratio[0])) : height;
  return { x: (width - w) >> 1, y: (height - h) >> 1, width: w, height: h };
};

/**
 * The rectangle that `RandomErasing` fills, smaller than the image on both sides, or nothing where none of ten fits. Its ratio is height / width.
 * Source: torchvision, transforms/v2/_augment.py.
 */
export const erasedRectangle = (
  { width, height }: Size,
  draw: Draw,
  scale: Range,
  ratio: Range,
): Rect | undefined => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const pixels = width * height * draw.between(scale);
    const aspect = Math.exp(draw.between(logs(ratio)));
    const h = roundHalfEven(Math.sqrt(pixels * aspect));
    const w = roundHalfEven(Math.sqrt(pixels / aspect));
    // Of no height or width nothing would be filled.
    if (h < 1 || w < 1 || h >= height || w >= width) {
      continue;
    }
    const y = draw.below(height - h + 1);
    return { x: draw.below(width - w + 1), y, width: w, height: h };
  }
  return undefined;
};
