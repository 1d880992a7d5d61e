/** Input of any kind: it is read or refused, and never brings the compiler down. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatDiagnostics } from '../../compiler/diagnostics/index.js';
import { readSpecs } from '../../compiler/read/index.js';
import { anySpec, pointSpec, runSpecs } from '../support/specFiles.js';

let empty: string;
beforeAll(() => {
  empty = mkdtempSync(join(tmpdir(), 'cuweave-empty-'));
});
afterAll(() => rmSync(empty, { recursive: true, force: true }));

const textOf = async (entries: readonly string[]): Promise<string> => {
  const { diagnostics } = await readSpecs({ root: empty, entries });
  return formatDiagnostics(diagnostics, { root: empty });
};

test('a file that is not there', async () => {
  expect(await textOf(['src/none.ts'])).toMatchInlineSnapshot(`
    "src/none.ts:1:1 - error CW9001: Expected a TypeScript file but received a path where there is no file.
      hint: give the path of a .ts file, relative to the project

    Found 1 error.
    "
  `);
});

test('the types of browsers are there for specs that need them', async () => {
  const spec = (top: string) => anySpec(`${top}\nexport const p = pipeline(rgb8(), nchw('f32'));`);
  const files = {
    'right.ts': spec("export const host: string = new URL('https://example.org').host;"),
    'wrong.ts': spec("export const port: number = new URL('https://example.org').port;"),
  };
  // By name, and as what TypeScript takes where no libraries are named.
  for (const options of ['"lib": ["es2022", "dom"]', '"target": "es2022"']) {
    const config = { 'tsconfig.json': `{ "compilerOptions": { "types": [], ${options} } }` };
    const { codesOf } = await runSpecs({ ...files, ...config }, Object.keys(files));
    expect([codesOf('right.ts'), codesOf('wrong.ts')]).toEqual([[], ['TS2322']]);
  }
});

test('a folder', async () => {
  expect(await textOf(['.'])).toMatchInlineSnapshot(`
    ".:1:1 - error CW9001: Expected a TypeScript file but received a folder.
      hint: give the path of a .ts file, relative to the project

    Found 1 error.
    "
  `);
});

test('no entry', async () => {
  expect(await textOf([])).toMatchInlineSnapshot(`
    ".:1:1 - error CW9003: Expected at least one TypeScript file but received none.
      hint: cuweave build src/pipelines.ts

    Found 1 error.
    "
  `);
});

test('a file of another kind', async () => {
  const { textOf: text } = await runSpecs({ 'notes.txt': 'hello', 'a.ts': 'export {};' });
  expect(text('notes.txt')).toMatchInlineSnapshot(`
    "notes.txt:1:1 - error CW9001: Expected a TypeScript file but received a .txt file.

    1 hello
      ~
      hint: give the path of a .ts file, relative to the project"
  `);
});

test('syntax errors', async () => {
  const { textOf: text } = await runSpecs({ 'a.ts': 'export const p = pipeline(;\n' });
  expect(text('a.ts')).toMatchInlineSnapshot(`
    "a.ts:1:27 - error TS1005: ')' expected.

    1 export const p = pipeline(;
                                ~"
  `);
});

test('type errors stop the reading, and have codes of TypeScript', async () => {
  const { specs, textOf: text } = await runSpecs({
    'a.ts': anySpec("export const p = pipeline(nv12(), normalize({ mean: 0, std: 1 }), nchw('f32'));"),
    'b.ts': pointSpec('px => { while (true) {} return px; }'),
  });
  expect(specs.pipelines).toEqual([]);
  expect(specs.diagnostics.map(({ code }) => code)).toEqual(['TS2345']);
  expect(text('a.ts')).toMatch(/the pixels are yuv here/);
});

test('binary rubbish, a byte order mark and Windows line ends', async () => {
  const rubbish = await runSpecs({ 'a.ts': '\u0000\u0001\u0002\ufffd\u001b[31m' });
  expect(rubbish.codesOf('a.ts').every(code => code.startsWith('TS'))).toBe(true);
  expect(rubbish.codesOf('a.ts').length).toBeGreaterThan(0);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not come through
  expect(rubbish.textOf('a.ts')).not.toMatch(/[\u0000-\u0009\u001b]/);
  const windows = await runSpecs({ 'a.ts': `\ufeff${pointSpec('px => px').replaceAll('\n', '\r\n')}` });
  expect(windows.specs.diagnostics).toEqual([]);
  expect(windows.specs.pipelines[0].stages[0].loc).toMatchObject({ line: 8, column: 35 });
});

test('a module that exports nothing, and one whose import is missing', async () => {
  const nothing = await runSpecs({ 'a.ts': 'export {};' });
  expect(nothing.textOf('a.ts')).toMatchInlineSnapshot(`
    "a.ts:1:1 - error CW3001: The file exports no pipeline.

    1 export {};
      ~
      hint: write \`export const preprocess = pipeline(nv12(), …, nchw("f32"))\`"
  `);
  const missing = await runSpecs({ 'a.ts': "import { x } from './none.js';\nexport const y = x;" });
  expect(missing.codesOf('a.ts')).toEqual(['TS2307']);
});

test('a file of operators alone beside one that exports a pipeline', async () => {
  const operators =
    "import { pointOp } from 'cuweave/ops';\nexport const same = pointOp({ from: ['rgb'], apply: px => px });";
  const { specs } = await runSpecs({ 'operators.ts': operators, 'pipelines.ts': pointSpec('px => px') });
  expect(specs.diagnostics).toEqual([]);
  expect(specs.pipelines.map(({ loc }) => loc.file)).toEqual(['pipelines.ts']);
});

test('a module that throws from a function in another file says where', async () => {
  const { textOf: text } = await runSpecs(
    {
      'a.ts': anySpec(
        "import { fail } from './b.js';\nexport const p = pipeline(rgb8(), fail() as any, nchw('f32'));",
      ),
      'b.ts': "export const fail = (): unknown => {\n  throw new RangeError('no such thing');\n};",
    },
    ['a.ts'],
  );
  expect(text('b.ts')).toMatchInlineSnapshot(`
    "b.ts:2:1 - error CW9002: The module failed while it was loaded: RangeError: no such thing

    2   throw new RangeError('no such thing');
      ~
      hint: pipelines are made when their module is loaded, so it must run without its application"
  `);
});

test('a module that pollutes the prototype of all objects', async () => {
  const { specs, textOf: text } = await runSpecs({
    'a.ts': anySpec(`Object.defineProperty(Object.prototype, 'filter', { value: linear, configurable: true });
export const p = pipeline(rgb8(), warpAffine({ border: replicate }) as never, nchw('f32'));`),
  });
  Reflect.deleteProperty(Object.prototype, 'filter');
  expect(specs.diagnostics.map(({ code }) => code)).toEqual(['CW2008']);
  expect(text('a.ts')).toMatch(/Expected a filter for warpAffine but received nothing/);
});

test('pipelines built in a loop, by a function and by spreading', async () => {
  const { specs, textOf: text } = await runSpecs({
    'a.ts': anySpec(`const sizes = [32, 64].map(width =>
  pipeline(rgb8(), resize({ width, height: width, filter: linear, border: replicate }), nchw('f32')));
export const [small, large] = sizes;
const make = (mean: number) => pipeline(rgb8(), normalize({ mean, std: 1 }), nchw('f32'));
export const made = make(3);
const stages = [normalize({ mean: 0, std: 1 }), convertTo('u8')] as const;
export const spread = pipeline(rgb8(), ...stages, nchw('f32'));`),
  });
  expect(text('a.ts')).toBe('');
  const widths = specs.pipelines.flatMap(({ name, stages }) =>
    stages.flatMap(({ params }) =>
      params.flatMap(({ value }) => ('settled' in value ? [[name, value.settled]] : [])),
    ),
  );
  expect(widths).toContainEqual(['small', 32]);
  expect(widths).toContainEqual(['large', 64]);
  expect(specs.pipelines.map(({ name }) => name).sort()).toEqual(['large', 'made', 'small', 'spread']);
  const spread = specs.pipelines.find(({ name }) => name === 'spread');
  expect(spread?.stages.map(({ loc }) => loc.line)).toEqual([11, 11]);
});

test('one name in two files', async () => {
  const text = anySpec("export const p = pipeline(rgb8(), nchw('f32'));");
  const { codesOf, textOf: shown } = await runSpecs({ 'a.ts': text, 'b.ts': text });
  expect(codesOf('b.ts')).toEqual(['CW3009']);
  expect(shown('b.ts')).toMatchInlineSnapshot(`
    "b.ts:1:1 - error CW3009: The pipeline p is exported by a.ts, too.

    1 import * as ops from 'cuweave/ops';
      ~
      hint: rename one of them"
  `);
});

test('the same pipeline from two entries is one', async () => {
  const { specs } = await runSpecs({
    'a.ts': anySpec("/** Of a. */\nexport const p = pipeline(rgb8(), nchw('f32'));"),
    'b.ts': "export { p } from './a.js';",
  });
  expect(specs.diagnostics).toEqual([]);
  expect(specs.pipelines).toMatchObject([{ name: 'p', doc: 'Of a.', loc: { file: 'a.ts' } }]);
});

