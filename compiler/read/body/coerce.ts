/** From values to typed IR expressions: literals take types, i32 widens to f32, the rest is refused. */
import { ts } from 'ts-morph';
import type { Expr, Type } from '../../ir/types.js';
import { sameType, tuple } from '../../ir/types.js';
import { makeSelect } from './branches.js';
import { declareLocal, locOf, make, refuse } from './scope.js';
import type { Scope, Value } from './types.js';
import {
  commonScalar,
  describe,
  describeType,
  isExpr,
  isI32,
  literal,
  scalarType,
  toI32,
  typeOf,
  untypedBranches,
} from './values.js';

/** The expression with exactly this type, or undefined after a diagnostic. */
export const coerce = (scope: Scope, value: Value, type: Type, node: ts.Node): Expr | undefined => {
  const result = coerceValue(scope, value, type, node);
  return isExpr(result) ? result : undefined;
};

const coerceValue = (scope: Scope, value: Value, type: Type, node: ts.Node): Value => {
  switch (value.kind) {
    case 'poison':
      return value;
    case 'number':
      return coerceNumber(scope, value.value, type, node);
    case 'list':
      return coerceList(scope, value.items, type, node);
    case 'record':
      return refuse(scope, node, value.what === 'an object' ? 'CW1034' : 'CW1035', { what: value.what });
    case 'text':
      return refuse(scope, node, 'CW1033', { text: value.value });
    case 'table':
      return refuse(scope, node, 'CW1058', { expected: describeType(type), actual: describe(value) });
    case 'function':
    case 'tapper':
      return refuse(scope, node, 'CW1039', { what: describe(value) });
    case 'foreign':
      return refuse(scope, node, 'CW1061', { actual: value.what });
    case 'outer':
      return value;
    default:
      return coerceExpr(scope, value, type, node);
  }
};

const coerceNumber = (scope: Scope, value: number, type: Type, node: ts.Node): Value => {
  if (type.length !== 0) {
    return refuse(scope, node, 'CW1030', { expected: describeType(type), actual: `the number ${value}` });
  }
  if (type.scalar === 'bool') {
    return refuse(scope, node, 'CW1011', { actual: `the number ${value}` });
  }
  if (type.scalar === 'i32') {
    if (isI32(value)) {
      return literal(value, type, locOf(scope, node));
    }
    return Number.isInteger(value)
      ? refuse(scope, node, 'CW1062', { value: written(value, node) })
      : refuse(scope, node, 'CW1010', { actual: `the number ${value}` });
  }
  const rounded = type.scalar === 'f64' ? value : Math.fround(value);
  return Number.isFinite(rounded)
    ? literal(rounded, type, locOf(scope, node))
    : refuse(scope, node, 'CW1042', { value: String(value) });
};

const written = (value: number, node: ts.Node): string =>
  ts.isNumericLiteral(node) ? node.getText() : String(value);

const coerceList = (scope: Scope, items: readonly Value[], type: Type, node: ts.Node): Value => {
  if (type.length !== items.length) {
    const actual = `a tuple of ${items.length}`;
    return refuse(scope, node, 'CW1030', { expected: describeType(type), actual });
  }
  const scalar = scalarType(type.scalar);
  const exprs = items.map(item => coerceValue(scope, item, scalar, node));
  const good = exprs.filter(isExpr);
  return good.length === items.length
    ? make(scope, node, { kind: 'tuple', items: good, type, loc: locOf(scope, node) })
    : { kind: 'poison' };
};

const coerceExpr = (scope: Scope, expr: Expr, type: Type, node: ts.Node): Value => {
  if (sameType(expr.type, type)) {
    return expr;
  }
  if (expr.type.length !== type.length) {
    return refuse(scope, node, 'CW1030', {
      expected: describeType(type),
      actual: describeType(expr.type),
    });
  }
  const from = expr.type.scalar;
  if (from === 'bool' || type.scalar === 'bool') {
    return type.scalar === 'bool'
      ? refuse(scope, node, 'CW1011', { actual: describeType(expr.type) })
      : refuse(scope, node, 'CW1012', { expected: describeType(type) });
  }
  if (type.scalar === 'i32') {
    const branches = untypedBranches(expr);
    if (branches && expr.kind === 'select') {
      const [then, other] = branches.map(branch => coerce(scope, branch, type, node));
      return then && other ? makeSelect(expr.test, then, other, type, expr.loc) : { kind: 'poison' };
    }
    return refuse(scope, node, 'CW1010', { actual: describeType(expr.type) });
  }
  if (type.scalar === 'f32' && from === 'f64') {
    return refuse(scope, node, 'CW1064', { actual: describeType(expr.type) });
  }
  if (type.length === 0) {
    return castTo(scope, expr, type, node);
  }
  // Item by item, from a local.
  const local = isSimple(expr) ? expr : declareLocal(scope, node, 'whole', expr, false);
  const items = Array.from({ length: type.length }, (_, index) => itemOf(scope, local, index, node));
  return coerceList(scope, items, type, node);
};

