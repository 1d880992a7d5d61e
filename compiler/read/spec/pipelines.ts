/** Exported pipelines: found by their values, placed by their declarations, read stage by stage. */
import { isDeepStrictEqual } from 'node:util';
import { ts } from 'ts-morph';
import { adapt, nhwc } from '../../../ops/formats/formats.js';
import type { Colour, Format } from '../../../ops/spec.js';
import { storeStage, storesPixels } from '../../ir/store.js';
import {
  type ForkIr,
  type Loc,
  type OutputIr,
  type PipelineIr,
  type Stage,
  type Stored,
  withMeasureStages,
} from '../../ir/types.js';
import { javascriptWords } from '../../ir/words.js';
import { makeNames } from '../body/names.js';
import { behindImport, isOfSpec, nameIn, symbolOf } from '../body/symbols.js';
import { formatProblem, isGoodFormat, toSource } from './formats.js';
import { isPlainName } from './params.js';
import { type Bag, describeActual, isBag } from './paramValues.js';
import { isReduction, readReduction } from './reduce/reductions.js';
import { readResample } from './resamples.js';
import { signalBits, withSignalBits } from './signals.js';
import { isOp, readStage, type StagePlace, type StageReader } from './stages.js';
import { hasTable, readTabled } from './tables.js';

/** A pipeline as it was exported. */
export type Exported = {
  readonly name: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly file: ts.SourceFile;
};

export const readPipeline = (reader: StageReader, exported: Exported): PipelineIr | ForkIr | undefined => {
  const { session } = reader;
  const { name, value, file } = exported;
  const symbol = exportedSymbol(reader, file, name);
  const declaration = symbol?.valueDeclaration;
  const call = reader.loaded.placedBy(value);
  const node: ts.Node = declaration ?? call ?? file;
  const loc = session.locOf(
    declaration && ts.isVariableDeclaration(declaration) ? declaration.name : (call ?? node),
  );
  const chain = [`pipeline ${name.slice(0, 60)} (${loc.file}:${loc.line}:${loc.column})`];
  const before = session.diagnostics.length;
  if (name === 'default') {
    session.report('CW3012', loc, {}, []);
  } else if (!isPlainName(name) || javascriptWords.has(name) || name.endsWith('_host')) {
    session.report('CW3002', loc, { actual: name.slice(0, 60) }, []);
  }
  const names = stageNames();
  const trunk = readTrunk(reader, value, { loc, chain, declaration, names });
  const results = trunk && readResults(reader, value, trunk, { loc, chain, names });
  if (!trunk || !results || session.diagnostics.length > before) {
    return undefined;
  }
  const reductions = results.flatMap(({ reduce }) => reduce?.stage ?? []);
  const after = results.flatMap(({ stages }) => stages);
  checkOpenNames(reader, [...trunk.stages, ...after, ...reductions], chain);
  const stored = results.filter(({ reduce }) => !reduce);
  const paths = (stored.length > 0 ? stored : results).map(({ stages, sink }) => ({
    stages: [...trunk.stages, ...stages],
    sink,
  }));
  const bits = signalBits(paths, (stage, found) =>
    session.report('CW3013', stage.loc, { op: stage.name, bits: found.join(' and of ') }, chain),
  );
  if (session.diagnostics.length > before) {
    return undefined;
  }
  const doc = symbol ? ts.displayPartsToString(symbol.getDocumentationComment(session.checker)) : '';
  const { source } = trunk;
  const stages = withSignalBits(trunk.stages, bits);
  const common = {
    name,
    doc,
    source,
    stages,
    loc,
    ...(trunk.stored.length > 0 ? { stored: trunk.stored } : {}),
    ...(value.fused === true ? { fused: true as const } : {}),
  };
  const outputs = results.map(result => ({ ...result, stages: withSignalBits(result.stages, bits) }));
  const [{ sink, reduce }] = outputs as [OutputIr];
  return 'outputs' in value ? { ...common, outputs } : { ...common, sink, ...(reduce ? { reduce } : {}) };
};

/** Where a pipeline is written, and the names that its stages have taken. */
type Reading = {
  readonly loc: Loc;
  readonly chain: readonly string[];
  readonly declaration?: ts.Declaration;
  readonly names: StageNames;
};
/** What is read from the source up to the sink, or to the several results. */
type Trunk = {
  readonly source: Format;
  readonly stages: readonly Stage[];
  readonly stored: readonly Stored[];
  readonly colour: Colour;
  /** The argument that says where the result goes. */
  readonly end: ts.Expression | undefined;
};

