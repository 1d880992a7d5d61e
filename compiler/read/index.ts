/** The reader: from the author's files to pipelines in the IR, or to diagnostics. Only this room knows TypeScript. */
import { resolve } from 'node:path';
import { ts } from 'ts-morph';
import { makeDiagnostic, sortDiagnostics } from '../diagnostics/index.js';
import type { Diagnostic } from '../errors.js';
import type { ForkIr, PipelineIr } from '../ir/types.js';
import { loadModules } from './modules/load.js';
import { packageFiles } from './packageFiles.js';
import { makeSession, type Session, startOf } from './session.js';
import { readConfig } from './spec/config.js';
import { makeOperators } from './spec/operators.js';
import { isBag } from './spec/paramValues.js';
import { type Exported, readPipeline } from './spec/pipelines.js';
import {
  authorFiles,
  entryProblem,
  maxNesting,
  nestsTooDeep,
  openProgram,
  placeOf,
  typeErrors,
} from './spec/program.js';
import { readReduction } from './spec/reduce/reductions.js';
import type { StageReader } from './spec/stages.js';

/** What was read. With diagnostics, the pipelines that have none of their own are still there. */
export type Specs = {
  readonly pipelines: readonly (PipelineIr | ForkIr)[];
  readonly diagnostics: readonly Diagnostic[];
  /** Every file that was read, absolute. */
  readonly files: readonly string[];
};

/**
 * Reads the pipelines that the entry files export.
 *
 * The modules are run, for the values in them, and their source is read, for the operators' functions. Bad input of any
 * kind becomes a diagnostic.
 *
 * @param options.root The project's folder; places are given relative to it.
 * @param options.entries TypeScript files, relative to the root or absolute.
 */
export const readSpecs = async (options: {
  readonly root: string;
  readonly entries: readonly string[];
}): Promise<Specs> => {
  const root = resolve(options.root);
  const entries = [...new Set(options.entries.map(entry => resolve(root, entry)))];
  const missing = entries.flatMap(entry => {
    const actual = entryProblem(entry);
    return actual === undefined ? [] : [makeDiagnostic('CW9001', { actual }, startOf(root, entry), [])];
  });
  const [first] = entries;
  if (missing.length > 0 || first === undefined) {
    const none = first === undefined ? [makeDiagnostic('CW9003', {}, startOf(root, root), [])] : missing;
    return { pipelines: [], diagnostics: none, files: entries };
  }
  try {
    return await readEntries(root, entries);
  } catch (error) {
    // TypeScript follows what nests with its stack.
    if (error instanceof RangeError) {
      const loc = startOf(root, first);
      return { pipelines: [], diagnostics: [makeDiagnostic('CW9004', {}, loc, [])], files: entries };
    }
    throw error;
  }
};

const readEntries = async (root: string, entries: readonly string[]): Promise<Specs> => {
  const files = packageFiles();
  const config = readConfig(entries[0]!);
  if (config.problems.length > 0) {
    const problems = config.problems.map(problem => {
      const message = ts.flattenDiagnosticMessageText(problem.messageText, '\n');
      return makeDiagnostic('CW9005', { message }, placeOf(root, problem), []);
    });
    return { pipelines: [], diagnostics: sortDiagnostics(problems), files: entries };
  }
  const program = openProgram(root, config, entries, files);
  const sources = authorFiles(program, files);
  const session = makeSession(root, program.getTypeChecker(), files);
  const read = program.getSourceFiles().map(({ fileName }) => fileName);
  for (const source of sources) {
    const deep = nestsTooDeep(source, maxNesting);
    if (deep) {
      session.report('CW9004', startOf(root, source.fileName), {}, []);
    }
  }
  if (session.diagnostics.length > 0) {
    return { pipelines: [], diagnostics: session.diagnostics, files: read };
  }
  const errors = typeErrors(root, program, sources);
  if (errors.length > 0) {
    return { pipelines: [], diagnostics: sortDiagnostics(errors), files: read };
  }
  const loaded = await loadModules(program, entries, files);
  for (const { file, line, message } of loaded.errors) {
    const place = { ...startOf(root, file), ...(line !== undefined && { line, endLine: line }) };
    session.report('CW9002', place, { message }, []);
  }
  const operators = makeOperators(session, loaded);
  const reader: StageReader = { session, loaded, operators, readReduction };
  const found = entries.flatMap(entry => {
    const module = loaded.modules.get(entry);
    const file = program.getSourceFile(entry);
    return module && file ? findExports(module, file) : [];
  });
  // A file may hold operators alone, as in `build src/*.ts`, where another one exports a pipeline.
  if (found.length === 0) {
    for (const entry of loaded.modules.keys()) {
      session.report('CW3001', startOf(root, entry), {}, []);
    }
  }
  const pipelines = unique(session, found).flatMap(exported => readPipeline(reader, exported) ?? []);
  // A module's exports have no order of their own: the file's is the author's.
  const order = (pipeline: PipelineIr | ForkIr): number =>
    entryOf(root, entries, pipeline) * 1e6 + pipeline.loc.line;
  return {
    pipelines: [...pipelines].sort((a, b) => order(a) - order(b)),
    diagnostics: sortDiagnostics(session.diagnostics),
    files: [...new Set([...read, ...loaded.files])],
  };
};

const entryOf = (root: string, entries: readonly string[], { loc }: PipelineIr | ForkIr): number =>
  entries.indexOf(resolve(root, loc.file));

const findExports = (module: Readonly<Record<string, unknown>>, file: ts.SourceFile): readonly Exported[] => {
  const all = Object.keys(module).flatMap(name => {
    const value = module[name];
    return isBag(value) && value.kind === 'pipeline' ? [{ name, value, file }] : [];
  });
  // A pipeline that is also exported by name has one.
  return all.filter(
    ({ name, value }) =>
      name !== 'default' || !all.some(other => other.name !== 'default' && other.value === value),
  );
};

/** The same pipeline exported by two entries is one; two under one name are a mistake. */
const unique = (session: Session, found: readonly Exported[]): readonly Exported[] => {
  const byName = new Map<string, Exported>();
  for (const exported of found) {
    const known = byName.get(exported.name);
    if (!known) {
      byName.set(exported.name, exported);
    } else if (known.value !== exported.value) {
      const other = startOf(session.root, known.file.fileName).file;
      const loc = startOf(session.root, exported.file.fileName);
      session.report('CW3009', loc, { name: exported.name, other }, []);
    }
  }
  return [...byName.values()];
};