/** Converts between f32, i32 and f64; of a literal, at once. */
export const castTo = (scope: Scope, expr: Expr, type: Type, node: ts.Node): Value => {
  const loc = locOf(scope, node);
  if (expr.kind === 'literal' && typeof expr.value === 'number') {
    const { value } = expr;
    const rounded = { i32: toI32, f64: Number }[type.scalar as string] ?? Math.fround;
    return literal(rounded(value), type, loc);
  }
  return make(scope, node, { kind: 'cast', value: expr, type, loc });
};

/** Reading it twice costs nothing. */
export const isSimple = (expr: Expr): boolean =>
  expr.kind === 'local' ||
  expr.kind === 'param' ||
  expr.kind === 'size' ||
  expr.kind === 'literal' ||
  (expr.kind === 'index' && isSimple(expr.tuple)) ||
  (expr.kind === 'cast' && isSimple(expr.value)) ||
  (expr.kind === 'tuple' && expr.items.every(isSimple));

/** One item of a tuple. */
export const itemOf = (scope: Scope, expr: Expr, index: number, node: ts.Node): Value => {
  if (expr.kind === 'tuple') {
    return expr.items[index] ?? { kind: 'poison' };
  }
  const type = scalarType(expr.type.scalar);
  return make(scope, node, { kind: 'index', tuple: expr, index, type, loc: locOf(scope, node) });
};

/** The expression with the type that it has by itself. */
export const materialise = (scope: Scope, value: Value, node: ts.Node): Expr | undefined => {
  if (isExpr(value)) {
    return value;
  }
  if (value.kind === 'list') {
    return materialiseList(scope, value.items, node);
  }
  const type = typeOf(value) ?? { scalar: 'f32' as const, length: 0 };
  return coerce(scope, value, type, node);
};

const materialiseList = (scope: Scope, items: readonly Value[], node: ts.Node): Expr | undefined => {
  if (items.some(item => item.kind === 'poison')) {
    return undefined;
  }
  if (items.length === 0) {
    refuse(scope, node, 'CW1024');
    return undefined;
  }
  const scalar = commonScalar(items);
  if (!scalar) {
    refuse(scope, node, 'CW1025', { items: items.map(describe).join(', ') });
    return undefined;
  }
  return coerce(scope, { kind: 'list', items }, tuple(scalar, items.length), node);
};

/** The one type that all the values can take, or undefined after a diagnostic. */
export const unify = (scope: Scope, values: readonly Value[], node: ts.Node): Type | undefined => {
  if (values.some(value => value.kind === 'poison')) {
    return undefined;
  }
  const odd = values.find(value =>
    ['record', 'text', 'function', 'table', 'tapper', 'foreign'].includes(value.kind),
  );
  if (odd) {
    coerce(scope, odd, { scalar: 'f32', length: 0 }, node);
    return undefined;
  }
  const [length, ...otherLengths] = new Set(
    values.map(value => typeOf(value)?.length ?? (value.kind === 'list' ? -1 : -2)),
  );
  if (length !== undefined && length >= 0 && otherLengths.length === 0) {
    const scalar =
      length === 0
        ? commonScalar(values)
        : commonScalar(values.flatMap(value => (value.kind === 'list' ? value.items : itemsOf(value))));
    if (scalar) {
      return length === 0 ? scalarType(scalar) : tuple(scalar, length);
    }
  }
  refuse(scope, node, 'CW1029', { types: values.map(describe).join(' and ') });
  return undefined;
};

const itemsOf = (value: Value): readonly Value[] =>
  isExpr(value) ? [{ ...value, type: scalarType(value.type.scalar) }] : [];
