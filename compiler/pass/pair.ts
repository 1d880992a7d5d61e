/**
 * Kernels of several results that read the same. One launch for two of them: what the first has read is still in the L2 cache when the
 * second asks for it, and there is one launch less. Calls of more images are left to the two, whose launches take more.
 */
import type { Halves, Kernel, Pair, Step } from '../ir/plan.js';
import { reduces } from '../ir/reduce.js';
import { hasBlocks } from './block.js';
import { fitsShared } from './blockMemory.js';
import { callBytes, imageBytes, PARAMETER_SPACE } from './launch.js';

/** Images of one launch, all or none: enough to fill a GPU, and parameters that are copied fast. */
const IMAGES = 16;
/** Beside the parameters of each: its blocks, and which way they take. */
const WORK_BYTES = 16;

/** Pairs of neighbouring steps, from the first on. `name` makes each one's. */
export const pairsOf = (
  kernels: readonly Kernel[],
  steps: readonly Step[],
  halves: readonly (Halves | undefined)[],
  name: () => string,
): readonly Pair[] => {
  const pairs: Pair[] = [];
  for (let n = 0; n + 1 < kernels.length; n++) {
    if (halves[n] || halves[n + 1] || steps[n]!.reads !== steps[n + 1]!.reads) {
      continue;
    }
    if (!goTogether(kernels[n]!, kernels[n + 1]!)) {
      continue;
    }
    pairs.push({ name: name(), steps: [n, n + 1], images: IMAGES });
    n++;
  }
  return pairs;
};

const goTogether = (one: Kernel, other: Kernel): boolean => {
  const both = [one, other];
  // A thread of such formats is not one of a block of pixels, nor is one that reduces.
  if (
    both.some(
      ({ pipeline, layout, resample }) =>
        layout.measures.length > 0 ||
        // Its launcher may have to bring a table to the device first.
        resample?.stage.filter.table ||
        reduces(pipeline) ||
        pipeline.sinks.some(({ format }) => hasBlocks(format)),
    )
  ) {
    return false;
  }
  if (one.schedule.block.join() !== other.schedule.block.join()) {
    return false;
  }
  // A block has the shared memory of both.
  const patches = both.flatMap(({ schedule: { staging, strip } }) => [
    ...(staging?.patches ?? []),
    ...(strip?.ring ? [strip.ring] : []),
  ]);
  if (!fitsShared(patches)) {
    return false;
  }
  const call = both.reduce((sum, { layout }) => sum + callBytes(layout) + WORK_BYTES, 0);
  const image = both.reduce((sum, kernel) => sum + imageBytes(kernel, kernel.layout), 0);
  return call + IMAGES * image <= PARAMETER_SPACE;
};
