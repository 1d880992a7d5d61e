import type { BinaryOp, Expr, Scalar, Type } from '../../ir/types.js';

/** What two targets spell differently. Adding a target means writing one of these and its templates. */
export type Language = {
  readonly name: 'c' | 'js';
  /** A number or truth value as it stands in the text. */
  literal(value: number | boolean, scalar: Scalar): string;
  /** `const float y` and `const y`. */
  declare(type: Type, name: string, mutable: boolean): string;
  /** A tuple's text. */
  tuple(items: readonly string[], type: Type): string;
  /** One number of a tuple. */
  index(tuple: string, index: number, type: Type): string;
  /** An operator that is a function in the target, or undefined. */
  operatorCall(op: BinaryOp, scalar: Scalar, left: string, right: string): string | undefined;
  /** An arithmetic result as the target must round or wrap it, or undefined where the operator alone does so. */
  rounded(expr: Expr & { kind: 'binary' | 'unary' }, text: string): string | undefined;
  /** A conversion between f32, i32 and f64. */
  cast(value: string, to: Scalar): string;
  /** An f32 divided by another whose reciprocal is known. */
  quotient(value: string, by: string, reciprocal: string): string;
  /** A function of compiler/ir/math.ts. */
  math(fn: string, args: readonly string[], scalar: Scalar): string;
  /** `===` or `==`. */
  readonly equal: string;
  readonly unequal: string;
};

/** How tightly an expression binds: higher binds tighter. C's and JavaScript's order agree on these. */
export const level = {
  select: 1,
  '||': 2,
  '&&': 3,
  '|': 4,
  '^': 5,
  '&': 6,
  equality: 7,
  relation: 8,
  shift: 9,
  sum: 10,
  product: 11,
  unary: 12,
  atom: 13,
} as const;

/** How tightly each binary operator binds. */
export const binaryLevel: Readonly<Record<string, number>> = {
  '||': level['||'],
  '&&': level['&&'],
  '|': level['|'],
  '^': level['^'],
  '&': level['&'],
  '===': level.equality,
  '!==': level.equality,
  '<': level.relation,
  '<=': level.relation,
  '>': level.relation,
  '>=': level.relation,
  '<<': level.shift,
  '>>': level.shift,
  '+': level.sum,
  '-': level.sum,
  '*': level.product,
  '/': level.product,
  '%': level.product,
};
