/**
 * Columns of separable stencils that go through their rows in order and keep one value: `sum = sum + weight · px`. A thread of a GPU then
 * needs no window of rows: it has the values of all results that are not finished, and each row takes each of them a step further. The
 * steps of a result are those of the author's loop, in its order, so that the bits are the same.
 */
import type { Fold } from '../../ir/plan.js';
import { mapExpr } from '../../ir/rewrite.js';
import { type Expr, type Fn, i32, type OpFunction, type Stmt } from '../../ir/types.js';
import { childrenOf } from '../uniform.js';

type Loop = Extract<Stmt, { kind: 'for' }>;
type Tap = Extract<Expr, { kind: 'tap' }>;

/** The fold that the function of a column is, or undefined where it does something else. */
export const foldOf = ({ fn, helpers }: OpFunction): Fold | undefined => {
  const own = columnOf(fn, helpers);
  const [place, beside] = own?.args ?? [];
  const at = own?.body.findIndex(({ kind }) => kind === 'for') ?? -1;
  const loop = own?.body[at] as Loop | undefined;
  if (!own || !place || !beside || !loop) {
    return undefined;
  }
  const before = own.body.slice(0, at);
  const after = own.body.slice(at + 1);
  const steps = loop.body.slice(0, -1);
  const last = loop.body.at(-1);
  if (last?.kind !== 'assign' || !before.every(isLet) || !steps.every(isLet) || !after.every(isPlain)) {
    return undefined;
  }
  const start = before.find(({ name }) => name === last.name);
  const constants = before.filter(({ name }) => name !== last.name);
  const inLoop = [...steps, last].map(givenBy);
  const taps = inLoop.flatMap(tapsIn);
  const [tap] = taps;
  if (!start || !tap || taps.length > 1 || !isRow(tap, place.name, loop.name, beside.name)) {
    return undefined;
  }
  // Nothing else asks for a place, taps, or changes.
  const others = [...before, ...after].map(givenBy);
  const inside = inLoop.map(value => mapExpr(value, e => (e.kind === 'tap' ? pixel(e) : e)));
  const isFree = (e: Expr): boolean =>
    e.kind !== 'tap' &&
    !(e.kind === 'call' && e.taps) &&
    !(e.kind === 'local' && [place.name, beside.name].includes(e.name)) &&
    childrenOf(e).every(isFree);
  const { from, to, step } = loop;
  if (
    ![...others, ...inside].every(isFree) ||
    step !== 1 ||
    from.kind !== 'literal' ||
    to.kind !== 'literal' ||
    constants.some(({ mutable }) => mutable)
  ) {
    return undefined;
  }
  const { loc } = own;
  const made = (
    name: string,
    args: Fn['args'],
    returns: Fn['returns'],
    body: readonly Stmt[],
  ): OpFunction => ({
    fn: { name: `${own.name}${name}`, args, returns, body, loc },
    helpers: helpers.filter(helper => helper !== own),
  });
  const returned = (value: Expr): Stmt => ({ kind: 'return', value, loc });
  const kept = { name: last.name, type: start.type };
  const lets = steps.map((statement, n): Stmt => ({ ...statement, init: inside[n]! }));
  return {
    first: Number(from.value),
    last: Number(to.value) - 1,
    begin: made('Begin', [], start.type, [...constants, returned(start.init)]),
    step: made('Step', [{ name: loop.name, type: i32 }, kept, { name: PIXEL, type: tap.type }], start.type, [
      ...constants,
      ...lets,
      returned(inside.at(-1)!),
    ]),
    end: made('End', [kept], own.returns, [...constants, ...after]),
  };
};

/** The name of the row's pixel; authors' names have no `$`. */
const PIXEL = 'px$row';
const pixel = ({ type, loc }: Tap): Expr => ({ kind: 'local', name: PIXEL, type, loc });

/** The function that a column's calls with its own row and column. */
const columnOf = ({ args: [at], body: [only, more] }: Fn, helpers: readonly Fn[]): Fn | undefined => {
  if (only?.kind !== 'return' || more || only.value.kind !== 'call') {
    return undefined;
  }
  const { fn: name, args } = only.value;
  const isOwn = args.every(
    (e, n) =>
      e.kind === 'index' && e.tuple.kind === 'local' && e.tuple.name === at?.name && e.index === 1 - n,
  );
  return isOwn ? helpers.find(helper => helper.name === name) : undefined;
};

type Plain = Extract<Stmt, { kind: 'let' | 'assign' | 'return' }>;
const isLet = (statement: Stmt): statement is Extract<Stmt, { kind: 'let' }> => statement.kind === 'let';
const isPlain = (statement: Stmt): statement is Plain =>
  statement.kind === 'let' || statement.kind === 'assign' || statement.kind === 'return';
const givenBy = (statement: Plain): Expr => (statement.kind === 'let' ? statement.init : statement.value);

const tapsIn = (e: Expr): readonly Tap[] => [
  ...(e.kind === 'tap' ? [e] : []),
  ...childrenOf(e).flatMap(tapsIn),
];

/** Whether a tap is of the column's own pixel in the row that the loop has come to. */
const isRow = ({ x, y }: Tap, place: string, row: string, column: string): boolean =>
  x.kind === 'local' &&
  x.name === column &&
  y.kind === 'binary' &&
  y.op === '+' &&
  y.left.kind === 'local' &&
  y.left.name === place &&
  y.right.kind === 'local' &&
  y.right.name === row;
