/** One stage of a pipeline: the operator that was placed, its options, and the pixels before and after it. */
import { ts } from 'ts-morph';
import { MAX_RADIUS } from '../../../ops/limits.js';
import { type Colour, channelCount } from '../../../ops/spec.js';
import type { Code } from '../../diagnostics/index.js';
import {
  type BorderRef,
  type Expr,
  type FilterRef,
  type Fn,
  type ImageParam,
  i32,
  type Loc,
  type OpFunction,
  type ParamField,
  type PipelineIr,
  readsScale,
  type Stage,
} from '../../ir/types.js';
import type { Args } from '../body/types.js';
import type { Loaded } from '../loaded.js';
import type { Session } from '../session.js';
import { hasUnitGain } from './gain.js';
import { readImages } from './images.js';
import type { Declaration, Operators } from './operators.js';
import { paramDocs } from './paramDocs.js';
import {
  type Choices,
  describeCount,
  isPlainName,
  numberOf,
  type RefuseOption,
  settleParams,
} from './params.js';
import { type Bag, constantValue, describeActual, isBag } from './paramValues.js';
import { readMeasures } from './reduce/measures.js';
import { separable } from './separable.js';
import type { KernelParam, ReadFor } from './signatures.js';
import { aroundPlace, aroundPoint, stayInPlace, wrongTap } from './stencils.js';

/** What all stages of a run share. */
export type StageReader = {
  readonly session: Session;
  readonly loaded: Loaded;
  readonly operators: Operators;
  /** Reads a reduction in its place; compiler/read/spec/reduce/reductions.ts. */
  readonly readReduction: (
    reader: StageReader,
    value: Bag,
    colour: Colour,
    place: StagePlace,
    uniqueName: (name: string) => string,
  ) => Pick<PipelineIr, 'sink' | 'reduce'> | undefined;
};
/** Where a stage stands: for its messages. */
export type StagePlace = {
  readonly loc: Loc;
  /** The call that placed it, whose options messages point at. */
  readonly call: ts.CallExpression | undefined;
  /** `pipeline preprocess (…)`. */
  readonly chain: readonly string[];
  /** Whether it stands inside of `resample`, where the points of several maps may lie anywhere. */
  readonly isResampled?: true;
};
/** What came out: the stage if it is good, and the pixels after it in any case. */
export type StageResult = { readonly stage?: Stage; readonly colour: Colour };

export const isColour = (value: unknown): value is Colour =>
  typeof value === 'string' && Object.hasOwn(channelCount, value);
const roles = ['point', 'map', 'indexMap', 'stencil', 'resample'] as const;
type Role = Exclude<(typeof roles)[number], 'resample'>;
/** An operator in a bag. */
export type PlacedOp = Bag & { readonly role: Role; readonly params: Bag };
type Resample = Bag & { readonly role: 'resample'; readonly params: Bag };

/** Whether the value is an operator, as its declaration left it. */
export const isOp = (value: unknown): value is PlacedOp | Resample =>
  isBag(value) && roles.some(role => role === value.role) && isBag(value.params);

