/**
 * What a built pipeline looks like to whoever calls it: the layout of its argument block. Written by the compiler to
 * `manifest.json`, read by the runtime, and enough for a caller in any other language. Little-endian, 64-bit pointers.
 *
 *   int cuweave_NAME(const struct cuweave_NAME_args*, void* cudaStream);                   // enqueues, returns a cudaError_t
 *   int cuweave_NAME_host(const struct cuweave_NAME_args*, int image, int rowBegin, int rowEnd);   // computes these rows
 *
 * A pipeline of several kernels has these two functions for each of them, under the kernels' names; its steps say in which
 * order they run and what each reads, the kernels' sinks what they write.
 *
 * Two steps that read the same may have one function for both, which takes a launch for up to that many images (in a build with CUDA):
 *
 *   int cuweave_PAIR(const struct cuweave_FIRST_args*, const struct cuweave_SECOND_args*, void* cudaStream);   // of as many images each
 *
 * The block starts with `{ uint32_t size; int32_t count; const struct cuweave_NAME_image* images; }`, followed by the
 * parameters with one value per call. `images` points to `count` descriptors in host memory; both are copied by the call.
 */
import { createHash } from 'node:crypto';
import type {
  Bounds,
  ChannelSource,
  Colour,
  DType,
  Format,
  NumberKind,
  ParamScope,
  ResultDType,
  TokenLayout,
} from '../ops/spec.js';

/** The version of everything in this file; the runtime refuses another. */
export const ABI_VERSION = 4;

/** A plane's place in the image descriptor. */
export type ManifestPlane = {
  readonly name: string;
  readonly channels: number;
  readonly subsampling: readonly [number, number];
  /** Byte offset of the pointer (u64) in the image descriptor. */
  readonly pointer: number;
  /** Byte offset of the pitch in bytes (i64) in the image descriptor. */
  readonly pitch: number;
};
/** A source or sink. */
export type ManifestFormat = {
  readonly name: string;
  readonly dtype: DType;
  readonly colour: Colour;
  readonly layout?: 'NHWC' | 'NCHW';
  /**
   * Of a sink that is tokens of patches: a plane's pointer is where the first token has its first number of the plane (and of the image's own frame, where
   * frames are paired), and its pitch the bytes of the tokens of a row of squares of merge × merge patches.
   */
  readonly tokens?: TokenLayout;
  /** For codes of more than 8 bits: where they are in a u16. */
  readonly code?: Format['code'];
  /** Where each channel of the colour model is: plane, and position in its sample. */
  readonly channels: readonly ChannelSource[];
  readonly planes: readonly ManifestPlane[];
};
/** An image that a kernel writes. */
export type ManifestSink = ManifestFormat & {
  /**
   * The result that it is: its name, or '' where the pipeline has one without a name. None: an intermediate image, which another
   * step reads.
   */
  readonly output?: string;
  /**
   * Of YUV: what says its matrix and range. `source`: the source's signal, passed on; a stage: its parameter of kind
   * `rgbToYuv`. None where an operator of the author's made the signal.
   */
  readonly signal?: 'source' | { readonly stage: string };
  /** What the pixels are reduced to; none: the sink is an image. */
  readonly reduce?: ManifestReduce;
};
/**
 * A reduction: its planes are the memory of the result, and two of what lies between blocks; only the pointers of those are read. A kernel that
 * has one writes no images.
 */
