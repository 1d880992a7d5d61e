import { InternalError } from '../../errors.js';
import type { Expr } from '../../ir/types.js';
import { binaryLevel, type Language, level } from './language.js';

/** Names of what surrounds an expression in generated code. */
export type Surroundings = {
  /** One number of the operator's parameters. */
  param(name: string, lane: number): string;
  /** One number of a table; the index is inside of it. */
  entry(name: string, index: string): string;
  /** A number that is computed before the launch. */
  uniform(name: string): string;
  /** A size that a map sees. */
  size(of: 'src' | 'dst', axis: 'width' | 'height'): string;
  /** An entry of the table of a filter's windows. */
  window(part: 'axis' | 'first' | 'count' | 'weight', indices: readonly string[]): string;
  /** A call of the filter's tap; `tap` is the expression itself. */
  tap(x: string, y: string, tap: Expr): string;
  /** The printed name of a local. */
  local(name: string): string;
  /** The printed name of a helper function. */
  helper(name: string): string;
  /** What a helper function takes behind its arguments: structs of parameters, under the names that they have here too. */
  passed?(name: string): readonly string[];
};

type Printed = { readonly text: string; readonly level: number };

/** Prints an expression with as few parentheses as precedence allows. */
export const printExpr = (expr: Expr, language: Language, around: Surroundings): string => {
  const atom = (text: string): Printed => ({ text, level: level.atom });
  const free = (e: Expr): string => print(e).text;
  const within = (e: Expr, least: number): string => {
    const { text, level: own } = print(e);
    return own < least ? `(${text})` : text;
  };

  const print = (e: Expr): Printed => {
    switch (e.kind) {
      case 'literal': {
        const text = language.literal(e.value, e.type.scalar);
        return { text, level: text.startsWith('-') ? level.unary : level.atom };
      }
      case 'local':
        return atom(around.local(e.name));
      case 'param':
        return atom(around.param(e.param, e.lane));
      case 'entry': {
        const held = language.math('max', [free(e.at), '0'], 'i32');
        const index = language.math('min', [held, String(e.count - 1)], 'i32');
        return atom(around.entry(e.param, e.first === 0 ? index : `${index} + ${e.first}`));
      }
      case 'window':
        return atom(
          around.window(
            e.part,
            [e.at, e.n].flatMap(index => (index ? free(index) : [])),
          ),
        );
      case 'uniform':
        return atom(around.uniform(e.name));
      case 'size':
        return atom(around.size(e.of, e.axis));
      case 'unary': {
        const inner = within(e.operand, level.unary);
        // Two minus signs side by side would read as a decrement.
        const text = inner.startsWith(e.op) ? `${e.op}(${inner})` : `${e.op}${inner}`;
        const rounded = language.rounded(e, text);
        return rounded === undefined ? { text, level: level.unary } : atom(rounded);
      }
      case 'binary':
        return binary(e);
      case 'select': {
        const test = within(e.test, level['||']);
        const text = `${test} ? ${within(e.then, level['||'])} : ${within(e.else, level.select)}`;
        return { text, level: level.select };
      }
      case 'math':
        return atom(language.math(e.fn, e.args.map(free), e.type.scalar));
      case 'cast':
        return atom(language.cast(free(e.value), e.type.scalar));
      case 'quotient':
        return atom(language.quotient(free(e.value), free(e.by), free(e.reciprocal)));
      case 'call':
        return atom(
          `${around.helper(e.fn)}(${[
            ...(e.taps ? ['taps'] : []),
            ...e.args.map(free),
            ...(around.passed?.(e.fn) ?? []),
          ].join(', ')})`,
        );
      case 'tap':
        return atom(around.tap(free(e.x), free(e.y), e));
      case 'tuple':
        return atom(language.tuple(e.items.map(free), e.type));
      case 'index':
        return atom(language.index(within(e.tuple, level.atom), e.index, e.tuple.type));
      default:
        throw new InternalError(`unknown expression ${JSON.stringify(e satisfies never)}`);
    }
  };

  const binary = (e: Expr & { kind: 'binary' }): Printed => {
    const own = binaryLevel[e.op];
    if (own === undefined) {
      throw new InternalError(`unknown operator ${e.op}`);
    }
    const call = e.fits ? undefined : language.operatorCall(e.op, e.type.scalar, free(e.left), free(e.right));
    if (call !== undefined) {
      return atom(call);
    }
    const op = e.op === '===' ? language.equal : e.op === '!==' ? language.unequal : e.op;
    // Compilers warn where && stands in || and where a bit operation or shift stands in another, rightly.
    const mixed = own <= level['&'] || own === level.shift;
    const left = within(e.left, mixed && binaryOf(e.left) !== e.op && isBinary(e.left) ? level.unary : own);
    const right = within(
      e.right,
      mixed && isBinary(e.right) && !isComparison(e.right) ? level.unary : own + 1,
    );
    const text = `${left} ${op} ${right}`;
    const rounded = e.fits ? undefined : language.rounded(e, text);
    return rounded === undefined ? { text, level: own } : atom(rounded);
  };

  return free(expr);
};

const isBinary = (e: Expr): boolean => e.kind === 'binary' && !isComparison(e);
const binaryOf = (e: Expr): string | undefined => (e.kind === 'binary' ? e.op : undefined);
const isComparison = (e: Expr): boolean =>
  e.kind === 'binary' && [level.equality, level.relation].includes(binaryLevel[e.op] as 7 | 8);
