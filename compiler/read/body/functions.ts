/** Functions: the operator's own, and those it calls, which become helpers of the kernel. */
import { ts } from 'ts-morph';
import type { Expr, Fn, Stmt, Type } from '../../ir/types.js';
import { f32, tuple } from '../../ir/types.js';
import type { FunctionNode } from '../loaded.js';
import { coerce, materialise, unify } from './coerce.js';
import { read } from './expressions.js';
import { finishBody } from './finish.js';
import { makeNames } from './names.js';
import { bind } from './patterns.js';
import { bodyKey, importFrom, locOf, make, makeScope, refuse } from './scope.js';
import { readStatements } from './statements.js';
import { readTypeNode, type WrittenType } from './typeNodes.js';
import type { Capture, PendingReturn, Reader, Scope, Value } from './types.js';
import { constantOf, describe, isExpr, poison, typeOf } from './values.js';

type FunctionValue = Extract<Value, { kind: 'function' }>;

/** A call of a function of the author's: the function becomes a helper, once for each set of argument types. */
export const callFunction = (
  scope: Scope,
  fn: FunctionValue,
  args: readonly Value[],
  node: ts.Node,
  options: { readonly perChannel?: boolean } = {},
): Value => {
  const { reader } = scope;
  const cycle = reader.stack.findIndex(entry => entry.node === fn.node);
  if (cycle >= 0) {
    const names = [...reader.stack.slice(cycle).map(entry => entry.name), fn.name];
    return refuse(scope, node, 'CW1016', { cycle: names.join(' → ') });
  }
  if (reader.stack.length > 50) {
    return refuse(scope, node, 'CW1057', { limit: 50 });
  }
  if (!checkShape(scope, fn.node, args.length, fn.name, node)) {
    return poison;
  }
  const inner = makeScope(reader, fn.scope ? { parent: fn.scope } : {});
  const prepared = prepareArgs(scope, inner, fn, args, node);
  if (!prepared) {
    return poison;
  }
  const key = fn.scope ? undefined : memoKey(fn.node, prepared, args);
  const known = key === undefined ? undefined : reader.memo.get(key);
  if (known === 'refused') {
    return poison;
  }
  const loc = locOf(scope, node);
  const given = prepared.flatMap(argument => argument.expr ?? []);
  if (known) {
    return make(scope, node, { kind: 'call', fn: known.name, args: given, type: known.returns, loc });
  }
  const name = options.perChannel ? `${reader.stack[0]?.name ?? 'op'}Channel` : fn.name;
  const helper = readHelper(inner, fn.node, prepared, name);
  if (!helper) {
    if (key !== undefined) {
      reader.memo.set(key, 'refused');
    }
    return poison;
  }
  if (key !== undefined) {
    reader.memo.set(key, { name: helper.name, returns: helper.returns });
  }
  const captured: Expr[] = [];
  for (const { outer } of helper.captures) {
    const value = fn.scope ? importFrom(scope, fn.scope, outer) : poison;
    if (isExpr(value)) {
      captured.push(value);
    }
  }
  const all = [...given.filter((_, index) => helper.kept[index]), ...captured];
  return make(scope, node, { kind: 'call', fn: helper.name, args: all, type: helper.returns, loc });
};

type Prepared = { readonly name: ts.BindingName; readonly value: Value; readonly expr?: Expr };

const checkShape = (scope: Scope, fn: FunctionNode, count: number, name: string, node: ts.Node): boolean => {
  if (fn.modifiers?.some(modifier => modifier.kind === ts.SyntaxKind.AsyncKeyword) || fn.asteriskToken) {
    refuse(scope, fn, 'CW1038', { what: fn.asteriskToken ? 'A generator' : 'An async function' });
    return false;
  }
  const self = fn.parameters.find(parameter => parameter.name.getText() === 'this');
  if (self) {
    refuse(scope, self, 'CW1001', { what: '`this`' });
    return false;
  }
  const odd = fn.parameters.find(
    parameter => parameter.initializer || parameter.dotDotDotToken || parameter.questionToken,
  );
  if (odd) {
    refuse(scope, odd, 'CW1050', { what: 'an optional, default or rest parameter' });
    return false;
  }
  if (fn.parameters.length !== count) {
    refuse(scope, node, 'CW1015', { name, expected: fn.parameters.length, actual: count });
    return false;
  }
  return true;
};

