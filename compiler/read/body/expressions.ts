/** Expressions of the kernel language: one handler per kind of syntax; a kind that is absent is refused. */
import { ts } from 'ts-morph';
import type { BinaryOp, Expr, Stmt } from '../../ir/types.js';
import { bool, i32 } from '../../ir/types.js';
import { binary, condition, isNumeric, negate, unsignedShift } from './arithmetic.js';
import { makeIf, makeSelect } from './branches.js';
import { readCall } from './calls.js';
import { coerce, itemOf, unify } from './coerce.js';
import { fieldOf, tupleItems } from './patterns.js';
import { resolve } from './resolve.js';
import { collect, declareLocal, locOf, make, refuse, use, zero } from './scope.js';
import { isFile, symbolOf } from './symbols.js';
import { readTypeNode } from './typeNodes.js';
import type { Scope, Value } from './types.js';
import { constantOf, describe, isExpr, isUntyped, literal, markUntyped, poison } from './values.js';
import { mathConstants, mathMember } from './vocabulary.js';

type Handler = (scope: Scope, node: ts.Node) => Value;
const maxDepth = 200;

/** Reads an expression as a value of this scope. */
export const read = (scope: Scope, node: ts.Expression): Value => use(scope, readRaw(scope, node));

/** Reads an expression; a value of the enclosing function is not captured yet. */
export const readRaw = (scope: Scope, node: ts.Expression): Value => {
  const { reader } = scope;
  const handler = handlers.get(node.kind);
  if (!handler) {
    return refuseSyntax(scope, node);
  }
  if (reader.depth > maxDepth) {
    return refuse(scope, node, 'CW1057', { limit: maxDepth });
  }
  reader.depth++;
  try {
    return handler(scope, node);
  } finally {
    reader.depth--;
  }
};

const syntaxNames: Readonly<Record<number, string>> = {
  [ts.SyntaxKind.NewExpression]: '`new`',
  [ts.SyntaxKind.ThisKeyword]: '`this`',
  [ts.SyntaxKind.AwaitExpression]: '`await`',
  [ts.SyntaxKind.YieldExpression]: '`yield`',
  [ts.SyntaxKind.TemplateExpression]: 'a template string',
  [ts.SyntaxKind.TaggedTemplateExpression]: 'a tagged template',
  [ts.SyntaxKind.RegularExpressionLiteral]: 'a regular expression',
  [ts.SyntaxKind.BigIntLiteral]: 'a bigint',
  [ts.SyntaxKind.ClassExpression]: 'a class',
  [ts.SyntaxKind.DeleteExpression]: '`delete`',
  [ts.SyntaxKind.TypeOfExpression]: '`typeof`',
  [ts.SyntaxKind.VoidExpression]: '`void`',
  [ts.SyntaxKind.NullKeyword]: '`null`',
  [ts.SyntaxKind.SpreadElement]: 'the spread `...`',
  [ts.SyntaxKind.MetaProperty]: '`import.meta`',
};

export const refuseSyntax = (scope: Scope, node: ts.Node): Value =>
  refuse(scope, node, 'CW1001', { what: syntaxNames[node.kind] ?? ts.SyntaxKind[node.kind] });

const on = <N extends ts.Node>(
  kind: ts.SyntaxKind,
  is: (node: ts.Node) => node is N,
  handle: (scope: Scope, node: N) => Value,
): readonly [ts.SyntaxKind, Handler] => [
  kind,
  (scope, node) => (is(node) ? handle(scope, node) : refuseSyntax(scope, node)),
];

const readNumber = (scope: Scope, node: ts.NumericLiteral): Value => {
  const value = Number(node.text);
  return Number.isFinite(value)
    ? { kind: 'number', value }
    : refuse(scope, node, 'CW1042', { value: node.getText().slice(0, 40) });
};

