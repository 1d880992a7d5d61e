/**
 * Splits what does not fit one kernel into pieces that do, with intermediate images between them. A kernel resamples
 * once, so there is a cut before every further resampling; and stages that several results share are computed once where
 * that moves fewer bytes.
 */
import { nhwc } from '../../ops/formats.js';
import type { Cut, Forced, Step } from '../ir/plan.js';
import {
  type Colour,
  dtypeBytes,
  type ForkIr,
  type Format,
  type MapStage,
  type PipelineIr,
  type Stage,
} from '../ir/types.js';
import { exactDType, followRanges } from './exact.js';
import { reachOf } from './reach.js';

/** A pipeline for one kernel, and its place in the whole. */
export type Piece = { readonly pipeline: PipelineIr; readonly step: Step };
export type Split = { readonly pieces: readonly Piece[]; readonly cuts: readonly Cut[] };

type Chain = Pick<PipelineIr, 'source' | 'stages' | 'sink' | 'stored'>;
/** Where a chain may be cut, and as what its pixels go through memory there. */
type Place = {
  /** Stages before it. */
  readonly at: number;
  readonly after: string;
  readonly format: Format;
  readonly bytes: number;
};
type Link = { readonly chain: Chain; readonly cut?: Omit<Cut, 'writer' | 'readers'> };

/** @param free Makes a kernel's name of the one that is wanted, and takes it. */
export const split = (pipeline: PipelineIr | ForkIr, free: (wanted: string) => string): Split =>
  'outputs' in pipeline ? splitFork(pipeline, free) : splitOne(pipeline, free);

const splitOne = (pipeline: PipelineIr, free: (wanted: string) => string): Split => {
  const links = splitChain(pipeline);
  if (links.length === 1) return { pieces: [{ pipeline, step: { output: '' } }], cuts: [] };
  const builder = new Builder(pipeline, free);
  builder.add(links, n => `${pipeline.name}_${n}`, undefined, '');
  return builder;
};

const splitFork = (pipeline: ForkIr, free: (wanted: string) => string): Split => {
  const { name, outputs, source, stages, stored = [] } = pipeline;
  const builder = new Builder(pipeline, free);
  const number = (n: number): string => `${name}_${builder.pieces.length + n}`;
  // What must be stored before the results part is stored once.
  const last = stored.at(-1);
  const before = last && {
    source,
    stages: stages.slice(0, last.at),
    sink: last.format,
    stored: stored.slice(0, -1),
  };
  const stem = before && builder.add(splitChain(before), number, undefined, undefined);
  const rest = last ? { ...pipeline, source: last.format, stages: stages.slice(last.at) } : pipeline;
  const { shared, cut } = sharedPlace(rest);
  const trunk = shared ? builder.add(shared, number, stem, undefined) : stem;
  const readers = outputs.map(output => {
    const links = splitChain(branch(rest, output, cut));
    const last = links.length;
    const first = builder.pieces.length;
    builder.add(
      links,
      n => (n === last ? `${name}_${output.name}` : `${name}_${output.name}_${n}`),
      trunk,
      output.name,
    );
    return builder.pieces[first]!.pipeline.name;
  });
  const described = cut ? cut.described : before && last && storedCut(before.stages, last.format);
  if (described && trunk !== undefined) {
    builder.cuts.push({ ...described, writer: builder.pieces[trunk]!.pipeline.name, readers });
  }
  return builder;
};

/** Collects pieces under their names. */
class Builder {
  readonly pieces: Piece[] = [];
  readonly cuts: Cut[] = [];

  constructor(
    readonly whole: PipelineIr | ForkIr,
    readonly free: (wanted: string) => string,
  ) {}

  /** Adds the links of a chain; returns the number of the last step. */
  add(
    links: readonly Link[],
    nameOf: (n: number) => string,
    reads: number | undefined,
    output: string | undefined,
  ): number {
    const names = links.map((_, n) => this.free(nameOf(n + 1)));
    links.forEach(({ chain, cut }, n) => {
      const from = n === 0 ? reads : this.pieces.length - 1;
      const to = n === links.length - 1 ? output : undefined;
      this.pieces.push({
        pipeline: { name: names[n]!, doc: '', ...chain, loc: this.whole.loc },
        step: {
          ...(from === undefined ? {} : { reads: from }),
          ...(to === undefined ? {} : { output: to }),
        },
      });
      if (cut) this.cuts.push({ ...cut, writer: names[n]!, readers: [names[n + 1]!] });
    });
    return this.pieces.length - 1;
  }
}

