/** The values of options: whether one fits its parameter, and how a message describes it. */
import { chromaticities } from '../../../ops/colour/colour.js';
import {
  boundsText,
  invertAffine,
  invertProjective,
  isWithinBounds,
  lumaMatrices,
  wrongFocalLength,
  yuvMatrices,
  yuvRanges,
} from '../../../ops/internal.js';
import { MAX_RECTS } from '../../../ops/limits.js';
import { type Bounds, type Camera, paramFields } from '../../../ops/spec.js';
import type { Code } from '../../diagnostics/index.js';
import type { ParamField } from '../../ir/types.js';
import type { Args } from '../body/types.js';

export type Bag = Readonly<Record<string, unknown>>;
export const isBag = (value: unknown): value is Bag =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';
export const own = (bag: Bag, name: string): unknown => (Object.hasOwn(bag, name) ? bag[name] : undefined);

/** Describes a value for a message. */
export const describeActual = (value: unknown): string => {
  if (typeof value === 'string') {
    return `'${value.slice(0, 40)}'`;
  }
  if (typeof value === 'number' || typeof value === 'boolean' || value === undefined || value === null) {
    return String(value);
  }
  if (Array.isArray(value)) {
    return value.length <= 8 && value.every(item => typeof item === 'number')
      ? `[${value.join(', ')}]`
      : `an array of ${value.length}`;
  }
  if (typeof value === 'object') {
    const keys = Object.keys(value).slice(0, 6);
    return keys.length > 0 ? `{ ${keys.join(', ')} }` : '{}';
  }
  return typeof value === 'function' ? 'a function' : `a ${typeof value}`;
};

/** Arrays for typed arrays, also inside of objects: a manifest holds the former. */
export const plainArrays = (value: unknown): unknown => {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return Array.from(value as Uint8Array);
  }
  if (Array.isArray(value)) {
    return value.map(plainArrays);
  }
  const isPlain = isBag(value) && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainArrays(item)]))
    : value;
};

export type Problem = { readonly code: Code; readonly args: Args };
export type Field = Omit<ParamField, 'value'>;

const expected = (what: string, path: string, value: unknown): Problem => ({
  code: 'CW2005',
  args: { what, path, actual: describeActual(value) },
});

export const checkOption = (field: Field, value: unknown, channels: number): Problem | undefined => {
  if (field.per === 'channel') {
    return checkChannels(field, value, channels);
  }
  // One vector is an array of numbers itself, and so is a matrix that lacks its direction; several rectangles are one of objects.
  const single =
    field.kind === 'rects'
      ? Array.isArray(value) && !Array.isArray(value[0])
      : ['vec2', 'mat2x3', 'mat3x3', 'mat3x4', 'table', 'weights'].includes(field.kind) && isNumbers(value);
  if (field.per !== 'image' || !Array.isArray(value) || single) {
    return checkValue(field, value, field.name);
  }
  if (value.length === 0) {
    return expected('one value, or one per image', field.name, value);
  }
  return firstProblem(value, (item, index) => checkValue(field, item, `${field.name}[${index}]`));
};

export const isNumbers = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every(item => typeof item === 'number');

const firstProblem = (
  items: readonly unknown[],
  check: (item: unknown, index: number) => Problem | undefined,
): Problem | undefined => {
  for (const [index, item] of items.entries()) {
    const problem = check(item, index);
    if (problem) {
      return problem;
    }
  }
  return undefined;
};

const checkChannels = (field: Field, value: unknown, channels: number): Problem | undefined => {
  if (!Array.isArray(value) || (field.kind === 'table' && isNumbers(value))) {
    return checkValue(field, value, field.name);
  }
  if (value.length !== channels) {
    return { code: 'CW2006', args: { path: field.name, channels, actual: value.length } };
  }
  return firstProblem(value, (item, index) => checkValue(field, item, `${field.name}[${index}]`));
};

