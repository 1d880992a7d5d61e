/** Calls: `Math`, `cuweave/ops`, `.map` on tuples, a filter's tap, and functions of the author's. */
import { ts } from 'ts-morph';
import { mathFunctions } from '../../ir/math.js';
import type { Expr, Scalar } from '../../ir/types.js';
import { i32, tuple } from '../../ir/types.js';
import { isNumeric, lowBits } from './arithmetic.js';
import { castTo, coerce, isSimple } from './coerce.js';
import { read, readRaw } from './expressions.js';
import { callFunction } from './functions.js';
import { bind, fieldOf, tupleItems } from './patterns.js';
import { withoutParentheses } from './resolve.js';
import { declareLocal, locOf, make, refuse, use } from './scope.js';
import { behindImport, isFile, isOfJavaScript, nameIn, symbolOf } from './symbols.js';
import type { Scope, Value } from './types.js';
import { commonScalar, constantOf, describe, isExpr, literal, poison, scalarType, typeOf } from './values.js';
import { builtinOf, mathMember } from './vocabulary.js';

export const readCall = (scope: Scope, node: ts.CallExpression): Value => {
  const callee = withoutParentheses(node.expression);
  if (node.questionDotToken || callee.kind === ts.SyntaxKind.SuperKeyword) {
    return refuse(scope, node, 'CW1001', { what: 'optional chaining `?.`' });
  }
  if (callee.kind === ts.SyntaxKind.ImportKeyword) {
    return refuse(scope, node, 'CW1001', { what: '`import()`' });
  }
  const member = mathMember(scope, callee);
  if (member !== undefined) {
    return readMath(scope, node, member, `Math.${member}`);
  }
  const { session } = scope.reader;
  const symbol = session.checker.getSymbolAtLocation(nameIn(callee));
  const builtin = builtinOf(scope, symbol);
  if (builtin === 'f32' || builtin === 'i32' || builtin === 'f64') {
    return readConversion(scope, node, builtin);
  }
  if (builtin === 'lookup') {
    return readLookup(scope, node);
  }
  if (builtin !== undefined) {
    return readMath(scope, node, builtin, builtin);
  }
  if (ts.isPropertyAccessExpression(callee) && !isFile(symbolOf(session, callee.expression))) {
    return readMethod(scope, node, callee);
  }
  if (ts.isIdentifier(callee) && isAmbient(behindImport(session, symbol))) {
    return refuseCallee(scope, callee, symbol);
  }
  const value = readRaw(scope, callee);
  if (value.kind === 'function') {
    return readFunctionCall(scope, node, value);
  }
  if (value.kind === 'tapper') {
    return readTap(scope, node, value.axis === true);
  }
  return refuseCall(scope, callee, value);
};

const readFunctionCall = (
  scope: Scope,
  node: ts.CallExpression,
  fn: Extract<Value, { kind: 'function' }>,
): Value => {
  const args = readArgs(scope, node);
  return args ? callFunction(scope, fn, args, node) : poison;
};

const refuseCall = (scope: Scope, callee: ts.Expression, value: Value): Value =>
  value.kind === 'poison'
    ? poison
    : refuse(scope, callee, 'CW1018', { name: shortText(callee), cause: `it is ${describe(value)}` });

const isAmbient = (symbol: ts.Symbol | undefined): boolean =>
  symbol?.declarations?.every(declaration => declaration.getSourceFile().isDeclarationFile) ?? false;

/** Refuses a function that has types only and no source. */
const refuseCallee = (scope: Scope, callee: ts.Expression, symbol: ts.Symbol | undefined): Value => {
  const cause = isOfJavaScript(behindImport(scope.reader.session, symbol))
    ? 'it belongs to JavaScript, and has no counterpart in a kernel'
    : 'it is a function whose source is not TypeScript of this project';
  return refuse(scope, callee, 'CW1018', { name: shortText(callee), cause });
};

const shortText = (node: ts.Node): string => node.getText().replace(/\s+/g, ' ').slice(0, 60);

