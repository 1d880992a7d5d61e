/** From an operator, as it was declared, to its functions in the IR; each is read once for a number of channels and choices. */
import { ts } from 'ts-morph';
import type { Loc, OpFunction, Type } from '../../ir/types.js';
import { type MainArg, readMain } from '../body/functions.js';
import { makeReader } from '../body/scope.js';
import type { Reader } from '../body/types.js';
import type { FunctionNode, Loaded } from '../loaded.js';
import type { Session } from '../session.js';
import { type Bag, describeActual } from './paramValues.js';
import { type ReadFor, type Role, signature } from './signatures.js';

/** An operator, filter or border as its declaration left it: its name, and the source of its functions. */
export type Declaration = {
  /** The call that made it, such as `pointOp({ … })`. */
  readonly call: ts.CallExpression;
  readonly name: string;
  readonly functions: ReadonlyMap<string, FunctionNode>;
};

/** Functions beside an operator's own. */
const besides: readonly Role[] = ['size', 'scale', 'geometry'];
/** The functions of a declaration: those that it must have, and those that it may have. */
type Functions = { readonly must: readonly string[]; readonly may: readonly string[] };
const applied: Functions = { must: ['apply'], may: ['down', ...besides] };
const reductions: Readonly<Record<string, Functions>> = {
  fold: { must: ['step', 'merge'], may: ['finish'] },
  bins: { must: ['bin'], may: ['finish'] },
};
/** A function that is no operator's own: its name in the declaration, and what it is given and gives. */
export type FunctionOf = {
  readonly fn: string;
  /** What its text depends on, beside the rest. */
  readonly key: string;
  readonly signature: (loc: Loc) => { readonly args: readonly MainArg[]; readonly returns: Type };
};

export const constructors: Readonly<Record<string, string>> = {
  point: 'pointOp',
  map: 'mapOp',
  indexMap: 'indexMapOp',
  stencil: 'stencilOp',
  axisStencil: 'separableStencil',
  filter: 'filter',
  axisFilter: 'separableFilter',
  indexBorder: 'indexBorder',
  fold: 'reduceOp',
  bins: 'binsOp',
};

export type Operators = {
  /**
   * The source of what was declared, or undefined after a diagnostic.
   * @param value What the declaration made.
   * @param definition Its functions, by name, as they are when it runs.
   */
  readonly declare: (
    value: Bag,
    definition: Bag,
    role: Role | 'fold' | 'bins',
    at: ts.Node | Loc,
    chain: readonly string[],
  ) => Declaration | undefined;
  readonly read: (
    declaration: Declaration,
    role: Role | FunctionOf,
    options: ReadFor & {
      readonly chain: readonly string[];
      /** Which of the declaration's functions, where its role does not say. */
      readonly part?: 'down';
    },
  ) => OpFunction | undefined;
};

export const makeOperators = (session: Session, loaded: Loaded): Operators => {
  const functions = new Map<string, OpFunction | 'refused'>();
  const ids = new Map<ts.Node, number>();
  const idOf = (node: ts.Node): number => {
    const id = ids.get(node) ?? ids.size;
    ids.set(node, id);
    return id;
  };
  return {
    declare: (value, definition, role, at, chain) =>
      declare(session, loaded, value, definition, role, at, chain),
    read: (declaration, role, options) => {
      const { channels, out, params, part } = options;
      const own = typeof role === 'string' ? (part ?? (besides.includes(role) ? role : 'apply')) : role.fn;
      const node = declaration.functions.get(own);
      if (!node) {
        return undefined;
      }
      // Only what the text of the kernel depends on.
      const roleKey = typeof role === 'string' ? role : [role.fn, role.key];
      const key = JSON.stringify([idOf(node), roleKey, declaration.name, channels, out, params]);
      const known = functions.get(key);
      const made = known ?? readOperator(session, loaded, declaration, node, role, options) ?? 'refused';
      functions.set(key, made);
      return made === 'refused' ? undefined : made;
    },
  };
};

const declare = (
  session: Session,
  loaded: Loaded,
  value: Bag,
  definition: Bag,
  role: Role | 'fold' | 'bins',
  at: ts.Node | Loc,
  chain: readonly string[],
): Declaration | undefined => {
  const maker = constructors[role] ?? role;
  const call = loaded.madeBy(value);
  if (!call) {
    session.report('CW2001', at, { maker }, chain);
    return undefined;
  }
  const functions = new Map<string, FunctionNode>();
  const { must, may } = reductions[role] ?? applied;
  for (const name of [...must, ...may]) {
    // An operator is a function, and every function has an `apply` of another kind.
    const fn = Object.hasOwn(definition, name) ? definition[name] : undefined;
    if (fn === undefined && !must.includes(name)) {
      continue;
    }
    const source = loaded.sourceOf(fn);
    if (!source) {
      session.report('CW2003', propertyOf(call, name) ?? call, { name, actual: describeFunction(fn) }, chain);
      return undefined;
    }
    functions.set(name, source);
  }
  const placed = loaded.placedBy(value);
  const given = typeof value.name === 'string' ? value.name : undefined;
  const name = given ?? variableName(call) ?? (placed && variableName(placed)) ?? maker;
  return { call, name, functions };
};

const describeFunction = (fn: unknown): string =>
  typeof fn === 'function' ? 'a function whose source is not TypeScript of this project' : describeActual(fn);

/** Where a definition names a function, for messages. */
const propertyOf = (call: ts.CallExpression, name: string): ts.Node | undefined => {
  const [argument] = call.arguments;
  return argument && ts.isObjectLiteralExpression(argument)
    ? argument.properties.find(member => member.name?.getText() === name)
    : undefined;
};

const variableName = (call: ts.CallExpression): string | undefined => {
  let node: ts.Node = call.parent;
  while (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) {
    node = node.parent;
  }
  return ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) ? node.name.text : undefined;
};

const readOperator = (
  session: Session,
  loaded: Loaded,
  declaration: Declaration,
  node: FunctionNode,
  role: Role | FunctionOf,
  options: ReadFor & { readonly chain: readonly string[] },
): OpFunction | undefined => {
  const reader: Reader = makeReader(session, loaded, options.chain, options.channels);
  const loc = session.locOf(node);
  const { args, returns } = typeof role === 'string' ? signature(role, options, loc) : role.signature(loc);
  const suffix = typeof role === 'string' ? (besides.includes(role) ? role : '') : role.fn;
  const name = `${declaration.name}${suffix.slice(0, 1).toUpperCase()}${suffix.slice(1)}`;
  const fn = readMain(reader, node, name, args, returns, role === 'size');
  return fn && { fn, helpers: reader.helpers };
};
