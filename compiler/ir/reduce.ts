/** What follows from a reduction: its memory, its shape, its tiles. */
import type { Colour, FoldIr, Format, KernelIr, PointStage, ReduceIr, SinkIr, Stage } from './types.js';

/** Columns and rows of a tile; part of the meaning of every fold (ops/spec/reductions.ts). */
export const TILE = { width: 128, height: 32 } as const;

/** Counts that a kernel has room for in a block's shared memory. */
export const MOST_COUNTS = 8192;
/** Those that a reduction has. */
export const countsOf = (reduce: ReduceIr): number =>
  reduce.kind === 'bins' ? reduce.groups * reduce.bins : 0;

/** The parameter of a `finish` that is the counts: no author's has such a name. */
export const COUNTS = '#counts';

/** A sink that is a reduction. */
export type ReduceSink = SinkIr & { readonly reduce: ReduceIr };
export const isReduceSink = (sink: SinkIr): sink is ReduceSink => sink.reduce !== undefined;
/** The reductions of a kernel, in the order of its sinks. */
export const reductionsOf = ({ sinks }: Pick<KernelIr, 'sinks'>): readonly ReduceSink[] =>
  sinks.filter(isReduceSink);
/** Whether a kernel reduces pixels: it is one of another kind then, in tiles. */
export const reduces = ({ sinks }: Pick<KernelIr, 'sinks'>): boolean => sinks.some(isReduceSink);

/**
 * What a reduction writes, as the planes of an image: the numbers of the result, and the memory between blocks. `partials` is not set before;
 * `counters` is 0 before, and 0 again when the kernel is done.
 */
export const reduceFormat = (name: string, colour: Colour, channels: number): Format => ({
  kind: 'format',
  name,
  dtype: 'f32',
  colour,
  planes: ['result', 'partials', 'counters'].map(plane => ({
    name: plane,
    channels: 1,
    subsampling: [1, 1],
  })),
  channels: Array.from({ length: channels }, () => ({ plane: 0, lane: 0 })),
  role: 'both',
});

/** Numbers in the accumulator of a fold. */
export const lanesOf = ({ init }: FoldIr): number => init.length;
/** Cells that are counted by themselves. */
export const cellsOf = (reduce: ReduceIr): number =>
  reduce.kind === 'bins' ? reduce.grid[0] * reduce.grid[1] : 1;
/** Numbers of the result for one image. */
export const resultLength = (reduce: ReduceIr): number => cellsOf(reduce) * reduce.groups * reduce.values;
/** Bytes of a partial of one tile. */
export const partialBytes = (reduce: ReduceIr): number =>
  reduce.kind === 'fold' ? 8 * reduce.groups * lanesOf(reduce) : 0;
/** i32 that count: the ticket of the blocks, and of a histogram the bins of every cell. */
export const counterCount = (reduce: ReduceIr): number =>
  1 + (reduce.kind === 'bins' ? cellsOf(reduce) * reduce.groups * reduce.bins : 0);

/** The stages of reductions, whose parameters are among the kernel's. */
export const reduceStages = (pipeline: Pick<KernelIr, 'sinks'>): readonly PointStage[] =>
  reductionsOf(pipeline).map(({ reduce }) => reduce.stage);
/** All stages with parameters: those of a kernel, and of its reductions. */
export const withReduceStages = ({ stages, sinks }: Pick<KernelIr, 'stages' | 'sinks'>): readonly Stage[] => [
  ...stages,
  ...reduceStages({ sinks }),
];
