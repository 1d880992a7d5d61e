/** From an operator's declaration to its functions in the IR; each is read once for a number of channels and choices. */
import { ts } from 'ts-morph';
import { MAX_RECTS } from '../../ops/limits.js';
import { type NumberKind, paramFields } from '../../ops/spec.js';
import type { Code } from '../diagnostics.js';
import type { Expr, Loc, OpFunction, Type } from '../ir/types.js';
import { f32, i32, tuple } from '../ir/types.js';
import { type MainArg, readMain } from './functions.js';
import { withoutParentheses } from './resolve.js';
import { type Args, makeReader, makeScope, type Reader } from './scope.js';
import type { Session } from './session.js';
import { type FunctionNode, scalarType, type Value } from './values.js';
import { target } from './vocabulary.js';

/** A call such as `pointOp({ … })`, and the names under which its functions stand there. */
export type Declaration = {
  readonly call: ts.CallExpression;
  readonly name: string;
  readonly functions: ReadonlyMap<string, FunctionNode>;
};

/** A parameter as the kernel sees it. */
export type KernelParam =
  | { readonly name: string; readonly choice: string }
  | { readonly name: string; readonly constant: number }
  /** An image of so many channels. */
  | { readonly name: string; readonly channels: number }
  | { readonly name: string; readonly kind: NumberKind; readonly perChannel: boolean };

export type Role = 'point' | 'map' | 'indexMap' | 'filter' | 'axisFilter' | 'indexBorder' | 'size' | 'scale';
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
    options: {
      readonly channels: number;
      readonly out: number;
      readonly params: readonly KernelParam[];
      readonly chain: readonly string[];
    },
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
  const scope = makeScope(makeReader(session, chain, 0));
  const callee = withoutParentheses(call.expression);
  const symbol = target(
    scope,
    session.checker.getSymbolAtLocation(ts.isPropertyAccessExpression(callee) ? callee.name : callee),
  );
  const file = symbol?.valueDeclaration?.getSourceFile().fileName;
  if (file === undefined || !session.files.isSpec(file) || symbol?.name !== maker) {
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
  const found = ts.isIdentifier(node) ? session.checker.getSymbolAtLocation(node) : undefined;
  const symbol =
    found && found.flags & ts.SymbolFlags.Alias ? session.checker.getAliasedSymbol(found) : found;
  const declaration = symbol?.valueDeclaration;
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
  const symbol =
    found && found.flags & ts.SymbolFlags.Alias ? session.checker.getAliasedSymbol(found) : found;
  const declaration = symbol?.valueDeclaration;
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
  options: {
    readonly channels: number;
    readonly out: number;
    readonly params: readonly KernelParam[];
    readonly chain: readonly string[];
  },
): OpFunction | undefined => {
  const reader: Reader = makeReader(session, options.chain, options.channels);
  const loc = session.locOf(node);
  const { args, returns } = signature(role, options, loc);
  const name = `${declaration.name}${role === 'size' ? 'Size' : role === 'scale' ? 'Scale' : ''}`;
  const fn = readMain(reader, node, name, args, returns, role === 'size');
  return fn && { fn, helpers: reader.helpers };
};

const bound = (value: Value): MainArg => ({ kind: 'bound', value });

const signature = (
  role: Role,
  options: { readonly channels: number; readonly out: number; readonly params: readonly KernelParam[] },
  loc: Loc,
): { readonly args: readonly MainArg[]; readonly returns: Type } => {
  const { channels, out } = options;
  const arg = (name: string, type: Type): MainArg => ({ kind: 'arg', name, type });
  const pixels = options.params.filter(param => 'channels' in param);
  const numbers = options.params.filter((param): param is NumberParam => !('channels' in param));
  const record = paramsRecord(numbers, channels, loc);
  const params: MainArg = { kind: 'params', record, pixels };
  switch (role) {
    case 'point':
      return {
        args: [arg('px', tuple('f32', channels)), params, position(loc)],
        returns: tuple('f32', out),
      };
    case 'map':
      return {
        args: [arg('at', tuple('f32', 2)), params, bound(sizesRecord(f32, loc))],
        returns: tuple('f32', 2),
      };
    case 'indexMap':
      return {
        args: [arg('at', tuple('i32', 2)), bound(record), bound(sizesRecord(i32, loc))],
        returns: tuple('i32', 2),
      };
    case 'filter':
      return {
        args: [bound({ kind: 'tapper' }), arg('at', tuple('f32', 2)), footprint(record, loc)],
        returns: tuple('f32', channels),
      };
    case 'axisFilter':
      return {
        args: [bound({ kind: 'tapper', axis: true }), arg('at', f32), axisFootprint(record)],
        returns: tuple('f32', channels),
      };
    case 'scale':
      return { args: [bound(record), bound(sizesRecord(f32, loc))], returns: tuple('f32', 2) };
    case 'indexBorder':
      return { args: [arg('i', i32), arg('size', i32)], returns: i32 };
    default:
      return {
        args: [bound(withImageSizes(record, pixels, loc)), bound(sizeRecord('src', i32, loc))],
        returns: tuple('i32', 2),
      };
  }
};

