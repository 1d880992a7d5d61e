/**
 * Runs a pipeline as it stands, in float64: the author's own functions, called one output pixel at a time. It shares no
 * line with the compiler, so it checks the compiler's reading of those functions. Numbers that are arguments of a
 * kernel are rounded to f32 first, as the kernel gets them.
 */
import { primariesMatrix, rgbToYuvCoefficients, yuvToRgbCoefficients } from '../../ops/colour/colour.js';
import { roundHalfEven } from '../../ops/math.js';
import {
  type Affine,
  type Border,
  type Colour,
  channelCount,
  type DType,
  type Filter,
  type Footprint,
  type Mat2x3,
  type Mat3x3,
  type Op,
  type Param,
  type Pipeline,
  type Pixel,
  type Point,
  type PrimariesChange,
  type Projective,
  paramFields,
  type Rect,
  type Size,
  type Stage,
  type TableFilter,
  type YuvCoding,
  type YuvEncoding,
} from '../../ops/spec.js';
import { besideImage, besideParams } from './beside.js';
import { bitsOf, type Pixels, pixelReader, type TestImage } from './images.js';
import { bf16FromBits, bf16ToBits, f16FromBits, f16ToBits } from './scalars.js';
import { type Windows, windowsOf } from './windows.js';

/** The values given at the call, by their open names; per-image ones may be arrays. */
export type Given = Readonly<Record<string, unknown>>;

type Context = {
  readonly image: TestImage;
  readonly number: number;
  readonly given: Given;
  /** Bits of the sink's codes. */
  readonly bits?: number | undefined;
};
/** The pixel of the image that a stage makes, at a whole position inside it. */
type Picture = {
  readonly size: Size;
  readonly colour: Colour;
  readonly at: (x: number, y: number) => readonly number[];
};

const isOpen = (value: unknown): value is { readonly open: string } =>
  typeof value === 'object' && value !== null && 'open' in value;

const ofImage = (param: Param, value: unknown, number: number): unknown => {
  const several =
    Array.isArray(value) &&
    (!['vec2', 'mat3x4', 'rects', 'table'].includes(param.param) || Array.isArray(value[0]));
  return param.per === 'image' && several ? value[number] : value;
};

/** The inverse of an affine map, in float64. */
export const invert = ([a, b, c, d, e, f]: Mat2x3): Mat2x3 => {
  const det = a * e - b * d;
  return [e / det, -b / det, (b * f - c * e) / det, -d / det, a / det, (c * d - a * f) / det];
};

/** The inverse of a projective map up to a factor, in float64: columns that are cross products of the rows. */
const invertProjective = (m: Mat3x3): Mat3x3 => {
  const cross = (a: number, b: number, axis: number): number => {
    const [p, q] = [(axis + 1) % 3, (axis + 2) % 3];
    return m[3 * a + p] * m[3 * b + q] - m[3 * a + q] * m[3 * b + p];
  };
  const columns = [
    [1, 2],
    [2, 0],
    [0, 1],
  ] as const;
  const flat = [0, 1, 2].flatMap(row => columns.map(([a, b]) => cross(a, b, row) / cross(0, 1, 2)));
  return flat as unknown as Mat3x3;
};

/** OpenCV's own weights for a deviation of 0, of the sizes that the suite has. */
const ownWeights: Readonly<Record<number, readonly number[]>> = { 7: [8, 28, 56, 72, 56, 28, 8] };

/** The weights of a Gaussian, as docs/ops.md has them. */
const gaussianWeights = (given: number, count: number, steps: number | undefined): readonly number[] => {
  const own = given === 0 ? ownWeights[count] : undefined;
  if (own) {
    return own;
  }
  const sigma = given === 0 ? 0.3 * ((count - 1) / 2 - 1) + 0.8 : given;
  const bell = (n: number): number => Math.exp(-((n - (count - 1) / 2) ** 2) / (2 * sigma ** 2));
  const sum = Array.from({ length: count }, (_, n) => bell(n)).reduce((a, b) => a + b);
  const weights = Array.from({ length: count }, (_, n) => bell(n) / sum);
  if (steps === undefined) {
    return weights.map(Math.fround);
  }
  let lost = 0;
  const half = weights.slice(0, (count - 1) / 2).map(weight => {
    const wanted = weight * steps + lost;
    lost = wanted - roundHalfEven(wanted);
    return roundHalfEven(wanted);
  });
  return [...half, steps - 2 * half.reduce((a, b) => a + b, 0), ...half.toReversed()];
};

