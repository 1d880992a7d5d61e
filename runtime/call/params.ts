import type { ManifestParam } from '../../native/manifest.js';
import {
  chromaticities,
  primariesMatrix,
  rgbToYuvCoefficients,
  yuvToRgbCoefficients,
} from '../../ops/colour/colour.js';
import {
  angleNumbers,
  boundsText,
  gaussianNumbers,
  type Invert,
  invertAffine,
  invertProjective,
  isOnePerImage,
  isWithinBounds,
  lumaMatrices,
  orientationNumbers,
  rectsNumbers,
  wrongFocalLength,
  yuvMatrices,
  yuvRanges,
} from '../../ops/internal.js';
import {
  type Bounds,
  type Orientation,
  type Primaries,
  paramFields,
  type YuvCoding,
} from '../../ops/spec.js';
import { type ColourDescription, isOtherCoding } from '../device/videoColour.js';
import { describe, expected } from '../errors.js';
import { requireKnown } from '../options.js';

/** What a parameter's numbers may depend on. */
export type PackContext = {
  /** Where the value was given, such as `options.matrix[3]`; messages begin with it. */
  readonly path: string;
  /** The image's description of its colours. */
  readonly colour?: ColourDescription;
  /** Bits of the codes of the YUV that is decoded or made; default 8. */
  readonly bitDepth?: number;
  /** Which numbers there may be. */
  readonly bounds?: Bounds | undefined;
  /** How the image says that it is to be turned. */
  readonly orientation?: Orientation;
  /** Whether `src` is known: the size of the image that enters the stage, in pixels. */
  readonly src?: { readonly width: number; readonly height: number };
  /** Numbers of a parameter with one per channel. */
  readonly channels?: number;
  /** How many numbers weights have. */
  readonly lanes?: number;
  /** What they sum to, where they are whole. */
  readonly steps?: number | undefined;
};

/**
 * A parameter's value as the numbers that the kernel sees: `paramFields[kind].lanes` of them, one per channel, or of weights `lanes`.
 * @throws {ArgumentError} Naming the path, if the value does not fit.
 */
export const packParam = (kind: ManifestParam['kind'], value: unknown, context: PackContext): number[] => {
  const { path } = context;
  switch (kind) {
    case 'f32':
      return context.channels === undefined
        ? [toF32(value, path, context.bounds)]
        : toChannels(value, context.channels, context);
    case 'i32':
      return [toI32(value, path, context.bounds)];
    case 'vec2':
      return toTuple(value, 2, 'two numbers', path);
    case 'mat2x3':
      return toDstToSrc(value, 6, invertAffine, path);
    case 'mat3x3':
      return toDstToSrc(value, 9, invertProjective, path);
    case 'angle':
      return toAngle(value, path);
    case 'mat3x4':
      return toTuple(value, 12, 'twelve numbers, row by row', path);
    case 'primaries':
      return toPrimaries(value, path);
    case 'camera':
      return toCamera(value, context);
    case 'distortion':
    case 'fisheye':
      return toFields(value, paramFields[kind].fields, false, path);
    case 'rect':
      return toRect(value, context);
    case 'rects':
      return toRects(value, context);
    case 'table':
      return toTables(value, context);
    case 'weights':
      return toTuple(value, lanesOf(context), `${lanesOf(context)} numbers, row by row`, path);
    case 'gaussian':
      return gaussianNumbers(toF32(value, path, context.bounds), lanesOf(context), context.steps);
    case 'orientation':
      return toFactors(value, context);
    case 'yuvToRgb':
      return toCoefficients(value, context);
    case 'rgbToYuv':
      return toEncoding(value, context);
  }
};

const toF32 = (value: unknown, path: string, bounds?: Bounds): number => {
  const number = Math.fround(toNumber(value, 'a finite number', path));
  if (bounds && !isWithinBounds(number, bounds)) {
    throw expected(`a number ${boundsText(bounds)}`, path, describe(value));
  }
  return number;
};

