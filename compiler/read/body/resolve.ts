/** What a name means: a local, a parameter, a function, a constant of a module. */
import { ts } from 'ts-morph';
import { coerce } from './coerce.js';
import { read } from './expressions.js';
import { locOf, lookup, makeScope, refuse } from './scope.js';
import { behindImport } from './symbols.js';
import { readTypeNode } from './typeNodes.js';
import type { Scope, Value } from './types.js';
import { isExpr, poison } from './values.js';
import { builtinOf } from './vocabulary.js';

/** The value that a name stands for. */
export const resolve = (scope: Scope, node: ts.Node, given: ts.Symbol | undefined): Value => {
  const symbol = behindImport(scope.reader.session, given);
  const name = node.getText();
  const known = symbol && lookup(scope, symbol);
  if (known) {
    return known;
  }
  if (name === 'undefined') {
    return refuse(scope, node, 'CW1001', { what: '`undefined`' });
  }
  if (name === 'NaN' || name === 'Infinity') {
    return refuse(scope, node, 'CW1042', { value: name });
  }
  if (builtinOf(scope, symbol) || name === 'Math') {
    return refuse(scope, node, 'CW1039', { what: name });
  }
  const declaration = symbol?.valueDeclaration;
  if (declaration && ts.isFunctionDeclaration(declaration)) {
    return ts.isSourceFile(declaration.parent) && declaration.body
      ? { kind: 'function', node: declaration, name }
      : refuse(scope, node, 'CW1018', { name });
  }
  if (declaration && (ts.isEnumDeclaration(declaration) || ts.isEnumMember(declaration))) {
    return refuse(scope, node, 'CW1021', { name });
  }
  if (symbol && declaration && ts.isVariableDeclaration(declaration)) {
    return resolveVariable(scope, node, symbol, declaration);
  }
  return refuse(scope, node, declaration ? 'CW1020' : 'CW1018', { name, place: placeOf(scope, declaration) });
};

const placeOf = (scope: Scope, node: ts.Node | undefined): string => {
  if (!node) {
    return 'outside';
  }
  if (node.getSourceFile().isDeclarationFile) {
    return 'declared, without its source';
  }
  const loc = locOf(scope, node);
  return `${loc.file}:${loc.line}`;
};

const resolveVariable = (
  scope: Scope,
  node: ts.Node,
  symbol: ts.Symbol,
  declaration: ts.VariableDeclaration,
): Value => {
  const name = node.getText();
  const list = declaration.parent;
  const ofModule =
    ts.isVariableDeclarationList(list) &&
    ts.isVariableStatement(list.parent) &&
    ts.isSourceFile(list.parent.parent);
  const place = placeOf(scope, declaration);
  if (!ofModule || !declaration.initializer) {
    return refuse(scope, node, 'CW1020', { name, place });
  }
  if (!(list.flags & ts.NodeFlags.Const)) {
    return refuse(scope, node, 'CW1019', { name, place });
  }
  const init = withoutParentheses(declaration.initializer);
  if (ts.isArrowFunction(init) || ts.isFunctionExpression(init)) {
    return { kind: 'function', node: init, name };
  }
  const value = constant(scope, symbol, declaration, init);
  return value.kind === 'poison' ? refuse(scope, node, 'CW1020', { name, place }) : value;
};

export const withoutParentheses = (node: ts.Expression): ts.Expression =>
  ts.isParenthesizedExpression(node) || ts.isSatisfiesExpression(node) || ts.isNonNullExpression(node)
    ? withoutParentheses(node.expression)
    : node;

// Read in a scope of its own, quietly: what is wrong with a constant is said where it is used.
const constant = (
  scope: Scope,
  symbol: ts.Symbol,
  declaration: ts.VariableDeclaration,
  init: ts.Expression,
): Value => {
  const { reader } = scope;
  const known = reader.constants.get(symbol);
  if (known) {
    return known;
  }
  reader.constants.set(symbol, poison);
  const inner = makeScope(reader);
  const refused = reader.refused;
  reader.quiet++;
  const value = typed(inner, read(inner, init), declaration);
  reader.quiet--;
  reader.refused = refused;
  const closed = inner.out.length === 0 && value.kind !== 'function' ? value : poison;
  reader.constants.set(symbol, closed);
  return closed;
};

const typed = (scope: Scope, value: Value, declaration: ts.VariableDeclaration): Value => {
  if (!declaration.type || (value.kind !== 'number' && value.kind !== 'list' && !isExpr(value))) {
    return value;
  }
  const written = readTypeNode(scope, declaration.type);
  // `number` is f32, which untyped constants become by themselves.
  return written?.kind === 'value' ? (coerce(scope, value, written.type, declaration) ?? poison) : value;
};
