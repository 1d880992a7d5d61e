/** Diagnostics as text, in the form of tsc's pretty output. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Diagnostic } from '../errors.js';

export type FormatOptions = {
  readonly root: string;
  /** The text of a file, given its path relative to the root; by default from the disk. */
  readonly readFile?: (file: string) => string | undefined;
  /** ANSI colours; default false. */
  readonly colour?: boolean;
};

const byPlace = (a: Diagnostic, b: Diagnostic): number =>
  compareText(a.loc.file, b.loc.file) ||
  a.loc.line - b.loc.line ||
  a.loc.column - b.loc.column ||
  compareText(a.code, b.code) ||
  compareText(a.message, b.message);
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Orders diagnostics by file, line and column. */
export const sortDiagnostics = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  [...diagnostics].sort(byPlace);

/**
 * The diagnostics of a run, sorted, each with its line of code underlined, its hint, and where it belongs.
 */
export const formatDiagnostics = (diagnostics: readonly Diagnostic[], options: FormatOptions): string => {
  const read = options.readFile ?? ((file: string) => fromDisk(resolve(options.root, file)));
  const lines = new Map<string, readonly string[]>();
  const linesOf = (file: string): readonly string[] => {
    const known = lines.get(file) ?? codeOf(read(file));
    lines.set(file, known);
    return known;
  };
  const sorted = sortDiagnostics(diagnostics);
  const texts = sorted.map(diagnostic => formatOne(diagnostic, linesOf, options.colour ?? false));
  const files = new Set(sorted.map(({ loc }) => loc.file)).size;
  const count = sorted.length === 1 ? '1 error' : `${sorted.length} errors`;
  const summary = files > 1 ? `Found ${count} in ${files} files.` : `Found ${count}.`;
  return sorted.length === 0 ? '' : `${texts.join('\n\n')}\n\n${summary}\n`;
};

// A byte of zeros is in no text, and early in most other files: their lines say nothing.
const codeOf = (text = ''): readonly string[] => (text.includes('\0') ? [] : text.split(/\r?\n/));

const fromDisk = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

const formatOne = (
  { code, message, hint, loc, chain }: Diagnostic,
  linesOf: (file: string) => readonly string[],
  colour: boolean,
): string => {
  const paint = (ansi: string, text: string): string => (colour ? `\u001b[${ansi}m${text}\u001b[0m` : text);
  const place = `${paint('96', loc.file)}:${paint('93', String(loc.line))}:${paint('93', String(loc.column))}`;
  const parts = [`${place} - ${paint('91', 'error')} ${paint('90', `${code}:`)} ${printable(message)}`];
  const line = linesOf(loc.file).at(loc.line - 1);
  if (line?.trim()) {
    parts.push('', ...frame(line, loc, paint));
  }
  if (hint !== undefined) {
    parts.push(`  ${paint('92', 'hint:')} ${printable(hint)}`);
  }
  if (chain.length > 0) {
    parts.push(`  in ${printable(chain.join(' < '))}`);
  }
  return parts.join('\n');
};

// What comes from the author's strings must not move the cursor.
const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  text.replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, '�');

const widest = 160;
const frame = (
  line: string,
  loc: Diagnostic['loc'],
  paint: (ansi: string, text: string) => string,
): readonly string[] => {
  const number = String(loc.line);
  const end = loc.endLine === loc.line ? loc.endColumn - 1 : line.length;
  // A long line is shown from a little before the place.
  const skip = loc.column > widest - 40 ? loc.column - 41 : 0;
  const shown = printable(line.replaceAll('\t', ' ')).slice(skip, skip + widest);
  const before = loc.column - 1 - skip;
  const length = Math.max(1, Math.min(end, skip + widest) - (loc.column - 1));
  return [
    `${paint('7', number)} ${shown}`,
    `${' '.repeat(number.length + 1 + before)}${paint('91', '~'.repeat(length))}`,
  ];
};
