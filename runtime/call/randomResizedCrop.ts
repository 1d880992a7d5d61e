import { roundHalfEven } from '../../ops/math.js';
import type { Rect } from '../../ops/spec.js';
import { describe, expected } from '../errors.js';
import { requireKnown } from '../options.js';
import { uniform } from '../random.js';

/** How rectangles are drawn; the defaults are torchvision's. */
export type RandomResizedCropOptions = {
  /** A whole number: the same one gives the same rectangles for the same sizes, on every machine. */
  readonly seed: number;
  /** The least and the largest share of the image's area. Default 0.08 to 1. */
  readonly area?: readonly [number, number];
  /** The least and the largest width / height. Default 3/4 to 4/3. */
  readonly aspect?: readonly [number, number];
};

type Size = { readonly width: number; readonly height: number };

const ATTEMPTS = 10;

/**
 * Draws a rectangle for each image, as torchvision's `RandomResizedCrop` does: an area and the logarithm of an aspect are drawn evenly, up to
 * ten times, until the rectangle fits; then its place is. If none fits it is the largest one in the middle whose aspect is allowed. Given
 * to `crop`, with a `resize` behind it, the region is cut out and resized in one sampling, torchvision's `resized_crop`.
 *
 * Numbers are drawn by the seed, the image's number and a counter, so an image's rectangle depends on no other's.
 *
 * @param images Images, or sizes in pixels.
 * @throws {ArgumentError} If an option does not fit.
 */
export const randomResizedCrop = (images: readonly Size[], options: RandomResizedCropOptions): Rect[] => {
  if (typeof options !== 'object' || options === null) {
    throw expected('{ seed, area?, aspect? }', 'options', describe(options));
  }
  requireKnown(options, ['seed', 'area', 'aspect'], 'options');
  const { seed, area = [0.08, 1], aspect = [3 / 4, 4 / 3] } = options;
  if (!Number.isSafeInteger(seed)) {
    throw expected('a whole number', 'options.seed', describe(seed));
  }
  range(area, 'options.area', 1);
  range(aspect, 'options.aspect', Number.POSITIVE_INFINITY);
  if (!Array.isArray(images)) {
    throw expected('an array of images or sizes', 'images', describe(images));
  }
  return images.map((image: Size, n) => {
    const { width, height } = image;
    for (const size of [width, height]) {
      if (!(Number.isInteger(size) && size >= 1)) {
        throw expected('a width and a height of at least 1', `images[${n}]`, `${width}×${height}`);
      }
    }
    return draw({ width, height }, uniform(seed, n), area, aspect);
  });
};

const range = (given: readonly [number, number], path: string, most: number): void => {
  const good =
    Array.isArray(given) &&
    given.length === 2 &&
    given.every(value => typeof value === 'number' && value > 0 && value <= most && Number.isFinite(value)) &&
    given[0] <= given[1];
  if (!good) {
    const limit = Number.isFinite(most) ? `above 0 and up to ${most}` : 'above 0';
    throw expected(`two numbers ${limit}, the smaller one first`, path, describe(given));
  }
};

const draw = (
  { width, height }: Size,
  next: () => number,
  area: readonly [number, number],
  aspect: readonly [number, number],
): Rect => {
  const between = ([low, high]: readonly [number, number]): number => low + (high - low) * next();
  const below = (count: number): number => Math.floor(count * next());
  const logs = [Math.log(aspect[0]), Math.log(aspect[1])] as const;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const pixels = width * height * between(area);
    const ratio = Math.exp(between(logs));
    // Python's `round` takes halves to the even neighbour.
    const w = roundHalfEven(Math.sqrt(pixels * ratio));
    const h = roundHalfEven(Math.sqrt(pixels / ratio));
    if (w < 1 || w > width || h < 1 || h > height) {
      continue;
    }
    const y = below(height - h + 1);
    return { x: below(width - w + 1), y, width: w, height: h };
  }
  const own = width / height;
  const w = own > aspect[1] ? Math.max(1, roundHalfEven(height * aspect[1])) : width;
  const h = own < aspect[0] ? Math.max(1, roundHalfEven(width / aspect[0])) : height;
  return { x: (width - w) >> 1, y: (height - h) >> 1, width: w, height: h };
};
