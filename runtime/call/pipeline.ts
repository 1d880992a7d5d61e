import type { Manifest, ManifestFormat, ManifestPipeline, ManifestStep } from '../../native/manifest.js';
import { type Device, sameDevice } from '../device/device.js';
import { refuseInCapture } from '../device/graph.js';
import { Image, type ImageBatch } from '../device/image.js';
import { entryOf } from '../device/library.js';
import type { BoundImage } from '../device/placed.js';
import { capturingStream, Stream } from '../device/stream.js';
import { Tensor } from '../device/tensor.js';
import { describe, expected } from '../errors.js';
import type { Geometry, GeometryOptions } from '../geometry/geometry.js';
import { requireKnown } from '../options.js';
import { type Beside, besideCount, bindBeside } from './beside.js';
import { type FilledHalves, HalvedCall } from './halvedCall.js';
import { bindImages, MAX_IMAGES, type PipelineInput, type PipelineOutput, refuseOverlap } from './inputs.js';
import { Intermediate } from './intermediate.js';
import { type FilledCall, KernelCall, PairCall } from './kernelCall.js';
import { signalOf } from './outputs.js';
import {
  type PointFunction,
  requireOptions,
  type ScaleFunction,
  type SizeFunction,
  withColours,
} from './packing.js';
import { isPerImage } from './params.js';
import type { Patches } from './patches.js';
import { isReduced, Measured, reduces, Scratch } from './reduced.js';
import { type Keep, kindOf, type Made, type One, type ResultCall } from './results.js';
import { openImagesOf, openParamsOf, type Result, resultsOf, sourceOf, stepsOf } from './steps.js';
import { type GeometryImage, Tracer } from './trace.js';

/** One value for all images of a call, or an array with one per image. */
export type PerImage<T> = T | readonly T[];

/** How a call runs. */
export type CallOptions = {
  /** The stream to enqueue on; by default the device's own. */
  readonly stream?: Stream;
};

const callNames = ['stream'];

// Options may be left out where the pipeline asks for none.
type Given<Options> =
  Record<never, never> extends Options
    ? [options?: Options, call?: CallOptions]
    : [options: Options, call?: CallOptions];

/** What a pipeline gives for one image: one result, or several by name. */
export type Results = Tensor | Image | Patches | { readonly [name: string]: Tensor | Image | Patches };
/** The results for all images together. */
export type Together<R extends Results> = R extends Tensor | Patches
  ? R
  : R extends Image
    ? ImageBatch
    : { readonly [Name in keyof R]: R[Name] extends Image ? ImageBatch : R[Name] };
/** The results for each image by itself. */
export type Each<R extends Results> = R extends Tensor | Image | Patches
  ? R[]
  : { readonly [Name in keyof R]: R[Name][] };
/** The geometry of each result. */
export type GeometryOf<R extends Results> = R extends Tensor | Image | Patches
  ? Geometry
  : { readonly [Name in keyof R]: Geometry };
/** Memory for the results. */
export type Outputs<R extends Results> = R extends Tensor | Image | Patches
  ? PipelineOutput
  : { readonly [Name in keyof R]: PipelineOutput };

/**
 * A built pipeline: call it with images and options, and it enqueues its kernel, or its kernels one after the other, and
 * returns a tensor, or images where the planes of its sink are not one tensor (`nv12`, say). Nothing is waited for;
 * `await tensor.toHost()` waits. A pipeline with named results gives an object with one of these for each. All methods throw
 * `ArgumentError` for a value that does not fit; nothing is enqueued then.
 */
