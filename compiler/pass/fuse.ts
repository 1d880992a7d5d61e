import { InternalError } from '../errors.js';
import type { FusionNote, Geometric, Kernel } from '../ir/plan.js';
import type { IndexMapStage, MapStage, PipelineIr, PointStage } from '../ir/types.js';

/** The stages of a kernel, in the groups in which they run. */
export type Fused = Pick<Kernel, 'pre' | 'before' | 'resample' | 'after' | 'post' | 'geometry' | 'notes'>;

/**
 * Orders a pipeline's stages for one kernel.
 *
 * - *point in register*: a point operator needs its own pixel only. Before a resampling it runs on every tap, since
 *   the filter must see its result; after it, once per output pixel.
 * - *exact map composes*: an index map moves whole pixels, so it commutes with point operators and composes with any
 *   other map.
 * - *one resampling*: a map that lands between pixels reads through its filter. A second one would read the filtered
 *   image of the first between *its* pixels, which is another kernel: compiler/pass/split.ts has put it into one.
 */
export const fuse = (pipeline: PipelineIr): Fused => {
  const pre: PointStage[] = [];
  const post: PointStage[] = [];
  const before: Geometric<IndexMapStage>[] = [];
  const after: Geometric<IndexMapStage>[] = [];
  const geometry: (MapStage | IndexMapStage)[] = [];
  const notes: FusionNote[] = [];
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
    } else if (!resample) {
      resample = { stage, number };
      const why = `reads the source through ${stage.filter.name}`;
      notes.push({ stage: stage.name, rule: 'one resampling', why });
    } else {
      throw new InternalError(`two resamplings in kernel ${pipeline.name}`);
    }
  }
  return { pre, before, resample, after, post, geometry, notes };
};
