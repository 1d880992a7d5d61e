/**
 * A resampling by a separable filter as two kernels: along the rows, into an image of f32, and down that. A pixel takes the taps of an
 * axis after those of the other then, and not their product. All bits are those of the one kernel, whose filter sums up row by row too.
 */
import { nhwc } from '../../ops/formats/formats.js';
import { mapExpr, mapStatements } from '../ir/rewrite.js';
import type { Expr, Fn, KernelIr, MapStage, OpFunction, Stage, Stmt } from '../ir/types.js';
import { f32, i32, tuple } from '../ir/types.js';
import { type Axis, keepsAxes, pairOf } from './axes.js';
import { fuse } from './fuse.js';

/**
 * The pipelines of both kernels, without names of their own; or undefined, where the resampling is another, or one whose columns do not
 * stay apart from its rows.
 * @param taken The names of all stages of the whole pipeline: stages of different kernels must differ, too.
 */
export const halve = (
  pipeline: KernelIr,
  taken: ReadonlySet<string>,
): readonly [KernelIr, KernelIr] | undefined => {
  const { source, stages } = pipeline;
  const at = stages.findIndex(({ role }) => role === 'map');
  const map = stages[at];
  if (map?.role !== 'map' || !map.filter.halves || stages[at + 1]?.role === 'chainedMap') {
    return undefined;
  }
  const { across, down } = map.filter.halves;
  const first = halfOf(map, 0, across, unusedName(`${map.name}Across`, taken));
  const second = halfOf(map, 1, down, unusedName(`${map.name}Down`, taken));
  if (!first || !second) {
    return undefined;
  }
  // What follows the filter in one kernel follows both halves of it.
  const early = new Set<Stage>(fuse(pipeline).pre);
  const before = stages.slice(0, at).filter(stage => stage.role !== 'point' || early.has(stage));
  const late = stages.slice(0, at).filter(stage => stage.role === 'point' && !early.has(stage));
  const colour = before.reduce((held, stage) => (stage.role === 'point' ? stage.to : held), source.colour);
  const between = nhwc('f32', { colour });
  return [
    { ...pipeline, stages: [...before, first], sinks: [{ name: '', points: [], format: between }] },
    { ...pipeline, source: between, stages: [second, ...late, ...stages.slice(at + 1)] },
  ];
};

/** A name that no other stage has. */
export const unusedName = (wanted: string, taken: ReadonlySet<string>): string =>
  taken.has(wanted) ? unusedName(`${wanted}_`, taken) : wanted;

/** The stage along one axis; the other one stays as it is. */
const halfOf = (map: MapStage, axis: Axis, apply: OpFunction, name: string): MapStage | undefined => {
  const { scale, filter } = map;
  // A rectangle is held to the image that enters, which the second half does not see.
  if (map.params.some(({ kind }) => kind === 'rect')) {
    return undefined;
  }
  // An image that is read beside it says of each place on its own where to look.
  if (
    map.images ||
    !map.isInside ||
    !(map.size || map.radius !== undefined) ||
    (scale && !keepsAxes(scale.fn, 'apart'))
  ) {
    return undefined;
  }
  const position = alongAxis(map.apply, axis, (fn, other) => ({
    kind: 'index',
    tuple: { kind: 'local', name: fn.args[0]!.name, type: fn.args[0]!.type, loc: fn.loc },
    index: other,
    type: f32,
    loc: fn.loc,
  }));
  const size =
    map.size &&
    alongAxis(map.size, axis, ({ loc }, other) => ({
      kind: 'size',
      of: 'src',
      axis: other === 0 ? 'width' : 'height',
      type: i32,
      loc,
    }));
  const { halves: _, ...rest } = filter;
  const within = filter.within?.map((radius, n) => (n === axis ? radius : 0)) as [number, number] | undefined;
  const sized = size ? { size } : map.size && sizedTogether(map, map.size, axis);
  if (!position || (map.size && !sized)) {
    return undefined;
  }
  return {
    ...map,
    name,
    apply: position,
    ...sized,
    filter: { ...rest, apply, ...(within ? { within } : {}) },
  };
};

/** The same of a size whose sides follow from both sides of the image. */
const sizedTogether = (
  map: MapStage,
  size: OpFunction,
  axis: Axis,
): Pick<MapStage, 'params' | 'size'> | undefined => {
  if (!hasOneResult(size)) {
    return undefined;
  }
  if (axis === 1) {
    return sizedByOrigin(map, size);
  }
  const { fn, helpers } = size;
  const { loc } = fn;
  const result: Expr = { kind: 'local', name: 'result', type: pair, loc };
  const items: readonly Expr[] = [
    { kind: 'index', tuple: result, index: 0, type: i32, loc },
    { kind: 'size', of: 'src', axis: 'height', type: i32, loc },
  ];
  const body: Fn['body'] = [
    ...withResult(fn),
    { kind: 'return', value: { kind: 'tuple', items, type: pair, loc }, loc },
  ];
  return { params: map.params, size: { fn: { ...fn, body }, helpers } };
};

