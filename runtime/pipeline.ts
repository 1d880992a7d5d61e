import type { Manifest, ManifestPipeline } from '../native/manifest.js';
import type { NativePipeline } from './addon.js';
import { type Device, sameDevice } from './device.js';
import { describe, expected } from './errors.js';
import { Image } from './image.js';
import {
  type BoundImage,
  bindImages,
  MAX_IMAGES,
  type PipelineInput,
  type PipelineOutput,
  refuseOverlap,
} from './inputs.js';
import { entryOf, launchError, loadPipeline, requireDevice } from './library.js';
import { Packing, type ScaleFunction, type SizeFunction } from './packing.js';
import { isPerImage } from './params.js';
import { Stream } from './stream.js';
import { Tensor, type TensorSpec } from './tensor.js';

/** One value for all images of a call, or an array with one per image. */
export type PerImage<T> = T | readonly T[];

/** How a call runs. */
export type CallOptions = {
  /** The stream to enqueue on; by default the device's own. */
  readonly stream?: Stream;
};

// Options may be left out where the pipeline asks for none.
type Given<Options> =
  Record<never, never> extends Options
    ? [options?: Options, call?: CallOptions]
    : [options: Options, call?: CallOptions];

/**
 * A built pipeline: call it with images and options, and it enqueues its kernel and returns a tensor. Nothing is waited for;
 * `await tensor.toHost()` waits. All methods throw `ArgumentError` for a value that does not fit.
 */
export type Pipeline<Options = Record<string, unknown>> = {
  /**
   * Runs the pipeline on all images in one launch.
   * @param input Images in the source's format, of any sizes; or a tensor of N images, if the source has a layout. One image
   *   that stands alone is read for each value of the options per image: many regions of one frame in one launch.
   * @param options The parameters that the pipeline left open; those per image take one value, or one for each.
   * @returns A tensor of the sink's layout and dtype with all N outputs. They must have one size: see `runEach`.
   */
  (input: PipelineInput, ...given: Given<Options>): Tensor;
  /** The same as calling the pipeline. */
  run(input: PipelineInput, ...given: Given<Options>): Tensor;
  /** The same in one launch, with a tensor (HWC or CHW) for each image: outputs may differ in size. */
  runEach(input: PipelineInput, ...given: Given<Options>): Tensor[];
  /**
   * The same into memory that is there: a tensor of all outputs, or an image for each, of the outputs' sizes.
   * It must not overlap the input.
   * @returns `output`.
   */
  runInto<Output extends PipelineOutput>(
    output: Output,
    input: PipelineInput,
    ...given: Given<Options>
  ): Output;
  /** The exported name in the pipelines' module. */
  readonly name: string;
  /** What is known of the pipeline: formats, parameters, the layout of its arguments. */
  readonly manifest: ManifestPipeline;
};

/** What generated bindings give. */
export type BuiltPipeline = {
  /** The folder of the manifest and the library. */
  readonly directory: URL | string;
  readonly manifest: Manifest;
  readonly name: string;
  /** By stage: the output's size, for stages that change it. */
  readonly sizes: Readonly<Record<string, SizeFunction>>;
  /** By stage: how many input pixels an output pixel covers, for stages whose filter has a limit of them. */
  readonly scales?: Readonly<Record<string, ScaleFunction>>;
};

/**
 * Makes a pipeline callable; generated bindings call it. The library is loaded at the first call.
 * @throws {LibraryError} If the manifest is of another ABI or has no such pipeline.
 */