const position = (loc: Loc): MainArg => ({
  kind: 'part',
  name: 'at',
  type: tuple('i32', 2),
  whole: at => ({
    kind: 'record',
    what: 'the position',
    fields: new Map<string, Value>([
      [
        'at',
        { kind: 'list', items: [0, 1].map(index => ({ kind: 'index', tuple: at, index, type: i32, loc })) },
      ],
      ['size', sizeRecord('src', i32, loc)],
    ]),
  }),
});

/** The scale, which is an argument; the size of what is read; and the filter's constants. */
const footprint = (constants: RecordValue, loc: Loc): MainArg => ({
  kind: 'record',
  what: "the filter's footprint",
  args: [{ name: 'scale', type: tuple('f32', 2) }],
  fields: new Map([['size', sizeRecord('src', i32, loc)], ...constants.fields]),
});

/** The same along one axis, whose size is an argument too. */
const axisFootprint = (constants: Value): MainArg => ({
  kind: 'record',
  what: "the filter's footprint",
  keeps: true,
  args: [
    { name: 'scale', type: f32 },
    { name: 'size', type: i32 },
  ],
  fields: constants.kind === 'record' ? constants.fields : new Map(),
});

// A map counts in f32, so it sees sizes as f32; whole maps and sizes count in i32.
const sizesRecord = (type: Type, loc: Loc): Value => ({
  kind: 'record',
  what: 'the sizes',
  fields: new Map([
    ['src', sizeRecord('src', type, loc)],
    ['dst', sizeRecord('dst', type, loc)],
  ]),
});

const sizeRecord = (of: 'src' | 'dst', type: Type, loc: Loc): Value => {
  const axis = (name: 'width' | 'height'): Expr => {
    const size: Expr = { kind: 'size', of, axis: name, type: i32, loc };
    return type.scalar === 'i32' ? size : { kind: 'cast', value: size, type, loc };
  };
  return {
    kind: 'record',
    what: `the size of ${of}`,
    fields: new Map([
      ['width', axis('width')],
      ['height', axis('height')],
    ]),
  };
};

type RecordValue = Extract<Value, { kind: 'record' }>;
const paramsRecord = (params: readonly NumberParam[], channels: number, loc: Loc): RecordValue => ({
  kind: 'record',
  what: "the parameters' object",
  fields: new Map(params.map(param => [param.name, paramValue(param, channels, loc)])),
});

/** A function that gives a size sees the sizes of images, as two numbers that are parameters to it. */
const withImageSizes = (
  { fields, ...record }: RecordValue,
  images: readonly { readonly name: string }[],
  loc: Loc,
): RecordValue => {
  const sizes = images.map(({ name }): [string, Value] => {
    const [width, height] = [0, 1].map(
      (lane): Value => ({ kind: 'param', param: name, lane, type: i32, loc }),
    ) as [Value, Value];
    const named = new Map([
      ['width', width],
      ['height', height],
    ]);
    return [name, { kind: 'record', what: `the size of ${name}`, fields: named }];
  });
  return { ...record, fields: new Map([...fields, ...sizes]) };
};

type NumberParam = Exclude<KernelParam, { readonly channels: number }>;
const paramValue = (param: NumberParam, channels: number, loc: Loc): Value => {
  if ('choice' in param) {
    return { kind: 'text', value: param.choice };
  }
  if ('constant' in param) {
    return { kind: 'number', value: param.constant };
  }
  const { scalar, lanes, fields } = paramFields[param.kind];
  const lane = (index: number): Expr => ({
    kind: 'param',
    param: param.name,
    lane: index,
    type: scalarType(scalar),
    loc,
  });
  if (fields.length > 0) {
    const named = fields.map((field, index): [string, Value] => [field, lane(index)]);
    return { kind: 'record', what: `the parameter ${param.name}`, fields: new Map(named) };
  }
  const count = param.perChannel ? channels : 1;
  if (param.kind === 'table') {
    const tables = Array.from(
      { length: count },
      (_, index): Value => ({ kind: 'table', param: param.name, first: index * lanes }),
    );
    return param.perChannel ? { kind: 'list', items: tables } : tables[0];
  }
  if (param.kind === 'rects') {
    const rect = (index: number): Value => {
      const named = paramFields.rect.fields.map((field, n): [string, Value] => [field, lane(4 * index + n)]);
      return { kind: 'record', what: 'the rectangle', fields: new Map(named) };
    };
    return { kind: 'list', items: Array.from({ length: MAX_RECTS }, (_, index) => rect(index)) };
  }
  const length = param.perChannel ? channels : lanes;
  return param.perChannel || lanes > 1
    ? { kind: 'list', items: Array.from({ length }, (_, index) => lane(index)) }
    : lane(0);
};
