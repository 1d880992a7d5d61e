import type { FusedKernel, Layout, Patch, Reach, Schedule, Staging, Tile } from '../ir/plan.js';
import { reduces, TILE } from '../ir/reduce.js';
import { dtypeBytes, type Expr, type Fn, type Format } from '../ir/types.js';
import { isMonotonic } from './axes.js';
import { blockOf, hasBlocks } from './block.js';
import { fitsShared } from './blockMemory.js';
import { capacitiesOf } from './launch.js';
import { reachOf } from './reach.js';
import { leastRun } from './run.js';
import { hasLines, isStencil, rankOf, stripOf } from './stencil/strip.js';
import { rowsOfTable } from './tables.js';

/** A warp along a row, so that its loads and stores are of neighbouring pixels; eight rows share cached taps. */
const BLOCK = [32, 8] as const;
/** Warps with strips have their own rows each, and long ones: of a large block some would lie below the image, and wait for the others. */
const STRIPS = [32, 4] as const;
/** The widest access of a thread. */
const VECTOR_BYTES = 16;
/** Rows of shared memory are multiples of its 32 banks: those of other lengths suit some angles of a warp, and others much less. */
const BANKS_BYTES = 128;
/** A wider tile reads less beside what it needs; pixels of more bytes than these would need more shared memory for it. */
const WIDE_TILE_BYTES = 3;
/** Room for the source of a tile, as a multiple of its width. */
const ROOM_ACROSS = 1.2;
/** Room for the source of 32 rows: 1080 rows become 640 with the first, and a tile as wide as it is high turns by any angle with the second. */
const ROOM_DOWN = { wide: 57, square: 47 };
/** Rows of a thread that filters by a table: more need more registers, and give fewer threads. */
const TABLE_ROWS = 4;
/** Fewer rows hold not even a small turn. */
const LEAST_ROWS = 36;
/** Four for each multiprocessor of an H200; calls of 800 and more are what was measured to gain. */
const LEAST_TILES = 512;

/** Decides how a kernel is spread over threads and launches, and how a thread reaches memory. */
export const schedule = (kernel: FusedKernel, layout: Layout): Schedule => {
  const reach = kernel.resample && reachOf(kernel.resample.stage.filter);
  if (reduces(kernel.pipeline)) {
    return {
      block: BLOCK,
      tile: reducedTile(kernel),
      ...(reach ? { reach } : {}),
      capacities: capacitiesOf(kernel, layout),
    };
  }
  const rank = rankOf(kernel);
  const strip = stripOf(kernel, STRIPS, rank);
  return {
    block: strip ? STRIPS : BLOCK,
    tile: strip ? { width: strip.width, height: strip.height, readsRuns: false } : tileOf(kernel, reach),
    ...(strip ? { strip } : {}),
    ...(rank ? { rank } : {}),
    ...(hasLines(kernel, rank) ? { lines: true } : {}),
    ...(reach ? { reach } : {}),
    ...stagingOf(kernel, reach),
    capacities: capacitiesOf(kernel, layout),
  };
};

/**
 * Whether a block's taps come from shared memory. Each value of the source is read once for all pixels of a tile then, 16 bytes at a
 * time, and addresses have 32 bits. The tile's corners must bound its points, and nothing but the filter read them.
 */
const stagingOf = (kernel: FusedKernel, reach: Reach | undefined): { staging?: Staging } => {
  const { pipeline, before, pre, postponed } = kernel;
  const { source, sinks } = pipeline;
  // The taps of a stencil are those of its neighbours: see stripOf.
  if (!reach?.isFixed || before.length > 0 || source.chroma || isStencil(kernel)) {
    return {};
  }
  // Where operators run on every tap, or there are several results, a thread's pixels need more registers than there are.
  if (pre.length !== postponed.length || sinks.length > 1) {
    return {};
  }
  if (!isMonotonic(kernel, 0) || !isMonotonic(kernel, 1) || sinks.some(({ format }) => hasBlocks(format))) {
    return {};
  }
  const bytesOf = ({ channels, subsampling }: Format['planes'][number]): number =>
    (channels * dtypeBytes[source.dtype]) / subsampling[0];
  const isWide = source.planes.every(plane => bytesOf(plane) <= WIDE_TILE_BYTES);
  const [width, height] = [isWide ? 2 * BLOCK[0] : BLOCK[0], 4 * BLOCK[1]];
  const window = (axis: 'x' | 'y'): number => reach[axis].high - reach[axis].low;
  const columns = Math.ceil(ROOM_ACROSS * width) + window('x') + 1;
  const patches = (rows: number): Patch[] =>
    source.planes.map(plane => {
      const bytes = columns * bytesOf(plane) + VECTOR_BYTES - 1;
      return {
        bytes: Math.max(2 * BANKS_BYTES, BANKS_BYTES * Math.ceil(bytes / BANKS_BYTES)),
        rows: plane.subsampling[1] === 2 ? Math.ceil(rows / 2) + 1 : rows,
      };
    });
  let rows = (isWide ? ROOM_DOWN.wide : ROOM_DOWN.square) + window('y');
  while (!fitsShared(patches(rows))) {
    rows--;
  }
  const { border } = kernel.resample!.stage;
  const atEdges = border.kind === 'constant' || isClamp(border.apply.fn);
  return rows < LEAST_ROWS
    ? {}
    : { staging: { width, height, patches: patches(rows), leastTiles: LEAST_TILES, atEdges } };
};

