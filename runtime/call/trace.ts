/** The geometry of a pipeline's results, without a call: what its kernels' stages do with the place of a pixel. */
import type { ManifestPipeline } from '../../native/manifest.js';
import type { Orientation } from '../../ops/spec.js';
import { MAX_SIZE } from '../device/image.js';
import { describe, expected, LibraryError } from '../errors.js';
import { Geometry, type GeometryOptions } from '../geometry/geometry.js';
import type { Point } from '../geometry/maps.js';
import {
  type ComingImage,
  Packing,
  type PointFunction,
  requireOptions,
  type ScaleFunction,
  type SizeFunction,
  type TracedStage,
} from './packing.js';
import { openImagesOf, openParamsOf, resultsOf, stepsOf } from './steps.js';

/** What an image's geometry follows from; every `Image` is one. */
export type GeometryImage = {
  /** In pixels, as the image is stored. */
  readonly width: number;
  readonly height: number;
  /** How it is to be turned, where the pipeline has `orient()`. */
  readonly orientation?: Orientation | undefined;
};

/** What generated bindings say of the stages that move pixels. */
export type StageFunctions = {
  readonly sizes: Readonly<Record<string, SizeFunction>>;
  readonly scales?: Readonly<Record<string, ScaleFunction>> | undefined;
  readonly points?: Readonly<Record<string, PointFunction>> | undefined;
};

/** @internal What a pipeline does with places, image by image. */
export class Tracer {
  readonly #steps: readonly { readonly packing: Packing; readonly reads: number | undefined }[];
  readonly #names: readonly string[];

  constructor(
    readonly functions: StageFunctions,
    readonly entry: ManifestPipeline,
  ) {
    const { sizes, scales } = functions;
    this.#steps = stepsOf(entry).map(({ kernel, reads }) => ({
      packing: new Packing(kernel, sizes, scales),
      reads,
    }));
    this.#names = [...openImagesOf(entry), ...openParamsOf(entry)].map(({ open }) => open);
  }

  /** The geometry of one image, or of each; of several results an object with one for each. */
  geometry(given: unknown, options: unknown = {}, counted?: GeometryOptions): unknown {
    const known = requireOptions(this.entry.name, [...new Set(this.#names)], options);
    if (!Array.isArray(given)) {
      return this.#ofImage(requireImage(given, 'image'), known, counted, 0, 1);
    }
    const images = given.map((image, n) => requireImage(image, `image[${n}]`));
    return images.map((image, n) => this.#ofImage(image, known, counted, n, images.length));
  }

  #ofImage(
    image: GeometryImage,
    options: Readonly<Record<string, unknown>>,
    counted: GeometryOptions | undefined,
    n: number,
    count: number,
  ): unknown {
    const traces: (readonly TracedStage[])[] = [];
    const coming: ComingImage[] = [];
    for (const { packing, reads } of this.#steps) {
      const { orientation } = image;
      const source: ComingImage = {
        width: image.width,
        height: image.height,
        bitDepth: 8,
        ...(orientation ? { orientation } : {}),
      };
      const before = reads === undefined ? source : coming[reads]!;
      const own = packing.trace(before, options, n, count);
      const last = own.at(-1);
      const { width, height } = last?.dst ?? before;
      coming.push({ ...source, width, height, origin: last?.src ?? before });
      traces.push([...(reads === undefined ? [] : traces[reads]!), ...own]);
    }
    const results = resultsOf(this.entry).map(({ name, step }) => {
      const map = this.#mapOf(traces[step]!);
      const { width, height } = coming[step]!;
      const source = { width: image.width, height: image.height };
      return [name, new Geometry(map, source, { width, height }, counted)] as const;
    });
    return results[0]![0] === '' ? results[0]![1] : Object.fromEntries(results);
  }

  /** From the last stage's output back to the first one's input. */
  #mapOf(stages: readonly TracedStage[]): (point: Point) => Point {
    const maps = stages.map(({ stage, params, src, dst }) => {
      const { points = {} } = this.functions;
      if (!Object.hasOwn(points, stage) || typeof points[stage] !== 'function') {
        throw new LibraryError(
          `The bindings of ${this.entry.name} do not say where ${stage} has its points from. Run cuweave build again.`,
        );
      }
      return (point: Point): Point => points[stage]!(params, src, dst, point);
    });
    return point => maps.reduceRight((at, map) => map(at), point);
  }
}

const requireImage = (given: unknown, path: string): GeometryImage => {
  if (typeof given !== 'object' || given === null) {
    throw expected('{ width, height } or an Image', path, describe(given));
  }
  const image = given as GeometryImage;
  for (const side of ['width', 'height'] as const) {
    const value: unknown = image[side];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > MAX_SIZE) {
      throw expected(`a whole number from 1 to ${MAX_SIZE}`, `${path}.${side}`, describe(value));
    }
  }
  return image;
};
