/** A rank filter of bytes as text: its comparisons, and what the templates write around them. */
import { channelCount } from '../../../ops/spec.js';
import type { Kernel } from '../../ir/plan.js';
import type { RankFilter, Ranking } from '../../ir/rank.js';
import { planeMember } from './planes.js';

export type RankView = {
  readonly channels: number;
  readonly source: PlaneView;
  readonly sink: PlaneView;
  /** The comparisons of the whole stencil, or of what runs along rows and of what runs down columns. */
  readonly whole?: RankingView;
  readonly across?: RankingView;
  readonly down?: RankingView;
  /** The window's rows, from the top. */
  readonly rows: readonly number[];
  /** How many rows each warp of a GPU holds in shared memory, and the bytes of one. */
  readonly warps?: number;
  readonly slots?: number;
  readonly bytes?: number;
};
type PlaneView = { readonly pointer: string; readonly pitch: string };
type RankingView = { readonly lines: readonly string[]; readonly result: string };

/** The rank filter that is printed for a target: a GPU's threads need a strip for it. */
export const printedRank = (
  { schedule: { rank, strip } }: Kernel,
  isDevice: boolean,
): RankFilter | undefined => (isDevice && !strip ? undefined : rank);

export const rankView = (kernel: Kernel, isDevice: boolean): RankView | undefined => {
  const rank = printedRank(kernel, isDevice);
  if (!rank) {
    return undefined;
  }
  const { pipeline, schedule } = kernel;
  const { x, y } = schedule.reach!;
  const channels = channelCount[pipeline.source.colour];
  const beside = (tap: number): string => (tap === x.low ? 'i' : `i + ${(tap - x.low) * channels}`);
  const type = isDevice ? 'uint32_t' : 'uint8_t';
  const print = (ranking: Ranking, tap: (x: number, y: number) => string): RankingView =>
    rankingView(ranking, type, tap);
  // A round of a GPU's thread has its latest row where that of the round's number is; the host's rows are in order.
  const rowOf = (tap: number): string =>
    isDevice ? `window[(n + ${tap - y.low + 1}) % kRows]` : `row${tap - y.low}`;
  const plane = (side: 'src' | 'dst', name: string): PlaneView => {
    const pointer = planeMember(side, name);
    return { pointer, pitch: `${pointer}_pitch` };
  };
  const [first, second] = rank.rankings;
  const { strip, block } = schedule;
  return {
    channels,
    source: plane('src', pipeline.source.planes[0]!.name),
    sink: plane('dst', pipeline.sinks[0].format.planes[0]!.name),
    rows: Array.from({ length: y.high - y.low + 1 }, (_, n) => n),
    ...(second
      ? {
          across: print(first, tap => `row[${beside(tap)}]`),
          down: print(second, (_, tap) => `${rowOf(tap)}[i]`),
        }
      : { whole: print(first, (column, row) => `${rowOf(row)}[${beside(column)}]`) }),
    ...(isDevice && strip?.ring
      ? { warps: block[1], slots: strip.ring.rows / block[1], bytes: strip.ring.bytes }
      : {}),
  };
};

const rankingView = (
  { taps, steps, result }: Ranking,
  type: string,
  tap: (x: number, y: number) => string,
): RankingView => {
  const name = (n: number): string => (n < taps.length ? `t${n}` : `v${n - taps.length}`);
  return {
    lines: [
      ...taps.map(({ x, y }, n) => `const ${type} ${name(n)} = ${tap(x, y)};`),
      ...steps.map(
        ({ op, a, b }, n) =>
          `const ${type} ${name(taps.length + n)} = ${op === 'min' ? 'least' : 'most'}(${name(a)}, ${name(b)});`,
      ),
    ],
    result: name(result),
  };
};
