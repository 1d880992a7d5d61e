/** The `#line` directives that lead from generated code to the author's, and back. */
import type { Line } from './fn.js';

/** Stands in generated text where the number of its own line belongs; see {@link resolveLines}. */
const HERE = '@@cuweave:line@@';

/** `#line` before every stretch of the author's lines, and one back to the generated file after the last. */
export const withLineDirectives = (lines: readonly Line[], file: string): string[] => {
  const out: string[] = [];
  let expected: { file: string; line: number } | undefined;
  for (const { text, loc } of lines) {
    if (loc && (expected?.file !== loc.file || expected.line !== loc.line)) {
      out.push(`#line ${loc.line} ${JSON.stringify(loc.file)}`);
      expected = { file: loc.file, line: loc.line };
    }
    out.push(text);
    if (expected) {
      expected.line += 1;
    }
  }
  if (expected) {
    out.push(`#line ${HERE} ${JSON.stringify(file)}`);
  }
  return out;
};

/** Puts the numbers of their own lines into `#line` directives that lead back to the generated file. */
export const resolveLines = (text: string): string =>
  text
    .split('\n')
    .map((line, index) => line.replace(HERE, String(index + 2)))
    .join('\n');
