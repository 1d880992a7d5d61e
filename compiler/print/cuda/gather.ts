/**
 * How the host reads the taps of a small filter. A row is computed in runs: where each point's taps lie is vectorised, then
 * their bytes are read, point by point, and the filter is vectorised again.
 */
import type { Kernel } from '../../ir/plan.js';
import { dtypeBytes, type Format } from '../../ir/types.js';
import { areAxesApart, isMonotonic } from '../../pass/axes.js';
import { hasBlocks } from '../../pass/block.js';
import { isStencil } from '../../pass/stencil/strip.js';
import { inRun, laneAt, load, planeMember, shift, storedTypes } from '../kernel/planes.js';

/** What the host's template prints of it. */
export type GatherView = {
  readonly planes: readonly GatheredPlane[];
  /** The window's first pixel, from the point `at`. */
  readonly left: string;
  readonly top: string;
  /** A coordinate of points whose taps all lie inside, if there are any. */
  readonly insideX: string;
  readonly insideY: string;
  /** Whether columns and rows are located apart from each other, each once. */
  readonly isApart: boolean;
  /** Whether points between two of a row lie between them. */
  readonly isMonotonic: boolean;
  /** The channels of the pixel at (column, row) of the window of point `i`. */
  readonly values: readonly string[];
};
type GatheredPlane = {
  readonly name: string;
  /** `Gather<uint8_t, 6, 2>` */
  readonly type: string;
  readonly last: string;
  readonly offset: string;
  /** From how many points on the next one is likely to have a cache line of its own. */
  readonly prefetched: number;
};

/** As many taps each way as the run's arrays leave room for in the first cache. */
const MOST_TAPS = 4;
const MOST_BYTES = 32;

/** How a kernel's taps are gathered, or undefined where its pixels are fetched one by one. */
export const gatherView = (kernel: Kernel): GatherView | undefined => {
  const { pipeline, before, schedule } = kernel;
  const { reach } = schedule;
  const { source } = pipeline;
  // Maps in between move every tap on its own, and interpolated chroma has taps of its own.
  if (isStencil(kernel) || !reach?.isFixed || before.length > 0 || source.chroma) {
    return undefined;
  }
  const [columns, rows] = [reach.x, reach.y].map(({ low, high }) => high - low + 1) as [number, number];
  if (columns > MOST_TAPS || rows > MOST_TAPS) {
    return undefined;
  }
  const type = storedTypes[source.dtype];
  const size = dtypeBytes[source.dtype];
  if (source.planes.some(plane => !isGathered(plane, columns, size))) {
    return undefined;
  }
  return {
    left: firstOf('x', reach.x.low),
    top: firstOf('y', reach.y.low),
    insideX: `${Math.max(0, -reach.x.low)}.0f`,
    insideY: `${Math.max(0, -reach.y.low)}.0f`,
    // Rows whose pixels share samples of the sink are not computed one after the other.
    isApart: areAxesApart(kernel) && !pipeline.sinks.some(({ format }) => hasBlocks(format)),
    isMonotonic: isMonotonic(kernel, 0),
    planes: source.planes.map(({ name, channels, subsampling: [across, down] }) => {
      const own = planeMember('src', name);
      return {
        name: own,
        type: `Gather<${type}, ${samplesOf(columns, across) * channels}, ${samplesOf(rows, down)}>`,
        last: `last(${half('image.size[0].width', across)}, ${half('image.size[0].height', down)}, ${channels}, image.${own}_pitch)`,
        prefetched: channels * size < 3 ? 8 : 4,
        offset: `offsetOf<${type}, ${channels}>(image.${own}_pitch, ${shift('left', across)}, ${shift('top', down)})`,
      };
    }),
    values: source.channels.map(channel => {
      const { name, channels, subsampling } = source.planes[channel.plane]!;
      const own = `gathered.${planeMember('src', name)}`;
      const [across, down] = subsampling;
      if (across === 1 && down === 1) {
        return load(source, `${own}.at(row, ${inRun('column', channels, laneAt(channel, 'x'))}, i)`, '0');
      }
      const sample = `${own}.sample<${channels}, ${across}, ${down}>(left, top, column, row, i)`;
      return load(source, sample, laneAt(channel, 'x'));
    }),
  };
};

// The point is inside: its floor is an int.
const firstOf = (axis: 'x' | 'y', low: number): string => {
  const floor = `(int)floorf(at.${axis})`;
  return low === 0 ? floor : `${floor} ${low < 0 ? '-' : '+'} ${Math.abs(low)}`;
};

/** The most samples that a number of pixels in a row may cover. */
const samplesOf = (pixels: number, factor: number): number =>
  factor === 1 ? pixels : Math.floor(pixels / 2) + 1;

const isGathered = (
  { channels, subsampling: [across, down] }: Format['planes'][number],
  columns: number,
  size: number,
): boolean => {
  const bytes = samplesOf(columns, across) * channels * size;
  // A sample that several pixels share is taken out of one word.
  const isShared = across * down > 1;
  return bytes <= MOST_BYTES && (!isShared || [1, 2, 4].includes(channels * size));
};

const half = (text: string, factor: number): string => (factor === 1 ? text : `(${text} + 1) / 2`);
