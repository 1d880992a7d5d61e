/** Makes and inspects the values that the reader of functions works with. */
import type { Expr, Loc, Scalar, Type } from '../../ir/types.js';
import { bool, f32, f64, i32, tuple } from '../../ir/types.js';
import type { Value } from './types.js';

export const poison: Value = { kind: 'poison' };

const buildTimeKinds = new Set([
  ...['number', 'list', 'record', 'text', 'function', 'table', 'tapper', 'outer', 'foreign', 'poison'],
]);
/** Whether the value is an IR expression already. */
export const isExpr = (value: Value): value is Expr => !buildTimeKinds.has(value.kind);

// Selects between constants have no type of their own yet, as constants have none: these are their branches.
const untypedSelects = new WeakMap<Expr, readonly [Value, Value]>();
export const markUntyped = (select: Expr, taken: Value, other: Value): void => {
  untypedSelects.set(select, [taken, other]);
};
/** The branches of a select that has no type of its own yet. */
export const untypedBranches = (value: Expr): readonly [Value, Value] | undefined =>
  untypedSelects.get(value);
/** Whether the value may become i32 as well as f32. */
export const isUntyped = (value: Value): boolean =>
  value.kind === 'number' || (isExpr(value) && untypedSelects.has(value));

/** A literal; negative zero is written as an operation, since JSON has none. */
export const literal = (value: number | boolean, type: Type, loc: Loc): Expr => {
  if (Object.is(value, -0)) {
    return { kind: 'unary', op: '-', operand: { kind: 'literal', value: 0, type, loc }, type, loc };
  }
  return { kind: 'literal', value, type, loc };
};

/** A number or boolean known at build time, or undefined. */
export const constantOf = (value: Value): number | boolean | undefined => {
  if (value.kind === 'number' || value.kind === 'literal') {
    return value.value;
  }
  return undefined;
};

/** The type that the value has where nothing asks for another; undefined for what has none. */
export const typeOf = (value: Value): Type | undefined => {
  if (isExpr(value)) {
    return value.type;
  }
  if (value.kind === 'number') {
    return f32;
  }
  if (value.kind === 'list') {
    const scalar = commonScalar(value.items);
    return scalar && tuple(scalar, value.items.length);
  }
  return undefined;
};

/** The one scalar type that the values share: f64 where any is, else f32 where any is, i32 where all are or can be. */
export const commonScalar = (values: readonly Value[]): Scalar | undefined => {
  const typed = values.filter(value => !isUntyped(value)).map(typeOf);
  if (typed.some(type => type?.length !== 0)) {
    return undefined;
  }
  const scalars = new Set(typed.map(type => type?.scalar));
  if (scalars.has('bool')) {
    return scalars.size === 1 && typed.length === values.length ? 'bool' : undefined;
  }
  if (scalars.has('f64')) {
    return 'f64';
  }
  if (scalars.has('f32') || scalars.size === 0) {
    return 'f32';
  }
  // A fraction beside integers makes all of them f32.
  return values.every(value => !isUntyped(value) || canBeI32(value)) ? 'i32' : 'f32';
};

/** Whether an untyped value is a whole number in range. */
export const canBeI32 = (value: Value): boolean => {
  if (value.kind === 'number') {
    return isI32(value.value);
  }
  return isExpr(value) && (untypedBranches(value)?.every(canBeI32) ?? false);
};

export const isI32 = (value: number): boolean =>
  Number.isInteger(value) && value >= -2147483648 && value <= 2147483647;

/** The same as the kernel's cast: it drops the fraction and saturates. */
export const toI32 = (value: number): number =>
  Number.isNaN(value) ? 0 : Math.max(-2147483648, Math.min(2147483647, Math.trunc(value)));

export const scalarType = (scalar: Scalar): Type => ({ f32, i32, bool, f64 })[scalar];

/** For messages: `f32`, `3 × f32`, `a boolean`, … */
export const describeType = (type: Type): string => {
  const scalar = type.scalar === 'bool' ? 'boolean' : type.scalar;
  return type.length === 0 ? scalar : `a tuple of ${type.length} ${scalar}`;
};

/** For messages: what the value is. */
export const describe = (value: Value): string => {
  switch (value.kind) {
    case 'number':
      return `the number ${value.value}`;
    case 'list':
      return `a tuple of ${value.items.length}`;
    case 'record':
      return value.what;
    case 'text':
      return `the string '${value.value}'`;
    case 'function':
      return 'a function';
    case 'table':
      return `the table ${value.param}`;
    case 'tapper':
      return "the filter's tap function";
    case 'foreign':
      return value.what;
    case 'outer':
      return describe(value.value);
    case 'poison':
      return 'nothing';
    default:
      return describeType(value.type);
  }
};
