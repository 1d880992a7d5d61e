/**
 * A resampling by a separable filter as two kernels: along the rows, into an image of f32, and down that. A pixel takes the taps of an
 * axis after those of the other then, and not their product. All bits are those of the one kernel, whose filter sums up row by row too.
 */
import { nhwc } from '../../ops/formats/formats.js';
import type { Expr, Fn, KernelIr, MapStage, OpFunction, Stage, Stmt } from '../ir/types.js';
import { f32, i32 } from '../ir/types.js';
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
  if (!position || (map.size && !size)) {
    return undefined;
  }
  return {
    ...map,
    name,
    apply: position,
    ...(size ? { size } : {}),
    filter: { ...rest, apply, ...(within ? { within } : {}) },
  };
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
