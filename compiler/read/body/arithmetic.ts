/** Operators on values: typing rules, folding of constants, and what is refused. */
import type { ts } from 'ts-morph';
import type { BinaryOp, Expr, Scalar } from '../../ir/types.js';
import { bool } from '../../ir/types.js';
import { coerce } from './coerce.js';
import { locOf, make, refuse } from './scope.js';
import type { Scope, Value } from './types.js';
import {
  canBeI32,
  commonScalar,
  constantOf,
  describe,
  isExpr,
  literal,
  poison,
  scalarType,
  typeOf,
} from './values.js';

const arithmetic = new Set<BinaryOp>(['+', '-', '*', '/', '%']);
const bitwise = new Set<BinaryOp>(['<<', '>>', '&', '|', '^']);
const ordering = new Set<BinaryOp>(['<', '<=', '>', '>=']);

/** A binary operation on values that were read already; `&&` and `||` are elsewhere. */
export const binary = (scope: Scope, op: BinaryOp, left: Value, right: Value, node: ts.Node): Value => {
  if (left.kind === 'poison' || right.kind === 'poison') {
    return poison;
  }
  if (op === '===' || op === '!==') {
    return equality(scope, op, left, right, node);
  }
  if (!isNumeric(scope, left, op, node) || !isNumeric(scope, right, op, node)) {
    return poison;
  }
  if (ordering.has(op)) {
    return compare(scope, op, left, right, node);
  }
  if (bitwise.has(op)) {
    return bits(scope, op, left, right, node);
  }
  return arithmetic.has(op) ? calculate(scope, op, left, right, node) : poison;
};

const notNumbers: Readonly<Record<string, 'CW1033' | 'CW1035' | 'CW1061'>> = {
  text: 'CW1033',
  record: 'CW1035',
  foreign: 'CW1061',
};
/** Whether the value is one number; else says what it is. */
export const isNumeric = (scope: Scope, value: Value, op: string, node: ts.Node): boolean => {
  const type = typeOf(value);
  if (value.kind === 'list' || (type && type.length > 0)) {
    refuse(scope, node, 'CW1031', { op, actual: describe(value) });
    return false;
  }
  if (type?.scalar === 'bool') {
    refuse(scope, node, 'CW1012', { expected: 'a number' });
    return false;
  }
  if (!type) {
    const what = describe(value);
    const code = (Object.hasOwn(notNumbers, value.kind) ? notNumbers[value.kind] : undefined) ?? 'CW1039';
    refuse(scope, node, code, { text: value.kind === 'text' ? value.value : '', what, actual: what });
    return false;
  }
  return true;
};

const calculate = (scope: Scope, op: BinaryOp, left: Value, right: Value, node: ts.Node): Value => {
  if (left.kind === 'number' && right.kind === 'number') {
    const value = foldUntyped(op, left.value, right.value);
    return Number.isFinite(value)
      ? { kind: 'number', value }
      : refuse(scope, node, 'CW1042', { value: String(value) });
  }
  const scalar = commonScalar([left, right]) ?? 'f32';
  if (op === '/' && scalar === 'i32') {
    return refuse(scope, node, 'CW1009', { text: node.getText().slice(0, 60) });
  }
  if (op === '%' && scalar === 'i32' && constantOf(right) === 0) {
    return refuse(scope, node, 'CW1043');
  }
  return typed(scope, op, scalar, left, right, node);
};

const typed = (
  scope: Scope,
  op: BinaryOp,
  scalar: Scalar,
  left: Value,
  right: Value,
  node: ts.Node,
): Value => {
  const type = scalarType(scalar);
  const a = coerce(scope, left, type, node);
  const b = coerce(scope, right, type, node);
  if (!a || !b) {
    return poison;
  }
  const folded = foldTyped(op, scalar, constantOf(a), constantOf(b));
  const loc = locOf(scope, node);
  return folded === undefined
    ? make(scope, node, { kind: 'binary', op, left: a, right: b, type, loc })
    : literal(folded, type, loc);
};

const number = (op: BinaryOp, a: number, b: number): number => {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '<<':
      return a << b;
    case '>>':
      return a >> b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    default:
      return a ^ b;
  }
};

// Whole numbers stay exact until they take a type; everything else is f32 from the first operation on.
const foldUntyped = (op: BinaryOp, a: number, b: number): number => {
  const exact = number(op, a, b);
  return [a, b, exact].every(Number.isSafeInteger)
    ? exact
    : Math.fround(number(op, Math.fround(a), Math.fround(b)));
};

/** An operation on two literals of a type, with that type's rounding; undefined where there is nothing to fold. */
const foldTyped = (
  op: BinaryOp,
  scalar: Scalar,
  a: number | boolean | undefined,
  b: number | boolean | undefined,
): number | undefined => {
  if (typeof a !== 'number' || typeof b !== 'number') {
    return undefined;
  }
  if (scalar === 'i32') {
    // The low 32 bits, as the machine has them.
    return op === '*' ? Math.imul(a, b) : number(op, a, b) | 0;
  }
  const exact = number(op, a, b);
  const value = scalar === 'f64' ? exact : Math.fround(exact);
  return Number.isFinite(value) ? value : undefined;
};