const splitChain = ({ source, stages, sink, stored = [] }: Chain): readonly Link[] => {
  const [must, ...later] = stored;
  if (must) {
    const { at, format } = must;
    const rest = later.map(next => ({ ...next, at: next.at - at }));
    const before = splitChain({ source, stages: stages.slice(0, at), sink: format });
    const after = splitChain({ source: format, stages: stages.slice(at), sink, stored: rest });
    const described = storedCut(stages.slice(0, at), format);
    return [...before.slice(0, -1), { ...before.at(-1)!, cut: described }, ...after];
  }
  const [first, second] = stages.flatMap(({ role }, n) => (role === 'map' ? [n] : []));
  if (first === undefined || second === undefined) return [{ chain: { source, stages, sink } }];
  const places = placesOf(source, stages.slice(0, second)).filter(({ at }) => at > first);
  const chosen = cheapest(places);
  const maps = [stages[first], stages[second]] as readonly MapStage[];
  const forced: Forced = {
    why: 'resampling',
    first: maps[0]!.name,
    second: maps[1]!.name,
    taps: [tapsOf(maps[0]!), tapsOf(maps[1]!)],
  };
  const head = { source, stages: stages.slice(0, chosen.at), sink: chosen.format };
  const tail = { source: chosen.format, stages: stages.slice(chosen.at), sink };
  return [{ chain: head, cut: describe(chosen, places, forced) }, ...splitChain(tail)];
};

const storedCut = (stages: readonly Stage[], format: Format): Omit<Cut, 'writer' | 'readers'> => ({
  after: stages.at(-1)?.name ?? 'the source',
  format,
  bytes: bytesPerPixel(format),
  forced: { why: 'stored' },
  others: [],
});

const describe = (
  { at, ...chosen }: Place,
  places: readonly Place[],
  forced: Forced,
): Omit<Cut, 'writer' | 'readers'> => ({
  ...chosen,
  forced,
  others: places.filter(place => place.at !== at).map(({ at: _, ...other }) => other),
});

/** Every place behind a stage; the maps of one resampling stay together. */
const placesOf = (source: Format, stages: readonly Stage[]): readonly Place[] => {
  const ranges = followRanges({ source, stages });
  let { colour }: { colour: Colour } = source;
  return stages.flatMap((stage, n): Place[] => {
    if (stage.role === 'point') colour = stage.to;
    if (stages[n + 1]?.role === 'chainedMap') return [];
    const format = intermediate(exactDType(ranges[n + 1]!), colour);
    return [{ at: n + 1, after: stage.name, format, bytes: bytesPerPixel(format) }];
  });
};

// Side by side, so that a tap of the next filter finds all channels of its pixel in one place.
const intermediate = (dtype: Format['dtype'], colour: Colour): Format =>
  nhwc(dtype as Parameters<typeof nhwc>[0], { colour });

/** The place that takes the fewest bytes for a pixel; of equal ones the last, behind which least is done on every tap. */
const cheapest = (places: readonly Place[]): Place =>
  places.reduce((best, place) => (place.bytes <= best.bytes ? place : best));

/** Bytes of one pixel of an image. */
export const bytesPerPixel = ({ planes, dtype }: Format): number =>
  planes.reduce(
    (sum, { channels, subsampling: [across, down] }) =>
      sum + (channels * dtypeBytes[dtype]) / (across * down),
    0,
  );

/** Pixels that a filter reads, where that follows from its text. */
const tapsOf = ({ filter }: MapStage): number | undefined => {
  const reach = reachOf(filter.apply.fn);
  return reach && (reach.x.high - reach.x.low + 1) * (reach.y.high - reach.y.low + 1);
};

type Shared = { readonly place: Place; readonly described: Omit<Cut, 'writer' | 'readers'> };

/** One result's stages from the source on, or from the shared image. */
const branch = (
  { source, stages }: ForkIr,
  output: ForkIr['outputs'][number],
  cut: Pick<Shared, 'place'> | undefined,
): Chain => ({
  source: cut ? cut.place.format : source,
  stages: [...stages.slice(cut ? cut.place.at : 0), ...output.stages],
  sink: output.sink,
});

/** Bytes that a chain's kernels read and write, for an image whose size does not change. */
const moved = (links: readonly Link[]): number =>
  links
    .flatMap(({ chain: { source, stages, sink } }) => [
      source,
      sink,
      ...stages.flatMap(({ images = [] }) => images.map(({ format }) => format)),
    ])
    .reduce((sum, format) => sum + bytesPerPixel(format), 0);

/** The image that the results share, where sharing one moves fewer bytes than computing its stages for every result. */
const sharedPlace = (pipeline: ForkIr): { readonly shared?: readonly Link[]; readonly cut?: Shared } => {
  const { source, stages, outputs, fused } = pipeline;
  if (fused) return {};
  const branches = (cut?: Pick<Shared, 'place'>): number =>
    outputs.reduce((sum, output) => sum + moved(splitChain(branch(pipeline, output, cut))), 0);
  const otherwise = branches();
  const places = placesOf(source, stages);
  const options = places.map(place => {
    const shared = splitChain({ source, stages: stages.slice(0, place.at), sink: place.format });
    return { place, shared, bytes: moved(shared) + branches({ place }) };
  });
  const least = Math.min(...options.map(({ bytes }) => bytes));
  const best = options.filter(({ bytes }) => bytes === least).at(-1);
  if (!best || best.bytes >= otherwise) return {};
  const described = describe(best.place, places, { why: 'shared', moved: best.bytes, otherwise });
  return { shared: best.shared, cut: { place: best.place, described } };
};
