/** How a kernel is spread over a GPU's threads, and how wide these reach into memory. */
import type { Kernel } from '../ir/plan.js';
import { dtypeBytes, type Format } from '../ir/types.js';
import { movesRuns } from '../pass/block.js';

/** The widest access of one thread to a row of a plane, where images are aligned for it. */
export type PlaneAccess = { readonly plane: string; readonly bytes: number };
/** A kernel's schedule as `cuweave explain` shows it. */
export type ExplainedSchedule = {
  /** Threads of a block. */
  readonly block: readonly [number, number];
  readonly pixelsPerThread: readonly [number, number];
  /** Whether a thread reads neighbouring pixels together, its own one by one, or a filter's taps where they lie. */
  readonly reads: 'runs' | 'pixels' | 'taps';
  /** Source planes that are read in runs. */
  readonly runsRead: readonly PlaneAccess[];
  /** Planes of all results that are written in runs; none where pixels are written one by one. */
  readonly runsWritten: readonly PlaneAccess[];
  /** Pixels of a block that reads its taps from shared memory, as one of a large call does, and the bytes that it has there. */
  readonly staged?: { readonly tile: readonly [number, number]; readonly bytes: number };
  /** Images that one launch takes: the sizes of the kernel's parameter block. */
  readonly imagesPerLaunch: readonly number[];
};

/** A kernel's schedule. */
export const explainSchedule = ({ schedule, pipeline, resample }: Kernel): ExplainedSchedule => {
  const { block, tile, capacities, staging } = schedule;
  const runs = ({ planes, dtype }: Format, before: string): readonly PlaneAccess[] =>
    planes.map(({ name, channels, subsampling }) => ({
      plane: `${before}${name}`,
      bytes: accessBytes((tile.width / subsampling[0]) * channels * dtypeBytes[dtype]),
    }));
  return {
    block,
    pixelsPerThread: [tile.width, tile.height],
    reads: tile.readsRuns ? 'runs' : resample ? 'taps' : 'pixels',
    runsRead: tile.readsRuns ? runs(pipeline.source, '') : [],
    runsWritten: movesRuns(tile, pipeline.sinks[0].format)
      ? pipeline.sinks.flatMap(({ name, format }) => runs(format, name === '' ? '' : `${name}.`))
      : [],
    ...(staging
      ? {
          staged: {
            tile: [staging.width, staging.height] as const,
            bytes: staging.patches.reduce((sum, { bytes, rows }) => sum + bytes * rows, 0),
          },
        }
      : {}),
    imagesPerLaunch: capacities,
  };
};

/** As in native/kernel/runs.h, `accessWords`. */
const accessBytes = (run: number): number => (run % 16 === 0 ? 16 : run % 8 === 0 ? 8 : 4);
