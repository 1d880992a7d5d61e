/** From an operator's declaration to its functions in the IR; each is read once for a number of channels and choices. */
import { ts } from 'ts-morph';
import type { Code } from '../../diagnostics/index.js';
import type { Loc, OpFunction } from '../../ir/types.js';
import { readMain } from '../body/functions.js';
import { withoutParentheses } from '../body/resolve.js';
import { makeReader } from '../body/scope.js';
import { behindImport, isOfSpec, nameIn, symbolOf } from '../body/symbols.js';
import type { Args, FunctionNode, Reader } from '../body/types.js';
import type { Session } from '../session.js';
import { type ReadFor, type Role, signature } from './signatures.js';

/** A call such as `pointOp({ … })`, and the names under which its functions stand there. */
export type Declaration = {
  readonly call: ts.CallExpression;
  readonly name: string;
  readonly functions: ReadonlyMap<string, FunctionNode>;
};

/** Functions beside an operator's own. */
const besides: readonly Role[] = ['size', 'scale'];

export const constructors: Readonly<Record<string, string>> = {
  point: 'pointOp',
  map: 'mapOp',
  indexMap: 'indexMapOp',
  filter: 'filter',
  axisFilter: 'separableFilter',
  indexBorder: 'indexBorder',
};

export type Operators = {
  /** The declaration behind the call, or undefined after a diagnostic. */
  readonly declare: (
    call: ts.CallExpression | undefined,
    role: Role,
    at: ts.Node | Loc,
    chain: readonly string[],
    given: string | undefined,
  ) => Declaration | undefined;
  readonly read: (
    declaration: Declaration,
    role: Role,
    options: ReadFor & { readonly chain: readonly string[] },
  ) => OpFunction | undefined;
};

export const makeOperators = (session: Session): Operators => {
  const declarations = new Map<ts.CallExpression, Declaration | 'refused'>();
  const functions = new Map<string, OpFunction | 'refused'>();
  const ids = new Map<ts.Node, number>();
  const idOf = (node: ts.Node): number => {
    const id = ids.get(node) ?? ids.size;
    ids.set(node, id);
    return id;
  };
  return {
    declare: (call, role, at, chain, given) => {
      if (!call) {
        session.report('CW2001', at, { maker: constructors[role] ?? role }, chain);
        return undefined;
      }
      const known = declarations.get(call);
      const made = known ?? declare(session, call, role, chain, given) ?? 'refused';
      declarations.set(call, made);
      // A function that declares operators gives them names of their own.
      return made === 'refused' ? undefined : { ...made, name: given ?? made.name };
    },
    read: (declaration, role, options) => {
      const node = declaration.functions.get(besides.includes(role) ? role : 'apply');
      if (!node) {
        return undefined;
      }
      const { channels, out, params } = options;
      // Only what the text of the kernel depends on.
      const key = JSON.stringify([idOf(node), role, declaration.name, channels, out, params]);
      const known = functions.get(key);
      const made = known ?? readOperator(session, declaration, node, role, options) ?? 'refused';
      functions.set(key, made);
      return made === 'refused' ? undefined : made;
    },
  };
};

const declare = (
  session: Session,
  call: ts.CallExpression,
  role: Role,
  chain: readonly string[],
  given: string | undefined,
): Declaration | undefined => {
  const refuse = (code: Code, at: ts.Node, args: Args): undefined => {
    session.report(code, at, args, chain);
    return undefined;
  };
  const maker = constructors[role] ?? role;
  const symbol = symbolOf(session, nameIn(withoutParentheses(call.expression)));
  if (!isOfSpec(session, symbol) || symbol?.name !== maker) {
    return refuse('CW2001', call, { maker });
  }
  const [argument] = call.arguments;
  const definition = argument && objectLiteral(session, argument);
  if (!definition) {
    return refuse('CW2002', argument ?? call, { maker });
  }
  const found = new Map<string, FunctionNode>();
  for (const name of ['apply', ...besides]) {
    const property = definition.properties.find(member => member.name?.getText() === name);
    if (property) {
      const fn = functionOf(session, property);
      if (!fn) {
        return refuse('CW2003', property, { name });
      }
      found.set(name, fn);
    }
  }
  if (!found.has('apply')) {
    return refuse('CW2003', definition, { name: 'apply' });
  }
  const name = given ?? variableName(call) ?? maker;
  return { call, name, functions: found };
};

const objectLiteral = (session: Session, node: ts.Expression): ts.ObjectLiteralExpression | undefined => {
  const plain = withoutAssertions(node);
  if (ts.isObjectLiteralExpression(plain)) {
    return plain;
  }
  const init = initializerOf(session, plain);
  const inner = init && withoutAssertions(init);
  return inner && ts.isObjectLiteralExpression(inner) ? inner : undefined;
};

const withoutAssertions = (node: ts.Expression): ts.Expression => {
  const plain = withoutParentheses(node);
  return ts.isAsExpression(plain) ? withoutAssertions(plain.expression) : plain;
};

const initializerOf = (session: Session, node: ts.Expression): ts.Expression | undefined => {
  const declaration = ts.isIdentifier(node) ? symbolOf(session, node)?.valueDeclaration : undefined;
  const isConst =
    declaration &&
    ts.isVariableDeclaration(declaration) &&
    ts.isVariableDeclarationList(declaration.parent) &&
    declaration.parent.flags & ts.NodeFlags.Const;
  return isConst ? declaration.initializer : undefined;
};

const functionOf = (session: Session, property: ts.ObjectLiteralElementLike): FunctionNode | undefined => {
  if (ts.isMethodDeclaration(property)) {
    return property;
  }
  if (ts.isShorthandPropertyAssignment(property)) {
    return functionBehind(session, session.checker.getShorthandAssignmentValueSymbol(property));
  }
  if (!ts.isPropertyAssignment(property)) {
    return undefined;
  }
  const init = withoutAssertions(property.initializer);
  if (ts.isArrowFunction(init) || ts.isFunctionExpression(init)) {
    return init;
  }
  return ts.isIdentifier(init)
    ? functionBehind(session, session.checker.getSymbolAtLocation(init))
    : undefined;
};

const functionBehind = (session: Session, found: ts.Symbol | undefined): FunctionNode | undefined => {
  const declaration = behindImport(session, found)?.valueDeclaration;
  if (declaration && ts.isFunctionDeclaration(declaration)) {
    return declaration.body ? declaration : undefined;
  }
  const init =
    declaration &&
    ts.isVariableDeclaration(declaration) &&
    declaration.initializer &&
    withoutParentheses(declaration.initializer);
  return init && (ts.isArrowFunction(init) || ts.isFunctionExpression(init)) ? init : undefined;
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
  declaration: Declaration,
  node: FunctionNode,
  role: Role,
  options: ReadFor & { readonly chain: readonly string[] },
): OpFunction | undefined => {
  const reader: Reader = makeReader(session, options.chain, options.channels);
  const loc = session.locOf(node);
  const { args, returns } = signature(role, options, loc);
  const name = `${declaration.name}${role === 'size' ? 'Size' : role === 'scale' ? 'Scale' : ''}`;
  const fn = readMain(reader, node, name, args, returns, role === 'size');
  return fn && { fn, helpers: reader.helpers };
};