const prepareArgs = (
  scope: Scope,
  inner: Scope,
  fn: FunctionValue,
  args: readonly Value[],
  node: ts.Node,
): readonly Prepared[] | undefined => {
  const prepared: Prepared[] = [];
  for (const [index, parameter] of fn.node.parameters.entries()) {
    const at = ts.isCallExpression(node) ? (node.arguments[index] ?? node) : node;
    const value = args[index];
    const one = value && prepareArg(scope, inner, fn, parameter, value, at);
    if (!one) {
      return undefined;
    }
    prepared.push(one);
  }
  return prepared;
};

const prepareArg = (
  scope: Scope,
  inner: Scope,
  fn: FunctionValue,
  parameter: ts.ParameterDeclaration,
  value: Value,
  at: ts.Node,
): Prepared | undefined => {
  const { name } = parameter;
  if (!parameter.type && !fn.scope) {
    refuse(inner, parameter, 'CW1051', { name: name.getText() });
    return undefined;
  }
  const written = parameter.type && readTypeNode(inner, parameter.type);
  if (parameter.type && !written) {
    return undefined;
  }
  if (value.kind === 'text' && (!written || written.kind === 'text')) {
    return { name, value };
  }
  // An inner function is read for each call, so constants stay constants in it: the index of `.map` is one.
  if (!written && constantOf(value) !== undefined) {
    return { name, value };
  }
  const expr = typedAs(scope, value, written, at);
  return expr && { name, value: expr, expr };
};

/** The value as the written type, or as it is where none is written. */
export const typedAs = (
  scope: Scope,
  value: Value,
  written: WrittenType | undefined,
  node: ts.Node,
): Expr | undefined => {
  if (!written) {
    return materialise(scope, value, node);
  }
  if (written.kind === 'value') {
    return coerce(scope, value, written.type, node);
  }
  const length = value.kind === 'list' ? value.items.length : (typeOf(value)?.length ?? 0);
  if (written.kind === 'anyLength' && length > 0) {
    return coerce(scope, value, tuple(written.scalar, length), node);
  }
  if (value.kind === 'list' && value.items.length === 0) {
    refuse(scope, node, 'CW1024');
  } else if (value.kind !== 'poison') {
    const expected = written.kind === 'text' ? 'a string' : 'a tuple';
    refuse(scope, node, 'CW1030', { expected, actual: describe(value) });
  }
  return undefined;
};

const memoKey = (fn: FunctionNode, prepared: readonly Prepared[], args: readonly Value[]): string =>
  JSON.stringify([
    fn.getSourceFile().fileName,
    fn.pos,
    prepared.map((argument, index) => {
      const given = args[index];
      return argument.expr ? argument.expr.type : given?.kind === 'text' ? given.value : given?.kind;
    }),
  ]);

type Helper = {
  readonly name: string;
  readonly returns: Type;
  /** Which of the arguments the function takes. */
  readonly kept: readonly boolean[];
  readonly captures: readonly Capture[];
};

const readHelper = (
  inner: Scope,
  node: FunctionNode,
  prepared: readonly Prepared[],
  wanted: string,
): Helper | undefined => {
  const { reader } = inner;
  reader.stack.push({ node, name: wanted });
  try {
    const given = prepared.map(argument => bindArg(inner, argument));
    const returns = readBody(inner, node);
    const body = returns && finishBody(inner, returns);
    if (!body) {
      return undefined;
    }
    const args = given.flatMap(argument => argument ?? []);
    // A callback that ignores its value takes none.
    const kept = args.map(argument => inner.parent === undefined || mentions(body, argument.name));
    const captures = [...inner.captures.values()].filter(({ name }) => mentions(body, name));
    const fn: Omit<Fn, 'name'> = {
      args: [...args.filter((_, index) => kept[index]), ...captures].map(({ name, type }) => ({
        name,
        type,
      })),
      returns,
      body,
      loc: locOf(inner, node),
    };
    return { name: addHelper(reader, fn, wanted), returns, kept, captures };
  } finally {
    reader.stack.pop();
  }
};

