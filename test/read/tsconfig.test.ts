/** The author's own tsconfig.json holds for specs, and a module that cannot be loaded to its end is an error. */
import { afterEach, expect, test } from 'vitest';
import { formatDiagnostics } from '../../compiler/diagnostics/index.js';
import { readSpecs } from '../../compiler/read/index.js';
import { requirePlatform } from '../../runtime/device/addon.js';
import { AddonLoadError } from '../../runtime/errors.js';
import { makeProject, type Project } from '../support/project.js';

const spec = (
  top: string,
  apply: string,
): string => `import { nhwc, pipeline, pointOp, rgb8 } from 'cuweave/ops';
${top}
const op = pointOp({ from: ['rgb'], apply: ${apply} });
export const p = pipeline(rgb8(), op(), nhwc('f32'));
`;

let project: Project | undefined;
afterEach(() => project?.remove());

/** What is said about a project's entry, and the text of what was read. */
const readProject = async (files: Readonly<Record<string, string>>, entry: string) => {
  project = makeProject(files);
  const { root } = project;
  const { pipelines, diagnostics } = await readSpecs({ root, entries: [entry] });
  return { said: formatDiagnostics(diagnostics, { root }), text: JSON.stringify(pipelines) };
};

test('paths, libraries, types, strictness and ambient declarations, also by extends and references', async () => {
  const { said, text } = await readProject(
    {
      'packages/app/tsconfig.json': '{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }',
      'packages/app/tsconfig.app.json': `{
  // Comments are fine.
  "extends": "../../tsconfig.base.json",
  "compilerOptions": { "composite": true, "noUnusedLocals": true, "paths": { "@ops/*": ["./lib/*"] } },
  "include": ["src", "types"],
}`,
      'tsconfig.base.json':
        '{ "compilerOptions": { "strict": false, "lib": ["es2023", "dom"], "types": ["halves"] } }',
      'node_modules/@types/halves/index.d.ts': 'declare const halves: number;',
      'packages/app/types/own.d.ts': 'declare const build: { readonly gain: number };',
      'packages/app/lib/weights.ts': 'export const weights = [0.25, 0.5].map(v => v / 2);\n',
      // A stale file that a compiler wrote.
      'packages/app/lib/weights.js': 'export const weights = [9, 9];\n',
      'packages/app/src/a.ts': spec(
        `import { weights } from '@ops/weights';
const unused = 1;
const name: string = null;
const page = typeof document === 'undefined' ? 4 : document.title.length;
const known = typeof halves === 'undefined' && typeof build === 'undefined' ? 8 : 0;`,
        '([r, g, b]) => [r * weights[0] + page, g * weights[1] + known, b]',
      ),
    },
    'packages/app/src/a.ts',
  );
  expect(said).toBe('');
  for (const value of ['0.125', '0.25', '4', '8']) {
    expect(text).toContain(`"kind":"literal","value":${value},`);
  }
}, 60_000);

test('an author who is stricter than we are: unchecked indices are marked, and all of cuweave/ops is at hand', async () => {
  const { said, text } = await readProject(
    {
      'tsconfig.json': `{ "compilerOptions": { "strict": true, "noUncheckedIndexedAccess": true, "exactOptionalPropertyTypes": true,
  "noPropertyAccessFromIndexSignature": true, "noImplicitReturns": true } }`,
      'a.ts': `import * as ops from 'cuweave/ops';
const weights = [0.25, 0.5, 0.25];
const gained = ops.pointOp({
  from: ['rgb'],
  params: { gain: ops.perChannel(ops.f32), curve: ops.perChannel(ops.table) },
  apply: (px, { gain, curve }) => {
    let sum: ops.f32 = 0;
    for (let n = 0; n < 3; n++) {
      sum += px[n]! * weights[n]!;
    }
    return px.map((v, c) => ops.lookup(curve[c]!, ops.i32(v * gain[c]!)) + sum);
  },
});
const two = ops.filter({
  apply: (tap, [x, y]) => {
    const right = tap(ops.i32(x) + 1, ops.i32(y));
    return tap(ops.i32(x), ops.i32(y)).map((v, n) => v + right[n]!);
  },
});
export const own = ops.pipeline(ops.rgb8(), gained(), ops.rotate({ filter: two, border: ops.constant(0) }), ops.nhwc('f32'));
export const all = ops.pipeline(
  ops.rgb8(),
  ops.composite({ background: ops.rgb8() }),
  ops.lut(),
  ops.erase(),
  ops.gaussianNoise(),
  ops.swapChannels(),
  ops.channelReorder({ order: [2, 1, 0] }),
  ops.rgbToGray(),
  ops.resize({ width: 8, height: 8, filter: ops.lanczos4, border: ops.replicate }),
  ops.normalize({ mean: 0, std: 1 }),
  ops.nhwc('f32'),
);
`,
    },
    'a.ts',
  );
  expect(said).toBe('');
  expect(text).toContain('"name":"own"');
  expect(text).toContain('"name":"all"');
}, 60_000);

test('a broken tsconfig.json', async () => {
  const { said } = await readProject(
    {
      'tsconfig.json': '{\n  "extends": "./none.json",\n  "compilerOptions": { "target": "ES1999" }\n}\n',
      'a.ts': spec('', 'px => px'),
    },
    'a.ts',
  );
  expect(said.replaceAll(project!.root, '<root>')).toMatchInlineSnapshot(`
    ".:1:1 - error CW9005: The tsconfig.json of the specs cannot be used: Cannot read file '<root>/none.json'.
      hint: mend it; the one that holds is the nearest in the folder of the first entry or above

    tsconfig.json:3:34 - error CW9005: The tsconfig.json of the specs cannot be used: Argument for '--target' option must be: 'es6', 'es2015', 'es2016', 'es2017', 'es2018', 'es2019', 'es2020', 'es2021', 'es2022', 'es2023', 'es2024', 'es2025', 'esnext'.

    3   "compilerOptions": { "target": "ES1999" }
                                       ~~~~~~~~
      hint: mend it; the one that holds is the nearest in the folder of the first entry or above

    Found 2 errors in 2 files.
    "
  `);
}, 60_000);

test('a module that ends the process', async () => {
  const text = spec(
    'declare const process: { exit(code: number): never };\nif (Date.now() > 0) process.exit(0);',
    'px => px',
  );
  const { said } = await readProject({ 'a.ts': text }, 'a.ts');
  expect(said).toMatchInlineSnapshot(`
    "a.ts:3:1 - error CW9002: The module failed while it was loaded: Error: process.exit(0) was called

    3 if (Date.now() > 0) process.exit(0);
      ~
      hint: pipelines are made when their module is loaded, so it must run without its application

    Found 1 error.
    "
  `);
}, 60_000);

test('the runtime names a platform where it cannot run', () => {
  expect(() => requirePlatform('darwin', 'arm64')).toThrow(AddonLoadError);
  expect(() => requirePlatform('win32', 'x64')).toThrowErrorMatchingInlineSnapshot(
    `[AddonLoadError: Pipelines run on Linux, on x64 and arm64, and this is win32-x64. Operators can be written and run as functions here, and \`cuweave check\` and \`cuweave explain\` work.]`,
  );
  requirePlatform('linux', 'arm64');
});
