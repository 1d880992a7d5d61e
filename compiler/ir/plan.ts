import type { RankFilter } from './rank.js';
import { reduces } from './reduce.js';
import type {
  ChainedMapStage,
  Expr,
  Fn,
  ForkIr,
  Format,
  ImageParam,
  IndexMapStage,
  KernelIr,
  MapStage,
  OpFunction,
  ParamField,
  PipelineIr,
  PointStage,
  Stage,
} from './types.js';

/** A parameter with its place in a struct of the argument block. */
export type PlacedField = ParamField & {
  /** The member's name in C. */
  readonly member: string;
  /** Byte offset in its block. */
  readonly offset: number;
};
/** Parameters of one stage: a struct in the call's block, or in every image's descriptor. A stage may have one in each. */
export type PlacedParams = {
  readonly stage: string;
  /** The member that holds the struct, and the last part of the struct's name. */
  readonly member: string;
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
/** An image beside the source as one stage reads it, and its planes in the image descriptor. */
export type PlacedImage = {
  readonly stage: string;
  readonly image: ImageParam;
  /** Stages that leave their images open under one name read one: they have its number in common, and its planes. */
  readonly input: number;
  /** Its size is `sizes[at]`. */
  readonly at: number;
  readonly planes: readonly PlacedPlane[];
};
/** What an image came to, as a stage reads it: the place of its pointer in the image descriptor. */
export type PlacedMeasure = {
  readonly stage: string;
  readonly name: string;
  /** The member that holds the pointer. */
  readonly member: string;
  readonly pointer: number;
};
/** Byte offsets of everything in the argument block. */
export type Layout = {
  readonly source: readonly PlacedPlane[];
  /** The layout of every sink. */
  readonly sinks: readonly (readonly PlacedPlane[])[];
  readonly images: readonly PlacedImage[];
  readonly measures: readonly PlacedMeasure[];
  readonly sizes: number;
  readonly params: readonly PlacedParams[];
  readonly argsSize: number;
  readonly imageSize: number;
};

/** How the kernel is spread over the GPU. It never changes a bit of the result. */
export type Schedule = {
  readonly block: readonly [number, number];
  readonly tile: Tile;
  /** How far the filter reads, if that is known: inside of it the border is not asked. */
  readonly reach?: Reach;
  /** How a block reads its taps from shared memory, where a call is large enough for it; else each thread from the source. */
  readonly staging?: Staging;
  /** How a thread goes down a strip of a stencil's pixels. */
  readonly strip?: Strip;
  /** The stencil, where it compares bytes and computes none. */
  readonly rank?: RankFilter;
  /** Whether the host computes a stencil along lines. */
  readonly lines?: true;
  /**
   * Images per launch: a small and a large size of the kernel's parameter block; the launcher takes the one that fits. Empty where
   * not even one image does: such a kernel is refused.
   */
  readonly capacities: readonly number[];
};

/** A number that is the same for all pixels of an image, under the name that it has in the kernel's image. */
export type Uniform = { readonly name: string; readonly value: Expr };
/** A stage whose function reads numbers that are computed before the launch. */
export type Hoisted = { readonly stage: string; readonly fn: Fn; readonly values: readonly Uniform[] };

/** The pixels of one thread. */
export type Tile = {
  readonly width: number;
  readonly height: number;
  /** Whether the source's samples of a row come in one access, as the sink's always do; else pixel by pixel. */
  readonly readsRuns: boolean;
};
/** The pixels of a thread, and how far its stencil reads around each. */
export type Strip = Omit<Reach, 'isFixed'> & {
  readonly width: number;
  readonly height: number;
  /** Whether rows are computed before columns. */
  readonly isSeparable: boolean;
  /** Where columns are such loops: no window of rows is held then, but what each result that is not finished has come to. */
  readonly fold?: Fold;
  /**
   * What a block has of the source's plane in shared memory, where its warps read rows there: see native/kernel/strips.h. Of a rank filter each
   * row is two, half a strip apart.
   */
  readonly ring?: Patch;
};
/** A loop over the rows that a column of a separable stencil reads, which keeps one value. */
export type Fold = {
  /** The row of the first step, from the result's own, and that of the last. */
  readonly first: number;
  readonly last: number;
  /** The value before the first step; what step d makes of it and of the row's pixel: `(d, value, px)`; and the result. */
  readonly begin: OpFunction;
  readonly step: OpFunction;
  readonly end: OpFunction;
};
/** A block's pixels, and what of each of the source's planes it brings to shared memory for them. */
export type Staging = {
  readonly width: number;
  readonly height: number;
  readonly patches: readonly Patch[];
  /** Fewer blocks than these leave parts of a GPU idle: its threads rather read from the source. */
  readonly leastTiles: number;
  /** Whether that is all that its taps read at the image's edge as well. */
  readonly atEdges: boolean;
};
/** A number of rows, and the bytes of each. */
export type Patch = { readonly bytes: number; readonly rows: number };
/** Taps lie from floor(x) + low to floor(x) + high, and the same for y. */
export type Reach = {
  readonly x: Span;
  readonly y: Span;
  /** Each tap's place among these follows from the text: it is not chosen by the point, nor by a loop. */
  readonly isFixed: boolean;
};
export type Span = { readonly low: number; readonly high: number };

/** One geometric stage and its number: images have size `sizes[number]` before it and `sizes[number + 1]` after it. */
export type Geometric<S> = { readonly stage: S; readonly number: number };

/** One fused kernel: every output pixel is computed from its source pixels in registers. */
export type Kernel = {
  readonly name: string;
  readonly pipeline: KernelIr;
  /** Point operators before the resampling: they run on every tap, but for {@link postponed}. */
  readonly pre: readonly PointStage[];
  /**
   * The last of these, if they may follow the filter: they do where all taps lie inside the image. Outside of it, the border's
   * constant is in the pixels that come out of them.
   */
  readonly postponed: readonly PointStage[];
  /** Exact maps between the source and the resampling. */
  readonly before: readonly Geometric<IndexMapStage>[];
  readonly resample?: Geometric<MapStage>;
  /** Maps that are sampled together with it: the points of each go on into the one before. */
  readonly chained: readonly Geometric<ChainedMapStage>[];
  /** Exact maps between the resampling and the sink. */
  readonly after: readonly Geometric<IndexMapStage>[];
  /** Point operators after the resampling that lead to all sinks: they run once per output pixel. */
  readonly post: readonly PointStage[];
  /** Stages that compute something once per image; the oracle computes it for every pixel. */
  readonly hoisted: readonly Hoisted[];
  /** Every geometric stage, in order. */
  readonly geometry: readonly (MapStage | ChainedMapStage | IndexMapStage)[];
  readonly layout: Layout;
  readonly schedule: Schedule;
  /** Whether it may be one of two in a launch: its blocks are a function of their own then. */
  readonly isPaired: boolean;
  /** A digest of the structure alone: numbers that the author settled are not part of it. */
  readonly hash: string;
  /** The pipeline in a line: `nv12 > yuvToRgb > …`. */
  readonly chain: string;
  /** Why the stages could be fused, by stage, in the pipeline's order. */
  readonly notes: readonly FusionNote[];
};
/** A kernel before it is laid out and scheduled. */
export type FusedKernel = Omit<Kernel, 'layout' | 'schedule' | 'isPaired' | 'hash' | 'chain'>;
/** A stage as `cuweave explain` describes it. */
export type FusionNote = { readonly stage: string; readonly rule: string; readonly why: string };

/** What one kernel of a plan reads; its sinks say what it writes. */
export type Step = {
  /** The step whose intermediate image it reads; none: the pipeline's source. */
  readonly reads?: number;
  /** For each of the kernel's {@link Layout.measures}, the step that makes it. */
  readonly measures?: readonly number[];
};

/** A place where a pipeline is split: what comes before is written to an intermediate image, and read again. */
export type Cut = {
  /** The kernels on both sides. */
  readonly writer: string;
  readonly readers: readonly string[];
  /** The stage that the intermediate image comes after, and the one before which it had to come. */
  readonly after: string;
  readonly forced: Forced;
  readonly format: Format;
  /** Bytes of it for one pixel. */
  readonly bytes: number;
  /** The other places where it could be split, and what a pixel takes there. */
  readonly others: readonly { readonly after: string; readonly format: Format; readonly bytes: number }[];
};
/** Why a pipeline is split. */
export type Forced =
  /** A second resampling or stencil; which of the two are stencils; taps of both per pixel, where they are known. */
  | {
      readonly why: 'resampling';
      readonly first: string;
      readonly second: string;
      readonly stencils: readonly [boolean, boolean];
      readonly taps: readonly [number?, number?];
    }
  /**
   * A pipeline at the head of another that ends in a format which keeps less than a rounding of each pixel; the author's `stored(…)`; or the
   * bytes of a filter by a table.
   */
  | { readonly why: 'stored'; readonly by?: 'author' | 'table' }
  /** Stages that several results share, and which are computed once. */
  | { readonly why: 'shared'; readonly moved: number; readonly otherwise: number };

/** Why two stages do not fit one kernel. */
export const whyTwice = ({ first, second, stencils }: Forced & { readonly why: 'resampling' }): string => {
  const [one, other] = stencils;
  if (one === other) {
    return `${first} and ${second} both ${one ? 'read the pixels around theirs' : 'sample between pixels'}`;
  }
  const does = (isStencil: boolean): string =>
    isStencil ? 'reads the pixels around its own' : 'samples between pixels';
  return `${first} ${does(one)} and ${second} ${does(other)}`;
};

/** A step as two kernels, which give the bits of its one: fewer taps, and an image of f32 between them. A call decides. */
export type Halves = {
  readonly kernels: readonly [across: Kernel, down: Kernel];
  /** How far the filter reads from its point, in pixels of the input, or of the output where that is smaller. */
  readonly radius: number;
};
/**
 * Two steps that read the same and are launched as one: image by image the blocks of the one and then those of the other, which find in
 * the L2 cache what those have read.
 */
export type Pair = {
  /** The name of their launcher. */
  readonly name: string;
  /** One comes right after the other. */
  readonly steps: readonly [number, number];
  /** How many images a launch takes. */
  readonly images: number;
};
/** How the results of a pipeline are computed, and how else they could be. */
export type ResultsPlan = {
  /** Results that one kernel writes. */
  readonly groups: readonly {
    readonly names: readonly string[];
    /** Why it writes no others, where there are others. */
    readonly apart?: Apart;
    /** Whether it is the kernel of the image that the others read. */
    readonly beside?: true;
  }[];
  /** What was weighed, the one that was taken first. */
  readonly ways: readonly Way[];
};
/** Why a result shares no kernel with others. */
export type Apart =
  /** A stage that moves pixels leads to it and not to others. */
  | { readonly why: 'geometry'; readonly stage: string }
  /** Pixels share samples of its format. */
  | { readonly why: 'samples'; readonly format: string }
  /** It is a reduction, whose kernel runs in tiles. */
  | { readonly why: 'reduction' }
  /** It is of the source's geometry, which stages of others change. */
  | { readonly why: 'unmoved' };
/** One way to compute several results, and the bytes that it moves for a pixel of images whose size does not change. */
export type Way = { readonly bytes: number } & (
  | { readonly way: 'together' }
  | { readonly way: 'apart' }
  | { readonly way: 'image'; readonly after: string; readonly format: Format }
);

/** What is built of a pipeline. */
export type Plan = {
  readonly name: string;
  readonly pipeline: PipelineIr | ForkIr;
  readonly chain: string;
  readonly hash: string;
  /** In the order in which they run. */
  readonly kernels: readonly [Kernel, ...Kernel[]];
  /** One for each kernel. */
  readonly steps: readonly Step[];
  /** For each step: another way to do it. */
  readonly halves: readonly (Halves | undefined)[];
  readonly pairs: readonly Pair[];
  readonly cuts: readonly Cut[];
  /** Where it has several results. */
  readonly results?: ResultsPlan;
};
/** All kernels that are built for a plan. */
export const builtKernels = ({ kernels, halves }: Plan): readonly Kernel[] => [
  ...kernels,
  ...halves.flatMap(found => found?.kernels ?? []),
];
/** The maps of its kernels that are parts of the pipeline's own: halves, and the passes of filters by tables. */
export const partedMaps = ({ kernels, halves }: Plan): readonly Stage[] => [
  ...kernels.flatMap(({ resample }) => (resample?.stage.filter.table ? [resample.stage] : [])),
  ...halves.flatMap(found =>
    (found?.kernels ?? []).flatMap(({ geometry }) => geometry.filter(({ role }) => role === 'map')),
  ),
];
/** Whether callers in C and Python have it: of what images are reduced to, and of tokens, the runtime of JavaScript alone knows the memory. */
export const isCarried = ({ kernels }: Plan): boolean =>
  !kernels.some(({ pipeline }) => reduces(pipeline) || pipeline.sinks.some(({ format }) => format.tokens));
/** The two kernels of a pair. */
export const pairedKernels = (
  { kernels }: Plan,
  { steps: [one, other] }: Pair,
): readonly [Kernel, Kernel] => [kernels[one]!, kernels[other]!];
/** Whether there is one kernel, and nothing else to do its work with. */
export const isOneKernel = ({ kernels, halves }: Plan): boolean => kernels.length === 1 && !halves[0];