const mentions = (body: readonly Stmt[], name: string): boolean =>
  JSON.stringify(body).includes(`"kind":"local","name":${JSON.stringify(name)}`);

const bindArg = (
  scope: Scope,
  argument: Prepared,
): { readonly name: string; readonly type: Type } | undefined => {
  if (!argument.expr) {
    bind(scope, argument.name, argument.value, 'alias');
    return undefined;
  }
  const { type, loc } = argument.expr;
  const name = scope.names.take(ts.isIdentifier(argument.name) ? argument.name.text : 'given');
  const local: Expr = { kind: 'local', name, type, loc };
  bind(scope, argument.name, local, ts.isIdentifier(argument.name) ? 'alias' : 'const');
  return { name, type };
};

const addHelper = (reader: Reader, fn: Omit<Fn, 'name'>, wanted: string): string => {
  const key = bodyKey([fn, wanted]);
  const equal = reader.byBody.get(key);
  if (equal !== undefined) {
    return equal;
  }
  // A local of the same name would hide it.
  const name = makeNames(taken => reader.helperNames.has(taken) || reader.allNames.has(taken)).take(wanted);
  reader.helperNames.add(name);
  reader.byBody.set(key, name);
  reader.helpers.push({ name, ...fn });
  return name;
};

/** Reads a function's body into the scope; its return type, or undefined after a diagnostic. */
const readBody = (scope: Scope, node: FunctionNode): Type | undefined => {
  readInto(scope, node);
  const pending = [...scope.returns.values()];
  if (pending.some(({ value }) => value.kind === 'poison') || !endsWell(scope, node)) {
    return undefined;
  }
  const written = node.type && readTypeNode(scope, node.type);
  if (node.type && !written) {
    return undefined;
  }
  if (written?.kind === 'value') {
    return written.type;
  }
  return unify(
    scope,
    pending.map(({ value }) => value),
    node,
  );
};

const readInto = (scope: Scope, node: FunctionNode): void => {
  if (!node.body) {
    refuse(scope, node, 'CW1018', { name: node.name?.getText() ?? 'this function' });
  } else if (ts.isBlock(node.body)) {
    readStatements(scope, node.body.statements);
  } else {
    addReturn(scope, read(scope, node.body), node.body);
  }
};

/** Writes a return whose type is settled when all of them are known. */
export const addReturn = (scope: Scope, value: Value, node: ts.Node): void => {
  const loc = locOf(scope, node);
  const stmt: Stmt = {
    kind: 'return',
    value: { kind: 'literal', value: 0, type: tuple('f32', 0), loc },
    loc,
  };
  const pending: PendingReturn = { value, node };
  scope.returns.set(stmt, pending);
  scope.out.push(stmt);
};

const endsWell = (scope: Scope, node: FunctionNode): boolean => {
  if (alwaysReturns(scope.out)) {
    return true;
  }
  if (!scope.reader.refused) {
    refuse(scope, node.body ?? node, 'CW1028');
  }
  return false;
};

/** Whether no path runs past the end. */
export const alwaysReturns = (stmts: readonly Stmt[]): boolean =>
  stmts.some(
    stmt =>
      stmt.kind === 'return' || (stmt.kind === 'if' && alwaysReturns(stmt.then) && alwaysReturns(stmt.else)),
  );

/** An argument of an operator's function: what it stands for, or a variable of the kernel's function. */
export type MainArg =
  | { readonly kind: 'bound'; readonly value: Value }
  | { readonly kind: 'arg'; readonly type: Type; readonly name: string }
  /** A variable that is seen as a part of a record; the function takes it only where it reads it. */
  | {
      readonly kind: 'part';
      readonly type: Type;
      readonly name: string;
      readonly whole: (part: Expr) => Value;
    }
  /** A record some of whose fields are arguments: those that the function uses, or all if `all` are kept. */
  | {
      readonly kind: 'record';
      readonly what: string;
      readonly keeps?: true;
      readonly args: readonly { readonly name: string; readonly type: Type }[];
      readonly fields: ReadonlyMap<string, Value>;
    }
  /** The operator's parameters. Some are pixels of images: tuples that the function takes, whether it reads them or not. */
  | {
      readonly kind: 'params';
      readonly record: Extract<Value, { kind: 'record' }>;
      readonly pixels: readonly { readonly name: string; readonly channels: number }[];
    };

