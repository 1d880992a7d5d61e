/** What a program has when it runs is what is compiled: its constants, tables and functions, however its modules make them. */
import { rmSync } from 'node:fs';
import { createJiti } from 'jiti';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatDiagnostics } from '../../compiler/diagnostics/index.js';
import type { Diagnostic } from '../../compiler/errors.js';
import type { Plan } from '../../compiler/ir/plan.js';
import { packageRoot } from '../../compiler/package.js';
import { checkSpecs } from '../../compiler/specs.js';
import type { Pipeline } from '../../ops/spec.js';
import { loadOracle, runOracle } from '../support/executions.js';
import { blankImage, fillImage, readPixels } from '../support/images.js';
import { makeProject, type Project } from '../support/project.js';
import { reference } from '../support/reference.js';

const imports = `import { f32, filter, i32, mapOp, nearest, nhwc, type Pixel, pipeline, pointOp, replicate, rgb8,
  withDefault } from 'cuweave/ops';\n`;
/** One operator on the channel that it names, in a file of its own. */
const point = (apply: string, top = ''): string => `${imports}${top}
const op = pointOp({ from: ['rgb'], apply: ${apply} });
export const NAME = pipeline(rgb8(), op(), nhwc('f32'));
`;
const any = (text: string): string => `${imports}${text}\n`;