test('an expression of 10,000 operations is refused, on its own', async () => {
  const long = Array(10_000).fill('r').join(' + ');
  const { specs, codesOf } = await runSpecs({ 'a.ts': pointSpec(`([r, g, b]) => [${long}, g, b]`) });
  expect(codesOf('a.ts')).toEqual(['CW9004']);
  expect(specs.pipelines).toEqual([]);
});

test('10,000 brackets are refused', async () => {
  const deep = `${'('.repeat(10_000)}1${')'.repeat(10_000)}`;
  const { specs } = await runSpecs({ 'a.ts': pointSpec(`px => [${deep}, 1, 1]`) });
  expect(specs.diagnostics.map(({ code }) => code)).toEqual(['CW9004']);
});

test('a pipeline of 200 operators is read', async () => {
  const stages = Array.from({ length: 200 }, () => 'ops.invert()').join(', ');
  const run = await runSpecs({
    'long.ts': anySpec(`export const long = pipeline(rgb8(), ${stages}, nchw('f32'));`),
  });
  expect(run.textOf('long.ts')).toBe('');
  expect(run.specs.pipelines.map(({ stages: read }) => read.length)).toEqual([200]);
});

test('helpers that call each other twice, thirty deep, are read once each', async () => {
  const helpers = Array.from({ length: 30 }, (_, n) =>
    n === 0
      ? 'const f0 = (v: f32): f32 => v;'
      : `const f${n} = (v: f32): f32 => f${n - 1}(v) + f${n - 1}(v * 2);`,
  );
  const { specs, textOf: text } = await runSpecs({
    'a.ts': pointSpec('px => px.map(v => f29(v))', { top: helpers.join('\n') }),
  });
  expect(text('a.ts')).toBe('');
  expect(specs.pipelines[0].stages[0].apply.helpers).toHaveLength(30);
});