const readArgs = (scope: Scope, node: ts.CallExpression): readonly Value[] | undefined => {
  const spread = node.arguments.find(ts.isSpreadElement);
  if (spread) {
    refuse(scope, spread, 'CW1001', { what: 'the spread `...` in a call' });
    return undefined;
  }
  const args = node.arguments.map(argument => read(scope, argument));
  return args.some(arg => arg.kind === 'poison') ? undefined : args;
};

/** Where an argument is that a call has, or else the call. */
const placeOf = (node: ts.CallExpression, index: number): ts.Expression => node.arguments[index] ?? node;

const readMath = (scope: Scope, node: ts.CallExpression, fn: string, shown: string): Value => {
  const entry = Object.hasOwn(mathFunctions, fn) ? mathFunctions[fn] : undefined;
  if (!entry) {
    return refuse(scope, node.expression, 'CW1014', { name: shown });
  }
  const division = fn === 'trunc' ? integerDivision(scope, node) : undefined;
  if (division) {
    return division;
  }
  const args = readArgs(scope, node);
  if (!args) {
    return poison;
  }
  const [first] = args;
  const many = ['min', 'max', 'hypot'].includes(fn);
  if (!first || (args.length !== entry.arity && !many)) {
    return refuse(scope, node, 'CW1015', { name: shown, expected: entry.arity, actual: args.length });
  }
  if (args.some((arg, index) => !isNumeric(scope, arg, shown, placeOf(node, index)))) {
    return poison;
  }
  const [, divisor] = args;
  if (fn === 'idiv' && divisor && constantOf(divisor) === 0) {
    return refuse(scope, node, 'CW1043');
  }
  const common = commonScalar(args) ?? 'f32';
  const isWide = common === 'f64' && entry.wide !== undefined;
  const scalar: Scalar = entry.args === 'number' || isWide ? common : entry.args;
  if (entry.arity === 1 || args.length > 1) {
    const bits = (value: Value): Value => (fn === 'imul' ? lowBits(value) : value);
    return args
      .slice(1)
      .map(bits)
      .reduce<Value>(
        (before, next, index) => apply(scope, node, fn, scalar, [before, next], placeOf(node, index + 1)),
        entry.arity === 1 ? apply(scope, node, fn, scalar, args, placeOf(node, 0)) : bits(first),
      );
  }
  // The smallest of one number is that number, and the root of its square is its size.
  return fn === 'hypot' ? apply(scope, node, 'abs', scalar, args, placeOf(node, 0)) : first;
};

const apply = (
  scope: Scope,
  node: ts.CallExpression,
  fn: string,
  scalar: Scalar,
  values: readonly Value[],
  at: ts.Node,
): Value => {
  const type = scalarType(scalar);
  const args = values.flatMap(value => coerce(scope, value, type, at) ?? []);
  if (args.length !== values.length) {
    return poison;
  }
  const result = mathFunctions[fn]?.result ?? 'same';
  const out = result === 'same' || scalar === 'f64' ? type : scalarType(result);
  const loc = locOf(scope, node);
  const folded = fold(fn, scalar, args);
  return folded === undefined
    ? make(scope, node, { kind: 'math', fn, args, type: out, loc })
    : literal(folded, out, loc);
};

// Only what has the same bits everywhere is computed here.
const folds: Readonly<Record<string, (...args: number[]) => number>> = {
  abs: Math.abs,
  min: Math.min,
  max: Math.max,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  sqrt: Math.sqrt,
  fround: Math.fround,
};

const fold = (fn: string, scalar: Scalar, args: readonly Expr[]): number | undefined => {
  const numbers = args.flatMap(arg => {
    const value = constantOf(arg);
    return typeof value === 'number' ? [value] : [];
  });
  const compute = Object.hasOwn(folds, fn) ? folds[fn] : undefined;
  if (!compute || numbers.length !== args.length) {
    return undefined;
  }
  const value = compute(...numbers);
  const rounded = scalar === 'i32' ? value | 0 : scalar === 'f64' ? value : Math.fround(value);
  return Number.isFinite(rounded) ? rounded : undefined;
};