/** Programs that are compiled: what the kernel computes is what the functions compute as JavaScript. */
const compiled: Readonly<Record<string, string>> = {
  filledTable: point(
    '([r, g, b]) => [r * weights[0]!, g * weights[1]!, b * weights[2]!]',
    'const weights = [0, 0, 0];\nfor (let i = 0; i < 3; i++) weights[i] = Math.exp((-i * i) / 2);',
  ),
  filledTyped: point(
    'px => px.map((v, c) => v * weights[c]!)',
    'const weights = new Float32Array(3);\nweights.forEach((_, i) => { weights[i] = 1 / (i + 3); });',
  ),
  filledInside: point(
    'px => { let sum: f32 = 0; for (let i = 0; i < table.length; i++) { sum += px[0] * table[i]!; } return [sum, px[1], px[2]]; }',
    'const table = Array.from({ length: 9 }, (_, i) => Math.cos(i) / 9);',
  ),
  normalised: point(
    'px => px.map((v, c) => v * kernel[c]!)',
    'const raw = [1, 2, 4];\nconst total = raw.reduce((a, b) => a + b);\nconst kernel = raw.map(v => v / total);',
  ),
  assigned: point(
    '([r, g, b]) => [r * conf.gain, g * negative, b]',
    'const conf = { gain: 2 };\nObject.assign(conf, { gain: 5 });\nconst negative = -conf.gain;',
  ),
  assignedLater: point(
    '([r, g, b]) => [r * conf.gain + conf.deep.offsets[1]!, g, b]',
    'const conf = { gain: 2, deep: { offsets: [1, 2] } };\nconf.gain = 7;\nconf.deep.offsets[1] = -3;',
  ),
  sorted: point(
    '([r, g, b]) => [r * list[0]!, g * list[1]!, b * list[2]!]',
    'const list = [3, 1, 2];\nlist.sort();',
  ),
  pushed: point('([r, g, b]) => [r * list.length, g * list[2]!, b]', 'const list = [1, 2];\nlist.push(9);'),
  destructured: point(
    '([r, g, b]) => [r * gain, g * first, b * renamed]',
    'const { gain, deep: { other: renamed } } = { gain: 3, deep: { other: 0.5 } };\nconst [first] = [4, 5];',
  ),
  inside: point(
    '([r, g, b]) => { const { gain, bias } = conf; const [x, y] = conf.at; return [r * gain + bias, g * x!, b * y!]; }',
    'const conf = { gain: 0.1, bias: 4, at: [2, 3] };\nconf.bias = 6;',
  ),
  byName: point(
    `([r, g, b]) => [r * conf['gain']!, g, b]`,
    'const conf: Record<string, number> = {};\nconf.gain = 4;',
  ),
  conditional: point(
    '([r, g, b]) => [r * (fast ? 2 : 3), g * level, b]',
    `const fast = new Date(0).getTime() === 1;\nconst level = [fast].length > 1 ? 5 : 6;`,
  ),
  chosenFunction: point(
    '([r, g, b]) => [shade(r), g, b]',
    'const up = (v: f32): f32 => v + 10;\nconst down = (v: f32): f32 => v - 10;\nconst shade = [1].length > 1 ? up : down;',
  ),
  reassignedHelper: point(
    '([r, g, b]) => [shade(r), g, b]',
    'let shade = (v: f32): f32 => v + 10;\nshade = (v: f32): f32 => v * 0.5;',
  ),
  tableOfFunctions: point(
    '([r, g, b]) => [tones.film(r), tones.flat(g), b]',
    'const tones = { film: (v: f32): f32 => v * v, flat(v: f32): f32 { return 9; } };\ntones.film = (v: f32): f32 => v / 3;',
  ),
  declaredFunction: point(
    '([r, g, b]) => [half(r), g, b]',
    'function half(v: f32): f32;\nfunction half(v: f32): f32 { return v / 2; }',
  ),
  enumerations: point(
    '([r, g, b]) => [r * Gain.High, g * Gain.Low, mode === Mode.A ? b : 0]',
    `enum Gain { Low = 2, High = Low * 3 }\nconst enum Mode { A = 'a', B = 'b' }\nconst mode = [Mode.A, Mode.B][0];`,
  ),
  namespaces: point(
    '([r, g, b]) => [r * Lens.gain, g * Lens.inner.k[1]!, Lens.half(b)]',
    'namespace Lens { export const gain = 1 + 2; export namespace inner { export const k = [1, 5]; }\nexport const half = (v: f32): f32 => v / 2; }',
  ),
  classes: point(
    '([r, g, b]) => [r * Conf.gain, g * conf.level, Conf.half(b)]',
    'class Conf { static gain = 3; level = 4; static half(v: f32): f32 { return v / 2; } }\nconst conf = new Conf();\nconf.level = 8;',
  ),
  frozen: point(
    '([r, g, b]) => [r * t[0], g * t[1].k, b]',
    'const t = Object.freeze([2, { k: 3 }] as const);',
  ),
  words: point(
    `([r, g, b]) => mode === 'swap' ? [b, g, r] : [r, g, b]`,
    `const mode = ['keep', 'swap'].at(-1);`,
  ),
  wholeNumbers: point(
    '([r, g, b]) => { let n = start; n += 1; return [i32(r) & mask, (i32(g) << shift) >> 1, n % 7 + b * 0]; }',
    'const mask = parseInt("1f", 16);\nconst shift = i32(3);\nconst start: i32 = Number("16777217");',
  ),
  sizes: any(`const fixed = { width: 5, height: 0 };
fixed.height = 3;
const op = mapOp({ size: () => fixed, apply: ([x, y]) => [x / 2, y / 2] });
export const NAME = pipeline(rgb8(), op({ filter: nearest, border: replicate }), nhwc('f32'));`),
  spreadSize:
    any(`const stretched = { size: (_: unknown, src: { width: f32; height: f32 }) => ({ width: src.width * 2, height: src.height }) };
const stretch = mapOp({ ...stretched, apply: ([x, y]) => [x / 2, y] });
export const NAME = pipeline(rgb8(), stretch({ filter: nearest, border: replicate }), nhwc('f32'));`),
  spreadOver:
    any(`const base: { readonly from: readonly ['rgb']; apply?: (px: Pixel<3>) => Pixel<3> } = { from: ['rgb'], apply: ([r, g, b]) => [r, g, b] };
const op = pointOp({ ...base, apply: ([r, g, b]) => [b, g, r] });
const under = pointOp({ apply: ([r, g, b]: Pixel<3>): Pixel<3> => [0, g, b], ...base });
export const NAME = pipeline(rgb8(), op(), under(), nhwc('f32'));`),
  reassigned: any(`let turn = ([r, g, b]: Pixel<3>): Pixel<3> => [r, g, b];
turn = ([r, g, b]) => [b, g, r];
const op = pointOp({ from: ['rgb'], apply: turn });
turn = ([r, g, b]) => [g, g, g];
export const NAME = pipeline(rgb8(), op(), nhwc('f32'));`),
  writtenLater:
    any(`const definition = { from: ['rgb'] as const, apply: ([r, g, b]: Pixel<3>): Pixel<3> => [r, g, b] };
definition.apply = ([r, g, b]) => [b, g, r];
const op = pointOp(definition);
definition.apply = ([r, g, b]) => [g, g, g];
export const NAME = pipeline(rgb8(), op(), nhwc('f32'));`),
  madeByFunction: any(`const make = (apply: (px: Pixel<3>) => Pixel<3>) => pointOp({ from: ['rgb'], apply });
const first = make(([r, g, b]) => [g, b, r]);
const second = make(([r, g, b]) => [r * 2, g, b]);
export const NAME = pipeline(rgb8(), first(), second(), nhwc('f32'));`),
  aliased: any(`const declare = pointOp;
const op = declare({ from: ['rgb'], apply: ([r, g, b]) => [b, g, r] });
export const NAME = pipeline(rgb8(), op(), nhwc('f32'));`),
  optionsLater: any(`const given = { gain: 2 };
const op = pointOp({ from: ['rgb'], params: { gain: withDefault(f32, 3) }, apply: (px, { gain }) => px.map(v => v * gain) });
const placed = op(given);
given.gain = 4;
export const NAME = pipeline(rgb8(), placed, nhwc('f32'));`),
  filters: any(`const weights = { near: 0 };
weights.near = 0.75;
const apply = (tap: (x: i32, y: i32) => Pixel, [x, y]: readonly [f32, f32]): readonly f32[] => {
  const [a, b] = [tap(i32(Math.floor(x)), i32(Math.floor(y))), tap(i32(Math.floor(x)) + 1, i32(Math.floor(y)))];
  return a.map((v, c) => v * weights.near + b[c]! * (1 - weights.near));
};
const made = { constants: { k: 1 } };
const mixed = filter({ ...made, apply });
const op = mapOp({ apply: ([x, y]) => [x + 0.25, y] });
export const NAME = pipeline(rgb8(), op({ filter: mixed, border: replicate }), nhwc('f32'));`),
  imported: `${any('')}import { assigned as mine, half, table } from './tables.js';
import settings from './settings.json' with { type: 'json' };
import * as all from './again.js';
import whole, { shade } from './again.js';
const op = pointOp({ from: ['rgb'], apply: ([r, g, b]) =>
  [half(r) * mine.gain + table[2]!, shade(g) * settings.gain * all.table[1]!, b * whole.k + all.whole.k + all.half(b) + settings.list[1]!] });
export const NAME = pipeline(rgb8(), op(), nhwc('f32'));`,
  untyped: `${any('')}import { weights } from './plain.js';
const op = pointOp({ from: ['rgb'], apply: px => px.map((v, c) => v * weights[c]!) });
export const NAME = pipeline(rgb8(), op(), nhwc('f32'));`,
  changedElsewhere: `${any('')}import { shared } from './shared.js';
import './change.js';
const op = pointOp({ from: ['rgb'], apply: ([r, g, b]) => [r * shared.gain, g, b] });
export const NAME = pipeline(rgb8(), op(), nhwc('f32'));`,
  hash: point(
    `([r, g, b]) => {
  let h: i32 = Math.imul(i32(r), 0x85ebca6b) | 0;
  h ^= h >>> 16;
  h = Math.imul(h ^ 0x9e3779b9, prime);
  h ^= h >>> 15;
  h >>>= 3;
  return [h & 255, (h >>> 8) & 255, ~h & 0xff];
}`,
    'const prime = 0xc2b2ae35;',
  ),
  bitsOfConstant: point(
    '([r, g, b]) => { const seed: i32 = 0x85ebca6b | 0; return [(seed ^ i32(r)) & 255, g, b]; }',
  ),
  oneOrThree: point(
    '([r, g, b]) => [Math.max(r), Math.hypot(r, g, b), Math.min(i32(b)) + Math.hypot(r - 300)]',
  ),
  swapped: point(
    '([r, g, b]) => { let [a, c, n] = [r, b, 1]; [a, c] = [c, a]; [c, , n] = [a + n, g, c - a]; return [a, c, n]; }',
  ),
  hoisted: point('([r, g, b]) => { return [twice(r), g, b]; function twice(v: f32): f32 { return v * 2; } }'),
};

