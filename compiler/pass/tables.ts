/**
 * Maps under filters by a table, in two passes: along the rows and then down the columns. What comes out of the first are whole numbers of
 * 0..255, so that the image between is one of u8.
 *
 * Of an image that is more than a hundred times as high as wide, and whose height shrinks, the columns come first. Source: Pillow,
 * src/PIL/Image.py (`Image.resize`).
 */
import { nhwc } from '../../ops/formats/formats.js';
import type { FusedKernel } from '../ir/plan.js';
import { reduces } from '../ir/reduce.js';
import { tableFilter } from '../ir/table.js';
import {
  bool,
  type Colour,
  type Expr,
  type Fn,
  type ForkIr,
  type Format,
  i32,
  type Loc,
  type MapStage,
  type OpFunction,
  type PipelineIr,
  type PointStage,
  type Stage,
  type Stored,
  stagesOf,
  tuple,
  withMeasureStages,
} from '../ir/types.js';
import { keepsAxes } from './axes.js';
import { hasBlocks } from './block.js';
import { exactDType, followRanges } from './exact.js';
import { hasOneResult, sizedByOrigin, unusedName, withResult } from './halve.js';

/** How many times as high as wide an image is at most whose rows come first. */
const TALL = 100;

/** A map that cannot be taken apart: its size function returns from inside a loop, or what it reads is in a format without bytes. */
type Wrong = { readonly map: MapStage; readonly format?: Format };

/** @returns The pipeline with two maps for each of these. */
export const takeApart = <P extends PipelineIr | ForkIr>(
  pipeline: P,
): { readonly pipeline: P; readonly wrong?: Wrong } => {
  const taken = new Set(withMeasureStages(stagesOf(pipeline)).map(({ name }) => name));
  let wrong: Wrong | undefined;
  const formatBefore = (n: number): Format =>
    pipeline.stored?.findLast(({ at }) => at <= n)?.format ?? pipeline.source;
  const { source } = pipeline;
  const colourAfter = (stages: readonly Stage[]): Colour =>
    stages.reduce<Colour>((held, stage) => (stage.role === 'point' ? stage.to : held), source.colour);
  const partsOf = (stages: readonly Stage[], before: readonly Stage[]): readonly (readonly Stage[])[] => {
    const aroundAt = (n: number): MapStage | undefined => {
      const stage = stages[n];
      return stage?.role === 'map' && stage.filter.table?.isAround ? stage : undefined;
    };
    return stages.map((stage, n) => {
      if (stage.role === 'point') {
        const [earlier, later] = [aroundAt(n - 1), aroundAt(n + 1)];
        return [later ? entering(stage, later) : earlier ? leaving(stage, 'second', earlier) : stage];
      }
      if (stage.role !== 'map' || stage.filter.table?.pass !== 'whole') {
        return [stage];
      }
      const earlier = [...before, ...stages.slice(0, n)];
      const isWhole = exactDType(followRanges({ source, stages: earlier }).at(-1)!) === 'u8';
      const parts = passesOf(stage, colourAfter(earlier), isWhole, taken);
      wrong ??= parts ? undefined : { map: stage };
      const format = formatBefore(earlier.length);
      wrong ??= hasBytes(format) ? undefined : { map: stage, format };
      const [first, second] = parts ?? [];
      const leaves = stages[n + 1];
      return first && second && aroundAt(n) && leaves?.role === 'point'
        ? [first, { ...leaving(leaves, 'first', stage), name: named(leaves.name, 'Across', taken) }, second]
        : (parts ?? []);
    });
  };
  const trunk = partsOf(pipeline.stages, []);
  const stored = [...(pipeline.stored ?? []), ...bytesToStore(pipeline)]
    .sort((a, b) => a.at - b.at)
    .map(one => ({ ...one, at: trunk.slice(0, one.at).flat().length }));
  const outputs =
    'outputs' in pipeline
      ? pipeline.outputs.map(result => ({
          ...result,
          stages: partsOf(result.stages, pipeline.stages).flat(),
        }))
      : undefined;
  const apart = {
    ...pipeline,
    stages: trunk.flat(),
    ...(stored.length > 0 ? { stored } : {}),
    ...(outputs ? { outputs } : {}),
  };
  return { pipeline: apart, ...(wrong ? { wrong } : {}) };
};

