/** New expressions and statements from old ones. */
import type { Expr, Stmt } from './types.js';

/** The expression with `f` of each expression directly inside of it. */
export const mapChildren = (e: Expr, f: (e: Expr) => Expr): Expr => {
  switch (e.kind) {
    case 'unary':
      return { ...e, operand: f(e.operand) };
    case 'binary':
      return { ...e, left: f(e.left), right: f(e.right) };
    case 'select':
      // biome-ignore lint/suspicious/noThenProperty: the member's name in the representation
      return { ...e, test: f(e.test), then: f(e.then), else: f(e.else) };
    case 'math':
    case 'call':
      return { ...e, args: e.args.map(f) };
    case 'cast':
      return { ...e, value: f(e.value) };
    case 'quotient':
      return { ...e, value: f(e.value), by: f(e.by), reciprocal: f(e.reciprocal) };
    case 'tap':
      return { ...e, x: f(e.x), y: f(e.y) };
    case 'window':
      return { ...e, ...(e.at ? { at: f(e.at) } : {}), ...(e.n ? { n: f(e.n) } : {}) };
    case 'tuple':
      return { ...e, items: e.items.map(f) };
    case 'index':
      return { ...e, tuple: f(e.tuple) };
    case 'entry':
      return { ...e, at: f(e.at) };
    default:
      return e;
  }
};

/** `f` of the expression whose inner expressions went through it before. */
export const mapExpr = (e: Expr, f: (e: Expr) => Expr): Expr => f(mapChildren(e, inner => mapExpr(inner, f)));

/** The statements, inner ones too, with `f` of each of their expressions. */
export const mapStatements = (statements: readonly Stmt[], f: (e: Expr) => Expr): readonly Stmt[] => {
  const statement = (s: Stmt): Stmt => {
    switch (s.kind) {
      case 'let':
        return { ...s, init: f(s.init) };
      case 'assign':
      case 'return':
        return { ...s, value: f(s.value) };
      case 'if':
        return {
          ...s,
          test: f(s.test),
          // biome-ignore lint/suspicious/noThenProperty: the member's name in the representation
          then: mapStatements(s.then, f),
          else: mapStatements(s.else, f),
        };
      case 'for':
        return { ...s, from: f(s.from), to: f(s.to), body: mapStatements(s.body, f) };
    }
  };
  return statements.map(statement);
};