// `Math.trunc(a / b)` is how JavaScript writes integer division.
const integerDivision = (scope: Scope, node: ts.CallExpression): Value | undefined => {
  const argument = node.arguments.length === 1 ? withoutParentheses(placeOf(node, 0)) : undefined;
  if (
    !argument ||
    !ts.isBinaryExpression(argument) ||
    argument.operatorToken.kind !== ts.SyntaxKind.SlashToken
  ) {
    return undefined;
  }
  const { reader } = scope;
  // A first look, to know the types; it says nothing and leaves nothing behind.
  const before = { out: scope.out, refused: reader.refused, nodes: reader.nodes };
  scope.out = [];
  reader.quiet++;
  const sides = [read(scope, argument.left), read(scope, argument.right)];
  reader.quiet--;
  scope.out = before.out;
  reader.refused = before.refused;
  const integers =
    sides.every(side => side.kind === 'number' || typeOf(side)?.length === 0) &&
    sides.some(side => isExpr(side)) &&
    commonScalar(sides) === 'i32';
  if (!integers) {
    return undefined;
  }
  const dividend = read(scope, argument.left);
  const divisor = read(scope, argument.right);
  if (constantOf(divisor) === 0) {
    return refuse(scope, node, 'CW1043');
  }
  return apply(scope, node, 'idiv', 'i32', [dividend, divisor], node);
};

const readConversion = (scope: Scope, node: ts.CallExpression, to: 'f32' | 'i32' | 'f64'): Value => {
  const args = readArgs(scope, node);
  if (!args) {
    return poison;
  }
  const [value] = args;
  if (!value || args.length !== 1) {
    return refuse(scope, node, 'CW1015', { name: to, expected: 1, actual: args.length });
  }
  if (!isNumeric(scope, value, to, placeOf(node, 0))) {
    return poison;
  }
  const type = scalarType(to);
  if (value.kind === 'number') {
    const whole = to === 'i32' ? i32Of(value.value) : value.value;
    return coerce(scope, { kind: 'number', value: whole }, type, node) ?? poison;
  }
  if (!isExpr(value)) {
    return poison;
  }
  return value.type.scalar === to ? value : castTo(scope, value, type, node);
};

const i32Of = (value: number): number => Math.max(-2147483648, Math.min(2147483647, Math.trunc(value)));

const readLookup = (scope: Scope, node: ts.CallExpression): Value => {
  const args = readArgs(scope, node);
  if (!args) {
    return poison;
  }
  const [table, index] = args;
  if (!table || !index || args.length !== 2) {
    return refuse(scope, node, 'CW1015', { name: 'lookup', expected: 2, actual: args.length });
  }
  if (table.kind !== 'table') {
    const actual = describe(table);
    return refuse(scope, placeOf(node, 0), 'CW1058', { expected: 'a table of the operator', actual });
  }
  const at = coerce(scope, index, i32, placeOf(node, 1));
  if (!at) {
    return poison;
  }
  // Only the operator's own function is given its parameters.
  if (scope.parent) {
    return refuse(scope, node, 'CW1059');
  }
  const { param, first, count, scalar = 'f32' } = table;
  const type = scalarType(scalar);
  return make(scope, node, { kind: 'entry', param, first, count, at, type, loc: locOf(scope, node) });
};

/** @param axis Whether it takes one number: what the other is follows from where the filter stands (compiler/read/spec/separable.ts). */
const readTap = (scope: Scope, node: ts.CallExpression, axis: boolean): Value => {
  const args = readArgs(scope, node);
  if (!args) {
    return poison;
  }
  const expected = axis ? 1 : 2;
  const [across, down = literal(0, i32, locOf(scope, node))] = args;
  if (!across || args.length !== expected) {
    return refuse(scope, node, 'CW1015', { name: 'tap', expected, actual: args.length });
  }
  const x = coerce(scope, across, i32, placeOf(node, 0));
  const y = coerce(scope, down, i32, placeOf(node, 1));
  if (!x || !y) {
    return poison;
  }
  // A function that a filter calls knows nothing of the image.
  if (scope.parent) {
    return refuse(scope, node, 'CW1049');
  }
  const type = tuple('f32', scope.reader.channels);
  return make(scope, node, { kind: 'tap', x, y, type, loc: locOf(scope, node) });
};

