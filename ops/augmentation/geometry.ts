/** Random transforms that move pixels. */
import { antialiasedLinear } from '../filters/antialias.js';
import { crop } from '../geometry/crop.js';
import { orient } from '../geometry/orient.js';
import { resize } from '../geometry/resize.js';
import type { PresetFilter } from '../presets/source.js';
import type { Stage } from '../spec.js';
import { open } from '../spec.js';
import { convertTo } from '../tone/convertTo.js';
import { requireNames, requireProbability, requireRange, requireWhole } from './checks.js';
import { cropRectangle } from './rectangles.js';
import { sameSize, type Transform } from './transform.js';

/** See {@link randomResizedCrop}. */
export type RandomResizedCropOptions = {
  /** The result's side in pixels, or its height and width as torchvision orders them; 1..65535. */
  readonly size: number | readonly [height: number, width: number];
  /** The least and the largest share of the image's area, in 0..1 and above 0; default [0.08, 1]. */
  readonly scale?: readonly [number, number];
  /** The least and the largest width / height, above 0; default [3/4, 4/3]. */
  readonly ratio?: readonly [number, number];
  /** The filter of the resize; default `antialiasedLinear`, torchvision's bilinear with `antialias`. */
  readonly filter?: PresetFilter;
};

/**
 * Cuts out a rectangle of random area, shape and place, and resizes it, rounded to bytes: torchvision's `RandomResizedCrop`. Cut, resize and flips
 * are one sampling.
 *
 * @throws {RangeError} If an option does not fit.
 */
export const randomResizedCrop = (options: RandomResizedCropOptions): Transform<'randomResizedCrop'> => {
  requireNames(options, ['size', 'scale', 'ratio', 'filter'], 'options of randomResizedCrop');
  const { size, scale = [0.08, 1], ratio = [3 / 4, 4 / 3], filter = antialiasedLinear } = options;
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  requireWhole(height, 'size of randomResizedCrop', 1, 65535);
  requireWhole(width, 'size of randomResizedCrop', 1, 65535);
  requireRange(scale, 'scale of randomResizedCrop', { least: 0, most: 1, open: true });
  requireRange(ratio, 'ratio of randomResizedCrop', { least: 0, open: true });
  return {
    kind: 'transform',
    name: 'randomResizedCrop',
    draw: (draw, from) => ({ name: 'randomResizedCrop', rect: cropRectangle(from, draw, scale, ratio) }),
    size: () => ({ width, height }),
    stages: named => [
      crop({ rect: open(named('rect')) }) as Stage,
      resize({ width, height, filter }) as Stage,
      convertTo('u8') as Stage,
    ],
    values: ({ rect }) => ({ rect }),
  };
};

/** See {@link randomHorizontalFlip}. */
export type FlipOptions = {
  /** The probability; default 0.5. */
  readonly p?: number;
};

const flipOf = <Name extends 'randomHorizontalFlip' | 'randomVerticalFlip'>(
  name: Name,
  options: FlipOptions,
): Transform<Name> => {
  requireNames(options, ['p'], `options of ${name}`);
  const { p = 0.5 } = options;
  requireProbability(p, `p of ${name}`);
  // Top and bottom change places where an image is turned by 180° and then mirrored.
  const rotation = name === 'randomVerticalFlip' ? 180 : 0;
  return {
    kind: 'transform',
    name,
    draw: draw => ({ name, flipped: draw.happens(p) }) as never,
    size: sameSize,
    stages: named => [orient({ orientation: open(named('orientation')) }) as Stage],
    values: drawn => ({
      orientation: (drawn as { readonly flipped: boolean }).flipped
        ? { rotation, flip: true }
        : { rotation: 0, flip: false },
    }),
  };
};

/**
 * Swaps left and right with a probability: torchvision's `RandomHorizontalFlip`.
 *
 * @throws {RangeError} If `p` is not in 0..1.
 */
export const randomHorizontalFlip = (options: FlipOptions = {}): Transform<'randomHorizontalFlip'> =>
  flipOf('randomHorizontalFlip', options);

/**
 * Swaps top and bottom with a probability: torchvision's `RandomVerticalFlip`.
 *
 * @throws {RangeError} If `p` is not in 0..1.
 */
export const randomVerticalFlip = (options: FlipOptions = {}): Transform<'randomVerticalFlip'> =>
  flipOf('randomVerticalFlip', options);
