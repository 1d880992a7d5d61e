/**
 * `for (let i = a; i < b; i += k)` with bounds known at build time; unrolled where the counter indexes a tuple. The end may
 * also be `Math.min(n, b)`: what is known is then how many rounds there are at most.
 */
import { ts } from 'ts-morph';
import { type Expr, i32 } from '../../ir/types.js';
import { binary } from './arithmetic.js';
import { coerce } from './coerce.js';
import { read } from './expressions.js';
import { alwaysReturns } from './functions.js';
import { symbolOf } from './patterns.js';
import { collect, locOf, refuse } from './scope.js';
import { readStatement } from './statements.js';
import type { Scope } from './types.js';
import { constantOf, isExpr, isI32, literal } from './values.js';

const maxUnrolled = 64;
const maxRounds = 65_536;

type Loop = {
  readonly name: ts.Identifier;
  readonly from: number;
  /** No round reaches this number. */
  readonly to: number;
  /** Where the loop may end before it: the end, as it is computed. */
  readonly end?: Expr;
  readonly step: number;
};

export const readFor = (scope: Scope, node: ts.ForStatement): void => {
  const loop = readHead(scope, node);
  const symbol = loop && symbolOf(scope, loop.name);
  if (!loop || !symbol) {
    return;
  }
  const rounds = Math.max(0, Math.ceil((loop.to - loop.from) / loop.step));
  const unroll = indexesWith(node.statement, loop.name.text);
  if (unroll && loop.end) {
    refuse(scope, node, 'CW1060', { name: loop.name.text });
    return;
  }
  const limit = unroll ? maxUnrolled : maxRounds;
  if (rounds > limit) {
    refuse(scope, node, unroll ? 'CW1055' : 'CW1054', { rounds, limit });
    return;
  }
  const loc = locOf(scope, node);
  if (unroll) {
    for (let at = loop.from; at < loop.to; at += loop.step) {
      scope.bindings.set(symbol, literal(at, i32, loc));
      readStatement(scope, node.statement);
      if (alwaysReturns(scope.out) || scope.reader.refused) {
        return;
      }
    }
    return;
  }
  const name = scope.names.take(loop.name.text);
  scope.bindings.set(symbol, { kind: 'local', name, type: i32, loc });
  const body = collect(scope, () => readStatement(scope, node.statement)).out;
  if (rounds > 0) {
    const from = literal(loop.from, i32, loc);
    const to = loop.end ?? literal(loop.to, i32, loc);
    scope.out.push({ kind: 'for', name, from, to, step: loop.step, body, loc });
  }
};

const readHead = (scope: Scope, node: ts.ForStatement): Loop | undefined => {
  const { initializer, condition, incrementor } = node;
  const declaration =
    initializer &&
    ts.isVariableDeclarationList(initializer) &&
    initializer.flags & ts.NodeFlags.Let &&
    initializer.declarations.length === 1
      ? initializer.declarations[0]
      : undefined;
  if (!declaration?.initializer || !ts.isIdentifier(declaration.name) || !condition || !incrementor) {
    refuse(scope, initializer ?? node, 'CW1003');
    return undefined;
  }
  const name = declaration.name;
  const from = whole(scope, declaration.initializer);
  const end = from === undefined ? undefined : readCondition(scope, condition, name.text);
  const step = end === undefined ? undefined : readStep(scope, incrementor, name.text);
  return from === undefined || end === undefined || step === undefined
    ? undefined
    : { name, from, ...end, step };
};

const refuseHead = (scope: Scope, node: ts.Node): undefined => {
  refuse(scope, node, 'CW1003');
  return undefined;
};

/** A whole number known at build time. */
const whole = (scope: Scope, node: ts.Expression): number | undefined => {
  const value = read(scope, node);
  const known = constantOf(value);
  if (typeof known === 'number' && isI32(known)) {
    // Minus zero is 0.
    return known + 0;
  }
  return value.kind === 'poison' ? undefined : refuseHead(scope, node);
};

const readCondition = (
  scope: Scope,
  node: ts.Expression,
  name: string,
): Pick<Loop, 'to' | 'end'> | undefined => {
  if (!ts.isBinaryExpression(node) || !ts.isIdentifier(node.left) || node.left.text !== name) {
    return refuseHead(scope, node);
  }
  const kind = node.operatorToken.kind;
  if (kind !== ts.SyntaxKind.LessThanToken && kind !== ts.SyntaxKind.LessThanEqualsToken) {
    return refuseHead(scope, node);
  }
  const more = kind === ts.SyntaxKind.LessThanToken ? 0 : 1;
  const bound = read(scope, node.right);
  const known = constantOf(bound);
  if (typeof known === 'number' && isI32(known)) {
    return { to: known + more };
  }
  const most = isExpr(bound) ? mostOf(bound) : undefined;
  if (most === undefined) {
    return bound.kind === 'poison' ? undefined : refuseHead(scope, node.right);
  }
  const after = more === 0 ? bound : binary(scope, '+', bound, { kind: 'number', value: more }, node);
  const end = coerce(scope, after, i32, node);
  return end && { to: most + more, end };
};

/** The number that `Math.min(…, number)` never exceeds. */
const mostOf = (expr: Expr): number | undefined => {
  if (expr.type.scalar !== 'i32') {
    return undefined;
  }
  if (expr.kind === 'literal') {
    return Number(expr.value);
  }
  if (expr.kind !== 'math' || expr.fn !== 'min') {
    return undefined;
  }
  const known = expr.args.flatMap(argument => mostOf(argument) ?? []);
  return known.length > 0 ? Math.min(...known) : undefined;
};

const readStep = (scope: Scope, node: ts.Expression, name: string): number | undefined => {
  if (
    (ts.isPostfixUnaryExpression(node) || ts.isPrefixUnaryExpression(node)) &&
    node.operator === ts.SyntaxKind.PlusPlusToken &&
    ts.isIdentifier(node.operand) &&
    node.operand.text === name
  ) {
    return 1;
  }
  if (
    !ts.isBinaryExpression(node) ||
    node.operatorToken.kind !== ts.SyntaxKind.PlusEqualsToken ||
    !ts.isIdentifier(node.left) ||
    node.left.text !== name
  ) {
    return refuseHead(scope, node);
  }
  const step = whole(scope, node.right);
  return step === undefined || step > 0 ? step : refuseHead(scope, node);
};

const indexesWith = (node: ts.Node, name: string): boolean => {
  if (ts.isElementAccessExpression(node) && mentions(node.argumentExpression, name)) {
    return true;
  }
  return ts.forEachChild(node, child => indexesWith(child, name)) ?? false;
};

const mentions = (node: ts.Node, name: string): boolean =>
  (ts.isIdentifier(node) && node.text === name) ||
  (ts.forEachChild(node, child => mentions(child, name)) ?? false);
