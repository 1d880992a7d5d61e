/** What an operator's function is given and gives, by its role. */
import { MAX_RECTS } from '../../../ops/limits.js';
import { type NumberKind, paramFields } from '../../../ops/spec.js';
import type { Expr, Loc, Type } from '../../ir/types.js';
import { bool, f32, i32, tuple } from '../../ir/types.js';
import type { MainArg } from '../body/functions.js';
import type { Value } from '../body/types.js';
import { literal, scalarType } from '../body/values.js';

/** A parameter as the kernel sees it. */
export type KernelParam =
  | { readonly name: string; readonly choice: string }
  | { readonly name: string; readonly constant: number | boolean }
  /** What an image comes to: how many numbers that is. */
  | { readonly name: string; readonly measured: number }
  /** An image with this number of channels. */
  | { readonly name: string; readonly channels: number }
  | {
      readonly name: string;
      readonly kind: NumberKind;
      readonly perChannel: boolean;
      /** The number of weights. */
      readonly count?: number;
    };

/** What a function is for. */
export type Role =
  | 'point'
  | 'map'
  | 'indexMap'
  | 'stencil'
  | 'axisStencil'
  | 'filter'
  | 'axisFilter'
  | 'indexBorder'
  | 'size'
  | 'scale'
  | 'geometry';

/** What the text of a function depends on: the channels of the pixels that it takes and gives, and the parameters. */
export type ReadFor = {
  readonly channels: number;
  readonly out: number;
  readonly params: readonly KernelParam[];
};

/** The arguments of a function and its result; places in them are the function's. */
export const signature = (
  role: Role,
  { channels, out, params: given }: ReadFor,
  loc: Loc,
): { readonly args: readonly MainArg[]; readonly returns: Type } => {
  const arg = (name: string, type: Type): MainArg => ({ kind: 'arg', name, type });
  const pixels = given.filter(param => 'channels' in param);
  const numbers = given.filter((param): param is NumberParam => !('channels' in param));
  const record = paramsRecord(numbers, channels, loc);
  const params: MainArg = { kind: 'params', record, pixels };
  switch (role) {
    case 'point':
      return {
        args: [arg('px', tuple('f32', channels)), params, position(loc)],
        returns: tuple('f32', out),
      };
    case 'map':
    case 'geometry':
      return {
        args: [arg('at', tuple('f32', 2)), params, bound(sizesRecord(f32, loc))],
        returns: tuple('f32', 2),
      };
    case 'indexMap':
      return {
        args: [arg('at', tuple('i32', 2)), bound(record), bound(sizesRecord(i32, loc))],
        returns: tuple('i32', 2),
      };
    case 'stencil':
      return {
        args: [bound({ kind: 'tapper' }), bound(record), position(loc)],
        returns: tuple('f32', out),
      };
    case 'axisStencil':
      return {
        args: [bound({ kind: 'tapper', axis: true }), bound(record)],
        returns: tuple('f32', out),
      };
    case 'filter':
      return {
        args: [bound({ kind: 'tapper' }), arg('at', tuple('f32', 2)), footprint(record, loc)],
        returns: tuple('f32', channels),
      };
    case 'axisFilter':
      return {
        args: [bound({ kind: 'tapper', axis: true }), arg('at', f32), axisFootprint(record)],
        returns: tuple('f32', channels),
      };
    case 'scale':
      return { args: [bound(record), bound(sizesRecord(f32, loc))], returns: tuple('f32', 2) };
    case 'indexBorder':
      return { args: [arg('i', i32), arg('size', i32)], returns: i32 };
    default:
      return {
        args: [bound(withImageSizes(record, pixels, loc)), bound(sizeRecord('src', i32, loc))],
        returns: tuple('i32', 2),
      };
  }
};

export const bound = (value: Value): MainArg => ({ kind: 'bound', value });

export const position = (loc: Loc): MainArg => ({
  kind: 'part',
  name: 'at',
  type: tuple('i32', 2),
  whole: at => ({
    kind: 'record',
    what: 'the position',
    fields: new Map<string, Value>([
      [
        'at',
        { kind: 'list', items: [0, 1].map(index => ({ kind: 'index', tuple: at, index, type: i32, loc })) },
      ],
      ['size', sizeRecord('src', i32, loc)],
    ]),
  }),
});

/** The scale, which is an argument; the size of what is read; and the filter's constants. */
const footprint = (constants: RecordValue, loc: Loc): MainArg => ({
  kind: 'record',
  what: "the filter's footprint",
  args: [{ name: 'scale', type: tuple('f32', 2) }],
  fields: new Map([['size', sizeRecord('src', i32, loc)], ...constants.fields]),
});

