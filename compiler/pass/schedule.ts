import type { FusedKernel, Layout, Reach, Schedule, Tile } from '../ir/plan.js';
import { dtypeBytes, type Format } from '../ir/types.js';
import { blockOf, hasBlocks } from './block.js';
import { capacitiesOf } from './launch.js';
import { reachOf } from './reach.js';

/** A warp along a row, so that its loads and stores are of neighbouring pixels; eight rows share cached taps. */
const BLOCK = [32, 8] as const;
/** The widest access of a thread. */
const VECTOR_BYTES = 16;
/** The unit that runs are made of. */
const WORD_BYTES = 4;

/** Decides how a kernel is spread over threads and launches, and how a thread reaches memory. */
export const schedule = (kernel: FusedKernel, layout: Layout): Schedule => {
  const reach = kernel.resample && reachOf(kernel.resample.stage.filter.apply.fn);
  return {
    block: BLOCK,
    tile: tileOf(kernel, reach),
    ...(reach ? { reach } : {}),
    capacities: capacitiesOf(kernel, layout),
  };
};

/** Pixels of one thread, and whether it reads them in runs. */
const tileOf = (kernel: FusedKernel, reach: Reach | undefined): Tile => {
  const { pipeline, geometry, resample, pre, postponed } = kernel;
  const { source } = pipeline;
  const sinks = pipeline.sinks.map(({ format }) => format);
  // A sink with blocks is alone.
  const [blockWidth, blockHeight] = blockOf(sinks[0]!);
  if (resample && sinks.some(hasBlocks)) {
    // The fewest pixels that a sample of the sink is made of.
    return { width: blockWidth, height: blockHeight, readsRuns: false };
  }
  if (resample) {
    // Taps lie where they lie: neighbouring threads read neighbouring ones only if their pixels are neighbours. Two rows
    // share a column's arithmetic and the reading of parameters, and twice as many reads are under way; with operators on
    // every tap, or with more taps than two by two, they need too many registers.
    const fewTaps = reach !== undefined && [reach.x, reach.y].every(({ low, high }) => high - low <= 1);
    return { width: 1, height: pre.length === postponed.length && fewTaps ? 2 : 1, readsRuns: false };
  }
  // Interpolated chroma comes from samples of other threads, too.
  const readsRuns = geometry.length === 0 && source.chroma === undefined;
  // The run that suits every sink: where one needs fewer pixels for its widest access, the others' are narrower.
  const widest = Math.min(...sinks.map(widestRun));
  const width = Math.max(widest, ...sinks.map(leastRun), readsRuns ? leastRun(source) : 1);
  // Single pixels, or those of one sample, are moved value by value.
  if (width <= blockWidth) return { width, height: blockHeight, readsRuns: false };
  // Two rows of subsampled chroma are one row of samples: read once, used for both.
  const shared = readsRuns && source.planes.some(plane => plane.subsampling[1] === 2) ? 2 : 1;
  return { width, height: Math.max(shared, blockHeight), readsRuns };
};

/** The most pixels that one access writes in every plane: longer runs leave gaps between the threads of a warp. */
const widestRun = ({ planes, dtype }: Format): number => {
  const most = VECTOR_BYTES / (dtypeBytes[dtype] * Math.max(...planes.map(({ channels }) => channels)));
  return most < 1 ? 1 : Math.min(8, 2 ** Math.floor(Math.log2(most)));
};

/** The fewest pixels whose samples fill a word in every plane. */
const leastRun = ({ planes, dtype }: Format): number =>
  Math.max(
    ...planes.map(({ channels, subsampling }) => {
      let pixels = subsampling[0];
      while (((pixels / subsampling[0]) * channels * dtypeBytes[dtype]) % WORD_BYTES !== 0) pixels *= 2;
      return pixels;
    }),
  );
