import type { ManifestFormat, ManifestParam, ManifestPipeline } from '../native/manifest.js';
import { paramFields } from '../ops/spec.js';
import { describe, expected } from './errors.js';
import { MAX_SIZE } from './image.js';
import type { BoundImage } from './inputs.js';
import { packParam, valueOfImage } from './params.js';

/** The output's size of a stage: its parameters by name, always as arrays of numbers, and the size that comes in. */
export type SizeFunction = (
  params: Readonly<Record<string, number[]>>,
  src: { readonly width: number; readonly height: number },
) => readonly [number, number];

type Size = { readonly width: number; readonly height: number };
type Options = Readonly<Record<string, unknown>>;

/** What a value depends on decides how often it is packed. */
type Packed = {
  readonly param: ManifestParam;
  /** Numbers of a settled value that depends on no image. */
  readonly fixed: number[] | undefined;
};

/**
 * The argument block of one pipeline and, behind it, the image descriptors: filled anew for every call, and reallocated
 * only for a larger batch than there was.
 */
export class Packing {
  block: Uint8Array;
  #args: DataView;
  #images: DataView;
  readonly #geometric: ReadonlySet<string>;
  readonly #stages: ReadonlyMap<string, readonly Packed[]>;
  readonly #openNames: readonly string[];

  constructor(
    readonly pipeline: ManifestPipeline,
    readonly sizes: Readonly<Record<string, SizeFunction>>,
  ) {
    this.block = new Uint8Array(pipeline.args.size + pipeline.image.size);
    this.#args = new DataView(this.block.buffer);
    this.#images = new DataView(this.block.buffer, pipeline.args.size);
    this.#geometric = new Set(pipeline.geometry.map(({ stage }) => stage));
    const stages = new Map<string, Packed[]>();
    for (const param of pipeline.params) {
      const of = stages.get(param.stage) ?? [];
      of.push({ param, fixed: fixedNumbers(param) });
      stages.set(param.stage, of);
    }
    this.#stages = stages;
    this.#openNames = pipeline.params.flatMap(param => (param.open === undefined ? [] : [param.open]));
  }

  /**
   * Checks the options and fills in everything but the outputs' planes.
   * @returns The output's size for each image.
   */
  fill(images: readonly BoundImage[], options: Options): Size[] {
    this.#checkOptions(options);
    const { args, image, geometry, source } = this.pipeline;
    if (this.#images.byteLength < image.size * images.length) {
      this.block = new Uint8Array(args.size + image.size * images.length * 2);
      this.#args = new DataView(this.block.buffer);
      this.#images = new DataView(this.block.buffer, args.size);
    }
    return images.map((bound, n) => {
      const at = n * image.size;
      this.#writePlanes(at, source, bound);
      let size: Size = bound;
      this.#writeSize(at, 0, size);
      for (const [stage, params] of this.#stages) {
        if (!this.#geometric.has(stage))
          this.#writeStage(params, options, n, images.length, bound, undefined);
      }
      geometry.forEach(({ stage, resizes }, g) => {
        const params = this.#writeStage(
          this.#stages.get(stage) ?? [],
          options,
          n,
          images.length,
          bound,
          size,
        );
        if (resizes) size = this.#sizeAfter(stage, params, size, n, images.length);
        this.#writeSize(at, g + 1, size);
      });
      return size;
    });
  }

  /** Fills in the planes that the images are written to. */
  fillOutputs(outputs: readonly BoundImage[]): void {
    outputs.forEach((output, n) => {
      this.#writePlanes(n * this.pipeline.image.size, this.pipeline.sink, output);
    });
  }