/** Whether a border is the nearest pixel: `min(max(i, 0), size - 1)`. Others may lead anywhere in the image. */
const isClamp = ({ args: [i, size], body: [only, more] }: Fn): boolean => {
  if (only?.kind !== 'return' || more) {
    return false;
  }
  const isNumber = (e: Expr | undefined, value: number): boolean =>
    e?.kind === 'literal' && e.value === value;
  const isNamed = (e: Expr | undefined, name: string | undefined): boolean =>
    e?.kind === 'local' && e.name === name;
  const { value: upper } = only;
  if (upper.kind !== 'math' || upper.fn !== 'min') {
    return false;
  }
  const [lower, last] = upper.args;
  return (
    lower?.kind === 'math' &&
    lower.fn === 'max' &&
    isNamed(lower.args[0], i?.name) &&
    isNumber(lower.args[1], 0) &&
    last?.kind === 'binary' &&
    last.op === '-' &&
    isNamed(last.left, size?.name) &&
    isNumber(last.right, 1)
  );
};

/** A warp has a row of a tile: each of its threads neighbouring columns, which it folds by themselves. */
const reducedTile = ({ geometry, pipeline: { source } }: FusedKernel): Tile => ({
  width: TILE.width / BLOCK[0],
  height: 1,
  readsRuns:
    geometry.length === 0 && source.chroma === undefined && leastRun(source) <= TILE.width / BLOCK[0],
});

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
  if (rowsOfTable(kernel)?.plane !== undefined) {
    // They share a column's weights.
    return { width: 1, height: TABLE_ROWS, readsRuns: false };
  }
  if (resample) {
    // Taps lie where they lie: neighbouring threads read neighbouring ones only if their pixels are neighbours. Two rows
    // share a column's arithmetic and the reading of parameters, and twice as many reads are under way; with operators on
    // every tap, or with more taps than two by two, they need too many registers.
    const fewTaps =
      !isStencil(kernel) &&
      reach !== undefined &&
      [reach.x, reach.y].every(({ low, high }) => high - low <= 1);
    return { width: 1, height: pre.length === postponed.length && fewTaps ? 2 : 1, readsRuns: false };
  }
  // Interpolated chroma comes from samples of other threads, too.
  const readsRuns = geometry.length === 0 && source.chroma === undefined;
  // The run that suits every sink: where one needs fewer pixels for its widest access, the others' are narrower.
  const widest = Math.min(...sinks.map(widestRun));
  const least = Math.max(...sinks.map(leastRun));
  const width =
    [Math.max(widest, least, readsRuns ? leastRun(source) : 1)]
      .concat(Math.max(widest, least))
      .find(pixels => sinks.every(sink => isInPatches(sink, pixels))) ?? 1;
  const isRead = readsRuns && width % leastRun(source) === 0;
  // Single pixels, or those of one sample, are moved value by value.
  if (width <= blockWidth) {
    return { width, height: blockHeight, readsRuns: false };
  }
  // Two rows of subsampled chroma are one row of samples: read once, used for both.
  const shared = isRead && source.planes.some(plane => plane.subsampling[1] === 2) ? 2 : 1;
  return { width, height: Math.max(shared, blockHeight), readsRuns: isRead };
};

/** Whether a run of `pixels` pixels of a row, which begins at a multiple of them, never lies in two patches. */
const isInPatches = ({ tokens }: Format, pixels: number): boolean =>
  tokens === undefined || tokens.patch % pixels === 0;

/** The most pixels that one access writes in every plane: longer runs leave gaps between the threads of a warp. */
const widestRun = ({ planes, dtype, tokens }: Format): number => {
  const most = VECTOR_BYTES / (dtypeBytes[dtype] * Math.max(...planes.map(({ channels }) => channels)));
  const widest = most < 1 ? 1 : Math.min(8, 2 ** Math.floor(Math.log2(most)));
  // The largest power of two that divides a patch's rows.
  return tokens ? Math.min(widest, tokens.patch & -tokens.patch) : widest;
};
