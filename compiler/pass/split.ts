/**
 * Splits what does not fit one kernel into pieces that do, with intermediate images between them. A kernel resamples
 * once, so there is a cut before every further resampling; and stages that several results share are computed once where
 * that moves fewer bytes.
 */
import { nhwc } from '../../ops/formats/formats.js';
import { cName } from '../ir/names.js';
import type { Cut, Forced, ResultsPlan, Step, Way } from '../ir/plan.js';
import { isReduceSink } from '../ir/reduce.js';
import {
  type Colour,
  dtypeBytes,
  type ForkIr,
  type Format,
  type KernelIr,
  type MapStage,
  type PipelineIr,
  type SinkIr,
  type Stage,
  type Stored,
} from '../ir/types.js';
import { hasBlocks } from './block.js';
import { exactDType, followRanges } from './exact.js';
import { followers } from './fuse.js';
import { type Group, type Grouped, groupResults, isPoint } from './results.js';
import { tapsOf } from './work.js';

/** A pipeline for one kernel, and its place in the whole. */
export type Piece = { readonly pipeline: KernelIr; readonly step: Step };
export type Split = {
  readonly pieces: readonly Piece[];
  readonly cuts: readonly Cut[];
  /** Where there are several results. */
  readonly results?: ResultsPlan;
};

/** Stages from a source to sinks; those that lead to some of the sinks only stand there. */
type Chain = {
  readonly source: Format;
  readonly stages: readonly Stage[];
  readonly sinks: KernelIr['sinks'];
  readonly stored?: readonly Stored[];
};
/** Where a chain may be cut, and as what its pixels go through memory there. */
type Place = {
  /** Stages before it. */
  readonly at: number;
  readonly after: string;
  readonly format: Format;
  readonly bytes: number;
};
type Described = Omit<Cut, 'writer' | 'readers'>;
type Link = { readonly chain: Chain; readonly cut?: Described };

/** @param free Makes a kernel's name of the one that is wanted, and takes it. */
export const split = (pipeline: PipelineIr | ForkIr, free: (wanted: string) => string): Split =>
  'outputs' in pipeline ? splitFork(pipeline, free) : splitOne(pipeline, free);

const splitOne = (pipeline: PipelineIr, free: (wanted: string) => string): Split => {
  const { name, sink, reduce } = pipeline;
  const builder = new Builder(pipeline, free);
  const links = splitChain({
    ...pipeline,
    sinks: [{ name: '', output: '', points: [], format: sink, ...(reduce ? { reduce } : {}) }],
  });
  builder.add(links, n => (links.length === 1 ? name : `${name}_${n}`), undefined);
  return builder;
};

const splitFork = (pipeline: ForkIr, free: (wanted: string) => string): Split => {
  const { name, source, stages, stored = [] } = pipeline;
  const builder = new Builder(pipeline, free);
  const number = (n: number): string => `${name}_${builder.pieces.length + n}`;
  // What must be stored before the results part is stored once.
  const last = stored.at(-1);
  const before = last && {
    source,
    stages: stages.slice(0, last.at),
    sinks: [between(last.format)] as const,
    stored: stored.slice(0, -1),
  };
  const stem = before && builder.add(splitChain(before), number, undefined);
  const rest = last ? { ...pipeline, source: last.format, stages: stages.slice(last.at) } : pipeline;
  const grouped = groupResults(rest);
  const { image, ways } = cheapestWay(rest, grouped);
  const from = image ? builder.add(image.writer, number, stem) : stem;
  const readers = (image?.readers ?? grouped.groups).map(group => {
    const links = splitChain(chainOf(rest.source, grouped.trunk, group, image?.place));
    const first = builder.pieces.length;
    const isWhole = first === 0 && grouped.groups.length === 1;
    const [{ output = '' }, ...others] = group.sinks;
    const nameOf = (n: number): string => {
      if (isWhole) {
        return links.length === 1 ? name : `${name}_${n}`;
      }
      if (others.length > 0) {
        return number(n);
      }
      return n === links.length ? `${name}_${output}` : `${name}_${output}_${n}`;
    };
    builder.add(links, nameOf, from);
    return builder.pieces[first]!.pipeline.name;
  });
  const nameOf = (step: number): string => builder.pieces[step]!.pipeline.name;
  if (before && stem !== undefined) {
    const read = image ? [nameOf(stem + 1)] : readers;
    builder.cuts.push({ ...storedCut(before.stages, last), writer: nameOf(stem), readers: read });
  }
  if (image) {
    builder.cuts.push({ ...image.described, writer: nameOf(from!), readers });
  }
  const results = {
    groups: grouped.groups.map(group => ({
      names: group.sinks.map(({ output = '' }) => output),
      ...(group.apart ? { apart: group.apart } : {}),
      ...(image && !image.readers.includes(group) ? { beside: true as const } : {}),
    })),
    ways,
  };
  return { pieces: builder.pieces, cuts: builder.cuts, ...(pipeline.outputs.length > 1 ? { results } : {}) };
};