export const isF32 = (value: unknown): boolean =>
  typeof value === 'number' && Number.isFinite(Math.fround(value));
export const isI32 = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2147483647;

const checkValue = ({ kind, bounds, lanes }: Field, value: unknown, path: string): Problem | undefined => {
  switch (kind) {
    case 'f32':
    case 'gaussian':
      return isF32(value)
        ? checkBounds('a number', bounds, Math.fround(Number(value)), path, value)
        : expected('a finite number', path, value);
    case 'i32':
      return isI32(value)
        ? checkBounds('a whole number', bounds, Number(value), path, value)
        : expected('a whole number of 32 bits', path, value);
    case 'vec2':
      return checkNumbers(value, 2, path);
    case 'mat2x3':
    case 'mat3x3':
      return checkMatrix(value, paramFields[kind].lanes, path);
    case 'angle':
      return isF32(value) ? undefined : expected('a finite number of degrees', path, value);
    case 'mat3x4':
      return checkNumbers(value, paramFields[kind].lanes, path);
    case 'camera':
      return checkCamera(value, bounds, path);
    case 'distortion':
    case 'fisheye':
      return checkFields(value, paramFields[kind].fields, false, path);
    case 'rect':
      return checkRect(value, path, 0);
    case 'rects':
      return checkRects(value, path);
    case 'table':
      return checkNumbers(value, paramFields[kind].lanes, path);
    case 'weights':
      return checkNumbers(value, lanes, path);
    case 'orientation':
      return checkOrientation(value, path);
    case 'primaries':
    case 'yuvToRgb':
    case 'rgbToYuv':
      return checkWords(value, words[kind], path);
  }
};

const checkBounds = (
  what: string,
  bounds: Bounds | undefined,
  number: number,
  path: string,
  value: unknown,
): Problem | undefined =>
  bounds === undefined || isWithinBounds(number, bounds)
    ? undefined
    : expected(`${what} ${boundsText(bounds)}`, path, value);

const checkNumbers = (value: unknown, length: number, path: string): Problem | undefined => {
  if (!Array.isArray(value) || value.length !== length) {
    return expected(`${length} numbers`, path, value);
  }
  return firstProblem(value, (item, index) =>
    isF32(item) ? undefined : expected('a finite number', `${path}[${index}]`, item),
  );
};

const checkMatrix = (value: unknown, count: number, path: string): Problem | undefined => {
  const directions = isBag(value) ? ['dstToSrc', 'srcToDst'].filter(name => Object.hasOwn(value, name)) : [];
  if (!isBag(value) || directions.length !== 1 || Object.keys(value).length !== 1) {
    return { code: 'CW2014', args: { count, path, actual: describeActual(value) } };
  }
  const direction = directions[0] === 'srcToDst' ? 'srcToDst' : 'dstToSrc';
  const inner = `${path}.${direction}`;
  const problem = checkNumbers(value[direction], count, inner);
  if (problem || direction === 'dstToSrc') {
    return problem;
  }
  const invert = count === 6 ? invertAffine : invertProjective;
  const { isInverse } = invert(value[direction] as readonly number[]);
  return isInverse ? undefined : expected('a matrix that can be inverted', inner, value[direction]);
};

/** Some of them may begin, or lie, outside of the image. */
const checkRects = (value: unknown, path: string): Problem | undefined =>
  Array.isArray(value) && value.length <= MAX_RECTS
    ? firstProblem(value, (item, index) => checkRect(item, `${path}[${index}]`, -2147483647))
    : expected(`at most ${MAX_RECTS} rectangles in an array`, path, value);