/** The low 32 bits of a whole number without a type: what JavaScript's own operators on bits take of it. */
export const lowBits = (value: Value): Value =>
  value.kind === 'number' && Number.isInteger(value.value)
    ? { kind: 'number', value: value.value | 0 }
    : value;

const bits = (scope: Scope, op: BinaryOp, a: Value, b: Value, node: ts.Node, shown: string = op): Value => {
  const [left, right] = [lowBits(a), lowBits(b)];
  for (const value of [left, right]) {
    if (!(value.kind === 'number' ? canBeI32(value) : isExpr(value) && value.type.scalar === 'i32')) {
      return refuse(scope, node, 'CW1013', { op: shown, actual: describe(value) });
    }
  }
  if (op !== '<<' && op !== '>>') {
    return typed(scope, op, 'i32', left, right, node);
  }
  // JavaScript looks at five bits of the count, C++ leaves more than that undefined.
  const count = constantOf(right);
  const masked: Value =
    typeof count === 'number'
      ? { kind: 'number', value: count & 31 }
      : typed(scope, '&', 'i32', right, { kind: 'number', value: 31 }, node);
  return masked.kind === 'poison' ? poison : typed(scope, op, 'i32', left, masked, node);
};

/** `left >>> right` by a constant of 1 to 31, which gives a number that an i32 holds. */
export const unsignedShift = (scope: Scope, left: Value, right: Value, node: ts.Node): Value => {
  const known = constantOf(right);
  const count = typeof known === 'number' && Number.isInteger(known) ? known & 31 : 0;
  if (left.kind === 'poison' || right.kind === 'poison') {
    return poison;
  }
  if (count === 0) {
    return refuse(scope, node, 'CW1008');
  }
  if (!isNumeric(scope, left, '>>>', node)) {
    return poison;
  }
  const shifted = bits(scope, '>>', left, { kind: 'number', value: count }, node, '>>>');
  return binary(scope, '&', shifted, { kind: 'number', value: 2 ** (32 - count) - 1 }, node);
};

const compare = (scope: Scope, op: BinaryOp, left: Value, right: Value, node: ts.Node): Value => {
  const type = scalarType(commonScalar([left, right]) ?? 'f32');
  const a = coerce(scope, left, type, node);
  const b = coerce(scope, right, type, node);
  if (!a || !b) {
    return poison;
  }
  const x = constantOf(a);
  const y = constantOf(b);
  const loc = locOf(scope, node);
  if (x !== undefined && y !== undefined) {
    return literal(holds(op, x, y), bool, loc);
  }
  return make(scope, node, { kind: 'binary', op, left: a, right: b, type: bool, loc });
};

const holds = (op: BinaryOp, a: number | boolean, b: number | boolean): boolean => {
  switch (op) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    case '===':
      return a === b;
    default:
      return a !== b;
  }
};

const equality = (scope: Scope, op: BinaryOp, left: Value, right: Value, node: ts.Node): Value => {
  if (left.kind === 'text' && right.kind === 'text') {
    return literal((left.value === right.value) === (op === '==='), bool, locOf(scope, node));
  }
  if (typeOf(left)?.scalar === 'bool' && typeOf(right)?.scalar === 'bool') {
    const a = isExpr(left) ? left : undefined;
    const b = isExpr(right) ? right : undefined;
    if (a && b && a.type.length === 0 && b.type.length === 0) {
      return equalBools(scope, op, a, b, node);
    }
  }
  return isNumeric(scope, left, op, node) && isNumeric(scope, right, op, node)
    ? compare(scope, op, left, right, node)
    : poison;
};

const equalBools = (scope: Scope, op: BinaryOp, a: Expr, b: Expr, node: ts.Node): Value => {
  const x = constantOf(a);
  const y = constantOf(b);
  const loc = locOf(scope, node);
  return x !== undefined && y !== undefined
    ? literal(holds(op, x, y), bool, loc)
    : make(scope, node, { kind: 'binary', op, left: a, right: b, type: bool, loc });
};

/** `-x`, `+x` and `~x`. */
export const negate = (scope: Scope, op: '-' | '+' | '~', value: Value, node: ts.Node): Value => {
  if (value.kind === 'poison' || !isNumeric(scope, value, op, node) || op === '+') {
    return value.kind === 'poison' || op === '+' ? value : poison;
  }
  if (op === '~') {
    return bits(scope, '^', value, { kind: 'number', value: -1 }, node, '~');
  }
  if (value.kind === 'number') {
    return { kind: 'number', value: -value.value };
  }
  if (!isExpr(value)) {
    return poison;
  }
  const loc = locOf(scope, node);
  if (value.kind === 'literal' && typeof value.value === 'number') {
    return literal(value.type.scalar === 'i32' ? -value.value | 0 : -value.value, value.type, loc);
  }
  return make(scope, node, { kind: 'unary', op: '-', operand: value, type: value.type, loc });
};

/** A boolean expression, or undefined after a diagnostic: a number is no condition here. */
export const condition = (scope: Scope, value: Value, node: ts.Node): Expr | undefined => {
  if (isExpr(value) && value.type.scalar === 'bool' && value.type.length === 0) {
    return value;
  }
  if (value.kind !== 'poison') {
    refuse(scope, node, 'CW1011', { actual: describe(value) });
  }
  return undefined;
};
