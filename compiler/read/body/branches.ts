/** The two nodes with branches. A node is no promise, in spite of its property's name. */
import type { Expr, Loc, Stmt, Type } from '../../ir/types.js';

/** `if (test) … else …`. */
export const makeIf = (test: Expr, taken: readonly Stmt[], other: readonly Stmt[], loc: Loc): Stmt => ({
  kind: 'if',
  test,
  // biome-ignore lint/suspicious/noThenProperty: the IR's name for it
  then: taken,
  else: other,
  loc,
});

/** `test ? … : …`. */
export const makeSelect = (test: Expr, taken: Expr, other: Expr, type: Type, loc: Loc): Expr => ({
  kind: 'select',
  test,
  // biome-ignore lint/suspicious/noThenProperty: the IR's name for it
  then: taken,
  else: other,
  type,
  loc,
});
