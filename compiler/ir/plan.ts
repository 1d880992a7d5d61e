import type { IndexMapStage, MapStage, ParamField, PipelineIr, PointStage } from './types.js';

/** A parameter with its place in a struct of the argument block. */
export type PlacedField = ParamField & {
  /** The member's name in C. */
  readonly member: string;
  /** Byte offset in its block. */
  readonly offset: number;
};
/** The parameters of one stage: a struct in the call's block, or in every image's descriptor. */
export type PlacedParams = {
  readonly stage: string;
  /** `image` as soon as one of them is per image: an operator reads all its parameters from one place. */
  readonly block: 'args' | 'image';
  readonly offset: number;
  readonly fields: readonly PlacedField[];
};
/** A plane's pointer and pitch in the image descriptor. */
export type PlacedPlane = {
  readonly name: string;
  readonly channels: number;
  readonly subsampling: readonly [number, number];
  readonly pointer: number;
  readonly pitch: number;
};
/** Byte offsets of everything in the argument block. */
export type Layout = {
  readonly source: readonly PlacedPlane[];
  readonly sink: readonly PlacedPlane[];
  readonly sizes: number;
  readonly params: readonly PlacedParams[];
  readonly argsSize: number;
  readonly imageSize: number;
};

/** How the kernel is spread over the GPU. It never changes a bit of the result. */
export type Schedule = {
  readonly block: readonly [number, number];
  /** Images per launch: a small and a large size of the kernel's parameter block; the launcher takes the one that fits. */
  readonly capacities: readonly number[];
};

/** One geometric stage and its number: images have size `sizes[number]` before it and `sizes[number + 1]` after it. */
export type Geometric<S> = { readonly stage: S; readonly number: number };

/** One fused kernel: every output pixel is computed from its source pixels in registers. */
export type Kernel = {
  readonly name: string;
  readonly pipeline: PipelineIr;
  /** Point operators before the resampling: they run on every tap. */
  readonly pre: readonly PointStage[];
  /** Exact maps between the source and the resampling. */
  readonly before: readonly Geometric<IndexMapStage>[];
  readonly resample?: Geometric<MapStage>;
  /** Exact maps between the resampling and the sink. */
  readonly after: readonly Geometric<IndexMapStage>[];
  /** Point operators after the resampling: they run once per output pixel. */
  readonly post: readonly PointStage[];
  /** Every geometric stage, in order. */
  readonly geometry: readonly (MapStage | IndexMapStage)[];
  readonly layout: Layout;
  readonly schedule: Schedule;
  /** Of the structure alone: numbers that the author settled are not part of it. */
  readonly hash: string;
  /** The pipeline in a line: `nv12 > yuvToRgb > …`. */
  readonly chain: string;
  /** Why the stages could be fused, by stage, in the pipeline's order. */
  readonly notes: readonly FusionNote[];
};
/** What `cuweave explain` says of one stage. */
export type FusionNote = { readonly stage: string; readonly rule: string; readonly why: string };

/** What is built of a pipeline. */
export type Plan = { readonly pipeline: PipelineIr; readonly kernels: readonly [Kernel] };
