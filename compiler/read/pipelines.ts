/** Exported pipelines: found by their values, placed by their declarations, read stage by stage. */
import { ts } from 'ts-morph';
import { adapt } from '../../ops/formats.js';
import type { Colour, Format } from '../../ops/spec.js';
import type { Loc, PipelineIr, Stage } from '../ir/types.js';
import { formatProblem } from './formats.js';
import { makeNames } from './names.js';
import { describeActual, isBag, isPlainName } from './params.js';
import { readResample } from './resamples.js';
import { isOp, readStage, type StagePlace, type StageReader } from './stages.js';

/** A pipeline as it was exported. */
export type Exported = {
  readonly name: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly file: ts.SourceFile;
};

const jsReserved = new Set(
  `await break case catch class const continue debugger default delete do else enum export extends false finally for
  function if implements import in instanceof interface let new null package private protected public return static
  super switch this throw true try typeof var void while with yield arguments eval`.split(/\s+/),
);

export const readPipeline = (reader: StageReader, exported: Exported): PipelineIr | undefined => {
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
  if (!isPlainName(name) || jsReserved.has(name) || name.endsWith('_host')) {
    session.report('CW3002', loc, { actual: name.slice(0, 60) }, []);
  }
  const parts = readParts(reader, value, loc, chain);
  if (!parts) {
    return undefined;
  }
  const argumentNodes = argumentsOf(reader, call, declaration, parts.stages.length + 2);
  const { stages, colour, refused } = readStages(
    reader,
    parts.source,
    parts.stages,
    argumentNodes,
    loc,
    chain,
  );
  const sink = readSink(reader, parts.sink, colour, locFor(reader, argumentNodes?.at(-1), loc), chain);
  checkOpenNames(reader, stages, chain);
  if (!sink || session.diagnostics.length > before || refused) {
    return undefined;
  }
  const doc = symbol ? ts.displayPartsToString(symbol.getDocumentationComment(session.checker)) : '';
  return { name, doc, source: parts.source, stages, sink, loc };
};

const exportedSymbol = (reader: StageReader, file: ts.SourceFile, name: string): ts.Symbol | undefined => {
  const { checker } = reader.session;
  const module = checker.getSymbolAtLocation(file);
  const symbol = module && checker.getExportsOfModule(module).find(entry => entry.name === name);
  return symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
};

type Parts = { readonly source: Format; readonly stages: readonly unknown[]; readonly sink: Format };

const readParts = (
  reader: StageReader,
  value: Readonly<Record<string, unknown>>,
  loc: Loc,
  chain: readonly string[],
): Parts | undefined => {
  const { session } = reader;
  const { source, stages, sink } = value;
  const sourceProblem = formatProblem(source);
  const sinkProblem = formatProblem(sink);
  // With one argument, the source is the sink.
  if (source === sink || sink === undefined || !isFormatLike(sink)) {
    session.report('CW3004', loc, { actual: describePart(source === sink ? undefined : sink) }, chain);
  } else if (sinkProblem) {
    session.report('CW3010', loc, { problem: sinkProblem }, chain);
  }
  if (!isFormatLike(source)) {
    session.report('CW3003', loc, { actual: describePart(source) }, chain);
  } else if (sourceProblem) {
    session.report('CW3010', loc, { problem: sourceProblem }, chain);
  }
  if (!isGoodFormat(source) || !isGoodFormat(sink) || !Array.isArray(stages) || source === sink) {
    return undefined;
  }
  return { source: toSource(source), stages, sink };
};

const isFormatLike = (value: unknown): boolean => isBag(value) && value.kind === 'format';
const isGoodFormat = (value: unknown): value is Format => formatProblem(value) === undefined;

const toSource = (format: Format): Format => {
  // A format that adapts as a sink is what it says as a source.
  const { adapts: _, ...rest } = format;
  return structuredClone(rest);
};

const describePart = (value: unknown): string => {
  if (isOp(value)) {
    return 'an operator that was not called';
  }
  if (isBag(value) && value.kind === 'stage') {
    return 'an operator';
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
  const found = init && ts.isCallExpression(init) ? init : call;
  if (!found || found.arguments.length !== count || found.arguments.some(ts.isSpreadElement)) {
    return undefined;
  }
  const { checker, files } = reader.session;
  const named = checker.getSymbolAtLocation(
    ts.isPropertyAccessExpression(found.expression) ? found.expression.name : found.expression,
  );
  const symbol = named && named.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(named) : named;
  const file = symbol?.valueDeclaration?.getSourceFile().fileName;
  return file === files.spec ? found.arguments : undefined;
};

const locFor = (reader: StageReader, node: ts.Node | undefined, otherwise: Loc): Loc =>
  node ? reader.session.locOf(node) : otherwise;

const readStages = (
  reader: StageReader,
  source: Format,
  values: readonly unknown[],
  nodes: readonly ts.Expression[] | undefined,
  loc: Loc,
  chain: readonly string[],
): { readonly stages: readonly Stage[]; readonly colour: Colour; readonly refused: boolean } => {
  const { session, loaded } = reader;
  const taken = makeNames();
  const numbered = new Set<string>();
  const uniqueName = (name: string): string => {
    let unique = name;
    for (let number = 2; numbered.has(unique); number++) {
      unique = `${name}${number}`;
    }
    numbered.add(unique);
    return taken.take(unique);
  };
  const stages: Stage[] = [];
  let { colour } = source;
  let refused = false;
  for (const [index, value] of values.entries()) {
    const node = nodes?.[index + 1];
    const call = loaded.placedBy(value);
    const inAuthors = call && !call.getSourceFile().fileName.startsWith(`${session.files.root}/ops/`);
    const place: StagePlace = {
      loc: locFor(reader, node ?? (inAuthors ? call : undefined), loc),
      call: node && ts.isCallExpression(node) ? node : call,
      chain,
    };
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
    const result = readStage(reader, op, options, colour, place, uniqueName);
    if (result.stage) {
      stages.push(result.stage);
    }
    refused ||= !result.stage;
    colour = result.colour;
  }
  return { stages, colour, refused };
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

const checkOpenNames = (reader: StageReader, stages: readonly Stage[], chain: readonly string[]): void => {
  const owners = new Map<string, string>();
  for (const stage of stages) {
    for (const { name, value } of stage.params) {
      if (!('open' in value)) {
        continue;
      }
      const owner = owners.get(value.open);
      if (owner !== undefined) {
        const args = { name: value.open, first: owner, second: stage.name, param: name };
        reader.session.report('CW3008', stage.loc, args, chain);
      }
      owners.set(value.open, stage.name);
    }
  }
};