/** What an operator's function sees for a value that an author or a caller gave. */
const kernelValue = (param: Param, value: unknown, channels: number, { image, bits }: Context): unknown => {
  switch (param.param) {
    case 'choice':
    case 'image':
      return value;
    case 'i32':
      return value;
    case 'f32':
      if (param.per !== 'channel') {
        return Math.fround(value as number);
      }
      return Array.from({ length: channels }, (_, c) =>
        Math.fround(Array.isArray(value) ? value[c] : (value as number)),
      );
    case 'gaussian':
      return (count: number) => gaussianWeights(Math.fround(value as number), count, param.steps);
    case 'weights':
    case 'vec2':
      return (value as readonly number[]).map(Math.fround);
    case 'mat2x3': {
      const affine = value as Affine;
      return Array.from(
        'dstToSrc' in affine ? affine.dstToSrc : invert(affine.srcToDst as Mat2x3),
        Math.fround,
      );
    }
    case 'mat3x3': {
      const given = value as Projective;
      return Array.from(
        'dstToSrc' in given ? given.dstToSrc : invertProjective(given.srcToDst as Mat3x3),
        Math.fround,
      );
    }
    case 'angle': {
      const radians = ((value as number) / 180) * Math.PI;
      const [cos, sin] = [Math.fround(Math.cos(radians)), Math.fround(Math.sin(radians))];
      // The rest of the doubles, as one number each: what f32 loses of a cosine is exact in a double.
      const [cosMid, sinMid] = [Math.cos(radians) - cos, Math.sin(radians) - sin];
      return { cos, sin, cosMid, sinMid, cosLow: 0, sinLow: 0 };
    }
    case 'mat3x4':
      return (value as readonly number[]).map(Math.fround);
    case 'primaries':
      return primariesMatrix(value as PrimariesChange).map(Math.fround);
    case 'camera':
    case 'distortion':
    case 'fisheye': {
      const numbers = value as Readonly<Record<string, number | undefined>>;
      const fields = paramFields[param.param].fields.map(name => [name, Math.fround(numbers[name] ?? 0)]);
      return Object.fromEntries(fields);
    }
    case 'rgbToYuv': {
      const coefficients = Object.entries(rgbToYuvCoefficients(value as YuvEncoding, bits));
      return Object.fromEntries(coefficients.map(([field, number]) => [field, Math.fround(number)]));
    }
    case 'rect':
      return value as Rect;
    case 'rects':
      return Array.from(
        { length: 4 },
        (_, n) => (value as readonly Rect[])[n] ?? { x: 0, y: 0, width: 0, height: 0 },
      );
    case 'table': {
      if (param.per !== 'channel') {
        return (value as readonly number[]).map(Math.fround);
      }
      const one = typeof (value as readonly unknown[])[0] === 'number';
      const tables = one ? Array.from({ length: channels }, () => value) : value;
      return (tables as readonly (readonly number[])[]).map(numbers => numbers.map(Math.fround));
    }
    case 'yuvToRgb': {
      const asked = value as YuvCoding;
      const matrix = asked.matrix === 'auto' ? image.colour?.matrix : asked.matrix;
      const range = asked.range === 'auto' ? image.colour?.range : asked.range;
      if (matrix === undefined || matrix === 'auto' || range === undefined || range === 'auto') {
        throw new Error('Expected a colour description for the image, since the pipeline says auto.');
      }
      const coefficients = yuvToRgbCoefficients(matrix, range, bitsOf(image));
      return Object.fromEntries(
        paramFields.yuvToRgb.fields.map(field => [field, Math.fround(coefficients[field])]),
      );
    }
  }
};

const paramsOf = ({ op, options }: Stage, channels: number, context: Context): never => {
  const choices = Object.fromEntries(
    Object.entries(op.params).flatMap(([name, param]) =>
      param.param === 'choice' ? [[name, options[name] ?? param.default]] : [],
    ),
  );
  return Object.fromEntries(
    Object.entries(op.params).flatMap(([name, param]) => {
      if (param.param === 'image') {
        return [];
      }
      const written = options[name] ?? param.default;
      const value = isOpen(written) ? context.given[written.open] : (written ?? context.given[name]);
      if (value === undefined) {
        throw new Error(`Expected a value for ${isOpen(written) ? written.open : name} but received none.`);
      }
      const seen = kernelValue(param, ofImage(param, value, context.number), channels, context);
      // A Gaussian's weights are as many as the choices say.
      return [[name, typeof seen === 'function' ? seen(param.count?.(choices as never)) : seen]];
    }),
  ) as never;
};

/** The images that a stage reads beside its own, by parameter. */
const picturesBeside = (stage: Stage, context: Context): readonly (readonly [string, Picture])[] =>
  besideParams(stage).map(({ name, open, format, points }) => {
    const image = besideImage(context.given, open, context.number);
    return [name, pictureOf({ kind: 'pipeline', source: format, stages: points }, { ...context, image })];
  });