/** The function with `stays` in place of the other axis's number; undefined where the axes are not apart. */
const alongAxis = (
  { fn, helpers }: OpFunction,
  axis: Axis,
  stays: (fn: Fn, other: Axis) => Expr,
): OpFunction | undefined => {
  const pair = keepsAxes(fn, 'apart') ? pairOf(fn) : undefined;
  const last = fn.body.at(-1);
  if (!pair || last?.kind !== 'return' || last.value.kind !== 'tuple') {
    return undefined;
  }
  const other = stays(fn, axis === 0 ? 1 : 0);
  const items = axis === 0 ? [pair.items[0], other] : [other, pair.items[1]];
  let body: readonly Stmt[] = [{ ...last, value: { ...last.value, items } }];
  for (const statement of [...pair.declared].reverse()) {
    if (statement.kind === 'let' && mentions(body, statement.name)) {
      body = [statement, ...body];
    }
  }
  return { fn: { ...fn, body }, helpers };
};

const mentions = (body: readonly Stmt[], name: string): boolean =>
  JSON.stringify(body).includes(`"kind":"local","name":${JSON.stringify(name)}`);

/**
 * The second pass has the size that follows from the image before the first one: what its kernel reads has one side of the result already.
 * The sides of that image are parameters, which the runtime gives it.
 */
export const sizedByOrigin = (
  { params, loc }: MapStage,
  { fn, helpers }: OpFunction,
): Pick<MapStage, 'params' | 'size'> => {
  const names = new Set(params.map(({ name }) => name));
  const origins = { width: unusedName('originWidth', names), height: unusedName('originHeight', names) };
  let reads = false;
  const body = mapStatements(fn.body, e =>
    mapExpr(e, inner => {
      if (inner.kind !== 'size') {
        return inner;
      }
      reads = true;
      return { kind: 'param', param: origins[inner.axis], lane: 0, type: i32, loc };
    }),
  );
  if (!reads) {
    return { params, size: { fn, helpers } };
  }
  const added = (['width', 'height'] as const).map((axis): MapStage['params'][number] => ({
    name: origins[axis],
    kind: 'i32',
    per: 'image',
    lanes: 1,
    value: { origin: axis },
  }));
  return { params: [...params, ...added], size: { fn: { ...fn, body }, helpers } };
};

const pair = tuple('i32', 2);

/** A size function's statements, with `result` in place of what it returns: one function, since its parameters are the stage's own. */
export const withResult = ({ body, loc }: Fn): Fn['body'] => {
  const last = body.at(-1)!;
  if (last.kind === 'return' && !body.slice(0, -1).some(mayReturn)) {
    return [
      ...body.slice(0, -1),
      { kind: 'let', name: 'result', type: pair, init: last.value, mutable: false, loc },
    ];
  }
  const none: Expr = { kind: 'literal', value: 0, type: i32, loc };
  const init: Expr = { kind: 'tuple', items: [none, none], type: pair, loc };
  return [{ kind: 'let', name: 'result', type: pair, init, mutable: true, loc }, ...assigned(body)];
};

/** The statements with assignments to `result` where they return: what follows an `if` that may return stands in its branches. */
const assigned = (body: Fn['body']): Fn['body'] => {
  const at = body.findIndex(mayReturn);
  const first = body[at];
  if (!first) {
    return body;
  }
  const before = body.slice(0, at);
  if (first.kind !== 'if') {
    const { loc } = first;
    return first.kind === 'return'
      ? [...before, { kind: 'assign', name: 'result', value: first.value, loc }]
      : body;
  }
  const rest = body.slice(at + 1);
  const branches = {
    // biome-ignore lint/suspicious/noThenProperty: the member's name in the representation
    then: assigned([...first.then, ...rest]),
    else: assigned([...first.else, ...rest]),
  };
  return [...before, { ...first, ...branches }];
};

/** Whether a size function can be written as one that assigns its result: it does not return from inside a loop, which no assignment leaves. */
export const hasOneResult = ({ fn }: OpFunction): boolean => !fn.body.some(leavesLoop);
/** Whether it returns from inside a loop. */
const leavesLoop = (statement: Stmt): boolean =>
  statement.kind === 'for'
    ? statement.body.some(inner => mayReturn(inner) || leavesLoop(inner))
    : statement.kind === 'if' && [...statement.then, ...statement.else].some(leavesLoop);

const mayReturn = (statement: Stmt): boolean =>
  statement.kind === 'return' ||
  (statement.kind === 'if' && [...statement.then, ...statement.else].some(mayReturn));
