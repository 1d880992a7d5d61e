/** The reduction at a pipeline's end, or at the end of one of its results. */
import { type Colour, channelCount, type Format, type ResultDType } from '../../../../ops/spec.js';
import { COUNTS, MOST_COUNTS, reduceFormat } from '../../../ir/reduce.js';
import {
  type Expr,
  f64,
  i32,
  type Loc,
  type PointStage,
  type ReduceIr,
  type Type,
  tuple,
} from '../../../ir/types.js';
import type { MainArg } from '../../body/functions.js';
import type { Value } from '../../body/types.js';
import type { Declaration, FunctionOf } from '../operators.js';
import { paramDocs } from '../paramDocs.js';
import { isPlainName, type Settled, settleParams } from '../params.js';
import { type Bag, describeActual, isBag } from '../paramValues.js';
import { bound, type NumberParam, paramsRecord, position, sizeRecord } from '../signatures.js';
import { refuser, type StagePlace, type StageReader, withDoc } from '../stages.js';

type Op = Bag & { readonly role: 'fold' | 'bins'; readonly params: Bag };
/** A reduction in its place. */
export type PlacedReduction = Bag & { readonly kind: 'reduction'; readonly op: Op };

/** Whether the value is a reduction, as its declaration left it. */
export const isReduction = (value: unknown): value is PlacedReduction =>
  isBag(value) &&
  value.kind === 'reduction' &&
  isBag(value.op) &&
  (value.op.role === 'fold' || value.op.role === 'bins') &&
  isBag(value.op.params);

const dtypes: readonly ResultDType[] = ['f32', 'f64', 'i32', 'i64'];
const MOST = { lanes: 16, values: 16_384, bins: 4096, counters: MOST_COUNTS, cells: 64 } as const;

/** What a pipeline that ends in it writes, and how; undefined after a diagnostic. */
export const readReduction = (
  reader: StageReader,
  value: Bag,
  colour: Colour,
  place: StagePlace,
  uniqueName: (name: string) => string,
): { readonly sink: Format; readonly reduce: ReduceIr } | undefined => {
  const { session, operators } = reader;
  if (!isReduction(value)) {
    session.report('CW3004', place.loc, { actual: describeActual(value) }, place.chain);
    return undefined;
  }
  const { op, options } = value;
  if (op.name !== undefined && !isPlainName(op.name)) {
    session.report('CW2010', place.loc, { actual: describeActual(op.name) }, place.chain);
    return undefined;
  }
  const declaration = operators.declare(op, op, op.role, place.loc, place.chain);
  if (!declaration) {
    return undefined;
  }
  const chain = [`reduction ${declaration.name}`, ...place.chain];
  const here: StagePlace = { ...place, chain };
  if (!(Array.isArray(op.from) && op.from.includes(colour))) {
    const takes = Array.isArray(op.from) ? op.from.map(String).join(', ') : 'nothing';
    session.report('CW3005', here.loc, { op: declaration.name, takes, actual: colour }, chain);
    return undefined;
  }
  const refuse = refuser(reader, here);
  const whole = op.role === 'fold' && op.per === 'pixel';
  const channels = whole ? channelCount[colour] : 1;
  const given = isBag(options) ? options : {};
  const settled = settleParams(declaration.name, op.params, given, channels, [], refuse);
  if (!settled) {
    return undefined;
  }
  const problem = problemOf(op, channelCount[colour]);
  if (problem) {
    // If it is one of cuweave's own, its options are wrong.
    const isOwn = declaration.call.getSourceFile().fileName.startsWith(`${session.files.root}/ops/`);
    session.report('CW2040', isOwn ? here.loc : declaration.call, problem, chain);
    return undefined;
  }
  const groups = whole ? 1 : channelCount[colour];
  const reading: Reading = { reader, declaration, settled, channels, chain };
  const made = op.role === 'fold' ? readFold(op, reading) : readBins(op, reading);
  if (!made) {
    return undefined;
  }
  const docs = paramDocs(session, declaration.call, here.call);
  const name = uniqueName(declaration.name);
  const stage: PointStage = {
    role: 'point',
    name,
    params: settled.fields.map(field => withDoc(field, docs.get(field.name))),
    apply: made.step,
    loc: place.loc,
    from: colour,
    to: colour,
  };
  const { values } = made.rest;
  const inner = [...(whole ? [] : [groups]), ...(values > 1 ? [values] : [])];
  const { grid = [1, 1] } = made.rest;
  const shape = grid[0] * grid[1] > 1 ? [grid[1], grid[0], ...inner] : inner;
  const common = { stage, groups, dtype: op.result as ResultDType, shape };
  const reduce = { ...common, ...made.rest } as unknown as ReduceIr;
  return { sink: reduceFormat(name, colour, channelCount[colour]), reduce };
};

type Reading = {
  readonly reader: StageReader;
  readonly declaration: Declaration;
  readonly settled: Settled;
  /** Channels of the pixel that the first function sees. */
  readonly channels: number;
  readonly chain: readonly string[];
};

type Problem = { readonly what: string; readonly actual: string };
const isWhole = (value: unknown, least: number, most: number): value is number =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
const wrong = (what: string, value: unknown): Problem => ({ what, actual: describeActual(value) });