export type Pipeline<Options = Record<string, unknown>, R extends Results = Tensor> = {
  /**
   * Runs the pipeline on all images at once.
   * @param input Images in the source's format, of any sizes; or a tensor of N images, if the source has a layout. One image
   *   that stands alone is read for each value of the options per image: many regions of one frame in one launch.
   * @param options The parameters that the pipeline left open; those per image take one value, or one for each.
   * @returns A tensor of the sink's layout and dtype with all N outputs. They must have one size: see `runEach`. For a sink of
   *   images, a batch of N images, of any sizes.
   * Options that are images (of `composite`, `remap`) take what `input` takes: one for all images, or one for each.
   */
  (input: PipelineInput, ...given: Given<Options>): Together<R>;
  /** The same as calling the pipeline. */
  run(input: PipelineInput, ...given: Given<Options>): Together<R>;
  /** The same with a tensor (HWC or CHW) or image for each image: outputs may differ in size. */
  runEach(input: PipelineInput, ...given: Given<Options>): Each<R>;
  /**
   * The same into memory that is there: a tensor of all outputs, or an image for each, of the outputs' sizes.
   * It must not overlap the input.
   * @returns `output`.
   */
  runInto<Output extends Outputs<R>>(output: Output, input: PipelineInput, ...given: Given<Options>): Output;
  /**
   * Which pixels of an image the result's come from: `pipeline.geometry({ width, height }).toSource(boxes)` leads what a detector found back to the
   * picture. It needs no device and runs nothing.
   * @param image The size of an image, an `Image`, or an array of these, which gives an array.
   * @param options Those of the call that say where pixels come from; the others may stand there or be left out. Per image as in the call.
   * @param counted Which place is 0, 0.
   * @returns Of a pipeline with named results an object with one for each. Of a reduction it is that of the pixels that it sees.
   * @throws {ArgumentError} Where a map reads its points from an image, as `remap` does.
   */
  geometry<const I extends GeometryImage | readonly GeometryImage[]>(
    image: I,
    options?: Partial<Options>,
    counted?: GeometryOptions,
  ): I extends readonly unknown[] ? GeometryOf<R>[] : GeometryOf<R>;
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
  /** Maps a stage that changes the size to its output's size. */
  readonly sizes: Readonly<Record<string, SizeFunction>>;
  /** Maps a stage whose filter has a limit to the number of input pixels that an output pixel covers. */
  readonly scales?: Readonly<Record<string, ScaleFunction>>;
  /** Maps a stage that moves pixels to where a point of its output lies in its input. */
  readonly points?: Readonly<Record<string, PointFunction>>;
};

/**
 * Makes a pipeline callable; generated bindings call it. The library is loaded at the first call.
 * @throws {LibraryError} If the manifest is of another ABI or has no such pipeline.
 */
export const definePipeline = <Options = Record<string, unknown>, R extends Results = Tensor>(
  built: BuiltPipeline,
): Pipeline<Options, R> => {
  const entry = entryOf(built.manifest, built.name);
  const runner = new Runner(built, entry);
  let tracer: Tracer | undefined;
  const run = (input: PipelineInput, options?: unknown, call?: CallOptions): unknown =>
    runner.run(input, options, call);
  const methods = {
    run,
    runEach: (input: PipelineInput, options?: unknown, call?: CallOptions) =>
      runner.runEach(input, options, call),
    runInto: (output: unknown, input: PipelineInput, options?: unknown, call?: CallOptions) =>
      runner.runInto(output, input, options, call),
    geometry: (image: unknown, options?: unknown, counted?: GeometryOptions) => {
      tracer ??= new Tracer(built, entry);
      return tracer.geometry(image, options, counted);
    },
    manifest: entry,
  };
  // A function's own name is read-only, so it is defined rather than assigned.
  const named = Object.defineProperty(
    (input: PipelineInput, options?: unknown, call?: CallOptions): unknown => run(input, options, call),
    'name',
    { value: entry.name },
  );
  return Object.assign(named, methods) as unknown as Pipeline<Options, R>;
};

type Size = { readonly width: number; readonly height: number };
/** A step whose arguments are filled in: by its one kernel and, where that is cheaper, by two. */
type FilledStep = { readonly whole: FilledCall; readonly halves?: FilledHalves | undefined };
/** A call that was checked: what enters each kernel and leaves it. */
type Prepared = {
  readonly images: readonly BoundImage[];
  readonly steps: readonly FilledStep[];
  /** The sizes that each step's kernel writes. */
  readonly sizes: readonly (readonly Size[])[];
  readonly stream: Stream;
  readonly options: Readonly<Record<string, unknown>>;
  readonly beside: Beside;
};

/** A graph reads its images again whenever it is launched. */
const refusePassing = (images: readonly BoundImage[]): void => {
  if (!images.some(({ passes }) => passes)) {
    return;
  }
  const hint = 'Capture a clone() of it.';
  throw refuseInCapture('a frame of a video, whose memory the decoder takes back', hint);
};

