/** How a GPU's thread goes down a strip of a stencil's pixels. */
import type { Kernel, Reach, Strip } from '../../ir/plan.js';
import { inRun, laneAt, load, planeMember, rowType, save, shift, storedTypes } from '../kernel/planes.js';
import type { TilePlane } from '../kernel/samples.js';
import type { NamedSink } from '../kernel/sinks.js';

/** What the template of strips is filled with. */
export type StripView = {
  /** How far the stencil reads. */
  readonly left: number;
  readonly right: number;
  readonly above: number;
  readonly below: number;
  /** A row of each of the source's planes. */
  readonly source: readonly Omit<TilePlane, 'rows' | 'at' | 'copies'>[];
  /** How a warp has rows in shared memory. */
  readonly ring?: RingView;
  /** The channels of pixel i of the row. */
  readonly values: readonly string[];
  /** How the channels of pixel i go into the runs that are written. */
  readonly stores: readonly string[];
};

/** A warp's rows of the source, and where the pixels from beyond its edges come from. */
type RingView = {
  readonly warps: number;
  readonly slots: number;
  /** Of a warp's row of all planes. */
  readonly bytes: number;
  readonly planes: readonly RingPlane[];
};
type RingPlane = Pick<TilePlane, 'name' | 'type' | 'pointer' | 'pitch' | 'channels' | 'count'> & {
  /** The type of its rows, and where it lies in one of all planes. */
  readonly row: string;
  readonly offset: number;
  readonly bytes: number;
  /** Samples before the first one of a warp's pixels, all that it has of a row, and how many a thread's are behind those of the one before. */
  readonly before: number;
  readonly samples: number;
  readonly step: number;
  /** The plane's width, the sample at the strip's first column, that of pixel i of a thread, and those that `beyond` and `row` lie in. */
  readonly width: string;
  readonly left: string;
  readonly sample: string;
  readonly x: string;
  readonly y: string;
};

/** How far a stencil reads to each side. */
export const distances = ({
  x,
  y,
}: Omit<Reach, 'isFixed'>): Pick<StripView, 'left' | 'right' | 'above' | 'below'> => ({
  left: 0 - x.low,
  right: x.high,
  above: 0 - y.low,
  below: y.high,
});

/** The sample of pixel i of a row. Strips of subsampled planes begin at even columns, and what is read of them as many columns before. */
const columnOf = (across: number, left: number): string => (across === 1 ? 'i' : `(i + ${left % 2}) >> 1`);

/** How many samples these columns of a row have. */
const samplesOf = (across: number, left: number, columns: number): number =>
  across === 1 ? columns : Math.floor(((left % 2) + columns + 1) / 2);

export const stripView = (kernel: Kernel, sinks: readonly NamedSink[]): StripView | undefined => {
  const { strip } = kernel.schedule;
  if (!strip) {
    return undefined;
  }
  const { source } = kernel.pipeline;
  const far = distances(strip);
  const { left, right } = far;
  const columns = left + strip.width + right;
  const odd = left % 2;
  return {
    ...far,
    source: source.planes.map(({ name, channels, subsampling: [across, down] }) => {
      const own = planeMember('src', name);
      const samples = samplesOf(across, left, columns);
      return {
        name: own,
        type: storedTypes[source.dtype],
        pointer: own,
        pitch: `${own}_pitch`,
        count: samples * channels,
        channels,
        x: shift('x', across),
        y: shift('row', down),
      };
    }),
    values: source.channels.map(channel => {
      const { name, channels, subsampling } = source.planes[channel.plane]!;
      const sample = columnOf(subsampling[0], left);
      const lane = laneAt(channel, `(i + ${odd})`);
      const run = planeMember('src', name);
      const place = inRun(sample.includes('>>') ? `(${sample})` : sample, channels, lane);
      const index = `${run}_first + ${place}`;
      // Each byte becomes a float once for several results, which is much of the work of a small stencil.
      return source.dtype === 'u8' && !source.code ? `getQuick(${run}, ${index})` : load(source, run, index);
    }),
    ...ringView(kernel, strip, far),
    stores: sinks.flatMap(({ format, side, member }) =>
      format.channels.map((channel, n) => {
        const { name, channels } = format.planes[channel.plane]!;
        const value = `px[i]${member && `.${member}`}.${'xyzw'[n]}`;
        return save(
          format,
          value,
          `${planeMember(side, name)}, ${inRun('i', channels, String(channel.lane))}`,
        );
      }),
    ),
  };
};

const ringView = (
  { pipeline: { source }, schedule: { block } }: Kernel,
  { ring, width }: Strip,
  { left, right }: Pick<StripView, 'left' | 'right'>,
): { readonly ring?: RingView } => {
  if (!ring) {
    return {};
  }
  const [threads, warps] = block;
  let offset = 0;
  const planes = source.planes.map(({ name, channels, subsampling: [across, down] }, n): RingPlane => {
    const own = planeMember('src', name);
    const before = Math.ceil(left / across);
    const { bytes } = ring[n]!;
    const plane = {
      name: own,
      row: rowType(name),
      type: storedTypes[source.dtype],
      pointer: own,
      pitch: `${own}_pitch`,
      channels,
      count: samplesOf(across, left, left + width + right) * channels,
      offset,
      bytes,
      before,
      samples: before + Math.floor((threads * width + right - 1) / across) + 1,
      step: width / across,
      width: across === 2 ? '((size.width - 1) >> 1) + 1' : 'size.width',
      left: shift('left', across),
      sample: columnOf(across, left),
      x: shift('beyond', across),
      y: shift('row', down),
    };
    offset += bytes;
    return plane;
  });
  return { ring: { warps, slots: ring[0]!.rows / warps, bytes: offset, planes } };
};
