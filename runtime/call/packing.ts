import type {
  ManifestFormat,
  ManifestGeometry,
  ManifestImage,
  ManifestKernel,
  ManifestParam,
} from '../../native/manifest.js';
import { paramFields } from '../../ops/spec.js';
import { MAX_SIZE } from '../device/image.js';
import type { BoundImage } from '../device/placed.js';
import { expected, LibraryError } from '../errors.js';
import { requireKnown } from '../options.js';
import { type Beside, besideOf } from './beside.js';
import { packParam, valueOfImage } from './params.js';
import { reduces, requireGrid, workSize } from './reduced.js';

/** The output's size of a stage: its parameters by name, always as arrays of numbers, and the size that comes in. */
export type SizeFunction = (
  params: Readonly<Record<string, number[]>>,
  src: { readonly width: number; readonly height: number },
) => readonly [number, number];
/** How many input pixels one output pixel covers, across and down. */
export type ScaleFunction = (
  params: Readonly<Record<string, number[]>>,
  src: { readonly width: number; readonly height: number },
  dst: { readonly width: number; readonly height: number },
) => readonly [number, number];

/** Where in a stage's input a point of its output lies, both counted from the centre of the first pixel. */
export type PointFunction = (
  params: Readonly<Record<string, number[]>>,
  src: { readonly width: number; readonly height: number },
  dst: { readonly width: number; readonly height: number },
  at: readonly [number, number],
) => readonly [number, number];

const same: readonly [number, number] = [1, 1];

/** What is known of an image before it is there. */
export type ComingImage = Pick<BoundImage, 'width' | 'height' | 'colour' | 'bitDepth' | 'orientation'> & {
  /** The size before the last geometric stage of the kernel that writes it; only an image between kernels has one. */
  readonly origin?: Size | undefined;
};
/** Images between kernels mean the colours of the images that they are made of, and were to be turned as they were. */
export const withColours = (
  { sizes, origins }: Pick<Filled, 'sizes' | 'origins'>,
  images: readonly ComingImage[],
): ComingImage[] =>
  sizes.map((size, n) => {
    const { colour, bitDepth, orientation } = images[n]!;
    return { ...size, colour, bitDepth, orientation, origin: origins[n] };
  });

type Size = { readonly width: number; readonly height: number };
type Options = Readonly<Record<string, unknown>>;
/** What the arguments of a call lead to, by image. */
export type Filled = {
  /** The output's size. */
  readonly sizes: readonly Size[];
  /** The size before the last geometric stage. */
  readonly origins: readonly Size[];
  /** Input pixels that one output pixel covers, across and down. */
  readonly covered: readonly (readonly [number, number])[];
};

/** A stage that moves pixels, with what it is given for one image. */
export type TracedStage = {
  readonly stage: string;
  readonly params: Readonly<Record<string, number[]>>;
  /** The size of the image that enters it, and of the one that leaves it. */
  readonly src: Size;
  readonly dst: Size;
};

/** The parameters of one stage. */
type StageParams = {
  /** Settled numbers that depend on no image, by parameter: written when the block is made. */
  readonly fixed: Readonly<Record<string, number[]>>;
  /** What must be asked for with every call. */
  readonly asked: readonly ManifestParam[];
  /** Images that it reads, whose sizes are parameters of its output's. */
  readonly images: readonly ManifestImage[];
};
type GeometricStage = StageParams & Omit<ManifestGeometry, 'role'>;

/**
 * The argument block of one kernel and, behind it, the image descriptors. It stays from call to call: what the author
 * settled is written once, the rest anew for every call; a larger batch than there was takes a larger block.
 */
export class Packing {
  block!: Uint8Array;
  #args!: DataView;
  #images!: DataView;
  /** Parameters of point stages that must be asked for. */
  readonly #asked: readonly ManifestParam[];
  readonly #geometry: readonly GeometricStage[];
  readonly #beside: readonly ManifestImage[];
  readonly #reduces: boolean;

  constructor(
    readonly kernel: ManifestKernel,
    readonly sizes: Readonly<Record<string, SizeFunction>>,
    readonly scales: Readonly<Record<string, ScaleFunction>> = {},
  ) {
    const { params, geometry, images = [] } = kernel;
    this.#beside = images;
    this.#reduces = reduces(kernel);
    requireFunctions(kernel, sizes, scales);
    const paramsOf = (stage: string): StageParams => {
      const own = params.filter(param => param.stage === stage);
      const fixed = own.flatMap(param => {
        const numbers = fixedNumbers(param);
        return numbers ? [[param.name, numbers] as const] : [];
      });
      return {
        fixed: Object.fromEntries(fixed),
        asked: own.filter(param => fixedNumbers(param) === undefined),
        images: images.filter(image => image.stage === stage),
      };
    };
    this.#geometry = geometry.map(stage => ({ ...stage, ...paramsOf(stage.stage) }));
    const geometric = new Set(geometry.map(({ stage }) => stage));
    this.#asked = params.filter(param => !geometric.has(param.stage) && fixedNumbers(param) === undefined);
    this.#reserve(1);
  }