const readTrunk = (reader: StageReader, value: Bag, reading: Reading): Trunk | undefined => {
  const { loc, chain, names } = reading;
  const forked = 'outputs' in value;
  const parts = readParts(reader, value, loc, chain, forked);
  if (!parts) {
    return undefined;
  }
  const call = reader.loaded.placedBy(value);
  const nodes = argumentsOf(reader, call, reading.declaration, parts.stages.length + 2);
  const head = isBag(value.head) ? readHead(reader, value.head, reading, nodes?.[0]) : undefined;
  if (isBag(value.head) && !head) {
    return undefined;
  }
  const first = head?.colour ?? parts.source.colour;
  const before = head?.stages ?? [];
  const { stages, stored, colour, refused } = readStages(
    reader,
    first,
    parts.stages,
    nodes?.slice(1),
    loc,
    chain,
    names,
  );
  return refused
    ? undefined
    : {
        source: parts.source,
        stages: [...before, ...stages],
        stored: [...(head?.stored ?? []), ...stored.map(one => ({ ...one, at: one.at + before.length }))],
        colour,
        end: nodes?.at(-1),
      };
};

/** A pipeline at the head of another: its stages, and what storing its result makes of the pixels. */
const readHead = (
  reader: StageReader,
  value: Bag,
  { loc, chain, names }: Reading,
  node: ts.Expression | undefined,
): Pick<Trunk, 'stages' | 'stored' | 'colour'> | undefined => {
  const place = locFor(reader, node, loc);
  if ('outputs' in value) {
    reader.session.report('CW3003', place, { actual: 'a pipeline with several results' }, chain);
    return undefined;
  }
  if (isReduction(value.sink)) {
    reader.session.report('CW3003', place, { actual: 'a pipeline that ends in a reduction' }, chain);
    return undefined;
  }
  if (isBag(value.sink) && value.sink.tokens) {
    reader.session.report('CW3003', place, { actual: onlyWritten(value.sink as Format) }, chain);
    return undefined;
  }
  const trunk = readTrunk(reader, value, { loc: place, chain, names });
  const sink = trunk && readSink(reader, value.sink as Format, trunk.colour, place, chain);
  if (!sink) {
    return undefined;
  }
  const { stages, stored } = trunk;
  const { colour } = sink;
  if (!storesPixels(sink)) {
    return { stages, stored: [...stored, { at: stages.length, format: sink }], colour };
  }
  const rounding = storeStage(sink, colour, { name: names(`stored`), loc: place });
  return { stages: rounding ? [...stages, rounding] : stages, stored, colour };
};

const readResults = (
  reader: StageReader,
  value: Bag,
  { colour, end }: Trunk,
  { loc, chain, names }: Reading,
): readonly OutputIr[] | undefined => {
  if (!('outputs' in value)) {
    const place = locFor(reader, end, loc);
    const ended = readEnd(reader, value.sink, colour, { loc: place, chain, names });
    return ended && [{ name: '', stages: [], ...ended, loc: place }];
  }
  const branches = isBag(value.outputs) ? Object.entries(value.outputs) : [];
  const wrong = branches.find(([name]) => !isPlainName(name) || javascriptWords.has(name));
  if (branches.length === 0 || wrong) {
    const actual = wrong ? describeActual(wrong[0]) : 'none';
    reader.session.report('CW3011', locFor(reader, end, loc), { actual }, chain);
    return undefined;
  }
  const results = branches.map(([name, branch]) => {
    const nodes = branchNodes(end, name);
    const place = nodes?.at(-1) ?? end;
    const inside = [`result ${name}`, ...chain];
    const own = isBag(branch) && Array.isArray(branch.stages) ? branch.stages : [];
    const sink = isBag(branch) ? branch.sink : undefined;
    const at = locFor(reader, place, loc);
    if (!isSink(reader, sink, at, inside)) {
      return undefined;
    }
    const read = readStages(reader, colour, own, nodes, loc, inside, names);
    const ended = readEnd(reader, sink, read.colour, { loc: at, chain: inside, names });
    if (read.stored.length > 0) {
      reader.session.report('CW3014', at, { name }, inside);
      return undefined;
    }
    return ended && !read.refused ? { name, stages: read.stages, ...ended, loc: at } : undefined;
  });
  const whole = results.filter(result => result !== undefined);
  return whole.length === results.length ? whole : undefined;
};

/** The format that a result is written in, or the reduction that it ends in. */
const readEnd = (
  reader: StageReader,
  value: unknown,
  colour: Colour,
  { loc, chain, names }: Reading,
): Pick<OutputIr, 'sink' | 'reduce'> | undefined => {
  if (isReduction(value)) {
    const call = reader.loaded.placedBy(value);
    return readReduction(reader, value, colour, { loc, call, chain }, names);
  }
  const sink = readSink(reader, value as Format, colour, loc, chain);
  return sink && { sink };
};

