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

/** A warp's rows of the source's plane in shared memory: how many, and the bytes of each. */
type RingView = {
  readonly warps: number;
  readonly slots: number;
  readonly bytes: number;
  /** The type of a row. */
  readonly row: string;
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

export const stripView = (kernel: Kernel, sinks: readonly NamedSink[]): StripView | undefined => {
  const { strip } = kernel.schedule;
  if (!strip) {
    return undefined;
  }
  const { source } = kernel.pipeline;
  const far = distances(strip);
  const { left, right } = far;
  const columns = left + strip.width + right;
  // Strips of subsampled planes begin at even columns, and what is read of them as many columns before.
  const odd = left % 2;
  const column = (across: number): string => (across === 1 ? 'i' : `(i + ${odd}) >> 1`);
  return {
    ...far,
    source: source.planes.map(({ name, channels, subsampling: [across, down] }) => {
      const own = planeMember('src', name);
      const samples = across === 1 ? columns : Math.floor((odd + columns + 1) / 2);
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
      const sample = column(subsampling[0]);
      const lane = laneAt(channel, `(i + ${odd})`);
      const run = planeMember('src', name);
      const place = inRun(sample.includes('>>') ? `(${sample})` : sample, channels, lane);
      const index = `${run}_first + ${place}`;
      // Each byte becomes a float once for several results, which is much of the work of a small stencil.
      return source.dtype === 'u8' && !source.code ? `getQuick(${run}, ${index})` : load(source, run, index);
    }),
    ...ringView(kernel, strip),
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
  { ring }: Strip,
): { readonly ring?: RingView } => {
  if (!ring) {
    return {};
  }
  const [, warps] = block;
  return {
    ring: { warps, slots: ring.rows / warps, bytes: ring.bytes, row: rowType(source.planes[0]!.name) },
  };
};
