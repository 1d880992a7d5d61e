/** What operators and filters cost, counted in the text of their functions: pixels that a filter reads, operations of a run. */
import type { Expr, Fn, MapStage, OpFunction, Stmt } from '../ir/types.js';
import { reachOf } from './reach.js';
import { childrenOf } from './uniform.js';

/** Pixels that a filter reads for a point, where that follows from its text: no more than its window holds, nor than it asks for. */
export const tapsOf = ({ filter }: Pick<MapStage, 'filter'>): number | undefined => {
  const reach = reachOf(filter);
  const asked = tapsIn(filter.apply);
  return reach && Math.min((reach.x.high - reach.x.low + 1) * (reach.y.high - reach.y.low + 1), asked);
};

const tapsIn = ({ fn, helpers }: OpFunction): number => {
  const tapsOfExpr = (expr: Expr): number => {
    const inner = childrenOf(expr).reduce((sum, child) => sum + tapsOfExpr(child), 0);
    if (expr.kind === 'call' && expr.taps) {
      const helper = helpers.find(({ name }) => name === expr.fn);
      return inner + (helper ? countIn(helper.body, tapsOfExpr) : 0);
    }
    return inner + (expr.kind === 'tap' ? 1 : 0);
  };
  return countIn(fn.body, tapsOfExpr);
};

/** What statements count at most: loops as often as they run, and of two branches the one with more. */
const countIn = (body: readonly Stmt[], of: (expr: Expr) => number): number =>
  body.reduce((sum, statement) => sum + countOf(statement, of), 0);
const countOf = (statement: Stmt, of: (expr: Expr) => number): number => {
  switch (statement.kind) {
    case 'let':
      return of(statement.init);
    case 'assign':
    case 'return':
      return of(statement.value);
    case 'if':
      return of(statement.test) + Math.max(countIn(statement.then, of), countIn(statement.else, of));
    case 'for': {
      const inside = countIn(statement.body, of);
      return inside === 0 ? 0 : inside * roundsOf(statement);
    }
  }
};
const roundsOf = ({ from, to, step }: Stmt & { readonly kind: 'for' }): number =>
  from.kind === 'literal'
    ? Math.max(Math.ceil((mostOf(to) - Number(from.value)) / step), 0)
    : Number.POSITIVE_INFINITY;
/** The number that a loop's bound never exceeds: itself, or that in `Math.min(n, number)`. */
const mostOf = (bound: Expr): number => {
  if (bound.kind === 'literal') {
    return Number(bound.value);
  }
  return bound.kind === 'math' && bound.fn === 'min'
    ? Math.min(...bound.args.map(mostOf))
    : Number.POSITIVE_INFINITY;
};

/**
 * Operations that count for several. A GPU's unit for reciprocals and roots has an eighth of the throughput of additions (CUDA C++
 * Programming Guide, "Arithmetic Instructions", 16 results per clock beside 128). Functions without an exact result are made of a
 * dozen or two of instructions, and a power of a logarithm and an exponential. These are rough counts and no measurements.
 */
const DIVISION = 8;
const FUNCTION = 20;
const POWER = 40;
/** An operator that counts more than this is costly: a division for each of four channels stays below, a power is above. */
export const COSTLY = 36;

const exactFunctions = new Set(
  'abs min max floor ceil trunc round sign fround imul roundHalfEven roundToF16 roundToBf16'.split(' '),
);
const divisions = new Set(['sqrt', 'idiv']);

/**
 * The operations of one run of an operator's function, weighted: an addition, a product, a comparison or a conversion counts 1, a division,
 * a remainder or a root 8, a power 40, and every other function of `Math` without an exact result 20. A division by a number that all
 * pixels share counts 1: its reciprocal is computed before. Infinite where a loop's rounds do not follow from its text.
 */
export const operationsOf = ({ fn, helpers }: OpFunction): number => {
  const known = new Map<string, number>();
  const ofFn = ({ body }: Fn): number => countIn(body, ofExpr);
  const ofHelper = (name: string): number => {
    const found =
      known.get(name) ?? ofFn(helpers.find(helper => helper.name === name) ?? { ...fn, body: [] });
    known.set(name, found);
    return found;
  };
  const ofExpr = (expr: Expr): number => {
    switch (expr.kind) {
      case 'select':
        return 1 + ofExpr(expr.test) + Math.max(ofExpr(expr.then), ofExpr(expr.else));
      // The divisor is computed once per image.
      case 'quotient':
        return 1 + ofExpr(expr.value);
      case 'call':
        return ofHelper(expr.fn) + sumOf(expr.args);
      default:
        return ownOf(expr) + sumOf(childrenOf(expr));
    }
  };
  const sumOf = (all: readonly Expr[]): number => all.reduce((sum, one) => sum + ofExpr(one), 0);
  return ofFn(fn);
};

const ownOf = (expr: Expr): number => {
  switch (expr.kind) {
    case 'unary':
    case 'cast':
    case 'entry':
      return 1;
    case 'binary':
      return expr.op === '/' || expr.op === '%' ? DIVISION : 1;
    case 'math':
      if (exactFunctions.has(expr.fn)) {
        return 1;
      }
      return divisions.has(expr.fn) ? DIVISION : expr.fn === 'pow' ? POWER : FUNCTION;
    default:
      return 0;
  }
};
