/**
 * A stencil as the compiler sees it: a map that moves nothing, and a filter that reads the pixels around its point. So everything
 * that holds for filters (borders, what runs on every tap, two passes of a separable one) holds for stencils.
 */
import { mapExpr, mapStatements } from '../../ir/rewrite.js';
import { type Expr, type Fn, f32, i32, type Loc, type OpFunction, type Stmt, tuple } from '../../ir/types.js';

/** The place of a tap that lies beyond the radius, or that is not known. */
export type WrongTap = { readonly loc: Loc; readonly span?: Span };
type Span = { readonly low: number; readonly high: number };

const point = tuple('f32', 2);
const pixel = tuple('i32', 2);

/** `at => at`: every pixel stays where it is. */
export const stayInPlace = (loc: Loc): OpFunction => {
  const at: Expr = { kind: 'local', name: 'at', type: point, loc };
  const items = [0, 1].map((index): Expr => ({ kind: 'index', tuple: at, index, type: f32, loc }));
  const value: Expr = { kind: 'tuple', items, type: point, loc };
  const fn: Fn = {
    name: 'stay',
    args: [{ name: 'at', type: point }],
    returns: point,
    body: [{ kind: 'return', value, loc }],
    loc,
  };
  return { fn, helpers: [] };
};

/**
 * The first tap whose place may lie beyond the radius, or does not follow from the text.
 * @param fn A stencil's function: taps stand in it, and not in the functions that it calls.
 */
export const wrongTap = (fn: Fn, radius: number): WrongTap | undefined => {
  let wrong: WrongTap | undefined;
  const visit = (e: Expr, spans: ReadonlyMap<string, Span>): void => {
    mapExpr(e, inner => {
      if (inner.kind === 'tap') {
        for (const place of [inner.x, inner.y]) {
          const span = spanOf(place, spans);
          if (!span || span.low < -radius || span.high > radius) {
            wrong ??= { loc: place.loc, ...(span ? { span } : {}) };
          }
        }
      }
      return inner;
    });
  };
  const run = (body: readonly Stmt[], outer: ReadonlyMap<string, Span>): void => {
    const spans = new Map(outer);
    for (const statement of body) {
      switch (statement.kind) {
        case 'let': {
          visit(statement.init, spans);
          // What changes later is not followed.
          const span = statement.mutable ? undefined : spanOf(statement.init, spans);
          if (span) {
            spans.set(statement.name, span);
          } else {
            spans.delete(statement.name);
          }
          break;
        }
        case 'assign':
        case 'return':
          visit(statement.value, spans);
          break;
        case 'if':
          visit(statement.test, spans);
          run(statement.then, spans);
          run(statement.else, spans);
          break;
        case 'for': {
          const [from, to] = [spanOf(statement.from, spans), spanOf(statement.to, spans)];
          const inner = new Map(spans);
          inner.delete(statement.name);
          if (from && to) {
            inner.set(statement.name, { low: from.low, high: Math.max(from.low, to.high - 1) });
          }
          run(statement.body, inner);
          break;
        }
      }
    }
  };
  run(fn.body, new Map());
  return wrong;
};

/** Between which numbers a whole number lies; undefined where that does not follow from its text. */
const spanOf = (e: Expr, spans: ReadonlyMap<string, Span>): Span | undefined => {
  const of = (inner: Expr): Span | undefined => spanOf(inner, spans);
  switch (e.kind) {
    case 'literal':
      return typeof e.value === 'number' ? { low: e.value, high: e.value } : undefined;
    case 'local':
      return spans.get(e.name);
    case 'unary': {
      const inner = e.op === '-' ? of(e.operand) : undefined;
      return inner && { low: -inner.high, high: -inner.low };
    }
    case 'select': {
      const [one, other] = [of(e.then), of(e.else)];
      return one && other && spanning([one.low, one.high, other.low, other.high]);
    }
    case 'binary': {
      const [a, b] = [of(e.left), of(e.right)];
      const make = a && b && combined[e.op];
      return make && spanning(corners(a, b, make));
    }
    case 'math': {
      const args = e.args.map(of);
      const [a, b] = args;
      if (args.includes(undefined) || !a) {
        return undefined;
      }
      if (e.fn === 'abs') {
        const ends = [Math.abs(a.low), Math.abs(a.high)];
        return { low: a.low <= 0 && a.high >= 0 ? 0 : Math.min(...ends), high: Math.max(...ends) };
      }
      const make = e.fn === 'min' ? Math.min : e.fn === 'max' ? Math.max : undefined;
      return make && b && spanning(corners(a, b, make));
    }
    default:
      return undefined;
  }
};

const combined: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
};
const corners = (a: Span, b: Span, make: (a: number, b: number) => number): readonly number[] =>
  [a.low, a.high].flatMap(one => [b.low, b.high].map(other => make(one, other)));
const spanning = (values: readonly number[]): Span => ({
  low: Math.min(...values),
  high: Math.max(...values),
});

const local = (name: string, type: Expr['type'], loc: Loc): Expr => ({ kind: 'local', name, type, loc });
const plus = (left: Expr, right: Expr): Expr => ({
  kind: 'binary',
  op: '+',
  left,
  right,
  type: i32,
  // Places within the radius of a pixel.
  fits: true,
  loc: right.loc,
});
/**
 * A stencil's function as a filter's, whose taps have places in the image.
 * @param stencil `fn()`, or `fn(at: i32×2)` where it asks for its pixel's position; its taps have places around the pixel.
 */
export const aroundPoint = ({ fn, helpers }: OpFunction): OpFunction => {
  const { loc } = fn;
  const [position] = fn.args;
  // A name that the author cannot have written.
  const name = position?.name ?? 'at$pixel';
  const at = local(name, pixel, loc);
  const [x, y] = [0, 1].map((index): Expr => ({ kind: 'index', tuple: at, index, type: i32, loc })) as [
    Expr,
    Expr,
  ];
  const body = mapStatements(fn.body, e =>
    mapExpr(e, inner =>
      inner.kind === 'tap' ? { ...inner, x: plus(x, inner.x), y: plus(y, inner.y) } : inner,
    ),
  );
  return { fn: { ...fn, args: [{ name, type: pixel }], body }, helpers };
};

/** The same of a function along one axis, whose taps have a place on it. */
export const aroundPlace = ({ fn, helpers }: OpFunction): OpFunction => {
  const name = 'at$place';
  const place = local(name, i32, fn.loc);
  const body = mapStatements(fn.body, e =>
    mapExpr(e, inner => (inner.kind === 'tap' ? { ...inner, x: plus(place, inner.x) } : inner)),
  );
  return { fn: { ...fn, args: [{ name, type: i32 }], body }, helpers };
};