/** The same along one axis, whose size is an argument too. */
const axisFootprint = (constants: Value): MainArg => ({
  kind: 'record',
  what: "the filter's footprint",
  keeps: true,
  args: [
    { name: 'scale', type: f32 },
    { name: 'size', type: i32 },
  ],
  fields: constants.kind === 'record' ? constants.fields : new Map(),
});

// A map counts in f32, so it sees sizes as f32; whole maps and sizes count in i32.
const sizesRecord = (type: Type, loc: Loc): Value => ({
  kind: 'record',
  what: 'the sizes',
  fields: new Map([
    ['src', sizeRecord('src', type, loc)],
    ['dst', sizeRecord('dst', type, loc)],
  ]),
});

export const sizeRecord = (of: 'src' | 'dst', type: Type, loc: Loc): Value => {
  const axis = (name: 'width' | 'height'): Expr => {
    const size: Expr = { kind: 'size', of, axis: name, type: i32, loc };
    return type.scalar === 'i32' ? size : { kind: 'cast', value: size, type, loc };
  };
  return {
    kind: 'record',
    what: `the size of ${of}`,
    fields: new Map([
      ['width', axis('width')],
      ['height', axis('height')],
    ]),
  };
};

type RecordValue = Extract<Value, { kind: 'record' }>;
export const paramsRecord = (params: readonly NumberParam[], channels: number, loc: Loc): RecordValue => ({
  kind: 'record',
  what: "the parameters' object",
  fields: new Map(params.map(param => [param.name, paramValue(param, channels, loc)])),
});

/** A function that gives a size sees the sizes of images, as two numbers that are parameters to it. */
const withImageSizes = (
  { fields, ...record }: RecordValue,
  images: readonly { readonly name: string }[],
  loc: Loc,
): RecordValue => {
  const sizes = images.map(({ name }): [string, Value] => {
    const [width, height] = [0, 1].map(
      (lane): Value => ({ kind: 'param', param: name, lane, type: i32, loc }),
    ) as [Value, Value];
    const named = new Map([
      ['width', width],
      ['height', height],
    ]);
    return [name, { kind: 'record', what: `the size of ${name}`, fields: named }];
  });
  return { ...record, fields: new Map([...fields, ...sizes]) };
};

export type NumberParam = Exclude<KernelParam, { readonly channels: number }>;
const paramValue = (param: NumberParam, channels: number, loc: Loc): Value => {
  if ('choice' in param) {
    return { kind: 'text', value: param.choice };
  }
  if ('constant' in param) {
    const { constant } = param;
    return typeof constant === 'number' ? { kind: 'number', value: constant } : literal(constant, bool, loc);
  }
  if ('measured' in param) {
    return { kind: 'table', param: param.name, first: 0, count: param.measured };
  }
  const { scalar, lanes, fields } = paramFields[param.kind];
  const lane = (index: number): Expr => ({
    kind: 'param',
    param: param.name,
    lane: index,
    type: scalarType(scalar),
    loc,
  });
  if (fields.length > 0) {
    const named = fields.map((field, index): [string, Value] => [field, lane(index)]);
    return { kind: 'record', what: `the parameter ${param.name}`, fields: new Map(named) };
  }
  const count = param.perChannel ? channels : 1;
  if (param.kind === 'weights' || param.kind === 'gaussian') {
    return { kind: 'table', param: param.name, first: 0, count: param.count ?? lanes };
  }
  if (param.kind === 'table') {
    const table = (index: number): Value => ({
      kind: 'table',
      param: param.name,
      first: index * lanes,
      count: lanes,
    });
    return param.perChannel
      ? { kind: 'list', items: Array.from({ length: count }, (_, index) => table(index)) }
      : table(0);
  }
  if (param.kind === 'rects') {
    const rect = (index: number): Value => {
      const named = paramFields.rect.fields.map((field, n): [string, Value] => [field, lane(4 * index + n)]);
      return { kind: 'record', what: 'the rectangle', fields: new Map(named) };
    };
    return { kind: 'list', items: Array.from({ length: MAX_RECTS }, (_, index) => rect(index)) };
  }
  const length = param.perChannel ? channels : lanes;
  return param.perChannel || lanes > 1
    ? { kind: 'list', items: Array.from({ length }, (_, index) => lane(index)) }
    : lane(0);
};