/** Other files that the programs import. */
const others: Readonly<Record<string, string>> = {
  'tables.ts': `import type { f32 } from 'cuweave/ops';
export const table = new Float32Array(4);
for (let i = 0; i < 4; i++) table[i] = i * 0.5;
export const assigned = { gain: 1 };
assigned.gain = 1.5;
export const half = (v: f32): f32 => v / divisor.by;
const divisor = { by: 1 };
divisor.by = 2;
`,
  // What TypeScript or a bundler left there some time ago.
  'tables.js':
    'export const table = [9, 9, 9, 9]; export const assigned = { gain: 9 }; export const half = v => 9;\n',
  'again.ts': `export * from './tables.js';
const whole = { k: 3 };
whole.k = 11;
export default whole;
export { whole };
export { half as shade } from './tables.js';
`,
  'settings.json': '{ "gain": 0.25, "list": [1, 2] }\n',
  'plain.js': 'export const weights = [1, 2, 3].map(v => v / 6);\n',
  'plain.d.ts': 'export declare const weights: readonly number[];\n',
  'shared.ts': 'export const shared = { gain: 1 };\n',
  'change.ts': `import { shared } from './shared.js';\nshared.gain = 12;\n`,
};

let project: Project;
let plans: ReadonlyMap<string, Plan>;
let diagnostics: readonly Diagnostic[];
beforeAll(async () => {
  const entries = Object.entries(compiled).map(
    ([name, text]) => [`${name}.ts`, text.replaceAll('NAME', name)] as const,
  );
  project = makeProject({
    ...Object.fromEntries(entries),
    ...others,
    'node.d.ts': 'declare const process: any;',
  });
  const read = await checkSpecs({ root: project.root, entries: entries.map(([name]) => name) });
  plans = new Map(read.plans.map(plan => [plan.name, plan]));
  diagnostics = read.diagnostics;
  // Of the two, a loader of another kind takes this one.
  rmSync(project.path('tables.js'));
}, 120_000);
afterAll(() => project.remove());