  /** Makes a block for a number of images, with everything in it that no call changes. */
  #reserve(count: number): void {
    const { args, image, params } = this.kernel;
    this.block = new Uint8Array(args.size + image.size * count);
    this.#args = new DataView(this.block.buffer);
    this.#images = new DataView(this.block.buffer, args.size);
    for (const param of params) {
      const numbers = fixedNumbers(param);
      if (numbers === undefined) {
        continue;
      }
      if (param.block === 'args') {
        writeLanes(this.#args, 0, param, numbers);
      } else {
        for (let n = 0; n < count; n++) {
          writeLanes(this.#images, n * image.size, param, numbers);
        }
      }
    }
  }

  /**
   * Checks the options and fills in everything but the planes.
   * @param images What enters the kernel; for an intermediate image, the colours and the orientation are those of its source.
   * @param beside The images that are read beside them.
   * @returns For each image the output's size, and how many input pixels an output pixel covers.
   */
  fill(images: readonly ComingImage[], options: Options, beside: Beside): Filled {
    const { image } = this.kernel;
    const count = images.length;
    if (this.#images.byteLength < image.size * count) {
      this.#reserve(2 * count);
    }
    const covered: (readonly [number, number])[] = [];
    const origins: Size[] = [];
    const sizes = images.map((bound, n) => {
      const at = n * image.size;
      let size: Size = bound;
      let origin: Size = bound;
      let scale = same;
      this.#writeSize(at, 0, size);
      for (const param of this.#asked) {
        const from = param.image === undefined ? bound : besideOf(beside, this.#beside[param.image]!, n);
        this.#writeParam(param, options, n, count, from, undefined);
      }
      this.#checkBeside(beside, 0, size, n, count);
      for (let g = 0; g < this.#geometry.length; g++) {
        const geometric = this.#geometry[g]!;
        const { stage, resizes, fixed, asked, images: read } = geometric;
        const src = size;
        origin = src;
        let params = fixed;
        if (asked.length > 0 || read.length > 0) {
          const given: Record<string, number[]> = { ...fixed };
          for (const param of asked) {
            given[param.name] = this.#writeParam(param, options, n, count, bound, size);
          }
          for (const image of read) {
            const { width, height } = besideOf(beside, image, n);
            given[image.name] = [width, height];
          }
          params = given;
        }
        if (resizes) {
          size = this.#sizeAfter(stage, params, size, n, count);
        }
        if (Object.hasOwn(this.scales, stage)) {
          const dst = size;
          const [x, y] = computed(stage, () => this.scales[stage]!(params, src, dst));
          scale = [scale[0] * x, scale[1] * y];
          if (geometric.maxScale !== undefined) {
            checkScale(geometric, Math.max(...scale), n, count);
          }
        }
        this.#writeSize(at, g + 1, size);
        this.#checkBeside(beside, g + 1, size, n, count);
      }
      if (this.#reduces) {
        requireGrid(this.kernel, size, n);
        this.#writeSize(at, this.#geometry.length + 1, workSize(size));
      }
      covered.push(scale);
      origins.push(origin);
      return size;
    });
    return { sizes, origins, covered };
  }

  /**
   * What the stages that move pixels do with image `n` of `count`. Of the options only those are asked for that these stages take.
   * @param image What enters the kernel.
   */
  trace(image: ComingImage, options: Options, n: number, count: number): readonly TracedStage[] {
    let dst: Size = { width: image.width, height: image.height };
    return this.#geometry.map(({ stage, resizes, fixed, asked, images }) => {
      const src = dst;
      if (images.length > 0) {
        throw expected(
          'maps whose points follow from numbers',
          'geometry',
          stage,
          `It reads them from the pixels of ${images.map(({ open }) => `options.${open}`).join(', ')}.`,
        );
      }
      const params: Record<string, number[]> = { ...fixed };
      for (const param of asked) {
        params[param.name] = pack(param, options, n, count, image, src);
      }
      if (resizes) {
        dst = this.#sizeAfter(stage, params, src, n, count);
      }
      return { stage, params, src, dst };
    });
  }

