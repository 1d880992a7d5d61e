/** Functions of the kernel language in double precision: for what a host computes of an image's geometry, and no kernel has to equal. */
import { mapExpr, mapStatements } from './rewrite.js';
import type { Expr, Fn, OpFunction, Type } from './types.js';

/**
 * The function with f64 in place of f32, and of whole numbers where fractions may stand for them: points between pixels go through
 * maps of whole pixels, too. A division of whole numbers still drops the fraction, as a conversion to one does.
 */
export const wide = ({ fn, helpers }: OpFunction): OpFunction => ({
  fn: wideFn(fn),
  helpers: helpers.map(wideFn),
});

const wideFn = (fn: Fn): Fn => ({
  ...fn,
  args: fn.args.map(arg => ({ ...arg, type: wideType(arg.type) })),
  returns: wideType(fn.returns),
  // Declarations keep their types: JavaScript, the one language in which this is printed, has none.
  body: mapStatements(fn.body, e => mapExpr(e, wideExpr)),
});

const wideType = (type: Type): Type => (type.scalar === 'bool' ? type : { ...type, scalar: 'f64' });

/** One whose inner expressions are wide already: a cast and a division say by their own types what they were. */
const wideExpr = (e: Expr): Expr => {
  if (e.kind === 'cast' && e.type.scalar === 'i32') {
    return e;
  }
  const type = wideType(e.type);
  if (e.kind === 'binary' && e.op === '/' && e.type.scalar === 'i32') {
    return { kind: 'math', fn: 'trunc', args: [{ ...e, type }], type, loc: e.loc };
  }
  return { ...e, type };
};