export const definePipeline = <Options = Record<string, unknown>>(
  built: BuiltPipeline,
): Pipeline<Options> => {
  const entry = entryOf(built.manifest, built.name);
  const runner = new Runner(built, entry);
  const run = (input: PipelineInput, options?: unknown, call?: CallOptions): Tensor =>
    runner.run(input, options, call);
  const methods = {
    run,
    runEach: (input: PipelineInput, options?: unknown, call?: CallOptions) =>
      runner.runEach(input, options, call),
    runInto: (output: PipelineOutput, input: PipelineInput, options?: unknown, call?: CallOptions) =>
      runner.runInto(output, input, options, call),
    manifest: entry,
  };
  // A function's own name is read-only, so it is defined rather than assigned.
  const named = Object.defineProperty(
    (input: PipelineInput, options?: unknown, call?: CallOptions): Tensor => run(input, options, call),
    'name',
    { value: entry.name },
  );
  return Object.assign(named, methods) as unknown as Pipeline<Options>;
};

type Size = { readonly width: number; readonly height: number };
type Prepared = {
  readonly images: readonly BoundImage[];
  readonly sizes: readonly Size[];
  readonly stream: Stream;
};

class Runner {
  readonly #packing: Packing;
  readonly #channels: number;
  readonly #handles = new Handles();
  #native: NativePipeline | undefined;

  constructor(
    readonly built: BuiltPipeline,
    readonly entry: ManifestPipeline,
  ) {
    this.#packing = new Packing(entry, built.sizes, built.scales);
    this.#channels = entry.sink.planes.reduce((sum, plane) => sum + plane.channels, 0);
  }

  run(input: PipelineInput, options: unknown, call?: CallOptions): Tensor {
    const prepared = this.#prepare(input, options, call);
    const { sizes } = prepared;
    const other = sizes.findIndex(
      ({ width, height }) => width !== sizes[0].width || height !== sizes[0].height,
    );
    if (other > 0) {
      const show = ({ width, height }: Size): string => `${width}×${height}`;
      throw expected(
        'outputs of one size',
        'input',
        `images whose outputs are ${show(sizes[0])} (image 0) and ${show(sizes[other])} (image ${other})`,
        `Use ${this.entry.name}.runEach, which gives a tensor for each image.`,
      );
    }
    const output = this.#allocate(sizes[0], sizes.length, prepared.stream);
    return this.#launchInto([output], bindImages(output, this.entry.sink, 'output'), prepared)[0];
  }

  runEach(input: PipelineInput, options: unknown, call?: CallOptions): Tensor[] {
    const prepared = this.#prepare(input, options, call);
    const outputs: Tensor[] = [];
    try {
      for (const size of prepared.sizes) outputs.push(this.#allocate(size, undefined, prepared.stream));
    } catch (error) {
      for (const output of outputs) output.dispose();
      throw error;
    }
    const bound = outputs.flatMap(output => bindImages(output, this.entry.sink, 'output'));
    return this.#launchInto(outputs, bound, prepared);
  }

  runInto(
    output: PipelineOutput,
    input: PipelineInput,
    options: unknown,
    call?: CallOptions,
  ): PipelineOutput {
    const prepared = this.#prepare(input, options, call);
    const { images, sizes, stream } = prepared;
    const bound = bindImages(output, this.entry.sink, 'output');
    if (bound.length !== images.length) {
      throw expected(`${images.length} (as many as input)`, 'the number of outputs', `${bound.length}`);
    }
    bound.forEach(({ device, width, height }, n) => {
      const path =
        bound.length === 1 || output instanceof Tensor || output instanceof Image ? 'output' : `output[${n}]`;
      requireSameDevice(device, stream.device, path);
      if (width === sizes[n].width && height === sizes[n].height) return;
      throw expected(`${sizes[n].width}×${sizes[n].height}`, `the size of ${path}`, `${width}×${height}`);
    });
    refuseOverlap(images, this.entry.source, bound, this.entry.sink);
    this.#launch(bound, prepared);
    return output;
  }

  #prepare(input: PipelineInput, options: unknown, call: CallOptions = {}): Prepared {
    const given = bindImages(input, this.entry.source, 'input');
    const images = input instanceof Image ? this.#repeated(given, options) : given;
    const { device } = images[0];
    given.forEach((image, n) => {
      requireSameDevice(image.device, device, `input[${n}]`);
    });
    if (typeof call !== 'object' || call === null) throw expected('{ stream }', 'call', describe(call));
    const { stream = device.stream } = call;
    if (!(stream instanceof Stream)) throw expected('a Stream', 'call.stream', describe(stream));
    requireSameDevice(stream.device, device, 'call.stream');
    this.#native ??= loadPipeline(this.built.directory, this.built.manifest, this.entry);
    requireDevice(device, this.#native, this.entry.name);
    const sizes = this.#packing.fill(images, (options ?? {}) as Readonly<Record<string, unknown>>);
    return { images, sizes, stream };
  }

  /** An image that stands alone, as often as there are values for it. */
  #repeated(images: readonly BoundImage[], options: unknown): readonly BoundImage[] {
    if (typeof options !== 'object' || options === null) return images;
    let count = 1;
    for (const param of this.entry.params) {
      if (param.open === undefined || !Object.hasOwn(options, param.open)) continue;
      const value: unknown = (options as Readonly<Record<string, unknown>>)[param.open];
      if (!isPerImage(param, value)) continue;
      if (value.length > MAX_IMAGES) {
        throw expected(`up to ${MAX_IMAGES} values`, `options.${param.open}`, `an array of ${value.length}`);
      }
      count = Math.max(count, value.length);
    }
    return count === 1 ? images : new Array<BoundImage>(count).fill(images[0]);
  }

