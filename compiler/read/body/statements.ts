/** Statements of the kernel language: one handler per kind of syntax; a kind that is absent is refused. */
import { ts } from 'ts-morph';
import type { BinaryOp, Stmt } from '../../ir/types.js';
import { binary, condition, unsignedShift } from './arithmetic.js';
import { makeIf } from './branches.js';
import { coerce } from './coerce.js';
import { read } from './expressions.js';
import { addReturn, alwaysReturns, typedAs } from './functions.js';
import { readFor } from './loops.js';
import { bind, symbolOf, tupleItems } from './patterns.js';
import { collect, declareLocal, locOf, lookup, refuse } from './scope.js';
import { readTypeNode } from './typeNodes.js';
import type { Scope, Value } from './types.js';
import { constantOf, poison } from './values.js';

type Handler = (scope: Scope, node: ts.Node) => void;

/** Reads statements until nothing can follow. */
export const readStatements = (scope: Scope, statements: readonly ts.Statement[]): void => {
  // Functions may be called above their declaration.
  for (const statement of statements.filter(ts.isFunctionDeclaration)) {
    readFunction(scope, statement);
  }
  for (const statement of statements) {
    readStatement(scope, statement);
    // What stands behind a return that always happens is dead, for instance after a settled choice.
    if (alwaysReturns(scope.out)) {
      return;
    }
  }
};

export const readStatement = (scope: Scope, node: ts.Statement): void => {
  const handler = handlers.get(node.kind);
  const { reader } = scope;
  if (!handler) {
    const what = refusedNames[node.kind] ?? ts.SyntaxKind[node.kind];
    refuse(scope, node, refusedCodes.get(node.kind) ?? 'CW1001', { what });
    return;
  }
  if (reader.depth > 200) {
    refuse(scope, node, 'CW1057', { limit: 200 });
    return;
  }
  reader.depth++;
  try {
    handler(scope, node);
  } finally {
    reader.depth--;
  }
};

const refusedCodes = new Map<ts.SyntaxKind, 'CW1002' | 'CW1004' | 'CW1005' | 'CW1006'>([
  [ts.SyntaxKind.WhileStatement, 'CW1002'],
  [ts.SyntaxKind.DoStatement, 'CW1002'],
  [ts.SyntaxKind.ForOfStatement, 'CW1002'],
  [ts.SyntaxKind.ForInStatement, 'CW1002'],
  [ts.SyntaxKind.SwitchStatement, 'CW1004'],
  [ts.SyntaxKind.BreakStatement, 'CW1005'],
  [ts.SyntaxKind.ContinueStatement, 'CW1005'],
  [ts.SyntaxKind.TryStatement, 'CW1006'],
  [ts.SyntaxKind.ThrowStatement, 'CW1006'],
]);
const refusedNames: Readonly<Record<number, string>> = {
  [ts.SyntaxKind.WhileStatement]: '`while`',
  [ts.SyntaxKind.DoStatement]: '`do`',
  [ts.SyntaxKind.ForOfStatement]: '`for … of`',
  [ts.SyntaxKind.ForInStatement]: '`for … in`',
  [ts.SyntaxKind.BreakStatement]: '`break`',
  [ts.SyntaxKind.ContinueStatement]: '`continue`',
  [ts.SyntaxKind.TryStatement]: '`try`',
  [ts.SyntaxKind.ThrowStatement]: '`throw`',
  [ts.SyntaxKind.LabeledStatement]: 'a label',
  [ts.SyntaxKind.ClassDeclaration]: 'a class',
  [ts.SyntaxKind.EnumDeclaration]: 'an enum',
  [ts.SyntaxKind.DebuggerStatement]: '`debugger`',
  [ts.SyntaxKind.WithStatement]: '`with`',
};

