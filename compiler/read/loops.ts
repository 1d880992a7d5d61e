/** `for (let i = a; i < b; i += k)` with bounds known at build time; unrolled where the counter indexes a tuple. */
import { ts } from 'ts-morph';
import { i32 } from '../ir/types.js';
import { read } from './expressions.js';
import { alwaysReturns } from './functions.js';
import { symbolOf } from './patterns.js';
import { collect, locOf, refuse, type Scope } from './scope.js';
import { readStatement } from './statements.js';
import { constantOf, isI32, literal } from './values.js';

const maxUnrolled = 64;
const maxRounds = 65_536;

type Loop = {
  readonly name: ts.Identifier;
  readonly from: number;
  readonly to: number;
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
    scope.out.push({ kind: 'for', name, from, to: literal(loop.to, i32, loc), step: loop.step, body, loc });
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
  const to = from === undefined ? undefined : readCondition(scope, condition, name.text);
  const step = to === undefined ? undefined : readStep(scope, incrementor, name.text);
  return from === undefined || to === undefined || step === undefined ? undefined : { name, from, to, step };
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
    return known;
  }
  return value.kind === 'poison' ? undefined : refuseHead(scope, node);
};

const readCondition = (scope: Scope, node: ts.Expression, name: string): number | undefined => {
  if (!ts.isBinaryExpression(node) || !ts.isIdentifier(node.left) || node.left.text !== name) {
    return refuseHead(scope, node);
  }
  const kind = node.operatorToken.kind;
  if (kind !== ts.SyntaxKind.LessThanToken && kind !== ts.SyntaxKind.LessThanEqualsToken) {
    return refuseHead(scope, node);
  }
  const bound = whole(scope, node.right);
  return bound === undefined ? undefined : kind === ts.SyntaxKind.LessThanToken ? bound : bound + 1;
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
