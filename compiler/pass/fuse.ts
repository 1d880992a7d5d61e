import type { Diagnostic } from '../errors.js';
import type { FusionNote, Geometric, Kernel } from '../ir/plan.js';
import type { ChainedMapStage, IndexMapStage, MapStage, PipelineIr, PointStage } from '../ir/types.js';

/** The stages of a kernel, in the groups in which they run. */
export type Fused = Pick<
  Kernel,
  'pre' | 'before' | 'resample' | 'chained' | 'after' | 'post' | 'geometry' | 'notes'
>;

/**
 * Orders a pipeline's stages for one kernel.
 *
 * - *point in register*: a point operator needs its own pixel only. Before a resampling it runs on every tap, since
 *   the filter must see its result; after it, once per output pixel.
 * - *exact map composes*: an index map moves whole pixels, so it commutes with point operators and composes with any
 *   other map.
 * - *one resampling*: a map that lands between pixels reads through its filter. A second one would read the filtered
 *   image of the first between *its* pixels, which is another kernel.
 */
export const fuse = (pipeline: PipelineIr): { fused?: Fused; diagnostics: readonly Diagnostic[] } => {
  const pre: PointStage[] = [];
  const post: PointStage[] = [];
  const before: Geometric<IndexMapStage>[] = [];
  const after: Geometric<IndexMapStage>[] = [];
  const chained: Geometric<ChainedMapStage>[] = [];
  const geometry: (MapStage | ChainedMapStage | IndexMapStage)[] = [];
  const notes: FusionNote[] = [];
  const diagnostics: Diagnostic[] = [];
  const resamples = pipeline.stages.some(stage => stage.role === 'map');
  let resample: Geometric<MapStage> | undefined;

  for (const stage of pipeline.stages) {
    const number = geometry.length;
    if (stage.role === 'point') {
      const perTap = resamples && !resample;
      (perTap ? pre : post).push(stage);
      const why = perTap ? 'on every tap: the filter reads its result' : 'once per output pixel';
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
      const why = `reads the source through ${stage.filter.name}`;
      notes.push({ stage: stage.name, rule: 'one resampling', why });
    } else {
      diagnostics.push(twoResamplings(pipeline, resample.stage, stage));
    }
  }
  if (diagnostics.length > 0) return { diagnostics };
  return { fused: { pre, before, resample, chained, after, post, geometry, notes }, diagnostics };
};

const twoResamplings = (pipeline: PipelineIr, first: MapStage, second: MapStage): Diagnostic => ({
  code: 'CW3101',
  message: `'${first.name}' and '${second.name}' both read between pixels: two resamplings do not fit one kernel.`,
  hint: `make two pipelines of it, or sample once: resample([${first.name}(…), ${second.name}(…)], { filter, border }).`,
  loc: second.loc,
  chain: [`pipeline ${pipeline.name}`],
});
