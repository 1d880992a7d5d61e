import type { Tile } from '../ir/plan.js';
import type { Format } from '../ir/types.js';

/** Width and height of the pixels that share a sample of a sink: what one thread has to compute to write it. */
export const blockOf = ({ planes }: Format): readonly [width: number, height: number] => [
  Math.max(...planes.map(({ subsampling }) => subsampling[0])),
  Math.max(...planes.map(({ subsampling }) => subsampling[1])),
];
/** Whether a thread that computes several pixels of a row moves them together: more than share a sample of the sink anyway. */
export const movesRuns = ({ width }: Tile, sink: Format): boolean => width > blockOf(sink)[0];
/** Whether pixels of the format share samples. */
export const hasBlocks = (format: Format): boolean => blockOf(format).some(pixels => pixels > 1);