/** Where bytes that operators make enter a filter by a table: they are stored, and not computed at each of its taps. */
const bytesToStore = ({ source, stages, stored = [] }: PipelineIr | ForkIr): readonly Stored[] => {
  const ranges = followRanges({ source, stages });
  return stages.flatMap((stage, at): readonly Stored[] => {
    if (stage.role !== 'map' || stage.filter.table?.pass !== 'whole' || stage.filter.table.isAround) {
      return [];
    }
    const begin = stored.findLast(one => one.at <= at)?.at ?? 0;
    const isMade = stages.slice(begin, at).some(({ role }) => role === 'point');
    const isFirst = stages.slice(begin, at).every(({ role }) => role === 'point');
    const colour = stages
      .slice(0, at)
      .reduce<Colour>((held, one) => (one.role === 'point' ? one.to : held), source.colour);
    return isMade && isFirst && exactDType(ranges[at]!) === 'u8'
      ? [{ at, format: nhwc('u8', { colour }), by: 'table' }]
      : [];
  });
};

/** Whether pixels of a format have the scale of bytes, codes of more bits among them. */
const hasBytes = ({ dtype, code }: Format): boolean => dtype === 'u8' || code !== undefined;

/** The two passes, where both can tell the size of the result. */
const passesOf = (
  map: MapStage,
  colour: Colour,
  isWhole: boolean,
  taken: Set<string>,
): readonly [MapStage, MapStage] | undefined => {
  const { size, filter, loc } = map;
  if (!size || !filter.table || !hasOneResult(size)) {
    return undefined;
  }
  const { name, table } = filter;
  const first = tableFilter(name, table.window, 'first', colour, loc, isWhole);
  const second = tableFilter(name, table.window, 'second', colour, loc, true);
  return [
    { ...map, name: named(map.name, 'Across', taken), size: sizeOfFirst(size), filter: first },
    { ...map, ...sizedByOrigin(map, size), name: named(map.name, 'Down', taken), filter: second },
  ];
};

const named = (name: string, suffix: string, taken: Set<string>): string => {
  const found = unusedName(`${name}${suffix}`, taken);
  taken.add(found);
  return found;
};

/** The size between the passes: one side is the result's, the other the image's. */
const sizeOfFirst = ({ fn: whole, helpers }: OpFunction): OpFunction => {
  const { loc } = whole;
  const { size, side, both, compare } = words(loc);
  const isTall: Expr = { kind: 'local', name: 'isTall', type: bool, loc };
  const either = (tall: Expr, other: Expr): Expr => ({
    kind: 'select',
    test: isTall,
    // biome-ignore lint/suspicious/noThenProperty: the member's name in the representation
    then: tall,
    else: other,
    type: i32,
    loc,
  });
  const hundred: Expr = { kind: 'literal', value: TALL, type: i32, loc };
  const wide: Expr = {
    kind: 'binary',
    op: '*',
    left: size('src', 'width'),
    right: hundred,
    type: i32,
    loc,
  };
  const tall = both(compare('>', size('src', 'height'), wide), compare('<', side(1), size('src', 'height')));
  const items = [either(size('src', 'width'), side(0)), either(side(1), size('src', 'height'))];
  const body: Fn['body'] = [
    ...withResult(whole),
    { kind: 'let', name: 'isTall', type: bool, init: tall, mutable: false, loc },
    { kind: 'return', value: { kind: 'tuple', items, type: pair, loc }, loc },
  ];
  return { fn: { ...whole, body }, helpers };
};

const pair = tuple('i32', 2);