const toNumber = (value: unknown, what: string, path: string): number => {
  if (typeof value !== 'number' || !Number.isFinite(Math.fround(value))) {
    throw expected(what, path, describe(value));
  }
  return value;
};

const toI32 = (value: unknown, path: string, bounds?: Bounds): number => {
  if (typeof value !== 'number' || (value | 0) !== value) {
    throw expected('a whole number from -2147483648 to 2147483647', path, describe(value));
  }
  if (bounds && !isWithinBounds(value, bounds)) {
    throw expected(`a whole number ${boundsText(bounds)}`, path, describe(value));
  }
  return value;
};

const toTuple = (value: unknown, length: number, what: string, path: string, bounds?: Bounds): number[] => {
  if (!isTuple(value) || value.length !== length) {
    throw expected(what, path, describe(value));
  }
  return Array.from(value, (item, n) => toF32(item, `${path}[${n}]`, bounds));
};

const isTuple = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

const toChannels = (value: unknown, channels: number, { path, bounds }: PackContext): number[] => {
  if (typeof value === 'number') {
    return new Array<number>(channels).fill(toF32(value, path, bounds));
  }
  return toTuple(
    value,
    channels,
    channels === 1 ? 'one number' : `one number, or ${channels} in an array`,
    path,
    bounds,
  );
};

const toDstToSrc = (value: unknown, count: number, invert: Invert, path: string): number[] => {
  const given = isRecord(value) ? Object.keys(value) : [];
  if (!isRecord(value) || given.length !== 1 || !['dstToSrc', 'srcToDst'].includes(given[0]!)) {
    throw expected(
      `{ dstToSrc: [${count} numbers] } or { srcToDst: [${count} numbers] }`,
      path,
      describe(value),
      isTuple(value)
        ? 'A bare matrix does not say its direction: OpenCV without WARP_INVERSE_MAP takes srcToDst.'
        : '',
    );
  }
  const inner = `${path}.${given[0]}`;
  const matrix = value[given[0]!];
  if (!isTuple(matrix) || matrix.length !== count) {
    throw expected(`${count === 6 ? 'six' : 'nine'} numbers, row by row`, inner, describe(matrix));
  }
  const numbers = Array.from(matrix, (item, n) => {
    if (typeof item !== 'number' || !Number.isFinite(item)) {
      throw expected('a finite number', `${inner}[${n}]`, describe(item));
    }
    return item;
  });
  const direct = given[0] === 'dstToSrc' ? numbers : inverseOf(numbers, invert, inner);
  return direct.map((item, n) => toF32(item, `${inner}[${n}]`));
};

// In double precision; only the result is rounded to f32.
const inverseOf = (matrix: readonly number[], invert: Invert, path: string): number[] => {
  const { inverse, determinant, isInverse } = invert(matrix);
  if (!isInverse) {
    throw expected(
      'a matrix that can be inverted',
      path,
      `${describe(matrix)} with determinant ${determinant}`,
    );
  }
  return inverse;
};

const toAngle = (value: unknown, path: string): number[] => [
  ...angleNumbers(toNumber(value, 'a finite number of degrees', path)),
];

const toRect = (value: unknown, { path, src }: PackContext): [number, number, number, number] => {
  if (!isRecord(value)) {
    throw expected('{ x, y, width, height }', path, describe(value));
  }
  const at = (field: (typeof paramFields.rect.fields)[number]): number =>
    toI32(value[field], `${path}.${field}`);
  const [x, y, width, height] = [at('x'), at('y'), at('width'), at('height')];
  const unknown = Object.keys(value).find(
    key => !(paramFields.rect.fields as readonly string[]).includes(key),
  );
  if (unknown !== undefined) {
    throw expected('only x, y, width and height', path, `${unknown} too`);
  }
  if (width < 1) {
    throw expected('at least 1', `${path}.width`, String(width));
  }
  if (height < 1) {
    throw expected('at least 1', `${path}.height`, String(height));
  }
  if (src && (x < 0 || y < 0 || x + width > src.width || y + height > src.height)) {
    throw expected(
      `a rectangle inside the image of ${src.width}×${src.height}`,
      path,
      `{ x: ${x}, y: ${y}, width: ${width}, height: ${height} }`,
    );
  }
  return [x, y, width, height];
};

