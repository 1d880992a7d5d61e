/** Dtypes are read from the written type: the checker erases `type i32 = number`. */
import { ts } from 'ts-morph';
import type { Scalar, Type } from '../../ir/types.js';
import { bool, f32, f64, i32, tuple } from '../../ir/types.js';
import { refuse } from './scope.js';
import { symbolOf } from './symbols.js';
import type { Scope } from './types.js';

/** A written type; `length: 'any'` is `readonly f32[]`, as long as what is given. */
export type WrittenType =
  | { readonly kind: 'value'; readonly type: Type }
  | { readonly kind: 'anyLength'; readonly scalar: Scalar }
  | { readonly kind: 'text' };

const value = (type: Type): WrittenType => ({ kind: 'value', type });

const named: Readonly<Record<string, WrittenType>> = {
  f32: value(f32),
  i32: value(i32),
  f64: value(f64),
  Point: value(tuple('f32', 2)),
  Index: value(tuple('i32', 2)),
  Mat2x3: value(tuple('f32', 6)),
};

/** Reads a type node; undefined after a diagnostic. */
export const readTypeNode = (scope: Scope, node: ts.TypeNode, depth = 0): WrittenType | undefined => {
  if (depth > 20) {
    return refuseType(scope, node);
  }
  switch (node.kind) {
    case ts.SyntaxKind.NumberKeyword:
      return value(f32);
    case ts.SyntaxKind.BooleanKeyword:
      return value(bool);
    case ts.SyntaxKind.StringKeyword:
      return { kind: 'text' };
  }
  if (ts.isParenthesizedTypeNode(node) || ts.isNamedTupleMember(node)) {
    return readTypeNode(scope, node.type, depth + 1);
  }
  if (ts.isTypeOperatorNode(node) && node.operator === ts.SyntaxKind.ReadonlyKeyword) {
    return readTypeNode(scope, node.type, depth + 1);
  }
  if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal)) {
    return { kind: 'text' };
  }
  if (ts.isUnionTypeNode(node)) {
    const parts = node.types.map(part => readTypeNode(scope, part, depth + 1));
    return parts.every(part => part?.kind === 'text') ? { kind: 'text' } : refuseUnion(scope, node, parts);
  }
  if (ts.isArrayTypeNode(node)) {
    return anyLength(scope, node, readTypeNode(scope, node.elementType, depth + 1));
  }
  if (ts.isTupleTypeNode(node)) {
    return readTuple(scope, node, depth);
  }
  if (ts.isTypeReferenceNode(node)) {
    return readReference(scope, node, depth);
  }
  return refuseType(scope, node);
};

const refuseType = (scope: Scope, node: ts.TypeNode): undefined => {
  refuse(scope, node, 'CW1017', { type: node.getText().slice(0, 60) });
  return undefined;
};

const refuseUnion = (
  scope: Scope,
  node: ts.TypeNode,
  parts: readonly (WrittenType | undefined)[],
): undefined => {
  // What is wrong with a part has been said already.
  if (parts.every(part => part)) {
    refuseType(scope, node);
  }
  return undefined;
};

const anyLength = (
  scope: Scope,
  node: ts.TypeNode,
  item: WrittenType | undefined,
): WrittenType | undefined => {
  if (item?.kind === 'value' && item.type.length === 0) {
    return { kind: 'anyLength', scalar: item.type.scalar };
  }
  return item && refuseType(scope, node);
};

const readTuple = (scope: Scope, node: ts.TupleTypeNode, depth: number): WrittenType | undefined => {
  const items = node.elements.map(item => readTypeNode(scope, item, depth + 1));
  if (items.some(item => !item)) {
    return undefined;
  }
  const scalars = new Set(
    items.map(item => (item?.kind === 'value' && item.type.length === 0 ? item.type.scalar : undefined)),
  );
  const [scalar] = scalars;
  return scalars.size === 1 && scalar ? value(tuple(scalar, items.length)) : refuseType(scope, node);
};

const readReference = (scope: Scope, node: ts.TypeReferenceNode, depth: number): WrittenType | undefined => {
  const { session } = scope.reader;
  const declaration = symbolOf(session, node.typeName)?.declarations?.find(ts.isTypeAliasDeclaration);
  if (declaration && session.files.isSpec(declaration.getSourceFile().fileName)) {
    const name = declaration.name.text;
    if (name === 'Pixel') {
      return readPixel(scope, node);
    }
    return Object.hasOwn(named, name) ? named[name] : refuseType(scope, node);
  }
  const [argument] = node.typeArguments ?? [];
  if (
    argument &&
    ts.isIdentifier(node.typeName) &&
    ['Readonly', 'ReadonlyArray'].includes(node.typeName.text)
  ) {
    const inner = readTypeNode(scope, argument, depth + 1);
    return node.typeName.text === 'Readonly' ? inner : anyLength(scope, node, inner);
  }
  return declaration && !declaration.typeParameters
    ? readTypeNode(scope, declaration.type, depth + 1)
    : refuseType(scope, node);
};

const readPixel = (scope: Scope, node: ts.TypeReferenceNode): WrittenType | undefined => {
  const [argument] = node.typeArguments ?? [];
  if (!argument) {
    return { kind: 'anyLength', scalar: 'f32' };
  }
  if (ts.isLiteralTypeNode(argument) && ts.isNumericLiteral(argument.literal)) {
    const length = Number(argument.literal.text);
    return length >= 1 && length <= 4 ? value(tuple('f32', length)) : { kind: 'anyLength', scalar: 'f32' };
  }
  return refuseType(scope, node);
};