/** What the functions here are made of. */
const words = (loc: Loc) => {
  const size = (of: 'src' | 'dst', axis: 'width' | 'height'): Expr => ({
    kind: 'size',
    of,
    axis,
    type: i32,
    loc,
  });
  const side = (index: 0 | 1): Expr => ({
    kind: 'index',
    tuple: { kind: 'local', name: 'result', type: pair, loc },
    index,
    type: i32,
    loc,
  });
  const compare = (op: '>' | '<' | '===' | '&&' | '||', left: Expr, right: Expr): Expr => ({
    kind: 'binary',
    op,
    left,
    right,
    type: bool,
    loc,
  });
  const both = (left: Expr, right: Expr): Expr => compare('&&', left, right);
  /** Whether an image has the result's size. */
  const isResult = (of: 'src' | 'dst'): Expr =>
    both(compare('===', size(of, 'width'), side(0)), compare('===', size(of, 'height'), side(1)));
  const stays = both(
    compare('===', size('src', 'width'), size('dst', 'width')),
    compare('===', size('src', 'height'), size('dst', 'height')),
  );
  const not = (operand: Expr): Expr => ({ kind: 'unary', op: '!', operand, type: bool, loc });
  const or = (left: Expr, right: Expr): Expr => compare('||', left, right);
  return { size, side, compare, both, or, isResult, stays, not };
};

/** Pillow copies an image that has the size already: what stands around the passes leaves it as it is. */
const entering = (point: PointStage, map: MapStage): PointStage => {
  const { isResult } = words(point.loc);
  return unless(isResult('src'), point, map, true);
};

/** Behind the pass that is the last to change anything: the second, or the first where that makes the result's size. */
const leaving = (point: PointStage, pass: 'first' | 'second', map: MapStage): PointStage => {
  const { isResult, stays, not, or } = words(point.loc);
  const isFirst = pass === 'first';
  const test = isFirst ? or(isResult('src'), not(isResult('dst'))) : stays;
  return { ...unless(test, point, map, isFirst), isOfMap: true };
};

/** The operator, but for images that it leaves as they are. The map says what size its result has, where the test asks for that. */
const unless = (test: Expr, point: PointStage, { size, params }: MapStage, asksSize: boolean): PointStage => {
  const { fn, helpers } = point.apply;
  const { loc } = fn;
  const px = fn.args[0]!;
  const value: Expr = { kind: 'local', name: px.name, type: px.type, loc };
  const changed: Expr = { kind: 'call', fn: fn.name, args: [value], type: fn.returns, loc };
  const body: Fn['body'] = [
    ...(asksSize && size ? withResult(size.fn) : []),
    // biome-ignore lint/suspicious/noThenProperty: the member's name in the representation
    { kind: 'if', test, then: [{ kind: 'return', value, loc }], else: [], loc },
    { kind: 'return', value: changed, loc },
  ];
  const more = asksSize && size ? size.helpers.filter(one => !helpers.includes(one)) : [];
  return {
    ...point,
    params: asksSize ? params : [],
    apply: { fn: { ...fn, name: `${fn.name}Unless`, body }, helpers: [...helpers, ...more, fn] },
  };
};

/** What rows of a filter by a table are made of: bytes of a plane of the source, as they lie there, or pixels that are computed first. */
export type RowsOfTable = { readonly plane?: string };
/** The same of a kernel whose output's rows are rows of its filter, and whose samples are no several pixels'. */
export const rowsOfTable = ({
  resample,
  before,
  after,
  pre,
  pipeline,
}: FusedKernel): RowsOfTable | undefined => {
  const isShared = reduces(pipeline) || pipeline.sinks.some(({ format }) => hasBlocks(format));
  if (
    !resample?.stage.filter.table ||
    isShared ||
    !after.every(({ stage }) => keepsAxes(stage.apply.fn, 'any'))
  ) {
    return undefined;
  }
  const { planes, channels, dtype } = pipeline.source;
  const [plane] = planes;
  const isPlain =
    pre.length === 0 &&
    before.length === 0 &&
    dtype === 'u8' &&
    planes.length === 1 &&
    plane?.channels === channels.length &&
    channels.every(({ lane, next }, n) => lane === n && next === undefined);
  return isPlain ? { plane: plane.name } : {};
};