const binaryOps: Readonly<Record<number, BinaryOp>> = {
  [ts.SyntaxKind.PlusToken]: '+',
  [ts.SyntaxKind.MinusToken]: '-',
  [ts.SyntaxKind.AsteriskToken]: '*',
  [ts.SyntaxKind.SlashToken]: '/',
  [ts.SyntaxKind.PercentToken]: '%',
  [ts.SyntaxKind.LessThanLessThanToken]: '<<',
  [ts.SyntaxKind.GreaterThanGreaterThanToken]: '>>',
  [ts.SyntaxKind.AmpersandToken]: '&',
  [ts.SyntaxKind.BarToken]: '|',
  [ts.SyntaxKind.CaretToken]: '^',
  [ts.SyntaxKind.LessThanToken]: '<',
  [ts.SyntaxKind.LessThanEqualsToken]: '<=',
  [ts.SyntaxKind.GreaterThanToken]: '>',
  [ts.SyntaxKind.GreaterThanEqualsToken]: '>=',
  [ts.SyntaxKind.EqualsEqualsEqualsToken]: '===',
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: '!==',
};

const readBinary = (scope: Scope, node: ts.BinaryExpression): Value => {
  const kind = node.operatorToken.kind;
  if (kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken) {
    return readLogical(scope, node, kind === ts.SyntaxKind.AmpersandAmpersandToken ? '&&' : '||');
  }
  if (kind === ts.SyntaxKind.EqualsEqualsToken || kind === ts.SyntaxKind.ExclamationEqualsToken) {
    return refuse(scope, node.operatorToken, 'CW1007', { op: node.operatorToken.getText() });
  }
  if (kind === ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken) {
    return unsignedShift(scope, read(scope, node.left), read(scope, node.right), node);
  }
  if (kind === ts.SyntaxKind.CommaToken) {
    return refuse(scope, node, 'CW1001', { what: 'the comma operator' });
  }
  if (kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment) {
    return refuse(scope, node, 'CW1040');
  }
  if (kind === ts.SyntaxKind.AsteriskAsteriskToken) {
    return readPower(scope, node);
  }
  const op = binaryOps[kind];
  if (!op) {
    return refuse(scope, node, 'CW1001', { what: `\`${node.operatorToken.getText()}\`` });
  }
  const left = read(scope, node.left);
  return binary(scope, op, left, read(scope, node.right), node);
};

const readPower = (scope: Scope, node: ts.BinaryExpression): Value => {
  const values = [read(scope, node.left), read(scope, node.right)];
  if (values.some(value => value.kind === 'poison' || !isNumeric(scope, value, '**', node))) {
    return poison;
  }
  const type = { scalar: 'f32', length: 0 } as const;
  const args = values.flatMap(value => coerce(scope, value, type, node) ?? []);
  return args.length === 2
    ? make(scope, node, { kind: 'math', fn: 'pow', args, type, loc: locOf(scope, node) })
    : poison;
};

const readLogical = (scope: Scope, node: ts.BinaryExpression, op: '&&' | '||'): Value => {
  const left = condition(scope, read(scope, node.left), node.left);
  if (!left) {
    return poison;
  }
  const known = constantOf(left);
  if (known !== undefined) {
    return known === (op === '&&') ? (condition(scope, read(scope, node.right), node.right) ?? poison) : left;
  }
  const { result: right, out } = collect(scope, () => condition(scope, read(scope, node.right), node.right));
  const loc = locOf(scope, node);
  if (!right) {
    return poison;
  }
  if (out.length === 0) {
    return make(scope, node, { kind: 'binary', op, left, right, type: bool, loc });
  }
  // The right side needs statements of its own, which may only run where the left side lets them.
  const local = declareLocal(scope, node, 'holds', left, true);
  const test: Expr = op === '&&' ? local : { kind: 'unary', op: '!', operand: local, type: bool, loc };
  scope.out.push(makeIf(test, [...out, { kind: 'assign', name: local.name, value: right, loc }], [], loc));
  return local;
};

