/**
 * Divisions and roots that are the same for every pixel of an image: they follow from parameters and sizes alone. They are
 * computed once per image where the kernel is launched; only operations with exact results (IEEE 754) are moved, so no
 * bit changes. A pixel's own number that is divided by such a value gets its reciprocal from there: a GPU whose result may
 * differ from the host's by a rounding multiplies.
 */
import type { Uniform } from '../ir/plan.js';
import { mapChildren, mapExpr, mapStatements } from '../ir/rewrite.js';
import type { Expr, Fn, OpFunction } from '../ir/types.js';

/** A stage's function without its uniform values, and these. `name(n)` names the n-th. */
export const hoistUniform = (
  { fn, helpers }: OpFunction,
  name: (n: number) => string,
): { fn: Fn; values: readonly Uniform[] } => {
  const values = new Map<string, Uniform>();
  const hoist = (value: Expr): Expr => {
    const key = JSON.stringify(value, (k, v: unknown) => (k === 'loc' ? undefined : v));
    const found = values.get(key) ?? { name: name(values.size), value };
    values.set(key, found);
    return { kind: 'uniform', name: found.name, type: value.type, loc: value.loc };
  };
  const expression = (e: Expr): Expr => {
    const whole =
      isCostly(e) && e.type.scalar === 'f32' && e.type.length === 0 ? withoutCalls(e, helpers) : undefined;
    if (whole && isUniform(whole)) {
      return hoist(whole);
    }
    if (e.kind === 'binary' && e.op === '/' && e.type.scalar === 'f32' && isUniform(e.right)) {
      const one: Expr = { kind: 'literal', value: 1, type: e.right.type, loc: e.loc };
      const reciprocal = hoist({ ...e, left: one });
      return {
        kind: 'quotient',
        value: expression(e.left),
        by: expression(e.right),
        reciprocal,
        type: e.type,
        loc: e.loc,
      };
    }
    return mapChildren(e, expression);
  };
  const hoisted = { ...fn, body: mapStatements(fn.body, expression) };
  return { fn: hoisted, values: [...values.values()] };
};

/** An expression with the results of calls in their place, where these functions are one expression each; others stay. */
const withoutCalls = (e: Expr, helpers: readonly Fn[]): Expr => {
  const inner = mapChildren(e, child => withoutCalls(child, helpers));
  const helper = inner.kind === 'call' && !inner.taps && helpers.find(({ name }) => name === inner.fn);
  if (inner.kind !== 'call' || !helper) {
    return inner;
  }
  const known = new Map(helper.args.map(({ name }, n) => [name, inner.args[n]!]));
  const put = (value: Expr): Expr =>
    mapExpr(value, one => (one.kind === 'local' ? (known.get(one.name) ?? one) : one));
  for (const statement of helper.body) {
    if (statement.kind === 'return') {
      return withoutCalls(put(statement.value), helpers);
    }
    if (statement.kind !== 'let' || statement.mutable) {
      return inner;
    }
    known.set(statement.name, put(statement.init));
  }
  return inner;
};

const exact = new Set(['sqrt', 'floor', 'ceil', 'abs', 'min', 'max', 'fround', 'idiv']);

/** Made of parameters, sizes and literals, by operations whose result IEEE 754 fixes. */
const isUniform = (e: Expr): boolean => {
  switch (e.kind) {
    case 'literal':
    case 'param':
    case 'size':
      return true;
    case 'math':
      return exact.has(e.fn) && e.args.every(isUniform);
    case 'binary':
      return e.op !== '%' && isUniform(e.left) && isUniform(e.right);
    case 'unary':
      return isUniform(e.operand);
    case 'select':
      return childrenOf(e).every(isUniform);
    case 'cast':
      return isUniform(e.value);
    default:
      return false;
  }
};

/** Anything less is as fast computed as fetched. */
const isCostly = (e: Expr): boolean =>
  (e.kind === 'binary' && e.op === '/' && e.type.scalar === 'f32') ||
  (e.kind === 'math' && e.fn === 'sqrt') ||
  childrenOf(e).some(isCostly);

/** The expressions directly inside of one. */
export const childrenOf = (e: Expr): readonly Expr[] => {
  switch (e.kind) {
    case 'unary':
      return [e.operand];
    case 'binary':
      return [e.left, e.right];
    case 'select':
      return [e.test, e.then, e.else];
    case 'math':
    case 'call':
      return e.args;
    case 'cast':
      return [e.value];
    case 'quotient':
      return [e.value, e.by, e.reciprocal];
    case 'tap':
      return [e.x, e.y];
    case 'tuple':
      return e.items;
    case 'index':
      return [e.tuple];
    case 'entry':
      return [e.at];
    case 'window':
      return [e.at, e.n].filter(inner => inner !== undefined);
    case 'literal':
    case 'local':
    case 'param':
    case 'size':
    case 'uniform':
      return [];
  }
};
