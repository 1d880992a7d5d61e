/**
 * A separable filter's functions from the one that its author wrote for an axis: the whole filter in one kernel, and the two halves
 * of it in a kernel each. All of them run the same operations in the same order, so they have the same bits.
 */
import { mapExpr, mapStatements } from '../../ir/rewrite.js';
import {
  bool,
  type Expr,
  type FilterRef,
  type Fn,
  f32,
  i32,
  type OpFunction,
  tuple,
} from '../../ir/types.js';
import { makeIf } from '../body/branches.js';

/**
 * @param along `along(at: f32, scale: f32, size: i32) → px`, or without the last two, whose taps have a place on its axis as `x`.
 * @param options.down What runs down the columns, where that is another function of the same arguments.
 * @param options.isInside Whether every point lies on the image, as those of a stencil do: `along(at: i32) → px`.
 */
export const separable = (
  along: OpFunction,
  radius: number,
  { down: below = along, isInside = false }: { readonly down?: OpFunction; readonly isInside?: boolean } = {},
): Pick<FilterRef, 'apply' | 'halves'> => {
  const { fn: axis } = along;
  const helpers = [...along.helpers, ...below.helpers.filter(one => !along.helpers.includes(one))];
  const { loc, returns } = axis;
  /** A number for an axis: that of a point between pixels, or of a stencil's pixel. */
  const number = axis.args[0]?.type ?? f32;
  const point = tuple(number.scalar, 2);
  const local = (name: string, type: Expr['type']): Expr => ({ kind: 'local', name, type, loc });
  const lane = (name: string, index: number): Expr => ({
    kind: 'index',
    tuple: local(name, point),
    index,
    type: number,
    loc,
  });
  const size = (of: 'width' | 'height'): Expr => ({ kind: 'size', of: 'src', axis: of, type: i32, loc });
  const whole = (value: Expr): Expr =>
    value.type.scalar === 'i32' ? value : { kind: 'cast', value, type: i32, loc };
  const isScaled = axis.args.length > 1;
  /** What the function takes for one axis of a filter's point and scale. */
  const axisOf = (index: 0 | 1): readonly Expr[] => {
    const all = [lane('at', index), lane('scale', index), size(index === 0 ? 'width' : 'height')];
    return isScaled ? all : all.slice(0, 1);
  };
  const call = (fn: Fn, args: readonly Expr[]): Expr => ({
    kind: 'call',
    fn: fn.name,
    args,
    taps: true,
    type: returns,
    loc,
  });
  /** The function with more arguments, and its taps as `tap` makes them of their place on the axis. */
  const helper = (fn: Fn, suffix: string, more: Fn['args'], tap: (place: Expr) => Expr): Fn => ({
    ...fn,
    name: `${axis.name}${suffix}`,
    args: [...fn.args, ...more],
    body: mapStatements(fn.body, expr =>
      mapExpr(expr, inner => (inner.kind === 'tap' ? tap(inner.x) : inner)),
    ),
  });
  const main = (body: Fn['body'], fns: readonly Fn[]): OpFunction => {
    const args = [{ name: 'at', type: point }, ...(isScaled ? [{ name: 'scale', type: point }] : [])];
    return { fn: { name: axis.name, args, returns, body, loc }, helpers: [...helpers, ...fns] };
  };
  const result = (value: Expr): Fn['body'][number] => ({ kind: 'return', value, loc });
  const tapAt = (x: Expr, y: Expr): Expr => ({ kind: 'tap', x, y, type: returns, loc });

  // Names that the author cannot have written.
  const [row, column] = ['at$row', 'at$column'];
  const rest = axis.args.map(({ name, type }) => ({ name: `${name}$across`, type }));
  const across = helper(axis, 'Across', [{ name: row, type: i32 }], place => tapAt(place, local(row, i32)));
  const downOwn = helper(below.fn, 'Down', [{ name: column, type: i32 }], place =>
    tapAt(local(column, i32), place),
  );
  const downAcross = helper(below.fn, 'Both', rest, place =>
    call(across, [...rest.map(({ name, type }) => local(name, type)), place]),
  );

  const nearest = (index: 0 | 1): Expr => {
    const half: Expr = { kind: 'literal', value: 0.5, type: f32, loc };
    const sum: Expr = { kind: 'binary', op: '+', left: lane('at', index), right: half, type: f32, loc };
    return whole({ kind: 'math', fn: 'floor', args: [sum], type: f32, loc });
  };
  const compare = (op: '<' | '>=', name: string, right: Expr): Expr => ({
    kind: 'binary',
    op,
    left: local(name, i32),
    right,
    type: bool,
    loc,
  });
  const zero: Expr = { kind: 'literal', value: 0, type: i32, loc };
  const beside = [
    compare('<', 'column', zero),
    compare('<', 'row', zero),
    compare('>=', 'column', size('width')),
    compare('>=', 'row', size('height')),
  ].reduce((left, right) => ({ kind: 'binary', op: '||', left, right, type: bool, loc }));
  // Beside the picture that a `letterbox` places.
  const besidePicture: Fn['body'] = [
    { kind: 'let', name: 'column', type: i32, init: nearest(0), mutable: false, loc },
    { kind: 'let', name: 'row', type: i32, init: nearest(1), mutable: false, loc },
    makeIf(beside, [result(tapAt(local('column', i32), local('row', i32)))], [], loc),
  ];
  const apply = main(
    [...(isInside ? [] : besidePicture), result(call(downAcross, [...axisOf(1), ...axisOf(0)]))],
    [across, downAcross],
  );
  return {
    apply,
    halves: {
      radius,
      across: main([result(call(across, [...axisOf(0), whole(lane('at', 1))]))], [across]),
      down: main([result(call(downOwn, [...axisOf(1), whole(lane('at', 0))]))], [downOwn]),
    },
  };
};