/** The expressions of a branch in `outputs({ name: [ … ] })`, where it is written so. */
const branchNodes = (end: ts.Expression | undefined, name: string): readonly ts.Expression[] | undefined => {
  const [record] = end && ts.isCallExpression(end) ? end.arguments : [];
  if (!record || !ts.isObjectLiteralExpression(record)) {
    return undefined;
  }
  const property = record.properties.find(member => member.name?.getText() === name);
  const list = property && ts.isPropertyAssignment(property) ? property.initializer : undefined;
  return list && ts.isArrayLiteralExpression(list) && !list.elements.some(ts.isSpreadElement)
    ? list.elements
    : undefined;
};

const exportedSymbol = (reader: StageReader, file: ts.SourceFile, name: string): ts.Symbol | undefined => {
  const { checker } = reader.session;
  const module = checker.getSymbolAtLocation(file);
  const symbol = module && checker.getExportsOfModule(module).find(entry => entry.name === name);
  return behindImport(reader.session, symbol);
};

type Parts = { readonly source: Format; readonly stages: readonly unknown[] };

const readParts = (
  reader: StageReader,
  value: Bag,
  loc: Loc,
  chain: readonly string[],
  forked: boolean,
): Parts | undefined => {
  const { session } = reader;
  const { source, stages, sink } = value;
  const sourceProblem = formatProblem(source);
  // A pipeline of one argument has its source as its sink.
  const good = forked || isSink(reader, source === sink ? undefined : sink, loc, chain);
  if (!isFormatLike(source)) {
    session.report('CW3003', loc, { actual: describePart(source) }, chain);
  } else if (sourceProblem) {
    session.report('CW3010', loc, { problem: sourceProblem }, chain);
  } else if ((source as Format).tokens) {
    session.report('CW3003', loc, { actual: onlyWritten(source as Format) }, chain);
    return undefined;
  }
  if (!good || !isGoodFormat(source) || !Array.isArray(stages)) {
    return undefined;
  }
  return { source: toSource(source), stages };
};

/** Whether a format stands where one must, for something to be written in; reports it if not. */
const isSink = (reader: StageReader, value: unknown, loc: Loc, chain: readonly string[]): boolean => {
  if (isReduction(value)) {
    return true;
  }
  if (!isFormatLike(value)) {
    reader.session.report('CW3004', loc, { actual: describePart(value) }, chain);
    return false;
  }
  const problem = formatProblem(value);
  if (problem) {
    reader.session.report('CW3010', loc, { problem }, chain);
  }
  return problem === undefined;
};

const onlyWritten = ({ name }: Format): string => `${name}, which can only be written`;
const isFormatLike = (value: unknown): boolean => isBag(value) && value.kind === 'format';

const isReductionOp = (value: unknown): boolean =>
  isBag(value) && (value.role === 'fold' || value.role === 'bins') && typeof value === 'function';

const describePart = (value: unknown): string => {
  if (isOp(value) || isReductionOp(value)) {
    return `${isOp(value) ? 'an operator' : 'a reduction'} that was not called`;
  }
  if (isReduction(value)) {
    return 'a reduction';
  }
  if (isBag(value) && value.kind === 'stage') {
    return 'an operator';
  }
  if (isBag(value) && (value.kind === 'pipeline' || value.kind === 'outputs')) {
    return value.kind === 'pipeline' ? 'a pipeline' : 'outputs()';
  }
  return value === undefined ? 'nothing' : describeActual(value);
};

/** The arguments of `pipeline(…)`, where it was called with just as many. */
const argumentsOf = (
  reader: StageReader,
  call: ts.CallExpression | undefined,
  declaration: ts.Declaration | undefined,
  count: number,
): readonly ts.Expression[] | undefined => {
  const init = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  const written = init && ts.isCallExpression(init) ? init : call;
  const found = written && withoutFused(written);
  if (!found || found.arguments.length !== count || found.arguments.some(ts.isSpreadElement)) {
    return undefined;
  }
  const symbol = symbolOf(reader.session, nameIn(found.expression));
  return isOfSpec(reader.session, symbol) ? found.arguments : undefined;
};

/** `pipeline(…)` in `fused(pipeline(…))`. */
const withoutFused = (call: ts.CallExpression): ts.CallExpression => {
  const [inner] = call.arguments;
  const isFused = /(^|\.)fused$/.test(call.expression.getText()) && call.arguments.length === 1;
  return isFused && inner && ts.isCallExpression(inner) ? inner : call;
};

const locFor = (reader: StageReader, node: ts.Node | undefined, otherwise: Loc): Loc =>
  node ? reader.session.locOf(node) : otherwise;

const storedTypes = ['u8', 'f16', 'bf16', 'f32'] as const;