/** A record of numbers; those that are not `required` may be missing. */
const checkFields = (
  value: unknown,
  names: readonly string[],
  required: boolean,
  path: string,
): Problem | undefined => {
  const keys = isBag(value) ? Object.keys(value) : [];
  if (!isBag(value) || Array.isArray(value) || keys.some(key => !names.includes(key))) {
    return expected(`{ ${names.join(', ')} }`, path, value);
  }
  const wrong = names.find(name => {
    const number = own(value, name);
    return !(isF32(number) || (number === undefined && !required));
  });
  return wrong === undefined ? undefined : expected('a finite number', `${path}.${wrong}`, own(value, wrong));
};

const checkCamera = (value: unknown, bounds: Bounds | undefined, path: string): Problem | undefined => {
  const problem = checkFields(value, paramFields.camera.fields, true, path);
  const wrong = problem ? undefined : wrongFocalLength(value as Camera, bounds);
  return wrong ? expected(wrong.wanted, `${path}.${wrong.field}`, own(value as Bag, wrong.field)) : problem;
};

const checkRect = (value: unknown, path: string, leastCorner: number): Problem | undefined => {
  const names: readonly string[] = paramFields.rect.fields;
  const keys = isBag(value) ? Object.keys(value) : [];
  if (!isBag(value) || Array.isArray(value) || keys.some(key => !names.includes(key))) {
    return expected('{ x, y, width, height }', path, value);
  }
  for (const name of names) {
    const number = own(value, name);
    const least = name === 'width' || name === 'height' ? 1 : leastCorner;
    if (!isI32(number) || Number(number) < least) {
      return expected(
        least < 0 ? 'a whole number of 32 bits' : `a whole number of at least ${least}`,
        `${path}.${name}`,
        number,
      );
    }
  }
  return undefined;
};

const rotations: readonly unknown[] = [0, 90, 180, 270];

const checkOrientation = (value: unknown, path: string): Problem | undefined => {
  if (value === 'auto') {
    return undefined;
  }
  if (!isBag(value) || Object.keys(value).some(key => key !== 'rotation' && key !== 'flip')) {
    return expected("{ rotation, flip } or 'auto'", path, value);
  }
  const [rotation, flip] = [own(value, 'rotation'), own(value, 'flip')];
  if (!rotations.includes(rotation)) {
    return expected('0, 90, 180 or 270 degrees clockwise', `${path}.rotation`, rotation);
  }
  return flip === undefined || typeof flip === 'boolean'
    ? undefined
    : expected('true or false', `${path}.flip`, flip);
};

type Words = Readonly<Record<string, readonly unknown[]>>;
const primaries = Object.keys(chromaticities);
/** What the fields of a value made of words may say. */
const words = {
  yuvToRgb: { matrix: [...lumaMatrices, 'auto'], range: [...yuvRanges, 'auto'] },
  rgbToYuv: { matrix: yuvMatrices, range: yuvRanges },
  primaries: { from: primaries, to: primaries },
} as const;

const checkWords = (value: unknown, fields: Words, path: string): Problem | undefined => {
  if (!isBag(value) || Object.keys(value).some(key => !Object.hasOwn(fields, key))) {
    return expected(`{ ${Object.keys(fields).join(', ')} }`, path, value);
  }
  for (const [name, choices] of Object.entries(fields)) {
    if (!choices.includes(own(value, name))) {
      const list = choices.map(choice => `'${String(choice)}'`).join(', ');
      return expected(`one of ${list}`, `${path}.${name}`, own(value, name));
    }
  }
  return undefined;
};

/** A border's value, one number per channel; or a problem. */
export const constantValue = (given: unknown, channels: number): readonly number[] | Problem => {
  const value = plainArrays(given);
  if (Array.isArray(value) && value.length !== channels) {
    return { code: 'CW2006', args: { path: 'border', channels, actual: value.length } };
  }
  const items: readonly unknown[] = Array.isArray(value)
    ? value
    : Array.from({ length: channels }, () => value);
  const numbers = items.filter((item): item is number => isF32(item));
  const bad = items.find(item => !isF32(item));
  return numbers.length === items.length ? numbers : expected('a finite number', 'border', bad);
};
