/** What a name means: a local, a parameter, a function, a constant of a module. */
import { ts } from 'ts-morph';
import { i32 } from '../../ir/types.js';
import { coerce } from './coerce.js';
import { fromModule } from './moduleValues.js';
import { locOf, lookup, refuse } from './scope.js';
import { behindImport, isOfJavaScript, nameIn } from './symbols.js';
import { readTypeNode } from './typeNodes.js';
import type { Scope, Value } from './types.js';
import { poison } from './values.js';
import { builtinOf, mathMember } from './vocabulary.js';

/** The value that a name stands for. */
export const resolve = (scope: Scope, node: ts.Node, given: ts.Symbol | undefined): Value => {
  const symbol = behindImport(scope.reader.session, given);
  const name = node.getText();
  const local = symbol && lookup(scope, symbol);
  if (local) {
    return local;
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
  const variable = given && moduleVariable(scope, node, given, declaration);
  if (!symbol || !variable) {
    const code = declaration ? 'CW1020' : 'CW1018';
    return refuse(scope, node, code, {
      name,
      place: placeOf(scope, declaration),
      cause: causeOf(symbol),
    });
  }
  const { constants } = scope.reader;
  const value =
    constants.get(symbol) ?? typed(scope, fromModule(scope, variable.value, name, node), declaration);
  constants.set(symbol, value);
  if (value.kind !== 'function' && declaration && isAssignable(declaration)) {
    return refuse(scope, node, 'CW1019', { name, place: placeOf(scope, declaration) });
  }
  return value;
};

/**
 * What stands behind a name of a module, as it is after loading. The module's text may say otherwise: it may have changed
 * the value since, and another file may give it.
 */
const moduleVariable = (
  scope: Scope,
  node: ts.Node,
  given: ts.Symbol,
  declaration: ts.Declaration | undefined,
): { readonly value: unknown } | undefined => {
  const { loaded } = scope.reader;
  if (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) {
    const module = moduleObject(scope, node.parent.expression);
    return isObject(module) ? { value: Reflect.get(module, node.getText()) } : undefined;
  }
  if (given.declarations?.some(isImport)) {
    return loaded.variable(node.getSourceFile(), given.name);
  }
  const name = declaration && ts.getNameOfDeclaration(declaration);
  return declaration && name && ts.isIdentifier(name) && ownerOf(declaration) === undefined
    ? loaded.variable(declaration.getSourceFile(), name.text)
    : undefined;
};

/** What `import * as name` gives. */
const moduleObject = (scope: Scope, node: ts.Expression): unknown => {
  if (ts.isPropertyAccessExpression(node)) {
    const outer = moduleObject(scope, node.expression);
    return isObject(outer) ? Reflect.get(outer, node.name.text) : undefined;
  }
  return scope.reader.loaded.variable(node.getSourceFile(), node.getText())?.value;
};
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const isImport = (node: ts.Node): boolean =>
  ts.isImportClause(node) || ts.isImportSpecifier(node) || ts.isNamespaceImport(node);

/** The function, class or block that a declaration belongs to; undefined where that is the module. */
const ownerOf = (declaration: ts.Node): ts.Node | undefined => {
  let { parent } = declaration;
  while (
    parent &&
    (ts.isBindingElement(parent) ||
      ts.isObjectBindingPattern(parent) ||
      ts.isArrayBindingPattern(parent) ||
      ts.isVariableDeclaration(parent) ||
      ts.isVariableDeclarationList(parent) ||
      ts.isVariableStatement(parent))
  ) {
    parent = parent.parent;
  }
  return !parent || ts.isSourceFile(parent) ? undefined : parent;
};

const causeOf = (symbol: ts.Symbol | undefined): string => {
  if (isOfJavaScript(symbol)) {
    return 'it belongs to JavaScript, and has no counterpart in a kernel';
  }
  const declaration = symbol?.valueDeclaration;
  const owner = declaration && ownerOf(declaration);
  if (!owner || declaration.getSourceFile().isDeclarationFile) {
    return 'nothing gives it a value when the module is loaded';
  }
  return ts.isFunctionLike(owner) || ts.isFunctionLike(owner.parent)
    ? 'it belongs to a function, and may be another at each call of it'
    : 'it belongs to a block';
};

/** Whether the variable itself may be assigned, and not only what it holds. */
const isAssignable = (declaration: ts.Node): boolean => {
  let node = declaration;
  while (ts.isBindingElement(node) || ts.isObjectBindingPattern(node) || ts.isArrayBindingPattern(node)) {
    node = node.parent;
  }
  return (
    ts.isVariableDeclaration(node) &&
    ts.isVariableDeclarationList(node.parent) &&
    (node.parent.flags & ts.NodeFlags.Const) === 0
  );
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

export const withoutParentheses = (node: ts.Expression): ts.Expression =>
  ts.isParenthesizedExpression(node) || ts.isSatisfiesExpression(node) || ts.isNonNullExpression(node)
    ? withoutParentheses(node.expression)
    : node;

/** Gives a constant the type that is written for it, or that its text has: `i32(…)` and sums of such are i32. */
const typed = (scope: Scope, value: Value, declaration: ts.Declaration | undefined): Value => {
  if (!declaration || !ts.isVariableDeclaration(declaration)) {
    return value;
  }
  const { type, initializer } = declaration;
  if (value.kind !== 'number' && !(value.kind === 'list' && type)) {
    return value;
  }
  const written = type ? quietly(scope, () => readTypeNode(scope, type)) : undefined;
  // `number` is f32, which untyped constants become by themselves.
  const wanted = written?.kind === 'value' ? written.type : undefined;
  const own = !type && initializer && isInteger(scope, initializer) ? i32 : undefined;
  const to = wanted ?? own;
  return to ? (coerce(scope, value, to, declaration) ?? poison) : value;
};

const integerOperators = new Set([
  ts.SyntaxKind.AmpersandToken,
  ts.SyntaxKind.BarToken,
  ts.SyntaxKind.CaretToken,
  ts.SyntaxKind.LessThanLessThanToken,
  ts.SyntaxKind.GreaterThanGreaterThanToken,
]);
const integerFunctions: readonly unknown[] = ['i32', 'idiv', 'imul'];
/** Whether an expression is i32 by what is written. */
const isInteger = (scope: Scope, node: ts.Expression): boolean => {
  const plain = withoutParentheses(node);
  if (ts.isPrefixUnaryExpression(plain)) {
    return plain.operator === ts.SyntaxKind.TildeToken || isInteger(scope, plain.operand);
  }
  if (ts.isBinaryExpression(plain)) {
    return integerOperators.has(plain.operatorToken.kind);
  }
  if (!ts.isCallExpression(plain)) {
    return ts.isPropertyAccessExpression(plain) && plain.name.text === 'length';
  }
  const { checker } = scope.reader.session;
  const callee = withoutParentheses(plain.expression);
  const name = mathMember(scope, callee) ?? builtinOf(scope, checker.getSymbolAtLocation(nameIn(callee)));
  return integerFunctions.includes(name);
};

/** Looks at something for what can be learnt: nothing is reported. */
const quietly = <T>(scope: Scope, look: () => T): T => {
  const { reader } = scope;
  const { refused } = reader;
  reader.quiet++;
  try {
    return look();
  } finally {
    reader.quiet--;
    reader.refused = refused;
  }
};