/** What is wrong with the declaration's numbers. */
const problemOf = (op: Op, channels: number): Problem | undefined => {
  if (!dtypes.some(dtype => dtype === op.result)) {
    return wrong(`one of ${dtypes.join(', ')} for result`, op.result);
  }
  if (op.role === 'bins') {
    const { bins, values, grid } = op;
    if (!isWhole(bins, 1, MOST.bins) || bins * channels > MOST.counters) {
      return wrong(`1 to ${Math.min(MOST.bins, Math.floor(MOST.counters / channels))} bins`, bins);
    }
    if (!isWhole(values, 1, MOST.values)) {
      return wrong(`1 to ${MOST.values} values`, values);
    }
    return Array.isArray(grid) && grid.length === 2 && grid.every(cells => isWhole(cells, 1, MOST.cells))
      ? undefined
      : wrong(`a grid of 1 to ${MOST.cells} columns and rows`, grid);
  }
  const { init, finish } = op;
  const isInit =
    Array.isArray(init) &&
    isWhole(init.length, 1, MOST.lanes) &&
    init.every(v => typeof v === 'number' && !Number.isNaN(v));
  if (!isInit) {
    return wrong(`1 to ${MOST.lanes} numbers for init`, init);
  }
  const length = finish === undefined ? init.length : lengthOf(finish, init as readonly number[]);
  return isWhole(length, 1, MOST.values) ? undefined : wrong('finish to give a tuple of numbers', length);
};

/** How many numbers `finish` gives: it is a function of JavaScript, too. */
const lengthOf = (finish: unknown, init: readonly number[]): number | undefined => {
  try {
    const image = { count: 1, size: { width: 1, height: 1 } };
    const made: unknown = typeof finish === 'function' ? finish([...init], image) : undefined;
    return Array.isArray(made) ? made.length : undefined;
  } catch {
    return undefined;
  }
};

type Made = {
  readonly step: PointStage['apply'];
  readonly rest: Readonly<Record<string, unknown>> & {
    readonly values: number;
    readonly grid?: readonly [number, number];
  };
};

const readFold = (op: Op, reading: Reading): Made | undefined => {
  const init = op.init as readonly number[];
  const acc = tuple('f32', init.length);
  const wide = tuple('f64', init.length);
  const values = op.finish === undefined ? init.length : (lengthOf(op.finish, init) ?? 0);
  const key = String([init.length, values]);
  const step = readFn(reading, {
    fn: 'step',
    key,
    signature: loc => ({ args: [arg('acc', acc), ...pixelArgs(reading, loc)], returns: acc }),
  });
  const merge = readFn(reading, {
    fn: 'merge',
    key,
    signature: () => ({ args: [arg('a', wide), arg('b', wide)], returns: wide }),
  });
  const finish =
    op.finish === undefined
      ? undefined
      : readFn(reading, {
          fn: 'finish',
          key,
          signature: loc => ({
            args: [arg('acc', wide), bound(imageRecord(loc, [1, 1])), paramsArg(reading, loc)],
            returns: tuple('f64', values),
          }),
        });
  if (!step || !merge || (op.finish !== undefined && !finish)) {
    return undefined;
  }
  return { step, rest: { kind: 'fold', init, values, merge, ...(finish ? { finish } : {}) } };
};

const readBins = (op: Op, reading: Reading): Made | undefined => {
  const bins = op.bins as number;
  const grid = op.grid as readonly [number, number];
  const step = readFn(reading, {
    fn: 'bin',
    key: '',
    signature: loc => ({ args: pixelArgs(reading, loc), returns: i32 }),
  });
  const table: Value = { kind: 'table', param: COUNTS, first: 0, count: bins, scalar: 'i32' };
  const finish =
    op.finish === undefined
      ? undefined
      : readFn(reading, {
          fn: 'finish',
          key: String([bins, grid]),
          signature: loc => ({
            args: [bound(table), arg('i', i32), bound(imageRecord(loc, grid)), paramsArg(reading, loc)],
            returns: f64,
          }),
        });
  if (!step || (op.finish !== undefined && !finish)) {
    return undefined;
  }
  const values = finish ? (op.values as number) : bins;
  return { step, rest: { kind: 'bins', bins, grid, values, ...(finish ? { finish } : {}) } };
};

const readFn = ({ reader, declaration, settled, channels, chain }: Reading, role: FunctionOf) =>
  reader.operators.read(declaration, role, { channels, out: channels, params: settled.kernel, chain });

const arg = (name: string, type: Type): MainArg => ({ kind: 'arg', name, type });

/** The pixel, the parameters, the position. */
const pixelArgs = (reading: Reading, loc: Loc): readonly MainArg[] => [
  arg('px', tuple('f32', reading.channels)),
  paramsArg(reading, loc),
  position(loc),
];
const paramsArg = ({ channels, settled }: Reading, loc: Loc): MainArg => {
  const record = paramsRecord(settled.kernel as readonly NumberParam[], channels, loc);
  return { kind: 'params', record, pixels: [] };
};

/** How many pixels there are, in the image or in a cell of the grid, and the image's size. */
const imageRecord = (loc: Loc, [columns, rows]: readonly [number, number]): Value => {
  const side = (axis: 'width' | 'height', cells: number): Expr => {
    const size: Expr = { kind: 'size', of: 'src', axis, type: i32, loc };
    const by: Expr = { kind: 'literal', value: cells, type: i32, loc };
    const part: Expr = cells === 1 ? size : { kind: 'math', fn: 'idiv', args: [size, by], type: i32, loc };
    return { kind: 'cast', value: part, type: f64, loc };
  };
  const count: Expr = {
    kind: 'binary',
    op: '*',
    left: side('width', columns),
    right: side('height', rows),
    type: f64,
    loc,
  };
  const fields = new Map<string, Value>([
    ['count', count],
    ['size', sizeRecord('src', i32, loc)],
  ]);
  return { kind: 'record', what: 'the image', fields };
};
