/** The kinds of results: what is made of each for a call, and where its images lie in what a call was given. */
import type { ManifestFormat, ManifestSink } from '../../native/manifest.js';
import { Image, ImageBatch } from '../device/image.js';
import type { BoundImage } from '../device/placed.js';
import type { Stream } from '../device/stream.js';
import { Tensor, type TensorSpec } from '../device/tensor.js';
import type { ColourDescription } from '../device/videoColour.js';
import { expected } from '../errors.js';
import { bindImages, type PipelineOutput } from './inputs.js';
import {
  bindPatches,
  emptyPatches,
  isPatched,
  type PatchedSink,
  type Patches,
  patchesExtent,
} from './patches.js';
import { bindReduced, emptyReduced, isReduced, type ReducedSink } from './reduced.js';

type Size = { readonly width: number; readonly height: number };
/** What is made for one image. */
export type One = Tensor | Image | Patches;
/** A result of all images, or one for each. */
export type Made = Tensor | ImageBatch | Patches | One[];
/** Says of something made that it is to be kept if the call succeeds, and else given back. */
export type Keep = <T extends One>(made: T) => T;
/** One result of a call. */
export type ResultCall = {
  /** The pipeline's name, and the result's, for messages. */
  readonly pipeline: string;
  readonly name: string;
  /** The size of each image as it is written. */
  readonly sizes: readonly Size[];
  readonly stream: Stream;
  /** What the YUV of image n means. */
  signalOf(n: number): ColourDescription | undefined;
};

type Bind<Sink> = (given: unknown, sink: Sink, sizes: readonly Size[], path: string) => readonly BoundImage[];
/** What there is to know of one kind. */
export type ResultKind<Sink extends ManifestSink = ManifestSink> = {
  /** Refuses images whose results are not one thing together. */
  requireTogether?(sink: Sink, call: ResultCall): void;
  /** New memory for the results of all images. */
  together(sink: Sink, call: ResultCall, keep: Keep): Made;
  /** New memory for each image's. */
  each(sink: Sink, call: ResultCall, keep: Keep): One[];
  /** Where each image's result lies in what the caller gave. */
  readonly bind: Bind<Sink>;
  /** The same of what was made; default: `bind`. */
  readonly bindMade?: Bind<Sink>;
  /** The memory that this takes, as images of a format, where its rows are not those of the images. */
  extent?(given: unknown): { readonly images: readonly BoundImage[]; readonly format: ManifestFormat };
};

const imagesFor = (
  { name: format }: ManifestSink,
  { sizes, stream, signalOf }: ResultCall,
  keep: Keep,
): Image[] =>
  sizes.map(({ width, height }, n) => {
    const colour = signalOf(n);
    const spec = { format, width, height, ...(colour ? { colour } : {}) };
    return keep(Image.empty(stream.device, spec, { stream }));
  });
/** Images: their planes are not one tensor. */
const images: ResultKind = {
  together: (sink, call, keep) => new ImageBatch(imagesFor(sink, call, keep)),
  each: imagesFor,
  bind: (given, sink, _, path) => bindImages(given as PipelineOutput, sink, path),
};

const tensorOf = (
  { dtype, layout, planes }: ManifestFormat,
  { width, height }: Size,
  count: number | undefined,
  stream: Stream,
): Tensor => {
  const channels = planes.reduce((sum, plane) => sum + plane.channels, 0);
  const shape = layout === 'NHWC' ? [height, width, channels] : [channels, height, width];
  const spec: TensorSpec =
    count === undefined
      ? { shape, dtype, layout: layout === 'NHWC' ? 'HWC' : 'CHW' }
      : { shape: [count, ...shape], dtype, layout: layout === 'NHWC' ? 'NHWC' : 'NCHW' };
  return Tensor.empty(stream.device, spec, { stream });
};

/** A tensor of images of one size. */
const tensors: ResultKind = {
  requireTogether: (_, { pipeline, name, sizes }) => {
    const other = sizes.findIndex(
      ({ width, height }) => width !== sizes[0]!.width || height !== sizes[0]!.height,
    );
    if (other < 0) {
      return;
    }
    const show = ({ width, height }: Size): string => `${width}×${height}`;
    const which = name === '' ? 'outputs' : `outputs '${name}'`;
    throw expected(
      'outputs of one size',
      'input',
      `images whose ${which} are ${show(sizes[0]!)} (image 0) and ${show(sizes[other]!)} (image ${other})`,
      `Use ${pipeline}.runEach, which gives a tensor for each image.`,
    );
  },
  together: (sink, { sizes, stream }, keep) => keep(tensorOf(sink, sizes[0]!, sizes.length, stream)),
  each: (sink, { sizes, stream }, keep) => sizes.map(size => keep(tensorOf(sink, size, undefined, stream))),
  bind: (given, sink, _, path) => bindImages(given as PipelineOutput, sink, path),
  bindMade: (made, sink, _, path) =>
    [made as One | One[]].flat().flatMap(one => bindImages(one as Tensor, sink, path)),
};

/** What pixels came to. */
const reduced: ResultKind<ReducedSink> = {
  together: (sink, { sizes, stream }, keep) => keep(emptyReduced(sink, sizes.length, stream)),
  each: (sink, { sizes, stream }, keep) => sizes.map(() => keep(emptyReduced(sink, undefined, stream))),
  bind: (given, sink, _, path) => bindReduced(given, sink, path),
};

/** Tokens, of images of any sizes. */
const patched: ResultKind<PatchedSink> = {
  together: (sink, { sizes, stream }, keep) => keep(emptyPatches(sink, sizes, stream)),
  each: (sink, { sizes, stream }, keep) => {
    const { frames, temporal } = sink.tokens;
    const each = frames === 'paired' ? temporal : 1;
    return Array.from({ length: Math.ceil(sizes.length / each) }, (_, n) =>
      keep(emptyPatches(sink, sizes.slice(n * each, (n + 1) * each), stream)),
    );
  },
  bind: bindPatches,
  extent: patchesExtent,
};

/** The kind of a result. */
export const kindOf = (sink: ManifestSink): ResultKind => {
  if (isReduced(sink)) {
    return reduced as ResultKind;
  }
  if (isPatched(sink)) {
    return patched as ResultKind;
  }
  return sink.layout === undefined ? images : tensors;
};
