/** Random expressions of the kernel language, as the reader would hand them to the printers. */
import fc from 'fast-check';
import { mathFunctions } from '../../compiler/ir/math.js';
import {
  type Scalar as AnyScalar,
  bool,
  type Expr,
  f32,
  i32,
  type Loc,
  tuple,
} from '../../compiler/ir/types.js';

/** The types that operators compute in. */
export type Scalar = Exclude<AnyScalar, 'f64'>;

/** The locals that expressions read, in the order of {@link Values}. */
export const locals: Readonly<Record<Scalar, readonly string[]>> = {
  f32: ['u', 'v', 'w'],
  i32: ['i', 'j', 'k'],
  bool: ['p', 'q'],
};
/** What the locals hold: three f32, three i32, two truth values. */
export type Values = readonly [number, number, number, number, number, number, boolean, boolean];

const types = { f32, i32, bool };
const loc: Loc = { file: 'random.ts', line: 1, column: 1, endLine: 1, endColumn: 2 };
const node = { loc };

const exactFunctions = (args: 'f32' | 'i32') =>
  Object.entries(mathFunctions).filter(([, entry]) => entry.exact && [args, 'number'].includes(entry.args));

/** Numbers where arithmetic is interesting, among any others. */
const f32Values = fc.oneof(
  fc.constantFrom(
    ...[0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -0.3, 1e-40, -1e-45, 65519.9, 65520, 8388607.5, 16777217],
    ...[2 ** 31, -(2 ** 31), 4294967295, 3.4e38, -3.4e38],
  ),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -300, max: 300 }).map(n => n / 4),
);
const i32Values = fc.oneof(
  fc.constantFrom(0, 1, -1, 2, -7, 31, 32, 33, 255, 65536, 46341, 2 ** 31 - 1, -(2 ** 31)),
  fc.integer(),
  fc.integer({ min: -20, max: 20 }),
);
const f32Round = f32Values.map(Math.fround);

/** What the locals may hold, NaN and the infinities among it. */
export const values: fc.Arbitrary<Values> = (() => {
  const number = fc.oneof({ arbitrary: f32Round, weight: 4 }, fc.constantFrom(NaN, Infinity, -Infinity));
  return fc.tuple(number, number, number, i32Values, i32Values, i32Values, fc.boolean(), fc.boolean());
})();

const literal = (value: number | boolean, scalar: Scalar): Expr => ({
  ...node,
  kind: 'literal',
  type: types[scalar],
  value,
});

/** Expressions of each type, up to seven levels deep. */
export const expressions: Readonly<Record<Scalar, fc.Arbitrary<Expr>>> = (() => {
  const depthIdentifier = fc.createDepthIdentifier();
  return fc.letrec<Record<Scalar, Expr>>(tie => {
    const local = (scalar: Scalar) =>
      fc.constantFrom(...locals[scalar]).map(
        (name): Expr => ({
          ...node,
          kind: 'local',
          type: types[scalar],
          name,
        }),
      );
    const unary = (op: '-' | '!' | '~', scalar: Scalar) =>
      tie(scalar).map((operand): Expr => ({ ...node, kind: 'unary', type: types[scalar], op, operand }));
    const binary = (ops: readonly string[], from: Scalar, to: Scalar) =>
      fc.tuple(fc.constantFrom(...ops), tie(from), tie(from)).map(
        ([op, left, right]): Expr => ({
          ...node,
          kind: 'binary',
          type: types[to],
          op: op as '+',
          left,
          right,
        }),
      );
    // A count of places is taken modulo 32, as the reader writes it.
    const masked = tie('i32').map(
      (left): Expr => ({ ...node, kind: 'binary', type: i32, op: '&', left, right: literal(31, 'i32') }),
    );
    const places = fc.oneof(
      fc.integer({ min: 0, max: 31 }).map(n => literal(n, 'i32')),
      masked,
    );
    const shift = fc
      .tuple(fc.constantFrom('<<' as const, '>>' as const), tie('i32'), places)
      .map(([op, left, right]): Expr => ({ ...node, kind: 'binary', type: i32, op, left, right }));
    const select = (scalar: Scalar) =>
      fc.tuple(tie('bool'), tie(scalar), tie(scalar)).map(
        ([test, then, otherwise]): Expr => ({
          ...node,
          kind: 'select',
          type: types[scalar],
          test,
          then,
          else: otherwise,
        }),
      );
    const math = (scalar: 'f32' | 'i32') =>
      fc
        .constantFrom(...exactFunctions(scalar))
        .chain(([fn, { arity }]) =>
          fc
            .tuple(...Array.from({ length: arity }, () => tie(scalar)))
            .map((args): Expr => ({ ...node, kind: 'math', type: types[scalar], fn, args })),
        );
    const cast = (from: 'f32' | 'i32', to: 'f32' | 'i32') =>
      tie(from).map((value): Expr => ({ ...node, kind: 'cast', type: types[to], value }));
    const lane = (scalar: 'f32' | 'i32') =>
      fc.integer({ min: 1, max: 6 }).chain(length =>
        fc
          .tuple(
            fc.integer({ min: 0, max: length - 1 }),
            fc.tuple(...Array.from({ length }, () => tie(scalar))),
          )
          .map(
            ([index, items]): Expr => ({
              ...node,
              kind: 'index',
              type: types[scalar],
              index,
              tuple: { ...node, kind: 'tuple', type: tuple(scalar, length), items },
            }),
          ),
      );
    const oneOf = (scalar: Scalar, value: fc.Arbitrary<Expr>, ...inner: fc.Arbitrary<Expr>[]) =>
      fc.oneof(
        { depthIdentifier, maxDepth: 7 },
        { arbitrary: local(scalar), weight: 2 },
        { arbitrary: value, weight: 1 },
        ...inner.map(arbitrary => ({ arbitrary, weight: 3 })),
      );
    const arithmetic = ['+', '-', '*', '/', '%'];
    const comparisons = ['<', '<=', '>', '>=', '===', '!=='];
    return {
      f32: oneOf(
        'f32',
        f32Round.map(value => literal(value, 'f32')),
        binary(arithmetic, 'f32', 'f32'),
        binary(arithmetic, 'f32', 'f32'),
        unary('-', 'f32'),
        select('f32'),
        math('f32'),
        cast('i32', 'f32'),
        lane('f32'),
      ),
      i32: oneOf(
        'i32',
        i32Values.map(value => literal(value, 'i32')),
        binary(arithmetic, 'i32', 'i32'),
        binary(['&', '|', '^'], 'i32', 'i32'),
        shift,
        unary('-', 'i32'),
        unary('~', 'i32'),
        select('i32'),
        math('i32'),
        cast('f32', 'i32'),
        lane('i32'),
      ),
      bool: oneOf(
        'bool',
        fc.boolean().map(value => literal(value, 'bool')),
        binary(comparisons, 'f32', 'bool'),
        binary(comparisons, 'i32', 'bool'),
        binary(['&&', '||'], 'bool', 'bool'),
        unary('!', 'bool'),
        select('bool'),
      ),
    };
  });
})();