/** Gives a stage a name that no other of its pipeline has. */
type StageNames = (name: string) => string;
const stageNames = (): StageNames => {
  const taken = makeNames();
  const numbered = new Set<string>();
  return name => {
    let unique = name;
    for (let number = 2; numbered.has(unique); number++) {
      unique = `${name}${number}`;
    }
    numbered.add(unique);
    return taken.take(unique);
  };
};

const readStages = (
  reader: StageReader,
  before: Colour,
  values: readonly unknown[],
  nodes: readonly ts.Expression[] | undefined,
  loc: Loc,
  chain: readonly string[],
  uniqueName: StageNames,
): {
  readonly stages: readonly Stage[];
  readonly stored: readonly Stored[];
  readonly colour: Colour;
  readonly refused: boolean;
} => {
  const { session, loaded } = reader;
  const stages: Stage[] = [];
  const stored: Stored[] = [];
  let colour = before;
  let refused = false;
  for (const [index, value] of values.entries()) {
    const node = nodes?.[index];
    const call = loaded.placedBy(value);
    const inAuthors = call && !call.getSourceFile().fileName.startsWith(`${session.files.root}/ops/`);
    const place: StagePlace = {
      loc: locFor(reader, node ?? (inAuthors ? call : undefined), loc),
      call: node && ts.isCallExpression(node) ? node : call,
      chain,
    };
    if (isBag(value) && value.kind === 'stage' && isBag(value.op) && value.op.role === 'stored') {
      const dtype = storedTypes.find(one => one === (value.op as Bag).dtype);
      if (dtype) {
        stored.push({ at: stages.length, format: nhwc(dtype, { colour }), by: 'author' });
      } else {
        const actual = describeActual(value.op.dtype);
        session.report(
          'CW2007',
          place.loc,
          { choices: "'u8', 'f16', 'bf16', 'f32'", name: 'stored', actual },
          chain,
        );
        refused = true;
      }
      continue;
    }
    if (!isBag(value) || value.kind !== 'stage' || !isOp(value.op)) {
      const what = isFormatLike(value) ? 'a format' : describePart(value);
      session.report('CW3007', place.loc, { actual: what }, chain);
      refused = true;
      continue;
    }
    const options = isBag(value.options) ? value.options : {};
    const { op } = value;
    if (op.role === 'resample') {
      const read = readResample(reader, op.maps, options, colour, place, uniqueName);
      stages.push(...(read ?? []));
      refused ||= !read;
      continue;
    }
    if (op.role === 'map' && hasTable(options)) {
      const read = readTabled(reader, op, options, colour, place, uniqueName);
      stages.push(...(read ?? []));
      refused ||= !read;
      continue;
    }
    const result = readStage(reader, op, options, colour, place, uniqueName);
    if (result.stage) {
      stages.push(result.stage);
    }
    refused ||= !result.stage;
    colour = result.colour;
  }
  return { stages, stored, colour, refused };
};

const readSink = (
  reader: StageReader,
  format: Format,
  colour: Colour,
  loc: Loc,
  chain: readonly string[],
): Format | undefined => {
  const { session } = reader;
  const { name, role } = format;
  if (role !== 'both') {
    session.report('CW3004', loc, { actual: `${name}, which can only be read` }, chain);
    return undefined;
  }
  if (format.adapts) {
    const { adapts: _, ...sink } = adapt(format, colour);
    return structuredClone(sink);
  }
  if (format.colour !== colour) {
    session.report('CW3006', loc, { format: name, holds: format.colour, actual: colour }, chain);
    return undefined;
  }
  return structuredClone(format);
};

/** The caller gives one thing for each name. An image may be read by several operators, if all of them read it in the same format. */
const checkOpenNames = (reader: StageReader, stages: readonly Stage[], chain: readonly string[]): void => {
  const owners = new Map<string, { readonly stage: string; readonly format?: Format }>();
  for (const stage of withMeasureStages(stages)) {
    const numbers = stage.params.flatMap(({ name, value }) =>
      'open' in value ? [{ name, open: value.open, format: undefined }] : [],
    );
    for (const { name, open, format } of [...numbers, ...(stage.images ?? [])]) {
      const owner = owners.get(open);
      owners.set(open, { stage: stage.name, ...(format ? { format } : {}) });
      if (owner === undefined || (format && owner.format && isDeepStrictEqual(format, owner.format))) {
        continue;
      }
      const both = format && owner.format;
      const args = {
        name: open,
        first: owner.stage,
        second: stage.name,
        param: name,
        how: both ? `, as images of ${owner.format.name} and ${format.name}` : '',
        format: format ? ', …' : '',
      };
      reader.session.report('CW3008', stage.loc, args, chain);
    }
  }
};
