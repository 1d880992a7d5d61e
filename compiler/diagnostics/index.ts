/**
 * The one table of what the compiler refuses: the reader reports by it, tests go through it, and
 * docs/diagnostics.md is printed from it.
 */

import type { Diagnostic } from '../errors.js';
import type { Loc } from '../ir/types.js';
import { languageDiagnostics } from './language.js';
import { loadingDiagnostics, operatorDiagnostics, pipelineDiagnostics } from './operators.js';

export { type FormatOptions, formatDiagnostics, sortDiagnostics } from './format.js';

/** `message` and `hint` are templates: `{name}` is replaced. */
export type DiagnosticEntry = {
  readonly title: string;
  readonly message: string;
  readonly hint: string;
  readonly why: string;
};

const table = {
  ...languageDiagnostics,
  ...operatorDiagnostics,
  ...pipelineDiagnostics,
  ...loadingDiagnostics,
} as const;
/** A stable code: CW1xxx language, CW2xxx operators, CW3xxx pipelines, CW9xxx loading. */
export type Code = keyof typeof table;
/** Every diagnostic by its code. */
export const diagnosticTable: Readonly<Record<Code, DiagnosticEntry>> = table;

const fill = (template: string, args: Readonly<Record<string, string | number>>): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(args, name) ? String(args[name]) : whole,
  );

/** A finding, in the table's words. */
export const makeDiagnostic = (
  code: Code,
  args: Readonly<Record<string, string | number>>,
  loc: Loc,
  chain: readonly string[],
): Diagnostic => {
  const { message, hint } = diagnosticTable[code];
  const text = fill(message, args);
  // What begins with a word of ours begins a sentence; a name of the author's stays as it is.
  const sentence = message.startsWith('{what}') ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return { code, message: sentence, hint: fill(hint, args), loc, chain };
};
