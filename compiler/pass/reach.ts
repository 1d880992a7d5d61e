/**
 * How far a filter reads around its point. Where all of that lies inside the image, which is nearly everywhere, no tap
 * needs the border, and the reads do not wait for its tests.
 */
import type { Reach, Span } from '../ir/plan.js';
import type { Expr, FilterRef, Fn, Stmt } from '../ir/types.js';
import { childrenOf } from './uniform.js';

/** A number that is within `span` of nothing (`axis` undefined), of at[axis], or, once `floored`, of floor(at[axis]). */
type Known = { readonly axis?: 0 | 1; readonly floored: boolean } & Span;

/** Where a tap is in its filter's window, in pixels from the first one. */
export type TapPlace = { readonly column: number; readonly row: number };

/**
 * The reach of a filter, or undefined where it does not follow from the filter's text alone; the filter is then read with
 * its border everywhere.
 */
export const reachOf = ({ apply, within }: FilterRef): Reach | undefined => {
  const { reach } = follow(apply.fn);
  if (reach || !within) {
    return reach;
  }
  const [x, y] = within.map(radius => ({ low: 0 - radius, high: radius })) as [Span, Span];
  return { x, y, isFixed: false };
};

/** The place of every tap of a filter, if each has one that is known while compiling: those of a fixed reach have. */
export const placesOf = (filter: Fn): ReadonlyMap<Expr, TapPlace> => {
  const { reach, taps } = follow(filter);
  if (!reach?.isFixed) {
    return new Map();
  }
  return new Map(
    [...taps].map(([tap, [x, y]]) => [tap, { column: x - reach.x.low, row: y - reach.y.low }] as const),
  );
};

const follow = (filter: Fn): { reach?: Reach; taps: ReadonlyMap<Expr, readonly [number, number]> } => {
  const taps = new Map<Expr, readonly [number, number]>();
  const spans: [Span | undefined, Span | undefined] = [undefined, undefined];
  let isKnown = true;
  let isFixed = true;

  const tapAt = (axis: 0 | 1, position: Known | undefined): void => {
    if (position?.axis !== axis || !position.floored) {
      isKnown = false;
      return;
    }
    const { low, high } = spans[axis] ?? position;
    if (position.low !== position.high) {
      isFixed = false;
    }
    spans[axis] = { low: Math.min(low, position.low), high: Math.max(high, position.high) };
  };

  const visit = (expr: Expr, locals: ReadonlyMap<string, Known>): void => {
    if (expr.kind === 'tap') {
      const [x, y] = [expr.x, expr.y].map(position => known(position, locals, filter.args[0]!.name));
      tapAt(0, x);
      tapAt(1, y);
      if (x && y) {
        taps.set(expr, [x.low, y.low]);
      }
    }
    // A function that taps by itself is not followed.
    if (expr.kind === 'call' && expr.taps) {
      isKnown = false;
    }
    for (const child of childrenOf(expr)) {
      visit(child, locals);
    }
  };

  const run = (body: readonly Stmt[], outer: ReadonlyMap<string, Known>): void => {
    const locals = new Map(outer);
    for (const statement of body) {
      switch (statement.kind) {
        case 'let': {
          visit(statement.init, locals);
          const value = known(statement.init, locals, filter.args[0]!.name);
          // What changes later is not followed.
          if (value && !statement.mutable) {
            locals.set(statement.name, value);
          }
          break;
        }
        case 'assign':
        case 'return':
          visit(statement.value, locals);
          break;
        case 'if':
          visit(statement.test, locals);
          run(statement.then, locals);
          run(statement.else, locals);
          break;
        case 'for': {
          const from = known(statement.from, locals, '');
          const to = known(statement.to, locals, '');
          const inner = new Map(locals);
          if (from && to && from.axis === undefined && to.axis === undefined) {
            inner.set(statement.name, { floored: true, low: from.low, high: to.high - 1 });
          }
          run(statement.body, inner);
          break;
        }
      }
    }
  };

  run(filter.body, new Map());
  const [x, y] = spans;
  return { taps, ...(isKnown && x && y ? { reach: { x, y, isFixed } } : {}) };
};

const known = (expr: Expr, locals: ReadonlyMap<string, Known>, at: string): Known | undefined => {
  const of = (e: Expr): Known | undefined => known(e, locals, at);
  switch (expr.kind) {
    case 'literal':
      if (typeof expr.value !== 'number') {
        return undefined;
      }
      return { floored: Number.isInteger(expr.value), low: expr.value, high: expr.value };
    case 'local':
      return locals.get(expr.name);
    case 'index':
      if (expr.tuple.kind !== 'local' || expr.tuple.name !== at || expr.index > 1) {
        return undefined;
      }
      // A stencil's point lies on a pixel.
      return { axis: expr.index as 0 | 1, floored: expr.type.scalar === 'i32', low: 0, high: 0 };
    case 'cast':
      return expr.type.scalar === 'i32' ? asWhole(of(expr.value)) : undefined;
    case 'math':
      return expr.fn === 'floor' ? floor(of(expr.args[0]!)) : undefined;
    case 'binary': {
      if (expr.op !== '+' && expr.op !== '-') {
        return undefined;
      }
      const [a, b] = [of(expr.left), of(expr.right)];
      if (!a || !b || b.axis !== undefined) {
        return undefined;
      }
      // Halves and whole numbers are exact at any position in an image: nothing rounds past a pixel.
      if (![b.low, b.high].every(v => Number.isInteger(2 * v) && Math.abs(v) <= 64)) {
        return undefined;
      }
      const [low, high] = expr.op === '+' ? [b.low, b.high] : [-b.high, -b.low];
      return {
        ...(a.axis === undefined ? {} : { axis: a.axis }),
        floored: a.floored && b.floored,
        low: a.low + low,
        high: a.high + high,
      };
    }
    default:
      return undefined;
  }
};

// Only what is whole already: a cast of anything else drops the fraction towards zero.
const asWhole = (value: Known | undefined): Known | undefined => (value?.floored ? value : undefined);

/** floor(x + v) for x = floor(x) + f, 0 ≤ f < 1. */
const floor = (value: Known | undefined): Known | undefined =>
  value && !value.floored
    ? { ...value, floored: true, low: Math.floor(value.low), high: Math.ceil(value.high + 1) - 1 }
    : value;