/** @param under For a map that hands its points on, inside of `resample`: the filter that reads them in the end. */
export const readStage = (
  reader: StageReader,
  op: PlacedOp,
  options: Bag,
  colour: Colour,
  place: StagePlace,
  uniqueName: (name: string) => string,
  under?: FilterRef,
): StageResult => {
  const { session, operators } = reader;
  const { role } = op;
  const given = op.name;
  if (given !== undefined && !isPlainName(given)) {
    session.report('CW2010', place.loc, { actual: describeActual(given) }, place.chain);
    return { colour };
  }
  const after = role === 'point' && isColour(op.to) ? op.to : colour;
  const chain = [`op ${given ?? 'without a name'}`, ...place.chain];
  const { definition, kind } = definitionOf(op);
  const declaration = operators.declare(op, definition, kind, place.loc, chain);
  if (!declaration) {
    return { colour: after };
  }
  const here: StagePlace = { ...place, chain: [`op ${declaration.name}`, ...place.chain] };
  if ((role === 'point' || role === 'stencil') && !(Array.isArray(op.from) && op.from.includes(colour))) {
    const takes = Array.isArray(op.from) ? op.from.map(String).join(', ') : 'nothing';
    session.report('CW3005', here.loc, { op: declaration.name, takes, actual: colour }, here.chain);
    return { colour: after };
  }
  const channels = channelCount[colour];
  const refuse = refuser(reader, here);
  const samples = role === 'map' && under === undefined;
  const taken = samples ? ['filter', 'border'] : role === 'stencil' ? ['border'] : [];
  const settled = settleParams(declaration.name, op.params, options, channels, taken, refuse);
  const hasPlace = role === 'point' || role === 'map';
  const readPoint = pointReader(reader, here, uniqueName);
  const imaged = readImages(op.params, options, { colour, taken, hasPlace, refuse, readPoint });
  const filter = samples ? readFilter(reader, declaration, options, channels, here) : under;
  const staysInside = op.inside === true && place.isResampled !== true && readsInside(options.filter);
  const border = samples
    ? staysInside && options.border === undefined
      ? heldInside(place.loc)
      : readBorder(reader, declaration, options, channels, here)
    : undefined;
  const measured = readMeasures(op.params, options, {
    colour,
    taken,
    isPoint: role === 'point',
    refuse,
    readBefore: readPoint,
    readEnd: (value, before) => reader.readReduction(reader, value as Bag, before, here, uniqueName),
  });
  if (!settled || !imaged || !measured) {
    return { colour: after };
  }
  const reading = {
    channels,
    out: channelCount[after],
    params: [...settled.kernel, ...imaged.kernel, ...measured.kernel],
    chain: here.chain,
  };
  const docs = paramDocs(session, declaration.call, place.call);
  const params = settled.fields.map(field => withDoc(field, docs.get(field.name)));
  if (role === 'stencil') {
    const border = readBorder(reader, declaration, options, channels, here);
    const read = readStencil(reader, op, declaration, reading, settled.choices, here);
    if (!border || !read) {
      return { colour };
    }
    const { loc } = place;
    const { filter, radius } = read;
    const apply = stayInPlace(loc);
    const name = uniqueName(declaration.name);
    return {
      stage: { role: 'map', name, params, apply, filter, border, isInside: true, radius, loc },
      colour,
    };
  }
  const apply = operators.read(declaration, role, reading);
  if (under?.table && !(role === 'map' && typeof op.edges === 'function' && op.edges(settled.choices))) {
    refuse('filter', 'CW3024', { filter: under.name, op: declaration.name });
    return { colour };
  }
  const hasSize = declaration.functions.has('size') && role !== 'point';
  const size = hasSize ? operators.read(declaration, 'size', reading) : undefined;
  if (!apply || (hasSize && !size)) {
    return { colour: after };
  }
  const images = imaged.images.map(image => withDoc(image, docs.get(image.name)));
  const { measures } = measured;
  const base = {
    params,
    ...(images.length > 0 ? { images } : {}),
    ...(measures.length > 0 ? { measures } : {}),
    apply,
    loc: place.loc,
  };
  const name = uniqueName(declaration.name);
  if (role === 'point') {
    return { stage: { role, name, ...base, from: colour, to: after }, colour: after };
  }
  // One that reads images gives its points by their pixels, of which a caller's geometry knows nothing.
  const hasGeometry = declaration.functions.has('geometry') && images.length === 0;
  const geometry = hasGeometry ? operators.read(declaration, 'geometry', reading) : undefined;
  if (hasGeometry && !geometry) {
    return { colour };
  }
  const sized = { ...(size && { size }), ...(geometry && { geometry }) };
  if (role === 'indexMap') {
    return { stage: { role, name, ...base, ...sized }, colour };
  }
  if (!filter || (samples && !border)) {
    return { colour };
  }
  let scale: OpFunction | undefined;
  if (readsScale(filter)) {
    if (!declaration.functions.has('scale')) {
      refuse('filter', 'CW3020', { filter: filter.name, op: declaration.name });
      return { colour };
    }
    scale = operators.read(declaration, 'scale', reading);
    if (!scale) {
      return { colour };
    }
  }
  const map = { name, ...base, ...sized, ...(scale && { scale }) };
  return border
    ? { stage: { role, ...map, filter, border, ...(op.inside === true && { isInside: true }) }, colour }
    : { stage: { role: 'chainedMap', ...map }, colour };
};

/** An operator's functions by name, and what its declaration was made by. */
const definitionOf = (op: PlacedOp): { readonly definition: Bag; readonly kind: Role | 'axisStencil' } =>
  op.role === 'stencil' && isBag(op.axis)
    ? { definition: op.axis, kind: 'axisStencil' }
    : { definition: op, kind: op.role };