  #checkOptions(options: Options): void {
    if (typeof options !== 'object' || options === null || Array.isArray(options)) {
      throw expected('an object', 'options', describe(options));
    }
    const known = this.#openNames;
    for (const name of Object.keys(options)) {
      if (known.includes(name)) continue;
      const list = known.length === 0 ? 'It has none.' : `Known: ${known.join(', ')}.`;
      throw expected(`an option of ${this.pipeline.name}`, 'options', `'${name}'`, list);
    }
  }

  #writeStage(
    params: readonly Packed[],
    options: Options,
    n: number,
    count: number,
    bound: BoundImage,
    src: Size | undefined,
  ): Record<string, number[]> {
    const numbers: Record<string, number[]> = {};
    for (const packed of params) {
      const { param } = packed;
      const lanes = packed.fixed ?? pack(param, options, n, count, bound, src);
      numbers[param.name] = lanes;
      if (param.block === 'image') writeLanes(this.#images, n * this.pipeline.image.size, param, lanes);
      else if (n === 0) writeLanes(this.#args, 0, param, lanes);
      else if (packed.fixed === undefined) this.#requireSame(param, lanes);
    }
    return numbers;
  }

  // A value of the whole call that came out differently for a later image: colours taken from the images.
  #requireSame(param: ManifestParam, lanes: readonly number[]): void {
    const read = paramFields[param.kind].scalar === 'i32' ? 'getInt32' : 'getFloat32';
    if (lanes.every((lane, n) => this.#args[read](param.offset + 4 * n, true) === lane)) return;
    throw expected('one value for all images', pathOf(param), 'values that differ from image to image');
  }

  #sizeAfter(stage: string, params: Record<string, number[]>, src: Size, n: number, count: number): Size {
    const [width, height] = this.sizes[stage](params, { width: src.width, height: src.height });
    for (const size of [width, height]) {
      if (Number.isInteger(size) && size >= 1 && size <= MAX_SIZE) continue;
      const which = count === 1 ? '' : ` of image ${n}`;
      const open = (this.#stages.get(stage) ?? []).flatMap(({ param: { open } }) =>
        open ? [`options.${open}`] : [],
      );
      const where = open.length > 0 ? `It follows from ${open.join(', ')}.` : undefined;
      throw expected(
        `1 to ${MAX_SIZE} pixels each way`,
        `the size${which} after ${stage}`,
        `${width}×${height} from an image of ${src.width}×${src.height}`,
        where,
      );
    }
    return { width, height };
  }

  #writePlanes(at: number, format: ManifestFormat, { planes }: BoundImage): void {
    for (let p = 0; p < planes.length; p++) {
      const { pointer, pitch } = format.planes[p];
      writeU64(this.#images, at + pointer, planes[p].address);
      writeU64(this.#images, at + pitch, planes[p].pitch);
    }
  }

  #writeSize(at: number, number: number, { width, height }: Size): void {
    const offset = at + this.pipeline.image.sizes + 8 * number;
    this.#images.setInt32(offset, width, true);
    this.#images.setInt32(offset + 4, height, true);
  }
}

const pathOf = (param: ManifestParam): string =>
  param.open === undefined ? `${param.stage}.${param.name}` : `options.${param.open}`;

const fixedNumbers = (param: ManifestParam): number[] | undefined => {
  if (param.open !== undefined || param.kind === 'rect' || param.kind === 'yuvToRgb') return undefined;
  if (param.per === 'image' && Array.isArray(param.settled)) return undefined;
  return packParam(param.kind, param.settled, { path: pathOf(param), ...channels(param) });
};

const channels = (param: ManifestParam): { readonly channels?: number } =>
  param.per === 'channel' ? { channels: param.lanes } : {};

const pack = (
  param: ManifestParam,
  options: Options,
  n: number,
  count: number,
  bound: BoundImage,
  src: Size | undefined,
): number[] => {
  let given = param.settled;
  if (param.open !== undefined) {
    given = Object.hasOwn(options, param.open) ? options[param.open] : undefined;
    if (given === undefined) {
      const hint = `The pipeline leaves ${param.stage}.${param.name} to the caller.`;
      throw expected('a value', `options.${param.open}`, 'none', hint);
    }
  }
  const { value, path } = valueOfImage(param, given, n, count, pathOf(param));
  return packParam(param.kind, value, { path, colour: bound.colour, src, ...channels(param) });
};

const writeU64 = (view: DataView, offset: number, value: number): void => {
  view.setUint32(offset, value >>> 0, true);
  view.setUint32(offset + 4, Math.floor(value / 2 ** 32), true);
};

const writeLanes = (view: DataView, base: number, param: ManifestParam, lanes: readonly number[]): void => {
  const isInteger = paramFields[param.kind].scalar === 'i32';
  for (let n = 0; n < lanes.length; n++) {
    const offset = base + param.offset + 4 * n;
    if (isInteger) view.setInt32(offset, lanes[n], true);
    else view.setFloat32(offset, lanes[n], true);
  }
};