/** The stages that lead to all sinks, and after them those that lead to some. */
const allStages = ({ stages, sinks }: Chain): readonly Stage[] => [
  ...stages,
  ...new Set(sinks.flatMap(({ points }) => points)),
];

/** An image between kernels, as what one of them writes. */
const between = (format: Format, name = ''): SinkIr => ({ name, points: [], format });

/** Collects pieces under their names. */
class Builder {
  readonly pieces: Piece[] = [];
  /** The steps that measure, by what they read and for whom. */
  readonly #measured = new Map<string, number>();
  readonly cuts: Cut[] = [];

  constructor(
    readonly whole: PipelineIr | ForkIr,
    readonly free: (wanted: string) => string,
  ) {}

  /** Adds the links of a chain; returns the number of the last step. */
  add(links: readonly Link[], nameOf: (n: number) => string, reads: number | undefined): number {
    const { name: own, doc, loc } = this.whole;
    const names = links.map((_, n) => nameOf(n + 1)).map(name => (name === own ? own : this.free(name)));
    let from = reads;
    links.forEach(({ chain, cut }, n) => {
      const { source, sinks } = chain;
      const name = names[n]!;
      const stages = allStages(chain);
      const measures = this.#measure(source, stages, sinks, from);
      this.pieces.push({
        pipeline: { name, doc: name === own ? doc : '', source, stages, sinks, loc },
        step: {
          ...(from === undefined ? {} : { reads: from }),
          ...(measures.length > 0 ? { measures } : {}),
        },
      });
      from = this.pieces.length - 1;
      if (cut) {
        this.cuts.push({ ...cut, writer: name, readers: [names[n + 1]!] });
      }
    });
    return this.pieces.length - 1;
  }

  /** Adds a kernel for everything that these stages measure, and gives their steps. */
  #measure(
    source: Format,
    stages: readonly Stage[],
    sinks: readonly SinkIr[],
    reads: number | undefined,
  ): readonly number[] {
    const { loc, name: own } = this.whole;
    const paths = sinks.map(({ points }) => points);
    return stages.flatMap(stage =>
      (stage.measures ?? []).map(({ name, stages: more, reduce, format }) => {
        const key = JSON.stringify([reads, stage.name, name]);
        const known = this.#measured.get(key);
        if (known !== undefined) {
          return known;
        }
        const all = [...before(stages, stage, paths), ...more];
        const measures = this.#measure(source, all, [], reads);
        const sink: SinkIr = { name: '', points: [], format, reduce };
        this.pieces.push({
          pipeline: {
            name: this.free(`${own}_${cName(stage.name)}_${cName(name)}`),
            doc: '',
            source,
            stages: all,
            sinks: [sink],
            loc,
          },
          step: { ...(reads === undefined ? {} : { reads }), ...(measures.length > 0 ? { measures } : {}) },
        });
        this.#measured.set(key, this.pieces.length - 1);
        return this.pieces.length - 1;
      }),
    );
  }
}

/** What leads to a stage: those before it, but for point operators that lead to other results. */
const before = (
  stages: readonly Stage[],
  stage: Stage,
  paths: readonly (readonly Stage[])[],
): readonly Stage[] => {
  const path = paths.find(points => points.includes(stage)) ?? [];
  const others = new Set(paths.flat().filter(other => !path.includes(other)));
  return stages.slice(0, stages.indexOf(stage)).filter(other => !others.has(other));
};

