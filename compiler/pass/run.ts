/** Runs: neighbouring values of a row that a GPU's thread moves together. */
import { dtypeBytes, type Format } from '../ir/types.js';

/** The unit that runs are made of. */
const WORD_BYTES = 4;

/** The fewest pixels whose samples fill a word in every plane. */
export const leastRun = ({ planes, dtype }: Format): number =>
  Math.max(
    ...planes.map(({ channels, subsampling }) => {
      let pixels = subsampling[0];
      while (((pixels / subsampling[0]) * channels * dtypeBytes[dtype]) % WORD_BYTES !== 0) {
        pixels *= 2;
      }
      return pixels;
    }),
  );