const toRects = (value: unknown, { path }: PackContext): number[] => {
  if (!Array.isArray(value) || value.length > MAX_RECTS) {
    throw expected(
      `an array of at most ${MAX_RECTS} rectangles`,
      path,
      Array.isArray(value) ? `an array of ${value.length}` : describe(value),
    );
  }
  const rects = value.map((item: unknown, n) => {
    const [x, y, width, height] = toRect(item, { path: `${path}[${n}]` });
    return { x, y, width, height };
  });
  return rectsNumbers(rects, paramFields.rects.lanes);
};
const MAX_RECTS = paramFields.rects.lanes / paramFields.rect.lanes;

/** Only the manifest tells how many weights there are. */
const lanesOf = ({ lanes }: PackContext): number => {
  if (lanes === undefined) {
    throw new TypeError('weights without a number of them');
  }
  return lanes;
};

const TABLE_SIZE: number = paramFields.table.lanes;

const toTables = (value: unknown, { path, channels }: PackContext): number[] => {
  const toTable = (given: unknown, at: string): number[] =>
    toTuple(given, TABLE_SIZE, `${TABLE_SIZE} numbers`, at);
  if (channels === undefined) {
    return toTable(value, path);
  }
  const isOne = isTuple(value) && value.length === TABLE_SIZE;
  if (isOne) {
    return new Array(channels).fill(toTable(value, path)).flat();
  }
  if (!Array.isArray(value) || value.length !== channels) {
    throw expected(`${TABLE_SIZE} numbers, or ${channels} arrays of them`, path, describe(value));
  }
  return value.flatMap((item: unknown, n) => toTable(item, `${path}[${n}]`));
};

const toFactors = (value: unknown, { path, orientation }: PackContext): number[] => {
  const given = value === 'auto' ? (orientation ?? { rotation: 0 }) : value;
  if (!isRecord(given)) {
    throw expected("{ rotation, flip } or 'auto'", path, describe(value));
  }
  requireKnown(given, ['rotation', 'flip'], path);
  const { rotation, flip = false } = given as Orientation;
  const factors = orientationNumbers({ rotation, flip });
  if (typeof rotation !== 'number' || !factors) {
    throw expected('0, 90, 180 or 270 degrees clockwise', `${path}.rotation`, describe(rotation));
  }
  if (typeof flip !== 'boolean') {
    throw expected('true or false', `${path}.flip`, describe(flip));
  }
  return [...factors];
};

const toCoefficients = (value: unknown, { path, colour, bitDepth }: PackContext): number[] => {
  if (!isRecord(value)) {
    throw expected('{ matrix, range }', path, describe(value));
  }
  const coding = value as Partial<YuvCoding>;
  const matrix = settle(coding.matrix, lumaMatrices, colour?.matrix, `${path}.matrix`);
  const range = settle(coding.range, yuvRanges, colour?.range, `${path}.range`);
  const coefficients = yuvToRgbCoefficients(matrix, range, bitDepth);
  return paramFields.yuvToRgb.fields.map(field => Math.fround(coefficients[field]));
};

// Made and not read, so there is no image to ask: every word is said.
const toEncoding = (value: unknown, { path, bitDepth }: PackContext): number[] => {
  if (!isRecord(value)) {
    throw expected('{ matrix, range }', path, describe(value));
  }
  const matrix = oneOf(value.matrix, yuvMatrices, `${path}.matrix`);
  const range = oneOf(value.range, yuvRanges, `${path}.range`);
  const coefficients = rgbToYuvCoefficients({ matrix, range }, bitDepth);
  return paramFields.rgbToYuv.fields.map(field => Math.fround(coefficients[field]));
};