/** Their pixels at one place, and the numbers that are the same everywhere. */
const withPixels = (
  params: object,
  pictures: readonly (readonly [string, Picture])[],
  x: number,
  y: number,
): never =>
  (pictures.length === 0
    ? params
    : { ...params, ...Object.fromEntries(pictures.map(([name, { at }]) => [name, at(x, y)])) }) as never;
const withSizes = (params: object, pictures: readonly (readonly [string, Picture])[]): never =>
  ({ ...params, ...Object.fromEntries(pictures.map(([name, { size }]) => [name, size])) }) as never;

const outsideOf = ({ width, height }: Size, x: number, y: number): boolean =>
  x < 0 || y < 0 || x >= width || y >= height;

const sampled = (
  before: Picture,
  { filter, border }: { filter?: Filter; border?: Border },
  scale: Point | undefined,
) => {
  if (!filter) {
    throw new Error('Expected a filter for a map.');
  }
  const { size } = before;
  const tap = tapOf(before, border);
  const footprint: Footprint = { scale: scale ?? [Number.NaN, Number.NaN], size };
  // A NaN lies as far to the left as a point can, or above.
  const most = 2 ** 30;
  const finite = (v: number): number => (v > -most ? Math.min(v, most) : -most);
  return ([x, y]: Point): readonly number[] =>
    filter.apply(tap as (x: number, y: number) => Pixel, [finite(x), finite(y)], footprint);
};

/** How a filter or a stencil reads an image. */
const tapOf = (before: Picture, border: Border | undefined) => {
  if (!border) {
    throw new Error('Expected a border.');
  }
  const { size } = before;
  const at = remembered(before);
  if (border.kind === 'indexBorder') {
    return (x: number, y: number) => at(border.apply(x, size.width), border.apply(y, size.height));
  }
  const { value } = border;
  const outside = Array.from({ length: channelCount[before.colour] }, (_, c) =>
    Math.fround(typeof value === 'number' ? value : value[c]!),
  );
  return (x: number, y: number) => (outsideOf(size, x, y) ? outside : at(x, y));
};

/** The pixels of a picture, each computed once: neighbouring results read the same ones. */
const remembered = ({ size, at }: Picture): Picture['at'] => {
  const known: (readonly number[] | undefined)[] = new Array(size.width * size.height);
  return (x, y) => {
    if (outsideOf(size, x, y)) {
      return at(x, y);
    }
    const place = y * size.width + x;
    const found = known[place] ?? at(x, y);
    known[place] = found;
    return found;
  };
};

const apply = (before: Picture, stage: Stage, context: Context): Picture => {
  const op: Op = stage.op;
  const params = paramsOf(stage, channelCount[before.colour], context);
  const beside = picturesBeside(stage, context);
  if (op.role === 'point') {
    const colour = op.to === 'same' ? before.colour : op.to;
    const { size } = before;
    const at = (x: number, y: number) =>
      op.apply(before.at(x, y) as never, withPixels(params, beside, x, y), { at: [x, y], size });
    return { size, colour, at };
  }
  if (op.role === 'stencil') {
    const { size, colour } = before;
    const tap = tapOf(before, stage.options.border as Border | undefined);
    const at = (x: number, y: number): readonly number[] =>
      op.apply((dx, dy) => tap(x + dx, y + dy) as Pixel, params, { at: [x, y], size });
    return { size, colour, at };
  }
  if (op.role === 'stored') {
    return storedPicture(before, op.dtype);
  }
  if (op.role === 'resample') {
    const maps = op.maps.map(stage => ({
      op: stage.op,
      params: paramsOf(stage, 0, context),
      pictures: picturesBeside(stage, context),
    }));
    const sizes = [before.size];
    for (const { op: map, params: own, pictures } of maps) {
      const src = sizes.at(-1)!;
      sizes.push(map.size ? map.size(withSizes(own, pictures), src) : src);
    }
    const between = (n: number) => ({ src: sizes[n]!, dst: sizes[n + 1]! });
    const scales = maps.map(({ op: map, params: own }, n) => map.scale?.(own, between(n)));
    const scale = scales.reduce((a, b) => a && b && [a[0] * b[0], a[1] * b[1]], [1, 1]);
    const sample = sampled(before, stage.options, scale);
    const at = (x: number, y: number): readonly number[] =>
      sample(
        maps.reduceRight<Point>(
          (point, { op: map, params: own, pictures }, n) =>
            map.apply(point, withPixels(own, pictures, x, y), between(n)),
          [x, y],
        ),
      );
    return { size: sizes.at(-1)!, colour: before.colour, at };
  }
  const src = before.size;
  const dst = op.size ? op.size(withSizes(params, beside), src) : src;
  if (op.role === 'indexMap') {
    const at = (x: number, y: number): readonly number[] => {
      const [sx, sy] = op.apply([x, y], params, { src, dst });
      if (outsideOf(src, sx, sy)) {
        throw new RangeError(`The map leaves the image: (${x}, ${y}) → (${sx}, ${sy}).`);
      }
      return before.at(sx, sy);
    };
    return { size: dst, colour: before.colour, at };
  }
  const { filter } = stage.options as { filter?: Filter | TableFilter };
  if (filter?.kind === 'tableFilter') {
    return tabled(before, filter, dst, context);
  }
  const sample = sampled(before, stage.options, op.scale?.(params, { src, dst }));
  const at = (x: number, y: number) =>
    sample(op.apply([x, y], withPixels(params, beside, x, y), { src, dst }));
  return { size: dst, colour: before.colour, at };
};