const readConditional = (scope: Scope, node: ts.ConditionalExpression): Value => {
  const test = condition(scope, read(scope, node.condition), node.condition);
  if (!test) {
    return poison;
  }
  const known = constantOf(test);
  if (known !== undefined) {
    return read(scope, known ? node.whenTrue : node.whenFalse);
  }
  const then = collect(scope, () => read(scope, node.whenTrue));
  const other = collect(scope, () => read(scope, node.whenFalse));
  return select(scope, node, test, then, other);
};

type Branch = { readonly result: Value; readonly out: readonly Stmt[] };

const select = (scope: Scope, node: ts.Node, test: Expr, a: Branch, b: Branch): Value => {
  if (a.result.kind === 'record' && b.result.kind === 'record') {
    return selectRecord(scope, node, test, a, b);
  }
  const type = unify(scope, [a.result, b.result], node);
  const then = type && collect(scope, () => coerce(scope, a.result, type, node));
  const other = type && collect(scope, () => coerce(scope, b.result, type, node));
  if (!then?.result || !other?.result || !type) {
    return poison;
  }
  const loc = locOf(scope, node);
  const thenOut = [...a.out, ...then.out];
  const otherOut = [...b.out, ...other.out];
  if (thenOut.length === 0 && otherOut.length === 0) {
    const expr = makeSelect(test, then.result, other.result, type, loc);
    if (isUntyped(a.result) && isUntyped(b.result)) {
      markUntyped(expr, a.result, b.result);
    }
    return make(scope, node, expr);
  }
  const local = declareLocal(scope, node, 'chosen', zero(type, loc), true);
  scope.out.push(
    makeIf(
      test,
      [...thenOut, { kind: 'assign', name: local.name, value: then.result, loc }],
      [...otherOut, { kind: 'assign', name: local.name, value: other.result, loc }],
      loc,
    ),
  );
  return local;
};

// Only a size has fields; it is two numbers in the end.
const selectRecord = (scope: Scope, node: ts.Node, test: Expr, a: Branch, b: Branch): Value => {
  const fields = new Map<string, Value>();
  for (const name of ['width', 'height']) {
    const then = fieldOf(a.result, name);
    const other = fieldOf(b.result, name);
    if (!then || !other) {
      return refuse(scope, node, 'CW1034', { what: 'an object' });
    }
    const branch = (value: Value, out: Branch['out']): Branch => ({ result: use(scope, value), out });
    fields.set(name, select(scope, node, test, branch(then, a.out), branch(other, b.out)));
  }
  return { kind: 'record', what: 'an object', fields };
};

const readPrefix = (scope: Scope, node: ts.PrefixUnaryExpression): Value => {
  switch (node.operator) {
    case ts.SyntaxKind.MinusToken:
      return negate(scope, '-', read(scope, node.operand), node);
    case ts.SyntaxKind.PlusToken:
      return negate(scope, '+', read(scope, node.operand), node);
    case ts.SyntaxKind.TildeToken:
      return negate(scope, '~', read(scope, node.operand), node);
    case ts.SyntaxKind.ExclamationToken: {
      const operand = condition(scope, read(scope, node.operand), node.operand);
      if (!operand) {
        return poison;
      }
      const known = constantOf(operand);
      const loc = locOf(scope, node);
      return known === undefined
        ? make(scope, node, { kind: 'unary', op: '!', operand, type: bool, loc })
        : literal(!known, bool, loc);
    }
    default:
      return refuse(scope, node, 'CW1040');
  }
};

const readArray = (scope: Scope, node: ts.ArrayLiteralExpression): Value => {
  const items: Value[] = [];
  for (const element of node.elements) {
    if (ts.isSpreadElement(element)) {
      const spread = tupleItems(scope, readRaw(scope, element.expression), element.expression);
      items.push(...(spread ?? [poison]).map(item => use(scope, item)));
    } else {
      items.push(ts.isOmittedExpression(element) ? refuse(scope, node, 'CW1024') : readItem(scope, element));
    }
  }
  return items.some(item => item.kind === 'poison') ? poison : { kind: 'list', items };
};