/** Reads an operator's own function. Its arguments and its result follow from its role. */
export const readMain = (
  reader: Reader,
  node: FunctionNode,
  name: string,
  mainArgs: readonly MainArg[],
  returns: Type,
  isSize: boolean,
): Fn | undefined => {
  const scope = makeScope(reader, { isSize });
  if (!checkShape(scope, node, Math.max(node.parameters.length, 0), name, node)) {
    return undefined;
  }
  const further = node.parameters[mainArgs.length];
  if (further) {
    refuse(scope, further, 'CW1050', {
      what: 'a parameter that this role does not have',
    });
    return undefined;
  }
  reader.stack.push({ node, name });
  reader.helperNames.add(name);
  try {
    const args = mainArgs.flatMap((argument, index) =>
      bindMain(scope, argument, node.parameters.at(index), node),
    );
    readInto(scope, node);
    if (reader.refused || !endsWell(scope, node)) {
      return undefined;
    }
    const body = finishBody(scope, returns);
    if (!body || reader.refused) {
      return undefined;
    }
    const taken = args.filter(arg => !arg.isOptional || mentions(body, arg.name));
    const printed = taken.map(({ name, type }) => ({ name, type }));
    return { name, args: printed, returns, body, loc: locOf(scope, node) };
  } finally {
    reader.stack.pop();
  }
};

const bindMain = (
  scope: Scope,
  argument: MainArg,
  parameter: ts.ParameterDeclaration | undefined,
  node: ts.Node,
): readonly { readonly name: string; readonly type: Type; readonly isOptional: boolean }[] => {
  if (argument.kind === 'record') {
    if (!parameter) {
      return [];
    }
    const loc = locOf(scope, parameter);
    const given = argument.args.map(({ name, type }) => ({ name, type, local: scope.names.take(name) }));
    const fields = new Map<string, Value>(argument.fields);
    for (const { name, type, local } of given) {
      fields.set(name, { kind: 'local', name: local, type, loc });
    }
    bind(scope, parameter.name, { kind: 'record', what: argument.what, fields }, 'alias');
    return given.map(({ local, type }) => ({ name: local, type, isOptional: !argument.keeps }));
  }
  if (argument.kind === 'params') {
    const loc = locOf(scope, parameter ?? node);
    const fields = new Map(argument.record.fields);
    const taken = argument.pixels.map(({ name: field, channels }) => {
      const type = tuple('f32', channels);
      const name = scope.names.take(field);
      const pixel: Expr = { kind: 'local', name, type, loc };
      const items = Array.from(
        { length: channels },
        (_, index): Expr => ({ kind: 'index', tuple: pixel, index, type: f32, loc }),
      );
      fields.set(field, { kind: 'list', items });
      return { name, type, isOptional: false };
    });
    if (parameter) {
      bind(scope, parameter.name, { ...argument.record, fields }, 'alias');
    }
    return taken;
  }
  if (argument.kind === 'bound') {
    if (parameter) {
      bind(scope, parameter.name, argument.value, 'alias');
    }
    return [];
  }
  if (argument.kind === 'part') {
    if (!parameter) {
      return [];
    }
    const { type } = argument;
    const name = scope.names.take(argument.name);
    const part: Expr = { kind: 'local', name, type, loc: locOf(scope, parameter) };
    bind(scope, parameter.name, argument.whole(part), 'alias');
    return [{ name, type, isOptional: true }];
  }
  const plain = parameter && ts.isIdentifier(parameter.name) ? parameter.name : undefined;
  const name = scope.names.take(plain && plain.text !== '_' ? plain.text : argument.name);
  const { type } = argument;
  const local: Expr = { kind: 'local', name, type, loc: locOf(scope, parameter ?? node) };
  if (parameter) {
    bind(scope, parameter.name, local, plain ? 'alias' : 'const');
  }
  return [{ name, type, isOptional: false }];
};
