/**
 * A module's TypeScript as JavaScript for the loader. TypeScript is loaded anyway and does it in a tenth of the time that
 * Babel, the loader's own, takes for cuweave's operators; a text that was seen before is not done again.
 */
import { SourceMap } from 'node:module';
import { ts } from 'ts-morph';

/** The last text of each file, and what became of it. */
const made = new Map<string, { readonly source: string; readonly code: string }>();

/** `import.meta` and `import()` have no counterpart in what TypeScript writes for `require`. */
const loadersOwn = /\bimport\s*[.(]/;

/** @param otherwise The loader's own way, for what TypeScript cannot do. */
export const transpile = (fileName: string, source: string, otherwise: () => string): string => {
  if (!/\.m?ts$/.test(fileName) || loadersOwn.test(source)) {
    made.delete(fileName);
    return otherwise();
  }
  const known = made.get(fileName);
  if (known?.source === source) {
    return known.code;
  }
  const code = emit(fileName, source, {}).outputText;
  made.set(fileName, { source, code });
  return code;
};

/** The line of the source, from 1, for one of the JavaScript. */
export const lineOfSource = (fileName: string, line: number): number => {
  const known = made.get(fileName);
  if (!known) {
    // Babel keeps the lines.
    return line;
  }
  const { sourceMapText = '{}' } = emit(fileName, known.source, { sourceMap: true });
  // Any column of the line will do: the first entry behind its beginning.
  const map = new SourceMap(JSON.parse(sourceMapText));
  for (let column = 0; column < 200; column++) {
    const entry = map.findEntry(line - 1, column);
    if ('originalLine' in entry && entry.generatedLine === line - 1) {
      return entry.originalLine + 1;
    }
  }
  return line;
};

const emit = (fileName: string, source: string, options: ts.CompilerOptions): ts.TranspileOutput =>
  ts.transpileModule(source, {
    fileName,
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: true,
      ...options,
    },
  });