const splitChain = ({ source, stages, sinks, stored = [] }: Chain): readonly Link[] => {
  const [must, ...later] = stored;
  if (must) {
    const { at } = must;
    const rest = later.map(next => ({ ...next, at: next.at - at }));
    const before = splitChain({ source, stages: stages.slice(0, at), sinks: [between(must.format)] });
    const after = splitChain({ source: must.format, stages: stages.slice(at), sinks, stored: rest });
    const described = storedCut(stages.slice(0, at), must);
    return [...before.slice(0, -1), { ...before.at(-1)!, cut: described }, ...after];
  }
  const [first, second] = stages.flatMap(({ role }, n) => (role === 'map' ? [n] : []));
  if (first === undefined || second === undefined) {
    return [{ chain: { source, stages, sinks } }];
  }
  const places = placesOf(source, stages.slice(0, second)).filter(
    ({ at }) => at > first && !partsFollowers(stages, at),
  );
  const chosen = cheapest(places);
  const maps = [stages[first], stages[second]] as readonly MapStage[];
  const forced: Forced = {
    why: 'resampling',
    first: maps[0]!.name,
    second: maps[1]!.name,
    stencils: [maps[0]!.radius !== undefined, maps[1]!.radius !== undefined],
    taps: [tapsOf(maps[0]!), tapsOf(maps[1]!)],
  };
  const head = { source, stages: stages.slice(0, chosen.at), sinks: [between(chosen.format)] as const };
  const tail = { source: chosen.format, stages: stages.slice(chosen.at), sinks };
  return [{ chain: head, cut: describe(chosen, places, forced) }, ...splitChain(tail)];
};

const storedCut = (stages: readonly Stage[], { format, by }: Stored): Described => ({
  after: stages.at(-1)?.name ?? 'the source',
  format,
  bytes: bytesPerPixel(format),
  forced: { why: 'stored', ...(by ? { by } : {}) },
  others: [],
});

const describe = ({ at, ...chosen }: Place, places: readonly Place[], forced: Forced): Described => ({
  ...chosen,
  forced,
  others: places.filter(place => place.at !== at).map(({ at: _, ...other }) => other),
});

/** Every place behind a stage; the maps of one resampling stay together. */
const placesOf = (source: Format, stages: readonly Stage[]): readonly Place[] => {
  const ranges = followRanges({ source, stages });
  let { colour }: { colour: Colour } = source;
  return stages.flatMap((stage, n): Place[] => {
    if (stage.role === 'point') {
      colour = stage.to;
    }
    if (stages[n + 1]?.role === 'chainedMap') {
      return [];
    }
    const format = intermediate(exactDType(ranges[n + 1]!), colour);
    return [{ at: n + 1, after: stage.name, format, bytes: bytesPerPixel(format) }];
  });
};

/**
 * Whether a cut would part an operator from the filter that it follows where both are in one kernel. That changes roundings, and a result
 * is to have the same bits wherever the kernels of its pipeline begin.
 */
const partsFollowers = (stages: readonly Stage[], at: number): boolean => {
  const next = stages.findIndex(({ role }, n) => role === 'map' && n >= at);
  const map = stages[next];
  if (map?.role !== 'map') {
    return false;
  }
  const last = stages.findLastIndex(({ role }, n) => role === 'map' && n < next);
  const follow = followers(stages.slice(last + 1, next).filter(isPoint), map.filter);
  return follow.some(stage => stages.indexOf(stage) < at);
};

// Side by side, so that a tap of the next filter finds all channels of its pixel in one place.
const intermediate = (dtype: Format['dtype'], colour: Colour): Format =>
  nhwc(dtype as Parameters<typeof nhwc>[0], { colour });

/** The place that takes the fewest bytes for a pixel; of equal ones the last, behind which least is done on every tap. */
const cheapest = (places: readonly Place[]): Place =>
  places.reduce((best, place) => (place.bytes <= best.bytes ? place : best));

/** Bytes of one pixel of an image. */
export const bytesPerPixel = ({ planes, dtype, tokens }: Format): number =>
  (tokens?.frames === 'repeated' ? tokens.temporal : 1) *
  planes.reduce(
    (sum, { channels, subsampling: [across, down] }) =>
      sum + (channels * dtypeBytes[dtype]) / (across * down),
    0,
  );