/** A stencil's function as a filter, or undefined after a diagnostic. */
const readStencil = (
  { session, operators }: StageReader,
  op: PlacedOp,
  declaration: Declaration,
  reading: ReadFor & { readonly chain: readonly string[] },
  choices: Choices,
  { loc, chain }: StagePlace,
): { readonly filter: FilterRef; readonly radius: number } | undefined => {
  const { name } = declaration;
  const radius = numberOf(op.radius, choices);
  if (radius === undefined || radius < 0 || radius > MAX_RADIUS) {
    const actual = describeCount(op.radius, choices);
    session.report(
      'CW2021',
      loc,
      { what: 'the radius', op: name, least: 0, most: MAX_RADIUS, actual },
      chain,
    );
    return undefined;
  }
  const read = (kind: 'stencil' | 'axisStencil', part?: 'down'): OpFunction | undefined => {
    const found = operators.read(declaration, kind, { ...reading, ...(part ? { part } : {}) });
    const wrong = found && wrongTap(found.fn, radius);
    if (!wrong) {
      return found;
    }
    if (wrong.span) {
      session.report('CW2022', wrong.loc, { ...wrong.span, op: name, radius }, chain);
    } else {
      session.report('CW2023', wrong.loc, { op: name }, chain);
    }
    return undefined;
  };
  const common = { name, unitGain: false, within: [radius, radius] } as const;
  if (!isBag(op.axis)) {
    const apply = read('stencil');
    return apply && { filter: { ...common, apply: aroundPoint(apply) }, radius };
  }
  const across = read('axisStencil');
  const down = declaration.functions.has('down') ? read('axisStencil', 'down') : across;
  if (!across || !down) {
    return undefined;
  }
  const along = aroundPlace(across);
  const below = down === across ? along : aroundPlace(down);
  const functions = separable(along, radius, { down: below, isInside: true });
  return { filter: { ...common, ...functions }, radius };
};

export const withDoc = <Field extends ParamField | ImageParam>(
  field: Field,
  doc: string | undefined,
): Field => (doc === undefined ? field : { ...field, doc });

/** Reads the operators that an image's pixels go through, which stand in an option of the stage. */
const pointReader =
  (reader: StageReader, { loc, chain }: StagePlace, uniqueName: (name: string) => string) =>
  (value: unknown, colour: Colour): StageResult => {
    if (!isBag(value) || !isOp(value.op) || value.op.role === 'resample') {
      return { colour };
    }
    const call = reader.loaded.placedBy(value);
    const options = isBag(value.options) ? value.options : {};
    return readStage(reader, value.op, options, colour, { loc, call, chain }, uniqueName);
  };

/** Points at the option where the call's object names it. */
export const refuser =
  (reader: StageReader, place: StagePlace) =>
  (option: string | undefined, code: Code, args: Args): void => {
    const [argument] = place.call?.arguments ?? [];
    const property =
      argument && option !== undefined && ts.isObjectLiteralExpression(argument)
        ? argument.properties.find(member => member.name?.getText() === option)
        : undefined;
    reader.session.report(code, property ?? place.loc, args, place.chain);
  };

const readFilter = (
  reader: StageReader,
  op: Declaration,
  options: Bag,
  channels: number,
  place: StagePlace,
): FilterRef | undefined => {
  const { operators } = reader;
  const value = Object.hasOwn(options, 'filter') ? options.filter : undefined;
  const refuse = refuser(reader, place);
  if (value === undefined) {
    refuse(undefined, 'CW2008', { op: op.name, option: 'filter', example: 'filter: linear' });
    return undefined;
  }
  if (!isBag(value) || value.kind !== 'filter' || !isNameOrNone(value.name)) {
    const actual = describeActual(value);
    refuse('filter', 'CW2009', { option: 'filter', expected: 'a filter such as `linear`', actual });
    return undefined;
  }
  const { axis } = value;
  const role = axis === undefined ? 'filter' : 'axisFilter';
  const definition = filterDefinition(value);
  if (!definition) {
    const expected = 'a filter that one call of `filter` or `separableFilter` made';
    refuse('filter', 'CW2009', {
      option: 'filter',
      expected,
      actual: 'one put together from parts of others',
    });
    return undefined;
  }
  const declaration = operators.declare(value, definition, role, place.loc, place.chain);
  const chain = [`filter ${declaration?.name}`, ...place.chain];
  const { maxScale } = value;
  if (maxScale !== undefined && !(typeof maxScale === 'number' && maxScale >= 1 && maxScale <= 65_536)) {
    const expected = 'a filter with a maxScale of 1 to 65536';
    refuse('filter', 'CW2009', { option: 'filter', expected, actual: describeActual(maxScale) });
    return undefined;
  }
  const radius = isBag(axis) ? axis.radius : undefined;
  if (axis !== undefined && !(typeof radius === 'number' && radius > 0 && radius <= 64)) {
    const expected = 'a filter with a radius of up to 64';
    refuse('filter', 'CW2009', { option: 'filter', expected, actual: describeActual(radius) });
    return undefined;
  }
  const params = constantsOf(definition.constants, refuse);
  const apply =
    params && declaration && operators.read(declaration, role, { channels, out: channels, params, chain });
  if (!declaration || !apply) {
    return undefined;
  }
  const unitGain = hasUnitGain(
    value.apply,
    channels,
    isBag(definition.constants) ? definition.constants : {},
  );
  const functions = typeof radius === 'number' ? separable(apply, radius) : { apply };
  return { name: declaration.name, ...functions, unitGain, ...(maxScale === undefined ? {} : { maxScale }) };
};

