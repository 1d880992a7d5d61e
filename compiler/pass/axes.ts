/** What follows from the text of a kernel's maps about the points of neighbouring pixels. */
import type { FusedKernel, Kernel } from '../ir/plan.js';
import type { Expr, Fn, Stmt } from '../ir/types.js';
import { childrenOf } from './uniform.js';

export type Axis = 0 | 1;

/** The two numbers that a function gives, where nothing in it branches. */
export type Pair = { readonly declared: readonly Stmt[]; readonly items: readonly [Expr, Expr] };

export const pairOf = ({ body }: Fn): Pair | undefined => {
  const last = body.at(-1);
  if (last?.kind !== 'return' || last.value.kind !== 'tuple') {
    return undefined;
  }
  const [x, y] = last.value.items;
  const declared = body.slice(0, -1);
  const isPlain = declared.every(statement => statement.kind === 'let' && !statement.mutable);
  return x && y && isPlain ? { declared, items: [x, y] } : undefined;
};

/**
 * Whether the first number that a function gives follows from columns alone, and the second from rows.
 * @param sizes Whether widths count among columns and heights among rows, or are numbers like any others.
 */
export const keepsAxes = (fn: Fn, sizes: 'apart' | 'any'): boolean => {
  const pair = pairOf(fn);
  if (!pair) {
    return false;
  }
  const locals = new Map<string, ReadonlySet<Axis>>();
  const axesOf = (e: Expr): ReadonlySet<Axis> => {
    if (e.kind === 'size') {
      return new Set<Axis>(sizes === 'any' ? [] : [e.axis === 'width' ? 0 : 1]);
    }
    if (isOfArgument(e, fn)) {
      return new Set<Axis>([e.index as Axis]);
    }
    if (e.kind === 'local') {
      return locals.get(e.name) ?? new Set<Axis>([0, 1]);
    }
    return new Set(childrenOf(e).flatMap(child => [...axesOf(child)]));
  };
  for (const statement of pair.declared) {
    if (statement.kind === 'let') {
      locals.set(statement.name, axesOf(statement.init));
    }
  }
  return pair.items.every((item, axis) => [...axesOf(item)].every(one => one === axis));
};

const isOfArgument = (e: Expr, fn: Fn): e is Extract<Expr, { kind: 'index' }> => {
  if (e.kind !== 'index' || e.tuple.kind !== 'local') {
    return false;
  }
  const { name } = e.tuple;
  return fn.args.some(argument => argument.name === name);
};

/** Whether the points of a column have one x, and those of a row one y, so that each is computed once. */
export const areAxesApart = ({ resample, chained, after }: Kernel): boolean =>
  resample !== undefined &&
  [resample, ...chained, ...after].every(
    ({ stage }) => stage.images === undefined && keepsAxes(stage.apply.fn, 'any'),
  );

/**
 * Whether both coordinates of the points along a row (axis 0) or a column only ever grow or only ever fall: then all points between two
 * lie between them, in f32 as well, since a rounding keeps the order. It is recognised for sums and products
 * with numbers that all pixels share.
 */
export const isMonotonic = ({ resample, chained, after }: FusedKernel, axis: Axis): boolean => {
  if (!resample || after.length > 0 || chained.length > 0 || resample.stage.images) {
    return false;
  }
  const { fn } = resample.stage.apply;
  const pair = pairOf(fn);
  if (!pair) {
    return false;
  }
  const locals = new Map<string, Along | undefined>();
  const along = (e: Expr): Along | undefined => {
    if (isOfArgument(e, fn)) {
      return e.index === axis ? 'monotonic' : 'same';
    }
    switch (e.kind) {
      case 'literal':
      case 'param':
      case 'size':
      case 'uniform':
        return 'same';
      case 'local':
        return locals.get(e.name);
      default: {
        const parts = childrenOf(e).map(along);
        if (parts.every(part => part === 'same')) {
          return 'same';
        }
        // Integers wrap around.
        if (e.type.scalar !== 'f32' || parts.includes(undefined)) {
          return undefined;
        }
        if (e.kind === 'unary') {
          return 'monotonic';
        }
        if (e.kind !== 'binary' || (e.op === '/' && parts[1] !== 'same')) {
          return undefined;
        }
        return ['+', '-', '*', '/'].includes(e.op) && parts.includes('same') ? 'monotonic' : undefined;
      }
    }
  };
  for (const statement of pair.declared) {
    if (statement.kind === 'let') {
      locals.set(statement.name, along(statement.init));
    }
  }
  return pair.items.every(item => along(item) !== undefined);
};

/** How a number goes along the axis. */
type Along = 'same' | 'monotonic';
