import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { diagnosticTable, formatDiagnostics, makeDiagnostic } from '../../compiler/diagnostics/index.js';
import { diagnosticsDoc } from '../../compiler/docs/diagnosticsDoc.js';
import { mathFunctions } from '../../compiler/ir/math.js';

const doc = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

test('docs/diagnostics.md is up to date', () => {
  // Mend it with: npm run docs
  expect(doc('diagnostics.md')).toBe(diagnosticsDoc());
});

test('docs/diagnostics.md has every code once', () => {
  const codes = [...doc('diagnostics.md').matchAll(/^### (CW\d{4}):/gm)].map(([, code]) => code);
  expect(codes).toEqual(Object.keys(diagnosticTable).sort());
});

test('every entry is a sentence with a hint and a reason', () => {
  for (const [code, { title, message, hint, why }] of Object.entries(diagnosticTable)) {
    expect([code, title.length > 3, /[.}]$/.test(message), /[^.]$/.test(hint), why.endsWith('.')]).toEqual([
      code,
      true,
      true,
      true,
      true,
    ]);
  }
});

test('docs/language.md names every function of the language', () => {
  const text = doc('language.md');
  expect(Object.keys(mathFunctions).filter(name => !text.includes(`\`${name}\``))).toEqual([]);
});

const loc = { file: 'a.ts', line: 2, column: 3, endLine: 2, endColumn: 6 };

test('diagnostics are sorted, framed and counted', () => {
  const files: Readonly<Record<string, string>> = { 'a.ts': 'one\nx y z\n', 'b.ts': '\tfour\r\nfive' };
  const text = formatDiagnostics(
    [
      makeDiagnostic(
        'CW1004',
        {},
        { ...loc, file: 'b.ts', line: 1, column: 2, endLine: 2, endColumn: 2 },
        [],
      ),
      makeDiagnostic('CW1028', {}, loc, ['op a', 'pipeline p (a.ts:1:1)']),
      makeDiagnostic('CW1008', {}, { ...loc, line: 1, endLine: 1 }, []),
    ],
    { root: '/', readFile: file => files[file] },
  );
  expect(text).toMatchInlineSnapshot(`
    "a.ts:1:3 - error CW1008: \`>>>\` takes a constant of 1 to 31 on its right.

    1 one
        ~~~
      hint: write \`h >>> 16\`; leave \`>>> 0\` out where only the bits matter, since an i32 has the same

    a.ts:2:3 - error CW1028: Expected a value to be returned on every path.

    2 x y z
        ~~~
      hint: end with \`return\`
      in op a < pipeline p (a.ts:1:1)

    b.ts:1:2 - error CW1004: \`switch\` is not in the kernel language.

    1  four
       ~~~~
      hint: write \`if … else if …\`, or \`?:\`

    Found 3 errors in 2 files.
    "
  `);
});

test('colours are asked for', () => {
  const [diagnostic] = [makeDiagnostic('CW1028', {}, loc, [])];
  const options = { root: '/', readFile: () => 'one\nx y z\n' };
  expect(formatDiagnostics([diagnostic], options)).not.toContain('\u001b');
  expect(formatDiagnostics([diagnostic], { ...options, colour: true })).toContain('\u001b[91merror\u001b[0m');
});

test('a file that is gone has no frame, and control characters do nothing', () => {
  const diagnostic = makeDiagnostic('CW9002', { message: 'bad \u001b[2J news\u0007' }, loc, []);
  expect(formatDiagnostics([diagnostic], { root: '/', readFile: () => undefined })).toMatchInlineSnapshot(`
    "a.ts:2:3 - error CW9002: The module failed while it was loaded: bad �[2J news�
      hint: pipelines are made when their module is loaded, so it must run without its application

    Found 1 error.
    "
  `);
});

test('a place far to the right is shown, and stays short', () => {
  const line = `${'x'.repeat(100_000)}BAD${'y'.repeat(100_000)}`;
  const far = { file: 'a.ts', line: 1, column: 100_001, endLine: 1, endColumn: 100_004 };
  const text = formatDiagnostics([makeDiagnostic('CW1028', {}, far, [])], {
    root: '/',
    readFile: () => line,
  });
  expect(text.length).toBeLessThan(500);
  const [, , frame, marks] = text.split('\n');
  expect(frame.slice(marks.indexOf('~'), marks.lastIndexOf('~') + 1)).toBe('BAD');
});

test('no diagnostics, no text', () => {
  expect(formatDiagnostics([], { root: '/' })).toBe('');
});

test('a file that is no text shows no line', () => {
  const picture = { file: 'photo.jpg', line: 1, column: 1, endLine: 1, endColumn: 1 };
  const text = formatDiagnostics([makeDiagnostic('CW9001', { actual: 'a .jpg file' }, picture, [])], {
    root: '/',
    readFile: () => '\ufffd\ufffd\ufffd\ufffd\0\u0010JFIF\0',
  });
  expect(text).toMatchInlineSnapshot(`
    "photo.jpg:1:1 - error CW9001: Expected a TypeScript file but received a .jpg file.
      hint: give the path of a .ts file, relative to the project

    Found 1 error.
    "
  `);
});
