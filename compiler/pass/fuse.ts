import { channelCount } from '../../ops/spec.js';
import { InternalError } from '../errors.js';
import type { FusionNote, Geometric, Kernel } from '../ir/plan.js';
import type {
  BorderRef,
  ChainedMapStage,
  FilterRef,
  IndexMapStage,
  KernelIr,
  MapStage,
  PointStage,
  Stage,
} from '../ir/types.js';
import { isAffine, isAffineInTaps } from './linear.js';
import { reachOf } from './reach.js';
import { tapsOf } from './work.js';

/** The stages of a kernel, in the groups in which they run. */
export type Fused = Pick<
  Kernel,
  'pre' | 'postponed' | 'before' | 'resample' | 'chained' | 'after' | 'post' | 'geometry' | 'notes'
>;

/**
 * Orders a pipeline's stages for one kernel. Point operators that lead to some of its sinks only stay with them.
 *
 * - *point in register*: a point operator needs its own pixel only. Before a resampling it runs on every tap, since
 *   the filter must see its result; after it, once per output pixel.
 * - *moved behind the filter*: a sum of multiples of channels commutes, up to rounding, with a filter whose weights
 *   sum to 1, so that it runs once and not on every tap.
 * - *exact map composes*: an index map moves whole pixels, so it commutes with point operators and composes with any
 *   other map.
 * - *one resampling*: a map that lands between pixels reads through its filter. A second one would read the filtered
 *   image of the first between *its* pixels, which is another kernel: compiler/pass/split.ts has put it into one.
 * - *one stencil*: the same of pixels that lie where they lay, and are read around each.
 */
export const fuse = (pipeline: KernelIr): Fused => {
  const early: PointStage[] = [];
  const post: PointStage[] = [];
  const before: Geometric<IndexMapStage>[] = [];
  const after: Geometric<IndexMapStage>[] = [];
  const chained: Geometric<ChainedMapStage>[] = [];
  const geometry: (MapStage | ChainedMapStage | IndexMapStage)[] = [];
  const notes: FusionNote[] = [];
  const ofSome = new Set<Stage>(pipeline.sinks.flatMap(({ points }) => points));
  const resamples = pipeline.stages.some(stage => stage.role === 'map');
  let resample: Geometric<MapStage> | undefined;
  /** The sinks that a point operator leads to. */
  const usersOf = (stage: PointStage): string =>
    pipeline.sinks.flatMap(({ name, points }) => (points.includes(stage) ? [name] : [])).join(' and ');

  for (const stage of pipeline.stages) {
    const number = geometry.length;
    if (stage.role === 'point') {
      if (!ofSome.has(stage)) {
        (resamples && !resample ? early : post).push(stage);
      }
      const why = ofSome.has(stage)
        ? `once per output pixel, for ${usersOf(stage)}`
        : 'once per output pixel';
      notes.push({ stage: stage.name, rule: 'point in register', why });
      continue;
    }
    geometry.push(stage);
    if (stage.role === 'indexMap') {
      (resample || !resamples ? after : before).push({ stage, number });
      notes.push({
        stage: stage.name,
        rule: 'exact map composes',
        why: 'moves whole pixels, costs an addition',
      });
    } else if (stage.role === 'chainedMap') {
      chained.push({ stage, number });
      const why = `its points go on into ${geometry.at(-2)?.name}: one geometry, sampled once`;
      notes.push({ stage: stage.name, rule: 'one resampling', why });
    } else if (!resample) {
      resample = { stage, number };
      notes.push(sampledOnce(stage));
    } else {
      throw new InternalError(`two resamplings in kernel ${pipeline.name}`);
    }
  }
  if (!resample) {
    return { pre: [], postponed: [], before, chained, after, post, geometry, notes };
  }
  const { filter, border } = resample.stage;
  const late = followers(early, filter);
  // An index border gives pixels of the image, for which the order does not matter either.
  const everywhere = border.kind === 'index';
  const pre = everywhere ? early.slice(0, early.length - late.length) : early;
  const postponed = everywhere ? [] : reachOf(filter) ? late : [];
  const moved = new Set((everywhere ? late : postponed).map(({ name }) => name));
  const onTaps = new Set(pre.map(({ name }) => name));
  return {
    pre,
    postponed,
    before,
    resample,
    chained,
    after,
    post: everywhere ? [...late, ...post] : post,
    geometry,
    notes: notes.map(note =>
      moved.has(note.stage)
        ? afterFilter(note, filter, border)
        : onTaps.has(note.stage)
          ? onEveryTap(note, resample!.stage)
          : note,
    ),
  };
};

/** The operators before a resampling, counted from the last, that may as well follow its filter. */
export const followers = (early: readonly PointStage[], filter: FilterRef): readonly PointStage[] => {
  if (!filter.unitGain || !isAffineInTaps(filter.apply)) {
    return [];
  }
  // The filter is printed for as many channels as it gets.
  const stays = early.findLastIndex(
    ({ apply, from, to }) => channelCount[from] !== channelCount[to] || !isAffine(apply),
  );
  return early.slice(stays + 1);
};

const sampledOnce = (stage: MapStage): FusionNote => {
  if (stage.filter.table) {
    const where = stage.filter.table.pass === 'first' ? 'along the rows' : 'down the columns';
    return {
      stage: stage.name,
      rule: 'one resampling',
      why: `${where}, by the table of ${stage.filter.name}`,
    };
  }
  if (stage.radius === undefined) {
    const why = `reads the source through ${stage.filter.name}`;
    return { stage: stage.name, rule: 'one resampling', why };
  }
  const taps = tapsOf(stage);
  const count = taps === undefined ? 'taps' : taps === 1 ? '1 tap' : `${taps} taps`;
  return { stage: stage.name, rule: 'one stencil', why: `${count}, up to ${stage.radius} away` };
};

const onEveryTap = (note: FusionNote, { radius }: MapStage): FusionNote => ({
  ...note,
  why: `on every tap: the ${radius === undefined ? 'filter' : 'stencil'} reads its result`,
});
const afterFilter = (note: FusionNote, { name }: FilterRef, border: BorderRef): FusionNote => ({
  ...note,
  rule: 'moved behind the filter',
  why:
    border.kind === 'index'
      ? `affine, and the weights of ${name} sum to 1: once per pixel`
      : `affine, and the weights of ${name} sum to 1: once per pixel, on every tap only at the border`,
});