const readMethod = (scope: Scope, node: ts.CallExpression, callee: ts.PropertyAccessExpression): Value => {
  const receiver = readReceiver(scope, callee);
  if (receiver.kind === 'poison') {
    return poison;
  }
  const inner = receiver.kind === 'outer' ? receiver.value : receiver;
  const isTuple = inner.kind === 'list' || (isExpr(inner) && inner.type.length > 0);
  const method = fieldOf(receiver, callee.name.text);
  if (method) {
    return method.kind === 'function' && !callee.questionDotToken
      ? readFunctionCall(scope, node, method)
      : refuseCall(scope, callee, method);
  }
  if (!isTuple) {
    return refuse(scope, callee, 'CW1018', {
      name: shortText(callee),
      cause: `there is no such function on ${describe(inner)}`,
    });
  }
  if (callee.name.text !== 'map' || callee.questionDotToken) {
    return refuse(scope, callee.name, 'CW1046', { name: callee.name.text, what: describe(inner) });
  }
  return readMap(scope, node, receiver, callee.expression);
};

// A global such as `console` or `Array` is no value of the kernel language: the call is what is refused.
const readReceiver = (scope: Scope, callee: ts.PropertyAccessExpression): Value => {
  const { checker } = scope.reader.session;
  const symbol = ts.isIdentifier(callee.expression)
    ? checker.getSymbolAtLocation(callee.expression)
    : undefined;
  return isAmbient(symbol) ? refuseCallee(scope, callee, symbol) : readRaw(scope, callee.expression);
};

const readMap = (scope: Scope, node: ts.CallExpression, receiver: Value, at: ts.Node): Value => {
  const items = tupleItems(scope, receiver, at);
  const callback = node.arguments.length === 1 ? withoutParentheses(placeOf(node, 0)) : undefined;
  if (!items || !callback) {
    return items
      ? refuse(scope, node, 'CW1015', { name: 'map', expected: 1, actual: node.arguments.length })
      : poison;
  }
  const value = readRaw(scope, callback);
  if (value.kind !== 'function') {
    return value.kind === 'poison' ? poison : refuse(scope, callback, 'CW1047', { actual: describe(value) });
  }
  const { node: fn } = value;
  const wanted = fn.parameters.length;
  const [, , third] = fn.parameters;
  if (third) {
    return refuse(scope, third, 'CW1050', { what: 'a third parameter of `.map`' });
  }
  const results: Value[] = [];
  for (const [index, item] of items.entries()) {
    const at = literal(index, i32, locOf(scope, callback));
    const inline = fn === callback && ts.isArrowFunction(fn) && !ts.isBlock(fn.body);
    results.push(
      inline
        ? readInline(scope, fn, [item, at])
        : callFunction(scope, value, [use(scope, item), at].slice(0, wanted), node, {
            perChannel: fn === callback,
          }),
    );
    // What is wrong with the first channel is wrong with all.
    if (results.at(-1)?.kind === 'poison') {
      return poison;
    }
  }
  return { kind: 'list', items: results };
};

const readInline = (scope: Scope, fn: ts.ArrowFunction, args: readonly Value[]): Value => {
  if (fn.modifiers?.some(modifier => modifier.kind === ts.SyntaxKind.AsyncKeyword)) {
    return refuse(scope, fn, 'CW1038', { what: 'An async function' });
  }
  for (const [index, parameter] of fn.parameters.entries()) {
    if (parameter.initializer || parameter.dotDotDotToken || parameter.questionToken) {
      return refuse(scope, parameter, 'CW1050', { what: 'an optional or rest parameter' });
    }
    const value = args[index];
    if (!value) {
      return refuse(scope, parameter, 'CW1050', { what: 'a third parameter of `.map`' });
    }
    const repeat = isExpr(value) && !isSimple(value) && ts.isIdentifier(parameter.name);
    bind(
      scope,
      parameter.name,
      repeat ? declareLocal(scope, parameter, parameter.name.getText(), value, false) : value,
      'alias',
    );
  }
  return ts.isBlock(fn.body) ? poison : read(scope, fn.body);
};