const readVariables = (scope: Scope, node: ts.VariableStatement): void => {
  const { declarationList: list } = node;
  const isConst = (list.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Const;
  const isLet = (list.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Let;
  if (!isConst && !isLet) {
    const what = list.flags & ts.NodeFlags.Using ? '`using`' : '`var`';
    refuse(scope, node, 'CW1052', { what });
  }
  for (const declaration of list.declarations) {
    readVariable(scope, declaration, isConst);
  }
};

const readVariable = (scope: Scope, node: ts.VariableDeclaration, isConst: boolean): void => {
  if (!node.initializer) {
    refuse(scope, node, 'CW1053', { name: node.name.getText() });
    bindPoison(scope, node.name);
    return;
  }
  const value = read(scope, node.initializer);
  if (value.kind === 'record' && value.what === 'an object') {
    refuse(scope, node.initializer, 'CW1034', { what: 'an object' });
    bindPoison(scope, node.name);
    return;
  }
  if (value.kind === 'function') {
    const named: Value = ts.isIdentifier(node.name) ? { ...value, name: node.name.text } : value;
    bind(scope, node.name, named, 'alias');
    return;
  }
  const written = node.type && readTypeNode(scope, node.type);
  const typed =
    node.type && value.kind !== 'text'
      ? written
        ? (typedAs(scope, value, written, node.initializer) ?? poison)
        : poison
      : value;
  if (typed.kind === 'poison') {
    bindPoison(scope, node.name);
  } else {
    bind(scope, node.name, typed, isConst ? 'const' : 'let');
  }
};

const bindPoison = (scope: Scope, name: ts.BindingName): void => {
  if (ts.isIdentifier(name)) {
    bind(scope, name, poison, 'alias');
    return;
  }
  for (const element of name.elements) {
    if (ts.isBindingElement(element)) {
      bindPoison(scope, element.name);
    }
  }
};

const readIf = (scope: Scope, node: ts.IfStatement): void => {
  const test = condition(scope, read(scope, node.expression), node.expression);
  const known = test && constantOf(test);
  if (known !== undefined) {
    const taken = known ? node.thenStatement : node.elseStatement;
    if (taken) {
      readStatement(scope, taken);
    }
    return;
  }
  const then = collect(scope, () => readStatement(scope, node.thenStatement)).out;
  const { elseStatement } = node;
  const other = elseStatement ? collect(scope, () => readStatement(scope, elseStatement)).out : [];
  if (test) {
    scope.out.push(makeIf(test, then, other, locOf(scope, node)));
  }
};

const compoundOps: Readonly<Record<number, BinaryOp>> = {
  [ts.SyntaxKind.PlusEqualsToken]: '+',
  [ts.SyntaxKind.MinusEqualsToken]: '-',
  [ts.SyntaxKind.AsteriskEqualsToken]: '*',
  [ts.SyntaxKind.SlashEqualsToken]: '/',
  [ts.SyntaxKind.PercentEqualsToken]: '%',
  [ts.SyntaxKind.LessThanLessThanEqualsToken]: '<<',
  [ts.SyntaxKind.GreaterThanGreaterThanEqualsToken]: '>>',
  [ts.SyntaxKind.AmpersandEqualsToken]: '&',
  [ts.SyntaxKind.BarEqualsToken]: '|',
  [ts.SyntaxKind.CaretEqualsToken]: '^',
};

const readExpressionStatement = (scope: Scope, node: ts.ExpressionStatement): void => {
  const { expression } = node;
  if (ts.isBinaryExpression(expression)) {
    const kind = expression.operatorToken.kind;
    if (kind === ts.SyntaxKind.EqualsToken && ts.isArrayLiteralExpression(expression.left)) {
      assignItems(scope, expression.left, expression);
      return;
    }
    if (kind === ts.SyntaxKind.GreaterThanGreaterThanGreaterThanEqualsToken) {
      assign(scope, expression.left, expression, current =>
        unsignedShift(scope, current, read(scope, expression.right), expression),
      );
      return;
    }
    if (kind === ts.SyntaxKind.EqualsToken) {
      assign(scope, expression.left, expression, () => read(scope, expression.right));
      return;
    }
    const op = compoundOps[kind];
    if (op) {
      assign(scope, expression.left, expression, current =>
        binary(scope, op, current, read(scope, expression.right), expression),
      );
      return;
    }
    if (kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment) {
      refuse(scope, expression.operatorToken, 'CW1001', {
        what: `\`${expression.operatorToken.getText()}\``,
      });
      return;
    }
  }
  if (
    (ts.isPostfixUnaryExpression(expression) || ts.isPrefixUnaryExpression(expression)) &&
    (expression.operator === ts.SyntaxKind.PlusPlusToken ||
      expression.operator === ts.SyntaxKind.MinusMinusToken)
  ) {
    const op = expression.operator === ts.SyntaxKind.PlusPlusToken ? '+' : '-';
    assign(scope, expression.operand, expression, current =>
      binary(scope, op, current, { kind: 'number', value: 1 }, expression),
    );
    return;
  }
  // Say what is wrong inside first; an expression that is right has no effect.
  if (read(scope, expression).kind !== 'poison') {
    refuse(scope, expression, 'CW1041');
  }
};

const assign = (
  scope: Scope,
  left: ts.Expression,
  node: ts.Expression,
  compute: (current: Value) => Value,
): void => {
  const current = targetOf(scope, left);
  const value = current && compute(current);
  const expr = value && coerce(scope, value, current.type, node);
  if (expr) {
    scope.out.push({ kind: 'assign', name: current.name, value: expr, loc: locOf(scope, node) });
  }
};

/** The variable on the left of an assignment, or undefined after a diagnostic. */
const targetOf = (scope: Scope, left: ts.Expression): Local | undefined => {
  const symbol = ts.isIdentifier(left) ? symbolOf(scope, left) : undefined;
  const current = symbol && lookup(scope, symbol);
  if (symbol && current?.kind === 'local' && scope.mutable.has(symbol)) {
    return current;
  }
  if (!current) {
    refuse(scope, left, 'CW1044', { target: left.getText().slice(0, 40) });
  } else if (current.kind !== 'poison') {
    refuse(scope, left, current.kind === 'outer' ? 'CW1048' : 'CW1045', { name: left.getText() });
  }
  return undefined;
};
type Local = Extract<Value, { kind: 'local' }>;

/** `[a, b] = [b, a]`: all of the right side is computed before anything is assigned. */
const assignItems = (scope: Scope, left: ts.ArrayLiteralExpression, node: ts.BinaryExpression): void => {
  const items = tupleItems(scope, read(scope, node.right), node.right);
  const assigned: Stmt[] = [];
  for (const [index, element] of left.elements.entries()) {
    if (!items || ts.isOmittedExpression(element)) {
      continue;
    }
    const target = targetOf(scope, element);
    if (target && index >= items.length) {
      refuse(scope, element, 'CW1023', { index, length: items.length });
    }
    const expr = target && items[index] && coerce(scope, items[index], target.type, node.right);
    if (expr) {
      const value = expr.kind === 'literal' ? expr : declareLocal(scope, element, target.name, expr, false);
      assigned.push({ kind: 'assign', name: target.name, value, loc: locOf(scope, node) });
    }
  }
  scope.out.push(...assigned);
};

const readReturn = (scope: Scope, node: ts.ReturnStatement): void => {
  if (!node.expression) {
    refuse(scope, node, 'CW1028');
    return;
  }
  addReturn(scope, read(scope, node.expression), node.expression);
};

const readFunction = (scope: Scope, node: ts.FunctionDeclaration): void => {
  if (node.name) {
    bind(scope, node.name, { kind: 'function', node, name: node.name.text, scope }, 'alias');
  }
};

const on = <N extends ts.Node>(
  kind: ts.SyntaxKind,
  is: (node: ts.Node) => node is N,
  handle: (scope: Scope, node: N) => void,
): readonly [ts.SyntaxKind, Handler] => [
  kind,
  (scope, node) => {
    if (is(node)) {
      handle(scope, node);
    }
  },
];

const handlers: ReadonlyMap<ts.SyntaxKind, Handler> = new Map([
  on(ts.SyntaxKind.VariableStatement, ts.isVariableStatement, readVariables),
  on(ts.SyntaxKind.IfStatement, ts.isIfStatement, readIf),
  on(ts.SyntaxKind.ForStatement, ts.isForStatement, (s, n) => readFor(s, n)),
  on(ts.SyntaxKind.ReturnStatement, ts.isReturnStatement, readReturn),
  on(ts.SyntaxKind.ExpressionStatement, ts.isExpressionStatement, readExpressionStatement),
  on(ts.SyntaxKind.FunctionDeclaration, ts.isFunctionDeclaration, readFunction),
  on(ts.SyntaxKind.Block, ts.isBlock, (s, n) => readStatements(s, n.statements)),
  on(ts.SyntaxKind.EmptyStatement, ts.isEmptyStatement, () => {}),
  // Types have no meaning at run time.
  on(ts.SyntaxKind.TypeAliasDeclaration, ts.isTypeAliasDeclaration, () => {}),
]);
