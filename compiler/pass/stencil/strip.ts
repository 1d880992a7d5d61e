/**
 * Kernels of stencils. Neighbouring pixels read nearly the same pixels, so that each of these is read, and goes through the operators
 * before the stencil, once for many pixels: a GPU's thread goes down a strip of columns with a window of rows in registers, and the
 * host down a run of columns with a window of lines in the first cache.
 */
import { channelCount } from '../../../ops/spec.js';
import type { FusedKernel, Patch, Span, Strip } from '../../ir/plan.js';
import type { RankFilter } from '../../ir/rank.js';
import { dtypeBytes, isOnPixels, isPositioned, type MapStage } from '../../ir/types.js';
import { hasBlocks } from '../block.js';
import { fitsShared } from '../blockMemory.js';
import { reachOf } from '../reach.js';
import { leastRun } from '../run.js';
import { operationsOf, tapsOf } from '../work.js';
import { foldOf } from './fold.js';
import { rankFilterOf } from './rank.js';

/** Floats of a thread's window: with what a stencil needs besides, fewer than the 255 registers that a thread has. */
const MOST_FLOATS = 150;
/** The same of sums: the code is a row's alone, and little else is held. */
const MOST_FOLDED = 220;
/** Operations that are unrolled for a round of a strip, about: more are slow to compile, and leave the cache of instructions. */
const MOST_OPERATIONS = 12_000;
/** Rows of a strip, about: more read fewer rows twice, and fewer give more threads. */
const ROWS = 16;
/** Rows of a strip of sums, for each row that it reads beside its own: the more, the fewer are read twice. */
const FOLDED_ROWS = 4;
/** Rows of the source that a warp has in shared memory: the one that it works on, and those on their way. */
const SLOTS = [4, 2];
/** Bytes of one access. */
const ACCESS = 16;
/** Loops over more taps than these are not unrolled. */
const MOST_TAPS = 100;

/** Whether the points of a kernel's filter are pixels: those of a stencil, and of a filter by a table. */
export const isStencil = ({ resample }: Pick<FusedKernel, 'resample'>): boolean =>
  resample !== undefined && isOnPixels(resample.stage);

/** The stencil of a kernel whose pixels share their windows: those of others lie where maps lead, or are written together. */
const sharedStencil = (kernel: FusedKernel): MapStage | undefined => {
  const { resample, before, after, chained, pipeline } = kernel;
  const stage = resample?.stage;
  const isPlain = before.length === 0 && after.length === 0 && chained.length === 0;
  if (stage?.radius === undefined || !isPlain || pipeline.source.chroma !== undefined) {
    return undefined;
  }
  return pipeline.sinks.some(({ format }) => hasBlocks(format)) ? undefined : stage;
};

/** Whether all loops over taps are unrolled, so that each tap's place in the window is known. */
const isUnrolled = ({ filter }: MapStage): boolean =>
  filter.halves !== undefined || (tapsOf({ filter }) ?? Number.POSITIVE_INFINITY) <= MOST_TAPS;

/** The rank filter that a kernel is. */
export const rankOf = (kernel: FusedKernel): RankFilter | undefined => {
  const stage = sharedStencil(kernel);
  return stage && rankFilterOf(kernel, stage);
};

/** Whether the host computes it along lines. */
export const hasLines = (kernel: FusedKernel, rank?: RankFilter): boolean => {
  const stage = sharedStencil(kernel);
  return stage !== undefined && (rank !== undefined || isUnrolled(stage));
};

