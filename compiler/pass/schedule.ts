import type { Layout, Schedule } from '../ir/plan.js';

/** Bytes of parameters that one launch takes: 32,764 from CUDA 12.1 on (compute capability 7.0 and newer). */
const PARAMETER_SPACE = 32764;
/** A launch copies the whole parameter block, so a block that is just large enough launches faster. */
const SMALLER_BATCHES = [16, 64];
/** A warp along a row, so that its loads and stores are of neighbouring pixels; eight rows share cached taps. */
const BLOCK = [32, 8] as const;

/** Decides how a kernel is spread over threads and launches. */
export const schedule = (layout: Layout): Schedule => {
  const most = Math.floor((PARAMETER_SPACE - layout.argsSize) / layout.imageSize);
  return { block: BLOCK, capacities: [...SMALLER_BATCHES.filter(images => images < most), most] };
};