/** A group's stages from the source on, or from the image that groups share. */
const chainOf = (
  source: Format,
  trunk: readonly Stage[],
  { stages, sinks }: Group,
  image?: Place,
): Chain => ({
  source: image ? image.format : source,
  stages: [...trunk.slice(image ? image.at : 0), ...stages],
  sinks,
});

/** Bytes that a chain's kernels read and write, for an image whose size does not change. */
const moved = (links: readonly Link[]): number =>
  links
    .flatMap(({ chain }) => [
      chain.source,
      ...chain.sinks.filter(sink => !isReduceSink(sink)).map(({ format }) => format),
      ...new Map(
        allStages(chain).flatMap(({ images = [] }) =>
          images.map(({ open, format }) => [open, format] as const),
        ),
      ).values(),
    ])
    .reduce((sum, format) => sum + bytesPerPixel(format), 0);
const movedByAll = (chains: readonly Chain[]): number =>
  chains.reduce((sum, chain) => sum + moved(splitChain(chain)), 0);

/** An image that groups of results read, and who writes it. */
type SharedImage = {
  readonly place: Place;
  /** Its kernels; the last also writes the results to which no more than point operators lead from there. */
  readonly writer: readonly Link[];
  /** The groups that read it. */
  readonly readers: readonly Group[];
};

const sharedImage = (source: Format, { trunk, groups }: Grouped, place: Place): SharedImage => {
  const later = trunk.slice(place.at);
  const isWritten = ({ stages, sinks }: Group): boolean =>
    [...later, ...stages].every(isPoint) && !sinks.some(sink => hasBlocks(sink.format) || isReduceSink(sink));
  const beside = groups.filter(isWritten).flatMap(({ stages, sinks }) =>
    sinks.map(
      (sink): SinkIr => ({
        ...sink,
        name: sink.output!,
        points: [...later, ...stages, ...sink.points].filter(isPoint),
      }),
    ),
  );
  let name = beside.length === 0 ? '' : 'between';
  while (beside.some(sink => sink.name === name)) {
    name += '_';
  }
  const chain = {
    source,
    stages: trunk.slice(0, place.at),
    sinks: [between(place.format, name), ...beside] as const,
  };
  return { place, writer: splitChain(chain), readers: groups.filter(group => !isWritten(group)) };
};

/**
 * How the results are computed so that the fewest bytes move: every group by its own kernels from the source on, or from an
 * image of what they share. The ways that were weighed, the chosen one first.
 */
const cheapestWay = (
  { source, outputs, fused }: ForkIr,
  grouped: Grouped,
): { readonly image?: SharedImage & { readonly described: Described }; readonly ways: readonly Way[] } => {
  const { trunk, groups } = grouped;
  const chains = groups.map(group => chainOf(source, trunk, group));
  const otherwise = movedByAll(chains);
  const each = chains.flatMap(({ stages, sinks }) =>
    sinks.map(sink => ({ source, stages: [...stages, ...sink.points], sinks: [sink] as const })),
  );
  const apart: Way = { way: 'apart', bytes: movedByAll(each) };
  const direct: readonly Way[] =
    groups.length === outputs.length ? [apart] : [{ way: 'together', bytes: otherwise }, apart];
  if (groups.length === 1) {
    return { ways: direct };
  }
  const places = placesOf(source, trunk).filter(
    ({ at }) => !groups.some(({ stages }) => partsFollowers([...trunk, ...stages], at)),
  );
  const options = places.map(place => {
    const image = sharedImage(source, grouped, place);
    const read = image.readers.map(group => chainOf(source, trunk, group, place));
    const way: Way = {
      way: 'image',
      bytes: moved(image.writer) + movedByAll(read),
      after: place.after,
      format: place.format,
    };
    return { image, way };
  });
  const images = options.map(({ way }) => way);
  const least = Math.min(...images.map(({ bytes }) => bytes));
  const best = options.filter(({ way }) => way.bytes === least).at(-1);
  if (fused || !best || best.way.bytes >= otherwise) {
    return { ways: [...direct, ...images] };
  }
  const { image, way } = best;
  const described = describe(image.place, places, { why: 'shared', moved: way.bytes, otherwise });
  return {
    image: { ...image, described },
    ways: [way, ...direct, ...images.filter(other => other !== way)],
  };
};