test('inner functions that call each other twice run into the limit, not into the night', async () => {
  const inner = Array.from({ length: 30 }, (_, n) =>
    n === 0 ? 'const f0 = (v: f32) => v + r;' : `const f${n} = (v: f32) => f${n - 1}(v) + f${n - 1}(v * 2);`,
  );
  const { codesOf } = await runSpecs({
    'a.ts': pointSpec(`([r, g, b]) => { ${inner.join(' ')} return [f29(r), g, b]; }`),
  });
  expect(codesOf('a.ts')).toEqual(['CW1056']);
});

test('a file that changed is read anew', async () => {
  const read = async (mean: number): Promise<unknown> => {
    const { specs } = await runSpecs({
      'a.ts': anySpec(
        `export const p = pipeline(rgb8(), normalize({ mean: ${mean}, std: 1 }), nchw('f32'));`,
      ),
    });
    return specs.pipelines[0].stages[0].params[0].value;
  };
  expect(await read(1)).toEqual({ settled: 1 });
  expect(await read(2)).toEqual({ settled: 2 });
});

test('a hundred pipelines', async () => {
  const pipelines = Array.from(
    { length: 100 },
    (_, n) =>
      `export const p${n} = pipeline(nv12(), yuvToRgb(), warpAffine({ filter: linear, border: constant(${n}) }), normalize({ mean: ${n}, std: 1 }), nchw('f16'));`,
  );
  const files = { 'a.ts': anySpec(pipelines.join('\n')) };
  const { specs } = await runSpecs(files);
  expect(specs.diagnostics).toEqual([]);
  expect(specs.pipelines).toHaveLength(100);
});
