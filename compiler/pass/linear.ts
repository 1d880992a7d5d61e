/**
 * Whether functions are affine in the pixels that they get: sums of channels times numbers that no pixel changes. Of an
 * affine operator and a filter whose weights sum to 1 it does not matter, up to rounding, which comes first.
 */
import type { Expr, Fn, OpFunction, Stmt } from '../ir/types.js';
import { childrenOf } from './uniform.js';

/** How a value follows from the pixels: not at all, as a sum of multiples of them and a number, or otherwise. */
type Degree = 0 | 1 | 'other';
type Locals = ReadonlyMap<string, Degree>;

/** Whether a point operator's function is affine in its pixel and the same for all: it does not ask where its pixel is. */
export const isAffine = ({ fn, helpers }: OpFunction): boolean =>
  fn.args.length === 1 && degreeOf(fn, [1], helpers) !== 'other';

/** Whether a filter is affine in its taps: its weights follow from the point alone. */
export const isAffineInTaps = ({ fn, helpers }: OpFunction): boolean =>
  degreeOf(
    fn,
    fn.args.map(() => 0),
    helpers,
  ) !== 'other';

const highest = (degrees: readonly Degree[]): Degree =>
  degrees.includes('other') ? 'other' : degrees.includes(1) ? 1 : 0;
const onlyOfConstants = (degrees: readonly Degree[]): Degree => (highest(degrees) === 0 ? 0 : 'other');

const degreeOf = (fn: Fn, args: readonly Degree[], helpers: readonly Fn[]): Degree => {
  const expression = (e: Expr, locals: Locals): Degree => {
    const of = (child: Expr): Degree => expression(child, locals);
    switch (e.kind) {
      case 'local':
        return locals.get(e.name) ?? 'other';
      case 'tap':
        return onlyOfConstants([of(e.x), of(e.y)]) === 0 ? 1 : 'other';
      case 'tuple':
      case 'index':
        return highest(childrenOf(e).map(of));
      case 'unary':
        return e.op === '-' ? of(e.operand) : onlyOfConstants([of(e.operand)]);
      case 'select':
        return of(e.test) === 0 ? highest([of(e.then), of(e.else)]) : 'other';
      case 'call': {
        const helper = helpers.find(({ name }) => name === e.fn);
        return helper ? degreeOf(helper, e.args.map(of), helpers) : 'other';
      }
      case 'binary': {
        const [left, right] = [of(e.left), of(e.right)];
        if (e.type.scalar === 'f32' && (e.op === '+' || e.op === '-')) {
          return highest([left, right]);
        }
        if (e.type.scalar === 'f32' && e.op === '*' && (left === 0 || right === 0)) {
          return highest([left, right]);
        }
        if (e.type.scalar === 'f32' && e.op === '/' && right === 0) {
          return left;
        }
        return onlyOfConstants([left, right]);
      }
      default:
        // What rounds, compares or bends.
        return onlyOfConstants(childrenOf(e).map(of));
    }
  };

  /** Runs statements; `locals` follows assignments. The degree of what is returned, if anything is. */
  const run = (body: readonly Stmt[], locals: Map<string, Degree>): Degree => {
    let returned: Degree = 0;
    const give = (degree: Degree): void => {
      returned = highest([returned, degree]);
    };
    for (const statement of body) {
      switch (statement.kind) {
        case 'let':
          locals.set(statement.name, expression(statement.init, locals));
          break;
        case 'assign':
          // What it held before counts too: the assignment may stand in a branch.
          locals.set(
            statement.name,
            highest([locals.get(statement.name) ?? 0, expression(statement.value, locals)]),
          );
          break;
        case 'return':
          give(expression(statement.value, locals));
          break;
        case 'if':
          if (expression(statement.test, locals) !== 0) {
            return 'other';
          }
          give(run(statement.then, locals));
          give(run(statement.else, locals));
          break;
        case 'for':
          locals.set(statement.name, 0);
          if (onlyOfConstants([expression(statement.from, locals), expression(statement.to, locals)]) !== 0) {
            return 'other';
          }
          // A round may read what an earlier one assigned: degrees only rise, twice at most.
          for (let round = 0; round < 3; round++) {
            give(run(statement.body, locals));
          }
          break;
      }
    }
    return returned;
  };

  return run(fn.body, new Map(fn.args.map((arg, n) => [arg.name, args[n] ?? 'other'])));
};
