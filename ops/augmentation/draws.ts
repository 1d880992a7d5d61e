/** Numbers that are drawn for one sample: by the seed, the sample's index, the transform's place in the list and a counter alone. */
import { randomWords } from '../augment/random.js';

/** A width and a height in pixels. */
export type Size = { readonly width: number; readonly height: number };

/** Draws numbers one after the other. */
export type Draw = {
  /** A number of 0 to below 1, in steps of 2^−32. */
  readonly share: () => number;
  /** A number of `low` to `high`, evenly. */
  readonly between: (range: readonly [low: number, high: number]) => number;
  /** A whole number of 0 to below `count`, evenly. */
  readonly below: (count: number) => number;
  /** True with the probability `p`. */
  readonly happens: (p: number) => boolean;
};

/**
 * The numbers of one transform for one sample. The words are those of `pcg4d`, whose arithmetic is of 32-bit integers.
 *
 * @param seed A safe integer.
 * @param index Which sample, 0 to 2^32 − 1.
 * @param place Which transform of the list.
 */
export const drawsOf = (seed: number, index: number, place: number): Draw => {
  let count = 0;
  const share = (): number => {
    const counter = place * 65536 + count++;
    const words = randomWords(seed | 0, Math.floor(seed / 2 ** 32) | 0, index | 0, counter | 0);
    return (words[0] >>> 0) / 2 ** 32;
  };
  return {
    share,
    between: ([low, high]) => low + (high - low) * share(),
    below: limit => Math.floor(limit * share()),
    happens: p => share() < p,
  };
};
