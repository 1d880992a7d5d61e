/** What is known at a point of a function being read: names, bindings, and where statements go. */
import type { ts } from 'ts-morph';
import type { Code } from '../../diagnostics/index.js';
import type { Expr, Loc, Stmt, Type } from '../../ir/types.js';
import type { Loaded } from '../loaded.js';
import type { Session } from '../session.js';
import { makeNames } from './names.js';
import type { Args, Reader, Scope, Value } from './types.js';
import { literal, poison } from './values.js';

export const makeReader = (
  session: Session,
  loaded: Loaded,
  chain: readonly string[],
  channels: number,
): Reader => ({
  session,
  loaded,
  chain,
  channels,
  helpers: [],
  helperNames: new Set(),
  allNames: new Set(),
  memo: new Map(),
  byBody: new Map(),
  stack: [],
  constants: new Map(),
  nodes: 0,
  depth: 0,
  refused: false,
  saidTooDeep: false,
  quiet: 0,
});

export const makeScope = (reader: Reader, options: { parent?: Scope; isSize?: boolean } = {}): Scope => {
  const names = makeNames(name => reader.helperNames.has(name));
  return {
    reader,
    ...(options.parent && { parent: options.parent }),
    names: {
      ...names,
      take: wanted => {
        const name = names.take(wanted);
        reader.allNames.add(name);
        return name;
      },
    },
    bindings: new Map(),
    mutable: new Set(),
    captures: new Map(),
    returns: new Map(),
    isSize: options.isSize ?? false,
    out: [],
  };
};

/** Reports, and gives the value that keeps whatever holds it quiet. */
export const refuse = (scope: Scope, node: ts.Node, code: Code, args: Args = {}): Value => {
  const { reader } = scope;
  reader.refused = true;
  // Everything around what is too deep is deep as well.
  const repeated = code === 'CW1057' && reader.saidTooDeep;
  reader.saidTooDeep ||= code === 'CW1057' && reader.quiet === 0;
  if (reader.quiet === 0 && !repeated) {
    reader.session.report(code, node, args, reader.chain);
  }
  return poison;
};

export const locOf = (scope: Scope, node: ts.Node): Loc => scope.reader.session.locOf(node);

const maxNodes = 20_000;
/** Counts an expression; a function that grows beyond reason is refused once. */
export const make = (scope: Scope, node: ts.Node, expr: Expr): Value => {
  const { reader } = scope;
  reader.nodes++;
  if (reader.nodes > maxNodes) {
    return reader.nodes === maxNodes + 1 ? refuse(scope, node, 'CW1056', { limit: maxNodes }) : poison;
  }
  return expr;
};

/** The symbol's value as this scope sees it. */
export const lookup = (scope: Scope, symbol: ts.Symbol): Value | undefined => {
  const own = scope.bindings.get(symbol);
  if (own) {
    return own;
  }
  const outer = scope.parent && lookup(scope.parent, symbol);
  return outer && wrapOuter(outer);
};

/** Build-time values need no capturing. */
export const wrapOuter = (value: Value): Value =>
  ['number', 'text', 'function', 'table', 'tapper', 'foreign', 'poison', 'literal'].includes(value.kind)
    ? value
    : { kind: 'outer', value };

/** Takes a value of the enclosing function into this one, as an argument. */
export const use = (scope: Scope, value: Value): Value => {
  if (value.kind !== 'outer' || !scope.parent) {
    return value;
  }
  return capture(scope, use(scope.parent, value.value));
};

const capture = (scope: Scope, value: Value): Value => {
  switch (value.kind) {
    case 'list':
      return { kind: 'list', items: value.items.map(item => capture(scope, item)) };
    case 'record':
      // Fields are captured when they are read.
      return {
        kind: 'record',
        what: value.what,
        fields: new Map([...value.fields].map(([name, field]) => [name, wrapOuter(field)])),
      };
    case 'number':
    case 'text':
    case 'function':
    case 'table':
    case 'tapper':
    case 'foreign':
    case 'outer':
    case 'poison':
    case 'literal':
      return value;
    default: {
      const key = bodyKey(value);
      const known = scope.captures.get(key);
      const name = known?.name ?? scope.names.take(captureName(value));
      if (!known) {
        scope.captures.set(key, { name, type: value.type, outer: value });
      }
      return { kind: 'local', name, type: value.type, loc: value.loc };
    }
  }
};

/** An expression of an enclosing scope, seen from a scope inside it. */
export const importFrom = (scope: Scope, owner: Scope, expr: Expr): Value => {
  if (scope === owner || !scope.parent) {
    return expr;
  }
  return capture(scope, importFrom(scope.parent, owner, expr));
};

const captureName = (expr: Expr): string => {
  switch (expr.kind) {
    case 'local':
      return expr.name;
    case 'param':
      return expr.param;
    case 'size':
      return `${expr.of}${expr.axis === 'width' ? 'Width' : 'Height'}`;
    case 'index':
      return captureName(expr.tuple);
    case 'cast':
      return captureName(expr.value);
    default:
      return 'outer';
  }
};

/** Equal for what differs in its places only. */
export const bodyKey = (value: unknown): string =>
  JSON.stringify(value, (key, part: unknown) => (key === 'loc' ? undefined : part));

/** Writes a `let` and gives the local. */
export const declareLocal = (
  scope: Scope,
  node: ts.Node,
  wanted: string,
  init: Expr,
  mutable: boolean,
): Extract<Expr, { kind: 'local' }> => {
  const loc = locOf(scope, node);
  const name = scope.names.take(wanted);
  scope.out.push({ kind: 'let', name, type: init.type, init, mutable, loc });
  return { kind: 'local', name, type: init.type, loc };
};

/** Runs `read` with statements going to a list of their own. */
export const collect = <T>(scope: Scope, read: () => T): { readonly result: T; readonly out: Stmt[] } => {
  const outside = scope.out;
  const out: Stmt[] = [];
  scope.out = out;
  try {
    return { result: read(), out };
  } finally {
    scope.out = outside;
  }
};

/** Zero, or a tuple of zeros. */
export const zero = (type: Type, loc: Loc): Expr => {
  const single = { scalar: type.scalar, length: 0 };
  const item = literal(type.scalar === 'bool' ? false : 0, single, loc);
  return type.length === 0
    ? item
    : { kind: 'tuple', items: Array.from({ length: type.length }, () => item), type, loc };
};