/** In whole numbers, along the rows and then down the columns, between the point operators that the filter brings with it. */
const tabled = (before: Picture, { window, around }: TableFilter, size: Size, context: Context): Picture => {
  if (size.width === before.size.width && size.height === before.size.height) {
    return storedPicture(before, 'u8');
  }
  const [enters, leaves] = (around[before.colour] ?? []) as readonly (Stage | undefined)[];
  const picture = enters ? apply(before, enters, context) : before;
  const pass = (length: number, x: number, windows: Windows, tap: (i: number) => readonly number[]) =>
    Array.from({ length }, (_, c) => {
      let sum = 2 ** 21;
      for (let n = 0; n < windows.count(x); n++) {
        sum += windows.weight(x, n) * stored(tap(windows.first(x) + n)[c]!, 'u8');
      }
      return Math.min(Math.max(Math.floor(sum / 2 ** 22), 0), 255);
    });
  const channels = channelCount[picture.colour];
  const columns = windowsOf(window, picture.size.width, size.width);
  const rows = windowsOf(window, picture.size.height, size.height);
  const known = new Map<number, readonly number[]>();
  const across = (x: number, y: number): readonly number[] => {
    const key = y * size.width + x;
    const found = known.get(key) ?? pass(channels, x, columns, i => picture.at(i, y));
    known.set(key, found);
    return found;
  };
  const at = (x: number, y: number) => pass(channels, y, rows, i => across(x, i));
  const resized: Picture = { size, colour: picture.colour, at };
  return leaves ? apply(resized, leaves, context) : resized;
};

const pictureOf = ({ head, source, stages }: Omit<Pipeline, 'sink'>, context: Context): Picture => {
  const { image } = context;
  const { colour } = source;
  const first: Picture = head
    ? storedPicture(pictureOf(head, context), head.sink.dtype)
    : {
        size: { width: image.width, height: image.height },
        colour,
        at: pixelReader(image),
      };
  return stages.reduce((before, stage) => apply(before, stage, context), first);
};

/** The size of an image of a batch behind these stages. */
export const sizeBehind = (
  pipeline: Omit<Pipeline, 'sink'>,
  image: TestImage,
  given: Given,
  number: number,
) => pictureOf(pipeline, { image, number, given }).size;

const storedPicture = (before: Picture, dtype: DType): Picture => ({
  ...before,
  at: (x, y) => before.at(x, y).map(value => stored(value, dtype)),
});

/**
 * The pixels that reach the sink, before it rounds.
 * @param image The image to run on; its format must be the pipeline's source.
 * @param given Values of the open parameters.
 * @param number The image's number in its batch: picks from parameters that are arrays.
 */
export const reference = (pipeline: Pipeline, image: TestImage, given: Given = {}, number = 0): Pixels => {
  const last = pictureOf(pipeline, { image, number, given, bits: pipeline.sink.code?.bits });
  const { width, height } = last.size;
  const channels = channelCount[last.colour];
  const values = new Float64Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      values.set(last.at(x, y), (y * width + x) * channels);
    }
  }
  return { width, height, channels, values };
};

const saturated = (value: number, most: number): number =>
  Number.isNaN(value) ? 0 : roundHalfEven(Math.min(Math.max(value, 0), most));

/** What a sink of this dtype keeps of a number. */
export const stored = (value: number, dtype: DType): number => {
  switch (dtype) {
    case 'u8':
      return saturated(value, 255);
    case 'u16':
      return saturated(value, 65535);
    case 'i32':
      return Number.isNaN(value) ? 0 : roundHalfEven(Math.min(Math.max(value, -2147483648), 2147483647));
    case 'f16':
      return f16FromBits(f16ToBits(Math.fround(value)));
    case 'bf16':
      return bf16FromBits(bf16ToBits(Math.fround(value)));
    case 'f32':
      return Math.fround(value);
  }
};

/** {@link stored} for a whole image: what should be in memory in the end. */
export const storedPixels = (pixels: Pixels, dtype: DType): Pixels => ({
  ...pixels,
  values: pixels.values.map(value => stored(value, dtype)),
});