  #allocate({ width, height }: Size, count: number | undefined, stream: Stream): Tensor {
    const { name, dtype, layout } = this.entry.sink;
    if (layout === undefined) {
      throw expected(
        'a sink format with a layout',
        `the sink of ${this.entry.name}`,
        name,
        `Its planes are not one tensor: use ${this.entry.name}.runInto with images.`,
      );
    }
    const shape = layout === 'NHWC' ? [height, width, this.#channels] : [this.#channels, height, width];
    const spec: TensorSpec =
      count === undefined
        ? { shape, dtype, layout: layout === 'NHWC' ? 'HWC' : 'CHW' }
        : { shape: [count, ...shape], dtype, layout };
    return Tensor.empty(stream.device, spec, { stream });
  }

  #launchInto(outputs: Tensor[], bound: readonly BoundImage[], prepared: Prepared): Tensor[] {
    try {
      this.#launch(bound, prepared);
    } catch (error) {
      for (const output of outputs) output.dispose();
      throw error;
    }
    return outputs;
  }

  #launch(outputs: readonly BoundImage[], { images, stream }: Prepared): void {
    const packing = this.#packing;
    packing.fillOutputs(outputs);
    const handles = this.#handles;
    handles.clear();
    handles.add(images);
    const reads = handles.count;
    handles.add(outputs);
    const native = stream._native();
    try {
      native.launch(
        (this.#native as NativePipeline).handle,
        packing.block,
        images.length,
        handles.values,
        reads,
        handles.count,
      );
    } catch (error) {
      throw launchError(error, this.built.manifest, this.entry.name, images.length, stream.device);
    }
  }
}

const requireSameDevice = (given: Device, device: Device, path: string): void => {
  if (!sameDevice(given, device)) throw expected(`something on ${device}`, path, `something on ${given}`);
};

/** The memories of a call, by their handles; kept from call to call, so that a call allocates nothing here. */
class Handles {
  values = new Float64Array(16);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  add(images: readonly BoundImage[]): void {
    // Planes of one image, and mostly images of one batch, share their memory; naming one twice does no harm.
    let last = -1;
    for (const { planes } of images) {
      for (const { memory } of planes) {
        if (memory.handle === last) continue;
        last = memory.handle;
        if (this.count === this.values.length) this.#grow();
        this.values[this.count++] = last;
      }
    }
  }

  #grow(): void {
    const larger = new Float64Array(2 * this.values.length);
    larger.set(this.values);
    this.values = larger;
  }
}
