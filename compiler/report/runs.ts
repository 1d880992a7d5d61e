/** How often each operator of a kernel runs for an output pixel, and which costly ones run on every tap of a filter. */
import { nhwc } from '../../ops/formats/formats.js';
import type { Kernel } from '../ir/plan.js';
import { type Format, isPositioned, type OpFunction, type PointStage, type Stage } from '../ir/types.js';
import { exactDType, followRanges } from '../pass/exact.js';
import { bytesPerPixel } from '../pass/split.js';
import { COSTLY, operationsOf, tapsOf } from '../pass/work.js';

type Size = { readonly width: number; readonly height: number };

/** What an operator costs in its kernel. A number that does not follow from the code is left out. */
export type ExplainedRuns = {
  readonly stage: string;
  /** Runs for an output pixel of the kernel. A filter's taps count where its operator comes before it. */
  readonly runs?: number;
  /** The same where a tap lies outside the image, if that differs. */
  readonly atEdges?: number;
  /**
   * Operations of a run, weighted as docs/explain.md says; of a map those that find its point, without its filter's; of a stencil all
   * of its function's.
   */
  readonly operations?: number;
};
/** Costly operators that run on every tap of a filter, and what would avoid it. */
export type ExplainedWaste = {
  readonly operators: readonly ExplainedRuns[];
  readonly map: string;
  readonly filter: string;
  /** The pipeline with an image after the last of them, which they then compute once per pixel. */
  readonly cut: {
    readonly after: string;
    readonly format: Format;
    /** Bytes of it for a pixel. */
    readonly bytes: number;
    /** Whether the format holds the operator's numbers as they are. */
    readonly isExact: boolean;
    /** Runs for an output pixel then, at the size that is explained. */
    readonly runs: number;
  };
  /** Whether they may stand behind the map: they then run once, and give other numbers. */
  readonly mayFollow: boolean;
};

/**
 * The taps of a kernel's filter for an output pixel; 1 without a filter.
 * @param measured What the sizes of the explanation make of it: of a filter whose window follows from them, or in two passes.
 */
const tapsOfKernel = (
  { resample, schedule: { strip } }: Kernel,
  measured: number | undefined,
): number | undefined => {
  // A strip of a separable stencil computes each row once, whatever the columns ask for.
  if (strip?.isSeparable) {
    return strip.x.high - strip.x.low + 1;
  }
  return resample ? (measured ?? tapsOf(resample.stage)) : 1;
};

/** All operators of a kernel, images' before the ones that read them. @param measured See above. */
export const explainRuns = (kernel: Kernel, measured: number | undefined): readonly ExplainedRuns[] => {
  const taps = tapsOfKernel(kernel, measured);
  const late = new Set<Stage>(kernel.postponed);
  const early = kernel.pre.filter(stage => !late.has(stage));
  const onTaps = new Set<Stage>([...early, ...kernel.before.map(({ stage }) => stage)]);
  const hoisted = new Map(kernel.hoisted.map(({ stage, fn }) => [stage, fn]));
  const operations = (name: string, apply: OpFunction): Pick<ExplainedRuns, 'operations'> => {
    const count = operationsOf({ ...apply, fn: hoisted.get(name) ?? apply.fn });
    return Number.isFinite(count) ? { operations: count } : {};
  };
  return kernel.pipeline.stages.flatMap((stage): readonly ExplainedRuns[] => {
    const runs = onTaps.has(stage) ? taps : 1;
    const often = {
      ...(runs === undefined ? {} : { runs }),
      ...(late.has(stage) && taps !== undefined && taps !== 1 ? { atEdges: taps } : {}),
    };
    const images = (stage.images ?? []).flatMap(({ points }) => points);
    const runsOf = (name: string, apply: OpFunction): ExplainedRuns => ({
      stage: name,
      ...often,
      ...operations(name, apply),
    });
    // A stencil's point is its pixel, and all of its work is its filter's.
    const isStencil = stage.role === 'map' && stage.radius !== undefined;
    return [
      ...images.map(({ name, apply }) => runsOf(name, apply)),
      runsOf(stage.name, isStencil ? stage.filter.apply : stage.apply),
    ];
  });
};

/**
 * The costly operators that run on every tap.
 * @param sizeAfter The size in pixels of what a stage gives.
 */
export const explainWaste = (
  kernel: Kernel,
  runs: readonly ExplainedRuns[],
  output: Size,
  sizeAfter: (stage: Stage) => Size,
): ExplainedWaste | undefined => {
  const { resample, pre } = kernel;
  const costly = pre.flatMap(stage => {
    const found = runs.find(one => one.stage === stage.name)!;
    return (found.operations ?? COSTLY + 1) > COSTLY && found.runs !== 1 ? [{ stage, found }] : [];
  });
  const last = costly.at(-1)?.stage;
  if (!resample || !last) {
    return undefined;
  }
  const size = sizeAfter(last);
  return {
    operators: costly.map(({ found }) => found),
    map: resample.stage.name,
    filter: resample.stage.filter.name,
    cut: {
      ...imageAfter(kernel, last),
      runs: (size.width * size.height) / (output.width * output.height),
    },
    // What asks for its place, or reads another image, asks for the size that is there.
    mayFollow: pre.slice(pre.indexOf(costly[0]!.stage)).every(stage => !isPositioned(stage) && !stage.images),
  };
};

/** Colours whose numbers are those of pictures, 0..255: 8 bits keep whole levels of them. */
const inLevels = new Set(['rgb', 'gray', 'rgba', 'premultiplied', 'yuv', 'yCrCb']);

const imageAfter = (
  { pipeline: { source, stages } }: Kernel,
  last: PointStage,
): Omit<ExplainedWaste['cut'], 'runs'> => {
  const at = stages.indexOf(last) + 1;
  const exact = exactDType(followRanges({ source, stages: stages.slice(0, at) }).at(-1)!);
  const small = exact === 'u8' || inLevels.has(last.to) ? 'u8' : 'f16';
  const format = nhwc(small, { colour: last.to });
  return { after: last.name, format, bytes: bytesPerPixel(format), isExact: exact === small };
};