/** The author's functions as they stand, in a load of their own. */
const inJavaScript = async (name: string): Promise<Pipeline> => {
  const alias = { 'cuweave/ops': `${packageRoot}/ops/index.ts` };
  const extensions = ['.ts', '.js', '.json'];
  const jiti = createJiti(import.meta.url, { fsCache: false, interopDefault: false, alias, extensions });
  const module = await jiti.import<Record<string, Pipeline>>(project.path(`${name}.ts`));
  return module[name]!;
};

test('everything is compiled', () => {
  expect(formatDiagnostics(diagnostics, { root: project.root })).toBe('');
});

test.each(Object.keys(compiled))('%s', async name => {
  const spec = await inJavaScript(name);
  const size = [4, 3] as const;
  const image = fillImage(blankImage(spec.source, ...size), (_, row, index) => 31 + row * 70 + index * 13);
  const expected = reference(spec, image);
  const { kernels } = plans.get(name)!;
  expect(kernels).toHaveLength(1);
  const [kernel] = kernels;
  const out = runOracle(kernel!, await loadOracle(kernel!), image, undefined, {}, { number: 0, of: 1 });
  const pixels = readPixels(out);
  expect([pixels.width, pixels.height]).toEqual([expected.width, expected.height]);
  const apart = pixels.values.map((value, n) => Math.abs(value - expected.values[n]!));
  expect(Math.max(...apart)).toBeLessThan(1e-3);
});
