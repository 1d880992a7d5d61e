/** Which names of the author's file mean something to the kernel language itself: `Math`, and `cuweave/ops`. */
import { ts } from 'ts-morph';
import { mathFunctions } from '../../ir/math.js';
import { behindImport } from './symbols.js';
import type { Scope } from './types.js';

/** Constants of `Math`, in double precision; they take f32 where they are used. */
export const mathConstants: Readonly<Record<string, number>> = {
  E: Math.E,
  LN2: Math.LN2,
  LN10: Math.LN10,
  LOG2E: Math.LOG2E,
  LOG10E: Math.LOG10E,
  PI: Math.PI,
  SQRT1_2: Math.SQRT1_2,
  SQRT2: Math.SQRT2,
};

/** `floor` in `Math.floor`, where `Math` is JavaScript's own. */
export const mathMember = (scope: Scope, node: ts.Expression): string | undefined => {
  if (
    !ts.isPropertyAccessExpression(node) ||
    !ts.isIdentifier(node.expression) ||
    node.expression.text !== 'Math'
  ) {
    return undefined;
  }
  const symbol = scope.reader.session.checker.getSymbolAtLocation(node.expression);
  const own = symbol?.declarations?.every(declaration => declaration.getSourceFile().isDeclarationFile);
  return own ? node.name.text : undefined;
};

/** `idiv`, `roundHalfEven`, `f32`, …: a function of `cuweave/ops` that is an instruction here. */
export const builtinOf = (scope: Scope, symbol: ts.Symbol | undefined): string | undefined => {
  const declaration = behindImport(scope.reader.session, symbol)?.valueDeclaration;
  if (!declaration || !ts.isVariableDeclaration(declaration) || !ts.isIdentifier(declaration.name)) {
    return undefined;
  }
  const { files } = scope.reader.session;
  const name = declaration.name.text;
  const file = declaration.getSourceFile().fileName;
  if (files.isSpec(file)) {
    return name === 'f32' || name === 'i32' || name === 'f64' ? name : undefined;
  }
  const isKnown = name === 'lookup' || Object.hasOwn(mathFunctions, name);
  return file === files.math && isKnown ? name : undefined;
};