const readItem = (scope: Scope, node: ts.Expression): Value => {
  const value = read(scope, node);
  return value.kind === 'function' || value.kind === 'tapper'
    ? refuse(scope, node, 'CW1039', { what: node.getText().slice(0, 40) })
    : value;
};

const readObject = (scope: Scope, node: ts.ObjectLiteralExpression): Value => {
  const fields = new Map<string, Value>();
  for (const property of node.properties) {
    const named = 'name' in property && property.name && ts.isIdentifier(property.name);
    if (ts.isPropertyAssignment(property) && named) {
      fields.set(property.name.getText(), read(scope, property.initializer));
    } else if (ts.isShorthandPropertyAssignment(property)) {
      const symbol = scope.reader.session.checker.getShorthandAssignmentValueSymbol(property);
      fields.set(property.name.text, use(scope, resolve(scope, property.name, symbol)));
    } else {
      return refuse(scope, property, 'CW1034', { what: 'an object' });
    }
  }
  return { kind: 'record', what: 'an object', fields };
};

const readProperty = (scope: Scope, node: ts.PropertyAccessExpression): Value => {
  if (node.questionDotToken) {
    return refuse(scope, node, 'CW1001', { what: 'optional chaining `?.`' });
  }
  const member = mathMember(scope, node);
  if (member !== undefined) {
    const value = Object.hasOwn(mathConstants, member) ? mathConstants[member] : undefined;
    return value === undefined
      ? refuse(scope, node, 'CW1039', { what: `Math.${member}` })
      : { kind: 'number', value };
  }
  const { session } = scope.reader;
  const module = symbolOf(session, node.expression);
  if (isFile(module)) {
    return resolve(scope, node.name, session.checker.getSymbolAtLocation(node.name));
  }
  const value = readRaw(scope, node.expression);
  if (value.kind === 'poison') {
    return poison;
  }
  const name = node.name.text;
  if (name === 'length') {
    const items = tupleItems(scope, value, node.expression);
    return items ? literal(items.length, i32, locOf(scope, node)) : poison;
  }
  return named(scope, node.name, value, name);
};

/** A property by its name. */
const named = (scope: Scope, node: ts.Node, value: Value, name: string): Value =>
  value.kind === 'foreign'
    ? refuse(scope, node, 'CW1061', { actual: value.what })
    : (fieldOf(value, name) ?? refuse(scope, node, 'CW1036', { name, what: describe(value) }));

const readElement = (scope: Scope, node: ts.ElementAccessExpression): Value => {
  if (node.questionDotToken) {
    return refuse(scope, node, 'CW1001', { what: 'optional chaining `?.`' });
  }
  const tuple = readRaw(scope, node.expression);
  const at = read(scope, node.argumentExpression);
  if (tuple.kind === 'poison' || at.kind === 'poison') {
    return poison;
  }
  if (at.kind === 'text') {
    return named(scope, node.argumentExpression, tuple, at.value);
  }
  const index = constantOf(at);
  if (typeof index !== 'number' || !Number.isInteger(index)) {
    return refuse(scope, node.argumentExpression, 'CW1022');
  }
  const length = lengthOf(tuple);
  if (length === undefined) {
    return refuse(scope, node, 'CW1027', { actual: describe(tuple) });
  }
  if (index < 0 || index >= length) {
    return refuse(scope, node.argumentExpression, 'CW1023', { index, length });
  }
  return isExpr(tuple) && tuple.kind !== 'tuple'
    ? itemOf(scope, tuple, index, node)
    : (tupleItems(scope, tuple, node)?.[index] ?? poison);
};

const lengthOf = (value: Value): number | undefined => {
  if (value.kind === 'outer') {
    return lengthOf(value.value);
  }
  if (value.kind === 'list') {
    return value.items.length;
  }
  return isExpr(value) && value.type.length > 0 ? value.type.length : undefined;
};