/** A record of numbers; those that are not `required` are 0 where they are missing. */
const toFields = (value: unknown, names: readonly string[], required: boolean, path: string): number[] => {
  if (!isRecord(value) || Object.keys(value).some(name => !names.includes(name))) {
    throw expected(`{ ${names.join(', ')} }`, path, describe(value));
  }
  return names.map(name =>
    value[name] === undefined && !required ? 0 : toF32(value[name], `${path}.${name}`),
  );
};

const toCamera = (value: unknown, { path, bounds }: PackContext): number[] => {
  const numbers = toFields(value, paramFields.camera.fields, true, path);
  const [fx, fy] = numbers as [number, number];
  const wrong = wrongFocalLength({ fx, fy }, bounds);
  if (wrong) {
    throw expected(wrong.wanted, `${path}.${wrong.field}`, '0');
  }
  return numbers;
};

const primaries = Object.keys(chromaticities) as Primaries[];

const toPrimaries = (value: unknown, path: string): number[] => {
  if (!isRecord(value)) {
    throw expected('{ from, to }', path, describe(value));
  }
  const from = oneOf(value.from, primaries, `${path}.from`);
  return primariesMatrix({ from, to: oneOf(value.to, primaries, `${path}.to`) }).map(Math.fround);
};

const oneOf = <T extends string>(given: unknown, choices: readonly T[], path: string): T => {
  const found = choices.find(choice => choice === given);
  if (found !== undefined) {
    return found;
  }
  throw expected(`one of ${choices.map(choice => `'${choice}'`).join(', ')}`, path, describe(given));
};

const settle = <T extends string>(
  given: unknown,
  choices: readonly T[],
  said: string | undefined,
  path: string,
): T => {
  const wanted = given === 'auto' ? said : given;
  const found = choices.find(choice => choice === wanted);
  if (found !== undefined) {
    return found;
  }
  const list = choices.map(choice => `'${choice}'`).join(', ');
  if (given !== 'auto') {
    throw expected(`${list} or 'auto'`, path, describe(given));
  }
  if (said === 'ycgco' || said === 'gbr') {
    throw expected(
      `an image coded by one of ${list}`,
      path,
      `'auto' and an image coded by '${said}'`,
      `Put ${said}ToRgb({ range }) in place of this operator.`,
    );
  }
  if (isOtherCoding(said)) {
    throw expected(
      `an image coded by one of ${list}`,
      path,
      `'auto' and an image coded by '${said}'`,
      'No matrix undoes that coding: convert the video before, or name a matrix in the pipeline to take its codes for that.',
    );
  }
  throw expected(
    'an image that says its colours',
    path,
    said === undefined ? `'auto' and an image without them` : `'auto' and an image with ${describe(said)}`,
    `Give one of ${list} in the pipeline, or colour: { matrix, range, source } with the image.`,
  );
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

/** Whether a value is an array with one per image, and not one value that is an array itself. */
export const isPerImage = (
  { kind, per }: Pick<ManifestParam, 'kind' | 'per'>,
  value: unknown,
): value is ArrayLike<unknown> => {
  return per === 'image' && isTuple(value) && isOnePerImage(kind, value);
};

/** Which value an image takes: of an array with one per image its own, else the one for all. */
export const valueOfImage = (
  param: Pick<ManifestParam, 'kind' | 'per'>,
  value: unknown,
  image: number,
  images: number,
  path: string,
): { readonly value: unknown; readonly path: string } => {
  if (!isPerImage(param, value)) {
    return { value, path };
  }
  if (value.length !== images) {
    throw expected(
      images === 1 ? 'one value' : `one value, or an array of ${images} (one per image)`,
      path,
      `an array of ${value.length}`,
      images === 1 && value.length > 1
        ? 'An image is read for each value where it stands alone, not in an array.'
        : '',
    );
  }
  return { value: value[image], path: `${path}[${image}]` };
};