  /** Fills in the planes that are read and written: an image for each sink and each of the inputs, and those beside them. */
  fillPlanes(
    inputs: readonly BoundImage[],
    outputs: readonly (readonly BoundImage[])[],
    beside: Beside,
  ): void {
    const { image, source, sinks } = this.kernel;
    for (let n = 0; n < inputs.length; n++) {
      this.#writePlanes(n * image.size, source, inputs[n]!);
      for (let s = 0; s < sinks.length; s++) {
        this.#writePlanes(n * image.size, sinks[s]!, outputs[s]![n]!);
      }
      for (const read of this.#beside) {
        this.#writePlanes(n * image.size, read.format, besideOf(beside, read, n));
      }
    }
  }

  /** Fills in where lies what images came to. */
  fillMeasures(measured: readonly (readonly BoundImage[])[]): void {
    const { image, measures = [] } = this.kernel;
    for (let m = 0; m < measures.length; m++) {
      for (let n = 0; n < measured[m]!.length; n++) {
        writeU64(this.#images, n * image.size + measures[m]!.pointer, measured[m]![n]!.planes[0]!.address);
      }
    }
  }

  /** Images that are read where an image has this size have it, too. */
  #checkBeside(beside: Beside, at: number, { width, height }: Size, n: number, count: number): void {
    for (const read of this.#beside) {
      if (read.at !== at) {
        continue;
      }
      const given = besideOf(beside, read, n);
      if (given.width === width && given.height === height) {
        continue;
      }
      const isEach = (beside.get(read.open)?.length ?? 0) > 1;
      throw expected(
        `${width}×${height}${isEach || count === 1 ? '' : ` for image ${n}`}`,
        `the size of options.${read.open}${isEach ? `[${n}]` : ''}`,
        `${given.width}×${given.height}`,
        `${read.stage} reads it pixel by pixel: it has the size of the image there.`,
      );
    }
  }