const readAs = (scope: Scope, node: ts.AsExpression): Value => {
  if (ts.isConstTypeReference(node.type)) {
    return readRaw(scope, node.expression);
  }
  const text = node.type.getText();
  const written = ['f32', 'i32', 'number', 'boolean'].includes(text)
    ? readTypeNode(scope, node.type)
    : undefined;
  if (written?.kind !== 'value') {
    return refuse(scope, node.type, 'CW1037', { type: text.slice(0, 60) });
  }
  const value = read(scope, node.expression);
  return coerce(scope, value, written.type, node) ?? poison;
};

const text = (_: Scope, node: ts.StringLiteral | ts.NoSubstitutionTemplateLiteral): Value => ({
  kind: 'text',
  value: node.text,
});

const isTrue = (node: ts.Node): node is ts.TrueLiteral => node.kind === ts.SyntaxKind.TrueKeyword;
const isFalse = (node: ts.Node): node is ts.FalseLiteral => node.kind === ts.SyntaxKind.FalseKeyword;

const handlers: ReadonlyMap<ts.SyntaxKind, Handler> = new Map([
  on(ts.SyntaxKind.NumericLiteral, ts.isNumericLiteral, readNumber),
  on(ts.SyntaxKind.StringLiteral, ts.isStringLiteral, text),
  on(ts.SyntaxKind.NoSubstitutionTemplateLiteral, ts.isNoSubstitutionTemplateLiteral, text),
  on(ts.SyntaxKind.TrueKeyword, isTrue, (s, n) => literal(true, bool, locOf(s, n))),
  on(ts.SyntaxKind.FalseKeyword, isFalse, (s, n) => literal(false, bool, locOf(s, n))),
  on(ts.SyntaxKind.Identifier, ts.isIdentifier, (s, n) =>
    resolve(s, n, s.reader.session.checker.getSymbolAtLocation(n)),
  ),
  on(ts.SyntaxKind.ParenthesizedExpression, ts.isParenthesizedExpression, (s, n) => readRaw(s, n.expression)),
  on(ts.SyntaxKind.NonNullExpression, ts.isNonNullExpression, (s, n) => readRaw(s, n.expression)),
  on(ts.SyntaxKind.SatisfiesExpression, ts.isSatisfiesExpression, (s, n) => readRaw(s, n.expression)),
  on(ts.SyntaxKind.AsExpression, ts.isAsExpression, readAs),
  on(ts.SyntaxKind.PrefixUnaryExpression, ts.isPrefixUnaryExpression, readPrefix),
  on(ts.SyntaxKind.PostfixUnaryExpression, ts.isPostfixUnaryExpression, (s, n) => refuse(s, n, 'CW1040')),
  on(ts.SyntaxKind.BinaryExpression, ts.isBinaryExpression, readBinary),
  on(ts.SyntaxKind.ConditionalExpression, ts.isConditionalExpression, readConditional),
  on(ts.SyntaxKind.ArrayLiteralExpression, ts.isArrayLiteralExpression, readArray),
  on(ts.SyntaxKind.ObjectLiteralExpression, ts.isObjectLiteralExpression, readObject),
  on(ts.SyntaxKind.PropertyAccessExpression, ts.isPropertyAccessExpression, readProperty),
  on(ts.SyntaxKind.ElementAccessExpression, ts.isElementAccessExpression, readElement),
  on(ts.SyntaxKind.CallExpression, ts.isCallExpression, (s, n) => readCall(s, n)),
  on(ts.SyntaxKind.ArrowFunction, ts.isArrowFunction, (s, node) => ({
    kind: 'function',
    node,
    name: 'local',
    scope: s,
  })),
  on(ts.SyntaxKind.FunctionExpression, ts.isFunctionExpression, (s, node) => ({
    kind: 'function',
    node,
    name: node.name?.text ?? 'local',
    scope: s,
  })),
]);