class Runner {
  readonly #source: ManifestFormat;
  readonly #steps: readonly ManifestStep[];
  readonly #calls: readonly KernelCall[];
  /** The halves of each step that two kernels can do. */
  readonly #halved: readonly (HalvedCall | undefined)[];
  /** The pair that a step and the next one make, where they can be enqueued as one. */
  readonly #pairs: readonly (PairCall | undefined)[];
  readonly #results: readonly Result[];
  /** For each step and sink, the number of the result that it is; -1 for an intermediate image. */
  readonly #written: readonly (readonly number[])[];
  /** For each step, the last one that reads what it writes. */
  readonly #lastReaders: readonly number[];
  readonly #openParams: ReturnType<typeof openParamsOf>;
  readonly #openImages: ReturnType<typeof openImagesOf>;
  readonly #openNames: readonly string[];

  constructor(
    built: BuiltPipeline,
    readonly entry: ManifestPipeline,
  ) {
    this.#source = sourceOf(entry);
    this.#steps = stepsOf(entry);
    this.#calls = this.#steps.map(({ kernel }) => new KernelCall(built, kernel));
    this.#halved = this.#steps.map(({ halves }) => halves && new HalvedCall(built, halves));
    const pairs = 'pairs' in entry ? (entry.pairs ?? []) : [];
    this.#pairs = this.#steps.map((_, n) => {
      const pair = pairs.find(({ steps }) => steps[0] === n);
      return pair && new PairCall(pair, [this.#calls[n]!, this.#calls[n + 1]!]);
    });
    this.#results = resultsOf(entry);
    this.#written = this.#steps.map(({ kernel }) =>
      kernel.sinks.map(({ output }) => this.#results.findIndex(({ name }) => name === output)),
    );
    this.#lastReaders = this.#steps.map((_, n) =>
      this.#steps.findLastIndex(({ reads, measures = [] }) => reads === n || measures.includes(n)),
    );
    this.#openParams = openParamsOf(entry);
    this.#openImages = openImagesOf(entry);
    this.#openNames = [...new Set([...this.#openImages, ...this.#openParams].map(({ open }) => open))];
  }

  run(input: PipelineInput, options: unknown, call?: CallOptions): unknown {
    const prepared = this.#prepare(input, options, call);
    const calls = this.#results.map(result => this.#callOf(result, prepared));
    this.#results.forEach(({ sink }, r) => {
      kindOf(sink).requireTogether?.(sink, calls[r]!);
    });
    return this.#intoNew(prepared, calls, ({ sink }, made, keep) => kindOf(sink).together(sink, made, keep));
  }

  runEach(input: PipelineInput, options: unknown, call?: CallOptions): unknown {
    const prepared = this.#prepare(input, options, call);
    const calls = this.#results.map(result => this.#callOf(result, prepared));
    return this.#intoNew(prepared, calls, ({ sink }, made, keep) => kindOf(sink).each(sink, made, keep));
  }

  /** What a result's memory depends on. */
  #callOf({ name, step, sink }: Result, { images, sizes, stream, options }: Prepared): ResultCall {
    return {
      pipeline: this.entry.name,
      name,
      sizes: sizes[step]!,
      stream,
      signalOf: n => signalOf(this.#steps, step, sink, images, n, options),
    };
  }

  runInto(output: unknown, input: PipelineInput, options: unknown, call?: CallOptions): unknown {
    const prepared = this.#prepare(input, options, call);
    const { images, sizes, stream } = prepared;
    const given = this.#outputsOf(output);
    const extents: { readonly images: readonly BoundImage[]; readonly format: ManifestFormat }[] = [];
    const bound = this.#results.map(({ name, step, sink }, r) => {
      const path = pathOf(name);
      const outputs = kindOf(sink).bind(given[r], sink, sizes[step]!, path);
      if (outputs.length !== images.length) {
        const what = name === '' ? 'the number of outputs' : `the number of images in ${path}`;
        throw expected(`${images.length} (as many as input)`, what, `${outputs.length}`);
      }
      outputs.forEach(({ device, width, height }, n) => {
        const isWhole = outputs.length === 1 || given[r] instanceof Tensor || given[r] instanceof Image;
        const at = isWhole ? path : `${path}[${n}]`;
        requireSameDevice(device, stream.device, at);
        if (isReduced(sink)) {
          return;
        }
        const size = sizes[step]![n]!;
        if (width === size.width && height === size.height) {
          return;
        }
        throw expected(`${size.width}×${size.height}`, `the size of ${at}`, `${width}×${height}`);
      });
      if (isReduced(sink)) {
        return outputs;
      }
      const extent = kindOf(sink).extent?.(given[r]) ?? { images: outputs, format: sink };
      extents[r] = extent;
      const { images: written, format: into } = extent;
      refuseOverlap(images, this.#source, written, into, path);
      for (const { open, format } of this.#openImages) {
        const read = prepared.beside.get(open) as readonly BoundImage[];
        refuseOverlap(read, format, written, into, path, `options.${open}`);
      }
      return outputs;
    });
    this.#results.forEach((result, r) => {
      for (let other = 0; other < r; other++) {
        const { name, sink } = this.#results[other]!;
        if (isReduced(sink) || isReduced(result.sink)) {
          continue;
        }
        const [before, own] = [extents[other]!, extents[r]!];
        refuseOverlap(
          before.images,
          before.format,
          own.images,
          own.format,
          pathOf(result.name),
          pathOf(name),
        );
      }
    });
    this.#launch(bound, prepared);
    return output;
  }

  #prepare(input: PipelineInput, options: unknown, call: CallOptions = {}): Prepared {
    const bound = bindImages(input, this.#source, 'input');
    const images = input instanceof Image ? this.#repeated(bound, options) : bound;
    const { device } = images[0]!;
    bound.forEach((image, n) => {
      requireSameDevice(image.device, device, `input[${n}]`);
    });
    requireKnown(call, callNames, 'call');
    const { stream = capturingStream() ?? device.stream } = call;
    if (!(stream instanceof Stream)) {
      throw expected('a Stream', 'call.stream', describe(stream));
    }
    requireSameDevice(stream.device, device, 'call.stream');
    for (const kernel of this.#calls) {
      kernel.load(device);
    }
    for (const halved of this.#halved) {
      halved?.load(device);
    }
    for (const pair of this.#pairs) {
      pair?.load(device);
    }
    const given = requireOptions(this.entry.name, this.#openNames, options ?? {});
    const beside = bindBeside(this.#openImages, given, images.length, (image, path) => {
      requireSameDevice(image.device, device, path);
    });
    const steps: FilledStep[] = [];
    const sizes: (readonly Size[])[] = [];
    this.#steps.forEach(({ reads }, n) => {
      const coming = reads === undefined ? images : withColours(steps[reads]!.whole.filled, images);
      const whole = this.#calls[n]!.fill(device, coming, given, beside);
      const halves = this.#halved[n]?.fill(device, coming, given, beside, whole.filled);
      sizes.push(whole.filled.sizes);
      steps.push({ whole, halves });
    });
    return { images, steps, sizes, stream, options: given, beside };
  }

  /** An image that stands alone, as often as there are values for it. */
  #repeated(images: readonly BoundImage[], options: unknown): readonly BoundImage[] {
    if (typeof options !== 'object' || options === null) {
      return images;
    }
    let count = besideCount(this.#openImages, options as Readonly<Record<string, unknown>>);
    for (const param of this.#openParams) {
      if (!Object.hasOwn(options, param.open)) {
        continue;
      }
      const value: unknown = (options as Readonly<Record<string, unknown>>)[param.open];
      if (!isPerImage(param, value)) {
        continue;
      }
      if (value.length > MAX_IMAGES) {
        throw expected(`up to ${MAX_IMAGES} values`, `options.${param.open}`, `an array of ${value.length}`);
      }
      count = Math.max(count, value.length);
    }
    return count === 1 ? images : new Array<BoundImage>(count).fill(images[0]!);
  }

  /** Runs into new memory; if that fails it is given back. `make` says of each thing that it makes that it is to be kept. */
  #intoNew(
    prepared: Prepared,
    calls: readonly ResultCall[],
    make: (result: Result, call: ResultCall, keep: Keep) => Made,
  ): unknown {
    if (capturingStream()) {
      throw refuseInCapture(
        `${this.entry.name} with results of its own`,
        'Use runInto, with memory that is there.',
      );
    }
    const kept: One[] = [];
    const keep: Keep = made => {
      kept.push(made);
      return made;
    };
    try {
      const made = this.#results.map((result, r) => make(result, calls[r]!, keep));
      const bound = made.map((results, r) => {
        const { sink, step } = this.#results[r]!;
        const { bind, bindMade = bind } = kindOf(sink);
        return bindMade(results, sink, prepared.sizes[step]!, 'output');
      });
      this.#launch(bound, prepared);
      if (this.#results[0]!.name === '') {
        return made[0];
      }
      return Object.fromEntries(made.map((results, r) => [this.#results[r]!.name, results]));
    } catch (error) {
      for (const held of kept) {
        held.dispose();
      }
      throw error;
    }
  }

  /** What `runInto` was given, result by result. */
  #outputsOf(output: unknown): readonly PipelineOutput[] {
    const names = this.#results.map(({ name }) => name);
    if (names[0] === '') {
      return [output as PipelineOutput];
    }
    const wanted = `{ ${names.join(', ')} }`;
    if (typeof output !== 'object' || output === null) {
      throw expected(wanted, 'output', describe(output));
    }
    const missing = names.find(name => !Object.hasOwn(output, name));
    const other = Object.keys(output).find(name => !names.includes(name));
    if (missing !== undefined) {
      throw expected(wanted, 'output', `none for ${missing}`);
    }
    if (other !== undefined) {
      throw expected(wanted, 'output', `'${other}', too`);
    }
    return names.map(name => (output as Readonly<Record<string, PipelineOutput>>)[name]!);
  }

  /** Enqueues every kernel, with intermediate images of the stream's pool between them. */
  #launch(
    outputs: readonly (readonly BoundImage[])[],
    { images, steps, sizes, stream, beside }: Prepared,
  ): void {
    if (capturingStream()) {
      refusePassing([images, ...beside.values()].flat());
    }
    const between = new Map<number, Intermediate | Measured>();
    /** Memory for what a step writes. */
    const writtenBy = (n: number): (readonly BoundImage[])[] =>
      this.#written[n]!.map((result, s) => {
        if (result >= 0) {
          return outputs[result]!;
        }
        const { sinks } = this.#steps[n]!.kernel;
        const sink = sinks[s]!;
        if (isReduced(sink)) {
          const numbers = new Measured(stream, sink, images.length);
          between.set(n, numbers);
          return numbers.images;
        }
        const made = new Intermediate(stream, sinks[s]!, withColours(steps[n]!.whole.filled, images));
        between.set(n, made);
        return made.images;
      });
    try {
      for (let n = 0; n < this.#steps.length; n++) {
        const { reads, kernel, measures = [] } = this.#steps[n]!;
        const measured = measures.map(step => between.get(step)!.images);
        const inputs = reads === undefined ? images : between.get(reads)!.images;
        const written = writtenBy(n);
        const pair = this.#pairs[n];
        if (reduces(kernel)) {
          const scratch = new Scratch(stream, kernel, sizes[n]!, written);
          try {
            steps[n]!.whole.launch(inputs, scratch.outputs, beside, stream, measured);
          } finally {
            scratch.dispose();
          }
        } else if (pair?.serves(stream.device, images.length)) {
          const both = [steps[n]!.whole, steps[n + 1]!.whole] as const;
          n++;
          pair.launch(both, inputs, [written, writtenBy(n)], beside, stream);
        } else if (!steps[n]!.halves?.launch(inputs, written, beside, stream)) {
          steps[n]!.whole.launch(inputs, written, beside, stream, measured);
        }
        for (const step of [...(reads === undefined ? [] : [reads]), ...measures]) {
          if (this.#lastReaders[step] === n) {
            between.get(step)?.dispose();
            between.delete(step);
          }
        }
      }
    } finally {
      for (const made of between.values()) {
        made.dispose();
      }
    }
  }
}

const pathOf = (result: string): string => (result === '' ? 'output' : `output.${result}`);

const requireSameDevice = (given: Device, device: Device, path: string): void => {
  if (!sameDevice(given, device)) {
    throw expected(`something on ${device}`, path, `something on ${given}`);
  }
};
