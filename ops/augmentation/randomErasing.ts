import { erase } from '../augment/erase.js';
import { open, type Stage } from '../spec.js';
import { requireNames, requireProbability, requireRange, wrong } from './checks.js';
import { erasedRectangle } from './rectangles.js';
import { sameSize, type Transform } from './transform.js';

/** See {@link randomErasing}. */
export type RandomErasingOptions = {
  /** The probability; default 0.5. */
  readonly p?: number;
  /** The least and the largest share of the image's area, in 0..1 and above 0; default [0.02, 0.33]. */
  readonly scale?: readonly [number, number];
  /** The least and the largest height / width, above 0; default [0.3, 3.3]. */
  readonly ratio?: readonly [number, number];
  /** What is filled in, in the units of the pixels there: a number, or one for each channel; default 0. */
  readonly value?: number | readonly number[];
};

/**
 * Fills a random rectangle with a value, with a probability: torchvision's `RandomErasing`. Where none of ten rectangles fits nothing is filled. Its
 * `value='random'`, noise, is not offered.
 *
 * @throws {RangeError} If an option does not fit.
 */
export const randomErasing = (options: RandomErasingOptions = {}): Transform<'randomErasing'> => {
  requireNames(options, ['p', 'scale', 'ratio', 'value'], 'options of randomErasing');
  const { p = 0.5, scale = [0.02, 0.33], ratio = [0.3, 3.3], value = 0 } = options;
  requireProbability(p, 'p of randomErasing');
  requireRange(scale, 'scale of randomErasing', { least: 0, most: 1, open: true });
  requireRange(ratio, 'ratio of randomErasing', { least: 0, open: true });
  if (![value].flat().every(v => typeof v === 'number' && Number.isFinite(v))) {
    throw wrong(
      'a finite number, or one for each channel',
      'value of randomErasing',
      value,
      'Noise is not offered.',
    );
  }
  return {
    kind: 'transform',
    name: 'randomErasing',
    draw: (draw, size) => {
      const area = draw.happens(p) ? erasedRectangle(size, draw, scale, ratio) : undefined;
      return { name: 'randomErasing', areas: area ? [area] : [] };
    },
    size: sameSize,
    stages: named => [erase({ areas: open(named('areas')), value } as never) as Stage],
    values: ({ areas }) => ({ areas }),
  };
};