  #writeParam(
    param: ManifestParam,
    options: Options,
    n: number,
    count: number,
    bound: ComingImage,
    src: Size | undefined,
  ): number[] {
    const lanes = pack(param, options, n, count, bound, src);
    if (param.block === 'image') {
      writeLanes(this.#images, n * this.kernel.image.size, param, lanes);
    } else if (n === 0) {
      writeLanes(this.#args, 0, param, lanes);
    } else {
      this.#requireSame(param, lanes);
    }
    return lanes;
  }

  // A value of the whole call that came out differently for a later image: colours taken from the images.
  #requireSame(param: ManifestParam, lanes: readonly number[]): void {
    const read = paramFields[param.kind].scalar === 'i32' ? 'getInt32' : 'getFloat32';
    if (lanes.every((lane, n) => this.#args[read](param.offset + 4 * n, true) === lane)) {
      return;
    }
    throw expected('one value for all images', pathOf(param), 'values that differ from image to image');
  }

  #sizeAfter(
    stage: string,
    params: Readonly<Record<string, number[]>>,
    src: Size,
    n: number,
    count: number,
  ): Size {
    const from = { width: src.width, height: src.height };
    const [width, height] = computed(stage, () => this.sizes[stage]!(params, from));
    for (const size of [width, height]) {
      if (Number.isInteger(size) && size >= 1 && size <= MAX_SIZE) {
        continue;
      }
      const which = count === 1 ? '' : ` of image ${n}`;
      const open = this.kernel.params.flatMap(param =>
        param.stage === stage && param.open ? [`options.${param.open}`] : [],
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
      const { pointer, pitch } = format.planes[p]!;
      writeU64(this.#images, at + pointer, planes[p]!.address);
      writeU64(this.#images, at + pitch, planes[p]!.pitch);
    }
  }

  #writeSize(at: number, number: number, { width, height }: Size): void {
    const offset = at + this.kernel.image.sizes + 8 * number;
    this.#images.setInt32(offset, width, true);
    this.#images.setInt32(offset + 4, height, true);
  }
}

/** What a stage's function gives; it fails where it is given other parameters than it was written for. */
const computed = (stage: string, work: () => readonly [number, number]): readonly [number, number] => {
  try {
    return work();
  } catch (error) {
    throw new LibraryError(
      `The size or scale of ${stage} cannot be computed: ${(error as Error).message}. Run cuweave build again.`,
    );
  }
};

/** Refuses bindings of another build, which lack what the manifest counts on. */
const requireFunctions = (
  { name, geometry }: ManifestKernel,
  sizes: Readonly<Record<string, unknown>>,
  scales: Readonly<Record<string, unknown>>,
): void => {
  for (const { stage, resizes, maxScale } of geometry) {
    const has = (functions: Readonly<Record<string, unknown>>): boolean =>
      Object.hasOwn(functions, stage) && typeof functions[stage] === 'function';
    if (resizes !== has(sizes) || (maxScale !== undefined && !has(scales))) {
      throw new LibraryError(
        `The bindings of ${name} and their manifest do not agree on the size or scale of ${stage}. Run cuweave build again.`,
      );
    }
  }
};

/** Refuses options that a pipeline does not have. */
export const requireOptions = (pipeline: string, known: readonly string[], options: unknown): Options => {
  requireKnown(options, known, 'options', `an option of ${pipeline}`);
  return options as Options;
};

const checkScale = (
  { stage, filter, maxScale = 0 }: GeometricStage,
  scale: number,
  n: number,
  count: number,
): void => {
  if (scale <= maxScale) {
    return;
  }
  throw expected(
    `at most ${maxScale} pixels of the input for one of the output (what the filter ${filter} covers)`,
    `the scale of ${stage}${count === 1 ? '' : ` for image ${n}`}`,
    String(Number(scale.toFixed(2))),
    'Shrink in two steps.',
  );
};

const pathOf = (param: ManifestParam): string =>
  param.open === undefined ? `${param.stage}.${param.name}` : `options.${param.open}`;

const fixedNumbers = (param: ManifestParam): number[] | undefined => {
  if (param.open !== undefined || param.origin !== undefined || param.kind === 'rect' || asksImage(param)) {
    return undefined;
  }
  if (param.per === 'image' && Array.isArray(param.settled)) {
    return undefined;
  }
  return packParam(param.kind, param.settled, {
    path: pathOf(param),
    bitDepth: param.bitDepth,
    bounds: param.bounds,
    lanes: param.lanes,
    steps: param.steps,
    ...channels(param),
  });
};

// What the author settled is the same for every image; `'auto'` is what each image says, and so are the bits of a full range.
const asksImage = ({ kind, settled, bitDepth }: ManifestParam): boolean => {
  if (kind === 'orientation') {
    return settled === 'auto';
  }
  const given = kind === 'yuvToRgb' ? Object.values(settled as object) : [];
  return given.includes('auto') || (given.includes('full') && bitDepth === undefined);
};

const channels = (param: ManifestParam): { readonly channels?: number } =>
  param.per === 'channel' ? { channels: param.lanes / paramFields[param.kind].lanes } : {};

const originOf = ({ stage, name }: ManifestParam, { origin }: ComingImage): Size => {
  if (!origin) {
    throw new LibraryError(
      `${stage}.${name} is of the image before another kernel's, and there is none. Run cuweave build again.`,
    );
  }
  return origin;
};

const pack = (
  param: ManifestParam,
  options: Options,
  n: number,
  count: number,
  bound: ComingImage,
  src: Size | undefined,
): number[] => {
  if (param.origin !== undefined) {
    return [originOf(param, bound)[param.origin]];
  }
  let given = param.settled;
  if (param.open !== undefined) {
    given = Object.hasOwn(options, param.open) ? options[param.open] : undefined;
    if (given === undefined) {
      const hint = `The pipeline leaves ${param.stage}.${param.name} to the caller.`;
      throw expected('a value', `options.${param.open}`, 'none', hint);
    }
  }
  const { value, path } = valueOfImage(param, given, n, count, pathOf(param));
  const bitDepth = param.bitDepth ?? (param.kind === 'yuvToRgb' ? bound.bitDepth : undefined);
  const { bounds, lanes, steps } = param;
  return packParam(param.kind, value, {
    path,
    colour: bound.colour,
    orientation: bound.orientation,
    bitDepth,
    bounds,
    lanes,
    steps,
    src,
    ...channels(param),
  });
};

const writeU64 = (view: DataView, offset: number, value: number): void => {
  view.setUint32(offset, value >>> 0, true);
  view.setUint32(offset + 4, Math.floor(value / 2 ** 32), true);
};

const writeLanes = (view: DataView, base: number, param: ManifestParam, lanes: readonly number[]): void => {
  if (lanes.length !== param.lanes) {
    throw expected(`${param.lanes} numbers`, pathOf(param), `${lanes.length}`);
  }
  const isInteger = paramFields[param.kind].scalar === 'i32';
  for (let n = 0; n < lanes.length; n++) {
    const offset = base + param.offset + 4 * n;
    if (isInteger) {
      view.setInt32(offset, lanes[n]!, true);
    } else {
      view.setFloat32(offset, lanes[n]!, true);
    }
  }
};