/**
 * What a filter runs: its `apply` calls the function of its definition, and so does its function along one axis. One that was put
 * together from parts of others has none.
 */
const filterDefinition = ({ apply, axis }: Bag): Bag | undefined => {
  const of = (fn: unknown): unknown => (isBag(fn) && isBag(fn.definition) ? fn.definition : undefined);
  const definition = of(apply);
  const isWhole = axis === undefined || (isBag(axis) && of(axis.apply) === definition);
  return isBag(definition) && isWhole ? definition : undefined;
};

/** The constants of a filter as its function sees them, or undefined after a diagnostic. */
const constantsOf = (constants: unknown, refuse: RefuseOption): readonly KernelParam[] | undefined => {
  const params: KernelParam[] = [];
  for (const [name, value] of Object.entries(isBag(constants) ? constants : {})) {
    const isTaken = name === 'scale' || name === 'size' || !isPlainName(name);
    if (isTaken || !(typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value)))) {
      refuse('filter', 'CW2020', { name: name.slice(0, 40), actual: describeActual(value) });
      return undefined;
    }
    params.push(typeof value === 'string' ? { name, choice: value } : { name, constant: value });
  }
  return params;
};

const isNameOrNone = (name: unknown): name is string | undefined => name === undefined || isPlainName(name);

/** Whether a filter reads nothing outside the image, by its author's word. */
const readsInside = (filter: unknown): boolean =>
  isBag(filter) && isBag(filter.axis) && filter.inside === true;

/** `replicate`, where no border was asked for: a slip of the author's word must not read what lies beyond. */
export const heldInside = (loc: Loc): BorderRef => {
  const local = (name: string): Expr => ({ kind: 'local', name, type: i32, loc });
  const whole = (value: number): Expr => ({ kind: 'literal', value, type: i32, loc });
  const math = (fn: string, args: readonly Expr[]): Expr => ({ kind: 'math', fn, args, type: i32, loc });
  const last: Expr = { kind: 'binary', op: '-', left: local('size'), right: whole(1), type: i32, loc };
  const value = math('min', [math('max', [local('i'), whole(0)]), last]);
  const args = ['i', 'size'].map(name => ({ name, type: i32 }));
  const fn: Fn = { name: 'replicate', args, returns: i32, body: [{ kind: 'return', value, loc }], loc };
  return { kind: 'index', name: 'replicate', apply: { fn, helpers: [] } };
};

const readBorder = (
  reader: StageReader,
  op: Declaration,
  options: Bag,
  channels: number,
  place: StagePlace,
): BorderRef | undefined => {
  const { operators } = reader;
  const value = Object.hasOwn(options, 'border') ? options.border : undefined;
  const refuse = refuser(reader, place);
  if (value === undefined) {
    refuse(undefined, 'CW2008', { op: op.name, option: 'border', example: 'border: replicate' });
    return undefined;
  }
  if (isBag(value) && value.kind === 'constantBorder') {
    const constant = constantValue(value.value, channels);
    if ('code' in constant) {
      refuse('border', constant.code, constant.args);
      return undefined;
    }
    return { kind: 'constant', value: constant };
  }
  if (!isBag(value) || value.kind !== 'indexBorder' || !isNameOrNone(value.name)) {
    const expected = 'a border such as `replicate` or `constant(0)`';
    refuse('border', 'CW2009', { option: 'border', expected, actual: describeActual(value) });
    return undefined;
  }
  const declaration = operators.declare(value, value, 'indexBorder', place.loc, place.chain);
  const chain = [`border ${declaration?.name}`, ...place.chain];
  // The same for every pixel, so the number of channels does not matter.
  const apply =
    declaration && operators.read(declaration, 'indexBorder', { channels: 1, out: 1, params: [], chain });
  return declaration && apply && { kind: 'index', name: declaration.name, apply };
};