/** The strip of a GPU's thread, or undefined where its window would need more registers than there are. */
export const stripOf = (
  kernel: FusedKernel,
  [threads, warps]: readonly [number, number],
  rank?: RankFilter,
): Strip | undefined => {
  const stage = sharedStencil(kernel);
  const reach = stage && reachOf(stage.filter);
  if (!stage || !reach || !(rank || isUnrolled(stage))) {
    return undefined;
  }
  const { x, y } = reach;
  const { source } = kernel.pipeline;
  const channels = channelCount[kernel.pre.at(-1)?.to ?? source.colour];
  const [beside, rows] = [x.high - x.low, y.high - y.low + 1];
  const { halves } = stage.filter;
  const isSeparable = halves !== undefined;
  const fold = halves && !rank ? foldOf(halves.down) : undefined;
  const isFolded = fold !== undefined && fold.first === y.low && fold.last === y.high;
  const floats = (width: number): number => {
    const row = (width + beside) * channels;
    // Of a row that goes into sums at once, its bytes are held and not its numbers.
    return isSeparable ? rows * width * channels + (isFolded ? row / 2 : row) : rows * row;
  };
  const operations = (
    rank
      ? rank.rankings.map(({ steps }) => steps.length * channels)
      : (halves ? [halves.across, halves.down] : [stage.filter.apply]).map(operationsOf)
  ).reduce((a, b) => a + b);
  const sinks = kernel.pipeline.sinks.map(({ format }) => format);
  // What a strip stores together lies in one row of memory.
  if (sinks.some(({ tokens }) => tokens)) {
    return undefined;
  }
  // Samples that two pixels share are the same for all threads whose strips begin at even columns.
  const isShared = source.planes.some(({ subsampling: [across] }) => across > 1);
  const width = [...(channels === 1 ? [8] : []), 4, 2, ...(isShared ? [] : [1])].find(
    pixels =>
      floats(pixels) <= (isFolded ? MOST_FOLDED : MOST_FLOATS) &&
      operations * pixels * (isFolded ? 1 : rows) <= MOST_OPERATIONS &&
      (pixels === 1 || sinks.every(sink => pixels % leastRun(sink) === 0)),
  );
  if (width === undefined) {
    return undefined;
  }
  const ring = ringOf(kernel, threads * width, x, warps, rank ? 2 : 1);
  if (rank && !ring) {
    return undefined;
  }
  if (isFolded) {
    return { x, y, width, height: FOLDED_ROWS * (rows - 1), isSeparable, fold, ...(ring ? { ring } : {}) };
  }
  const rounds = Math.max(1, Math.round((ring ? ROWS - 1 : ROWS) / rows));
  // With a ring the rows above and below are in the rounds.
  const height = (rows * rounds + (ring ? 1 : 0)) * (rank ? 2 : 1);
  return { x, y, width, height, isSeparable, ...(ring ? { ring } : {}) };
};

/**
 * The rows that a block's warps hold in shared memory, `together` of them at a time. Each row has `pixels` pixels, and those that the stencil
 * reads beside them.
 */
const ringOf = (
  { pre, pipeline: { source } }: FusedKernel,
  pixels: number,
  { low, high }: Span,
  warps: number,
  together: number,
): Patch | undefined => {
  const [plane, ...others] = source.planes;
  // Rows of one channel or of several planes have too little to compute for what the copies cost: see docs/notes/gpuKernels.md.
  const isWorthIt = others.length === 0 && (source.channels.length > 1 || together > 1);
  const isShared =
    !plane ||
    plane.subsampling.some(factor => factor > 1) ||
    source.channels.some(({ next }) => next !== undefined);
  // What lies beyond an edge is there as the pixel that stands for it, which does not say where it is.
  const isPlaced = pre.some(stage => isPositioned(stage) || stage.images !== undefined);
  if (!isWorthIt || isShared || isPlaced) {
    return undefined;
  }
  const size = plane.channels * dtypeBytes[source.dtype];
  const whole = (bytes: number): number => Math.ceil(bytes / ACCESS) * ACCESS;
  const shift = whole(-low * size) + low * size;
  const beside = high - low;
  const bytes = whole(shift + (pixels + beside) * size) + whole(beside * size);
  return SLOTS.map(slots => ({ bytes: bytes * together, rows: slots * warps })).find(patch =>
    fitsShared([patch]),
  );
};