export type ManifestReduce = {
  readonly dtype: ResultDType;
  /** The shape of the result for one image; its numbers lie one after the other. */
  readonly shape: readonly number[];
  /** Bytes of the plane `partials`, for each tile of 128×32 pixels; 0: it is not read. */
  readonly partial: number;
  /** i32 of the plane `counters`: all are 0 before the kernel, and after it. */
  readonly counters: number;
  /** The image's sides are multiples of these: its cells are counted by themselves. */
  readonly grid?: readonly [number, number];
};
/** One parameter of one operator. */
export type ManifestParam = {
  readonly stage: string;
  readonly name: string;
  readonly kind: NumberKind;
  readonly per: Exclude<ParamScope, 'structure' | 'pixel'>;
  readonly lanes: number;
  /** Which numbers it takes, where it does not take all. */
  readonly bounds?: Bounds;
  /** `args`: the call's block; `image`: each image's descriptor. */
  readonly block: 'args' | 'image';
  readonly offset: number;
  /**
   * Of kind `yuvToRgb` or `rgbToYuv`: the bits of the signal's codes, which a full range is scaled by. None: of a signal that is decoded, those of
   * the image (its `colour.bitDepth`, or else its format's); of one that is made, 8.
   */
  readonly bitDepth?: number;
  /** The sum of the weights of kind `gaussian`, where they are whole numbers. */
  readonly steps?: number;
  /** Exactly one of the three: the author's value, the name under which the caller gives it, or `origin`. */
  readonly settled?: unknown;
  readonly open?: string;
  /**
   * Of a step that reads another one's image: the width or height that the image had there before the last geometric stage. An i32 of each image,
   * which the size of a result follows from where a resize is two kernels.
   */
  readonly origin?: 'width' | 'height';
  /** The number of the image beside the source whose pixels the operator works on, and whose colours it asks for. */
  readonly image?: number;
};
/** An image that the kernel reads beside its source. */
export type ManifestImage = {
  /** The operator whose parameter it is, and the parameter's name. */
  readonly stage: string;
  readonly name: string;
  /** The name under which the caller gives it. Those of one name are one image, whose planes have one place in the descriptor. */
  readonly open: string;
  readonly format: ManifestFormat;
  /** Its size is the image descriptor's `sizes` at this number. */
  readonly at: number;
};
/** A result of a reduction that a stage reads. */
export type ManifestMeasure = {
  readonly stage: string;
  readonly name: string;
  /** Byte offset of the pointer (u64) to the image's numbers, f32, in the image descriptor. */
  readonly pointer: number;
};
/** One geometric stage: images have size `at − 1` before it and `at` after it. */
export type ManifestGeometry = {
  readonly stage: string;
  readonly role: 'map' | 'indexMap';
  /** Whether the binding has a function that gives the output's size; without it the size stays. */
  readonly resizes: boolean;
  /**
   * The filter's name, and the most input pixels that it covers for an output pixel along an axis. Of maps that are
   * sampled together the last has it, and the scales of all are multiplied.
   */
  readonly filter?: string;
  readonly maxScale?: number;
};
/** One kernel. */
export type ManifestKernel = {
  readonly name: string;
  readonly doc: string;
  readonly hash: string;
  readonly chain: string;
  readonly source: ManifestFormat;
  /** All of one size. At most one of them is an intermediate image. */
  readonly sinks: readonly ManifestSink[];
  /** Images beside the source; left out where there are no such images. */
  readonly images?: readonly ManifestImage[];
  /** What images come to, as stages read it; none: there is nothing. Their steps are in {@link ManifestStep.measures}. */
  readonly measures?: readonly ManifestMeasure[];
  /** Stages that move pixels, in order. */
  readonly geometry: readonly ManifestGeometry[];
  readonly params: readonly ManifestParam[];
  readonly args: { readonly size: number };
  /**
   * The image descriptor. `sizes` is the byte offset of `geometry.length + 1` pairs of i32 (width, height): the source's
   * size first, then the size after each geometric stage; the last is the sinks'. Of a kernel with reductions one more comes after them:
   * (32 · width, ⌈height / 32⌉) of the sinks' size. Its second number is how many rows `cuweave_NAME_host` is called for.
   */
  readonly image: { readonly size: number; readonly sizes: number };
};
/** A pipeline of several kernels. */
export type ManifestComposite = {
  readonly name: string;
  readonly doc: string;
  readonly hash: string;
  readonly chain: string;
  /** The names of its results in the author's order; '' for one without a name. */
  readonly results: readonly string[];
  /** In the order in which they run, one after the other. */
  readonly steps: readonly ManifestStep[];
  /** Neighbouring steps that have a function for both; left out where there are no such steps. */
  readonly pairs?: readonly ManifestPair[];
};
export type ManifestPair = {
  /** The name of the function. */
  readonly name: string;
  readonly steps: readonly [number, number];
  /** The images of one launch: for calls of more, the two kernels take fewer launches. */
  readonly images: number;
};
/**
 * One kernel of several. Where two of them have parameters that are open under one name, or the same stage, the value is
 * the same.
 */
export type ManifestStep = {
  readonly kernel: ManifestKernel;
  /** The earlier step, from 0, whose intermediate images it reads; none: the pipeline's source. */
  readonly reads?: number;
  /** For each of the kernel's `measures` the earlier step whose one sink, a reduction that is no result, makes it. */
  readonly measures?: readonly number[];
  /**
   * Two kernels that give the same bits as `kernel`, the second reading the intermediate images that the first writes, in the format of
   * its one sink. They take 2 · radius · max(scale, 1) taps of each axis per pixel, one after the other, where the one kernel takes
   * their product.
   */
  readonly halves?: {
    readonly kernels: readonly [ManifestKernel, ManifestKernel];
    readonly radius: number;
  };
};
/** One pipeline: most are one kernel. */
export type ManifestPipeline = ManifestKernel | ManifestComposite;
/** The whole file. */
export type Manifest = {
  readonly abi: number;
  readonly cuweave: string;
  /** {@link manifestDigest} of all of it; a manifest that was changed is refused. None: written by hand. */
  readonly digest?: string;
  /** The shared library beside this file. */
  readonly library: string;
  /** Its size in bytes, and the SHA-256 digest of its content in hexadecimal digits. None: whatever is there is loaded. */
  readonly libraryBytes?: number;
  readonly librarySha256?: string;
  /** Compute capabilities that the library holds machine code for, such as `sm_90`; empty: CPU only. */
  readonly archs: readonly string[];
  /** No fused multiply-add, IEEE division and root: CUDA gives the host's bits. */
  readonly strict: boolean;
  readonly pipelines: readonly ManifestPipeline[];
};

/** The SHA-256 digest, in hexadecimal digits, of a manifest's JSON without spaces and without its own `digest`. */
export const manifestDigest = ({ digest: _, ...rest }: Manifest): string =>
  createHash('sha256').update(JSON.stringify(rest)).digest('hex');
