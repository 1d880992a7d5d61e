/** Every construct that the kernel language refuses, with the whole text of its diagnostic. */
import { beforeAll, expect, test } from 'vitest';
import { type Code, diagnosticTable } from '../../compiler/diagnostics/index.js';
import { anySpec, pointSpec, runSpecs, type SpecRun } from '../support/specFiles.js';

const cases: Readonly<Record<string, string>> = {
  whileLoop: pointSpec('px => { let x: f32 = 0; while (x < 3) { x += 1; } return [x, x, x]; }'),
  doLoop: pointSpec('px => { let x: f32 = 0; do { x += 1; } while (x < 3); return [x, x, x]; }'),
  forOf: pointSpec('px => { let s: f32 = 0; for (const v of px) { s += v; } return [s, s, s]; }'),
  forIn: pointSpec('px => { let s: f32 = 0; for (const k in px) { s += 1; } return [s, s, s]; }'),
  forRuntimeBound: pointSpec(
    '(px, { n }) => { let s: f32 = 0; for (let i = 0; i < n; i++) { s += 1; } return [s, s, s]; }',
    { params: 'n: i32', options: '{ n: 3 }' },
  ),
  forDown: pointSpec('px => { let s: f32 = 0; for (let i = 3; i > 0; i--) { s += 1; } return [s, s, s]; }'),
  forEver: pointSpec('px => { for (;;) { return [1, 2, 3]; } }'),
  forCounterAssigned: pointSpec(
    'px => { let s: f32 = 0; for (let i = 0; i < 3; i++) { i += 1; s += 1; } return [s, s, s]; }',
  ),
  forLong: pointSpec(
    'px => { let s: f32 = 0; for (let i = 0; i < 100000; i++) { s += 1; } return [s, s, s]; }',
  ),
  forLongUnrolled: pointSpec(
    'px => { let s: f32 = 0; for (let i = 0; i < 65; i++) { s += px[i % 3]; } return [s, s, s]; }',
  ),
  forComputedMax: pointSpec(
    '(px, { n }) => { let s: f32 = 0; for (let i = 0; i < Math.max(n, 8); i++) { s += 1; } return [s, s, s]; }',
    { params: 'n: i32', options: '{ n: 3 }' },
  ),
  forComputedFraction: pointSpec(
    '([r, g, b]) => { let s: f32 = 0; for (let i = 0; i < Math.min(r, 8); i++) { s += 1; } return [s, g, b]; }',
  ),
  forComputedLong: pointSpec(
    '(px, { n }) => { let s: f32 = 0; for (let i = 0; i < Math.min(n, 100000); i++) { s += 1; } return [s, s, s]; }',
    { params: 'n: i32', options: '{ n: 3 }' },
  ),
  forComputedIndex: pointSpec(
    '(px, { n }) => { let s: f32 = 0; for (let i = 0; i < Math.min(n, 3); i++) { s += px[i]; } return [s, s, s]; }',
    { params: 'n: i32', options: '{ n: 3 }' },
  ),
  switchStatement: pointSpec(
    '([r, g, b], { n }) => { switch (n) { case 1: return [r, r, r]; default: return [g, g, b]; } }',
    { params: 'n: i32', options: '{ n: 1 }' },
  ),
  breakStatement: pointSpec(
    'px => { let s: f32 = 0; for (let i = 0; i < 3; i++) { if (s > 1) break; s += 1; } return [s, s, s]; }',
  ),
  continueStatement: pointSpec(
    'px => { let s: f32 = 0; for (let i = 0; i < 3; i++) { if (s > 1) continue; s += 1; } return [s, s, s]; }',
  ),
  tryStatement: pointSpec('px => { try { return px; } catch { return px; } }'),
  throwStatement: pointSpec(`px => { if (px[0] > 1) { throw new Error('no'); } return px; }`),
  labelledBlock: pointSpec('px => { here: { return px; } }'),
  looseEquality: pointSpec('([r, g, b]) => [r == g ? 1 : 0, g, b]'),
  looseInequality: pointSpec('([r, g, b]) => [r != g ? 1 : 0, g, b]'),
  unsignedShift: pointSpec('([r, g, b]) => [f32(i32(r) >>> 0), f32(i32(r) >>> i32(g)), b]'),
  hugeInteger: pointSpec('([r, g, b]) => { const seed: i32 = 0x85ebca6b; return [i32(r) ^ seed, g, b]; }'),
  notOfFraction: pointSpec('([r, g, b]) => [~~r, g, b]'),
  integerDivision: pointSpec('([r, g, b]) => [i32(r) / i32(g), g, b]'),
  floorOfIntegerDivision: pointSpec('([r, g, b]) => [Math.floor(i32(r) / 2), g, b]'),
  fractionToInteger: pointSpec('([r, g, b]) => { const n: i32 = r * 2; return [n, g, b]; }'),
  literalFractionToInteger: pointSpec('([r, g, b]) => { const n: i32 = 1.5; return [n, g, b]; }'),
  assignFractionToInteger: pointSpec('([r, g, b]) => { let n: i32 = 1; n += r; return [n, g, b]; }'),
  truthyNumber: pointSpec('([r, g, b]) => (r ? [r, g, b] : [b, g, r])'),
  negatedNumber: pointSpec('([r, g, b]) => [!r ? 1 : 0, g, b]'),
  andOfNumbers: pointSpec('([r, g, b]) => [r && g, g, b]'),
  orOfNumbers: pointSpec('([r, g, b]) => [r || g, g, b]'),
  booleanAsNumber: pointSpec('([r, g, b]) => [-(r > g), g, b]'),
  bitsOfFraction: pointSpec('([r, g, b]) => [r & 255, g, b]'),
  shiftOfFraction: pointSpec('([r, g, b]) => [r << 1, g, b]'),
  mathRandom: pointSpec('([r, g, b]) => [r * Math.random(), g, b]'),
  mathClz32: pointSpec('([r, g, b]) => [Math.clz32(r), g, b]'),
  mathFunctionAsValue: pointSpec('px => px.map(Math.abs)'),
  tableAsPixel: pointSpec('(px, { curve }) => curve', {
    params: 'curve: ops.table',
    options: '{ curve: Array.from({ length: 256 }, () => 1) }',
  }),
  tableByIndex: pointSpec('([r, g, b], { curve }) => [curve[i32(r)], g, b]', {
    params: 'curve: ops.table',
    options: '{ curve: Array.from({ length: 256 }, () => 1) }',
  }),
  tablePassedOn: pointSpec('([r, g, b], { curve }) => [first(curve), g, b]', {
    top: 'const first = (t: readonly f32[]): f32 => t[0];',
    params: 'curve: ops.table',
    options: '{ curve: Array.from({ length: 256 }, () => 1) }',
  }),
  lookupOfPixel: pointSpec('px => [ops.lookup(px, 1), 0, 0]'),
  lookupOfFraction: pointSpec('([r, g, b], { curve }) => [ops.lookup(curve, r), g, b]', {
    params: 'curve: ops.table',
    options: '{ curve: Array.from({ length: 256 }, () => 1) }',
  }),
  lookupInside: pointSpec(
    '(px, { curve }) => px.map(v => { const i = i32(v); return ops.lookup(curve, i); })',
    { params: 'curve: ops.table', options: '{ curve: Array.from({ length: 256 }, () => 1) }' },
  ),
  positionToFraction: pointSpec('(px, _, { at: [x] }) => { const n: i32 = x * 0.5; return [n, 0, 0]; }'),
  positionHalved: pointSpec('([r, g, b], _, { size }) => [r + size.width / 2, g, b]'),
  mathNoArguments: pointSpec('([r, g, b]) => [Math.max(), g, b]'),
  recursion: pointSpec('([r, g, b]) => [fall(r), g, b]', {
    top: 'const fall = (v: f32): f32 => (v > 1 ? fall(v - 1) : v);',
  }),
  mutualRecursion: pointSpec('([r, g, b]) => [ping(r), g, b]', {
    top: `function ping(v: f32): f32 { return pong(v); }
function pong(v: f32): f32 { return ping(v); }`,
  }),
  objectType: pointSpec('([r, g, b]) => [take({ a: r }), g, b]', {
    top: 'const take = (o: { a: f32 }): f32 => o.a;',
  }),
  stringOrNumberType: pointSpec('([r, g, b]) => [take(r), g, b]', {
    top: 'const take = (o: f32 | string): f32 => 1;',
  }),
  genericType: pointSpec('([r, g, b]) => [take(r), g, b]', {
    top: 'const take = <T extends number>(o: T): f32 => 1;',
  }),
  callOfGlobal: pointSpec(`([r, g, b]) => [parseFloat('1') + r, g, b]`),
  callOfMethodOfGlobal: pointSpec(`([r, g, b]) => [Number.parseFloat('1') + r, g, b]`),
  callOfConsole: pointSpec(`px => { globalThis.parseInt('1'); return px; }`),
  moduleLet: pointSpec('([r, g, b]) => [r * gain, g, b]', { top: 'let gain = 2; gain += 1;' }),
  computedByGetter: pointSpec('([r, g, b]) => [r * conf.gain, g, b]', {
    top: 'const conf = { get gain() { return 2; } };',
  }),
  getterOfClass: pointSpec('([r, g, b]) => { const { gain } = conf; return [r * gain, g, b]; }', {
    top: 'class Conf { get gain() { return 2; } }\nconst conf = new Conf();',
  }),
  proxyOfTable: pointSpec('([r, g, b]) => [r * table[0], g, b]', {
    top: 'const table = new Proxy([1, 2, 3], {});',
  }),
  missingValue: pointSpec('([r, g, b]) => [r * table[1], g, b]', {
    top: 'const table = [1, null as never, 3];',
  }),
  notFiniteConstant: pointSpec('([r, g, b]) => [r * ratio, g, b]', { top: 'const ratio = 1 / [].length;' }),
  typedConstant: pointSpec('([r, g, b]) => [r * steps, g, b]', { top: 'const steps: i32 = 10 / 4;' }),
  functionOfPackage: pointSpec('([r, g, b]) => [join(r), g, b]', {
    top: 'const join = ((v: f32): f32 => v).bind(null);',
  }),
  runtimeIndex: pointSpec('([r, g, b]) => [[r, g, b][i32(r)], g, b]'),
  indexOutside: pointSpec('((px: Pixel) => [px[3], px[1], px[2]]) as never'),
  indexOutsideTuple: pointSpec(
    'px => { const t: readonly f32[] = [px[0], px[1]]; return [t[5], px[1], px[2]]; }',
  ),
  emptyTuple: pointSpec('px => { const t: readonly f32[] = []; return [px[0], px[1], px[2]]; }'),
  sparseTuple: pointSpec('px => { const t = [px[0], , px[2]]; return [px[0], px[1], px[2]]; }'),
  valueOfJavaScript: pointSpec('px => px.map(v => v + Number.EPSILON)'),
  callOfConstructor: pointSpec('px => px.map(v => Number(v))'),
  mixedTuple: pointSpec('([r, g, b]) => { const t = [r, r > g] as const; return [t[0], g, b]; }'),
  restInPattern: pointSpec('([r, ...rest]) => [r, rest[0], rest[1]]'),
  defaultInPattern: pointSpec('([r = 1, g, b]) => [r, g, b]'),
  destructureNumber: pointSpec('(([r, g, b]: any) => { const [x] = r; return [x, g, b]; }) as never'),
  destructureScalar: pointSpec('([r, g, b], { k }) => { const [x] = k; return [x, g, b]; }', {
    params: 'k: f32 as never as typeof vec2',
    options: '{ k: 1 as never }',
  }),
  missingReturn: pointSpec('(([r, g, b]: any) => [half(r), g, b]) as never', {
    top: 'const half = (v: f32) => { if (v > 1) { return v; } };',
  }),
  fallsOffTheEnd: pointSpec('(([r, g, b]: Pixel<3>) => { if (r > 1) { return [r, g, b]; } }) as never'),
  branchesOfDifferentLength: pointSpec(
    '([r, g, b]) => { const t = r > g ? [r, g] : [r, g, b]; return [t[0], g, b]; }',
  ),
  branchesOfDifferentKind: pointSpec('([r, g, b]) => { const t = r > g ? r : g > b; return [r, g, b]; }'),
  twoOfThreeChannels: pointSpec('((px: Pixel<3>) => [px[0], px[1]]) as never'),
  numberForPixel: pointSpec('((px: Pixel<3>) => px[0]) as never'),
  tupleArithmetic: pointSpec('((px: any) => { const t = px * 2; return [t, t, t]; }) as never'),
  tupleTimes: pointSpec('px => px.map(v => v * t)', { top: 'const t: any = [1, 2];' }),
  stringValue: pointSpec(`([r, g, b]) => { const s = 'a' + 'b'; return [r, g, b]; }`),
  stringResult: pointSpec('(([r, g, b]: any, { mode }: any) => [mode, g, b]) as never', {
    params: `mode: oneOf('a', 'b')`,
    options: `{ mode: 'a' }`,
  }),
  templateString: pointSpec(['([r, g, b]) => { const s = `v$', '{r}`; return [r, g, b]; }'].join('')),
  objectLocal: pointSpec('([r, g, b]) => { const o = { r }; return [o.r, g, b]; }'),
  objectWithMethod: pointSpec('([r, g, b]) => { const o = { f() { return 1; } }; return [o.f(), g, b]; }'),
  paramsEscape: pointSpec('(([r, g, b]: any, p: any) => [p * 2, g, b]) as never', {
    params: 'k: f32',
    options: '{ k: 1 }',
  }),
  rectEscape: pointSpec(
    '(([r, g, b]: any, { area }: any) => { const t = [area, r]; return [t[0], g, b]; }) as never',
    { params: 'area: rect', options: '{ area: { x: 0, y: 0, width: 1, height: 1 } }' },
  ),
  unknownProperty: pointSpec('((px: any, p: any) => [p.q, px[1], px[2]]) as never', {
    params: 'k: f32',
    options: '{ k: 1 }',
  }),
  protoProperty: pointSpec('((px: any, p: any) => [p.__proto__, px[1], px[2]]) as never', {
    params: 'k: f32',
    options: '{ k: 1 }',
  }),
  constructorProperty: pointSpec('((px: any, p: any) => [p.constructor, px[1], px[2]]) as never', {
    params: 'k: f32',
    options: '{ k: 1 }',
  }),
  assertion: pointSpec('([r, g, b]) => [r as unknown as number, g, b]'),
  asyncHelper: pointSpec('(([r, g, b]: any) => [later(r), g, b]) as never', {
    top: 'const later = async (v: f32) => v;',
  }),
  generatorHelper: pointSpec('(([r, g, b]: any) => [many(r), g, b]) as never', {
    top: 'function* many(v: f32) { yield v; }',
  }),
  asyncApply: pointSpec('(async (px: Pixel<3>) => px) as never'),
  functionAsArgument: pointSpec('([r, g, b]) => [twice(v => v + 1, r), g, b]', {
    top: 'const twice = (f: (v: f32) => f32, v: f32): f32 => f(f(v));',
  }),
  functionAsValue: pointSpec('([r, g, b]) => { const t = [half, half]; return [r, g, b]; }', {
    top: 'const half = (v: f32): f32 => v / 2;',
  }),
  assignInExpression: pointSpec('([r, g, b]) => { let x: f32 = 0; const y = (x = r); return [x, y, b]; }'),
  incrementInExpression: pointSpec('([r, g, b]) => { let x: f32 = 0; const y = x++; return [x, y, b]; }'),
  statementWithoutEffect: pointSpec('([r, g, b]) => { r + g; return [r, g, b]; }'),
  infinity: pointSpec('([r, g, b]) => [Math.min(r, Infinity), g, b]'),
  notANumber: pointSpec('([r, g, b]) => [r * NaN, g, b]'),
  hugeLiteral: pointSpec('([r, g, b]) => [r * 1e39, g, b]'),
  remainderByZero: pointSpec('([r, g, b]) => [i32(r) % 0, g, b]'),
  idivByZero: pointSpec('([r, g, b]) => [idiv(i32(r), 0), g, b]'),
  truncByZero: pointSpec('([r, g, b]) => [Math.trunc(i32(r) / 0), g, b]'),
  assignToItem: pointSpec('((px: any) => { px[0] = 1; return px; }) as never'),
  assignToItemOfLet: pointSpec(
    '([r, g, b]) => { let t: [f32, f32] = [r, g]; t[0] = b; return [t[0], t[1], b]; }',
  ),
  swapByPattern: pointSpec(
    '([r, g, b]) => { let x = r; const t = [g]; [x, t[0]] = [g, x]; return [x, t[0], b]; }',
  ),
  assignToModule: pointSpec('([r, g, b]) => { count += 1; return [r, g, b]; }', { top: 'let count = 0;' }),
  assignToParameter: pointSpec('([r, g, b]) => { r = 1; return [r, g, b]; }'),
  assignToPlainParameter: pointSpec('([r, g, b]) => [inc(r), g, b]', {
    top: 'const inc = (v: f32): f32 => { v += 1; return v; };',
  }),
  reduce: pointSpec('px => { const s = px.reduce((a, b) => a + b, 0); return [s, s, s]; }'),
  slice: pointSpec('px => { const s = px.slice(1); return [s[0], s[1], px[2]]; }'),
  mapOfNoFunction: pointSpec('((px: any) => px.map(half(2))) as never', {
    top: 'const half = (v: f32): f32 => v / 2;',
  }),
  mapThirdParameter: pointSpec('px => px.map((v, c, all) => v + all[c])'),
  assignOutside: pointSpec(
    'px => { let s: f32 = 0; const u = px.map(v => { s += v; return v; }); return [s, u[1], u[2]]; }',
  ),
  optionalParameter: pointSpec('([r, g, b]) => [half(r), g, b]', {
    top: 'const half = (v: f32, by?: f32): f32 => v;',
  }),
  defaultParameter: pointSpec('([r, g, b]) => [half(r, 1), g, b]', {
    top: 'const half = (v: f32, by: f32 = 2): f32 => v / by;',
  }),
  restParameter: pointSpec('([r, g, b]) => [sum(r, g), g, b]', {
    top: 'const sum = (...v: f32[]): f32 => v[0];',
  }),
  spreadArgument: pointSpec('([r, g, b]) => [sum(...([r, g] as const)), g, b]', {
    top: 'const sum = (a: f32, b: f32): f32 => a + b;',
  }),
  untypedParameter: pointSpec('([r, g, b]) => [half(r), g, b]', {
    top: 'const half: (v: f32) => f32 = v => v / 2;',
  }),
  varStatement: pointSpec('([r, g, b]) => { var x = r; return [x, g, b]; }'),
  noInitialiser: pointSpec('([r, g, b]) => { let x: f32; x = r; return [x, g, b]; }'),
  newExpression: pointSpec('([r, g, b]) => { const d = new Date(); return [r, g, b]; }'),
  thisExpression: pointSpec('function (this: unknown, [r, g, b]) { const t = this; return [r, g, b]; }'),
  typeofExpression: pointSpec(`([r, g, b]) => [typeof r === 'number' ? 1 : 0, g, b]`),
  nullValue: pointSpec('([r, g, b]) => { const n = null; return [r, g, b]; }'),
  undefinedValue: pointSpec('([r, g, b]) => { const n = undefined; return [r, g, b]; }'),
  nullishOperator: pointSpec('([r, g, b]) => [r ?? g, g, b]'),
  optionalChain: pointSpec('px => [px?.[0], px[1], px[2]]'),
  commaOperator: pointSpec('([r, g, b]) => [(half(r), g), g, b]', {
    top: 'const half = (v: f32): f32 => v / 2;',
  }),
  regularExpression: pointSpec('([r, g, b]) => { const e = /a/; return [r, g, b]; }'),
  bigint: pointSpec('([r, g, b]) => { const e = 1n; return [r, g, b]; }'),
  classInside: pointSpec('([r, g, b]) => { class A {} return [r, g, b]; }'),
  logicalAssignment: pointSpec('([r, g, b]) => { let x = r; x ||= 1; return [x, g, b]; }'),
  capturedByFactory:
    anySpec(`const make = (gain: number) => pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [r * gain, g, b] });
export const p = pipeline(rgb8(), make(2)(), nchw('f32'));`),
  tapInInnerFunction:
    anySpec(`const blur = filter({ apply: (tap, [x, y]) => { const at = (dx: i32) => tap(i32(x) + dx, i32(y)); const a = at(0); const b = at(1); return a.map((v, c) => v + b[c]); } });
export const p = pipeline(rgb8(), warpAffine({ filter: blur, border: replicate }), nchw('f32'));`),
  tapAsValue:
    anySpec(`const blur = filter({ apply: (tap, [x, y]) => { const f = [tap]; return tap(0, 0); } });
export const p = pipeline(rgb8(), warpAffine({ filter: blur, border: replicate }), nchw('f32'));`),
  filterConstant:
    anySpec(`const wide = filter({ constants: { scale: 2 }, apply: (tap, [x, y]) => tap(i32(x), i32(y)) });
export const p = pipeline(rgb8(), resize({ filter: wide, border: replicate }), nchw('f32'));`),
  filterConstantNotFinite:
    anySpec(`const wide = filter({ constants: { a: 1 / 0 }, apply: (tap, [x, y]) => tap(i32(x), i32(y)) });
export const p = pipeline(rgb8(), resize({ filter: wide, border: replicate }), nchw('f32'));`),
  filterLimit: anySpec(`const wide = filter({ maxScale: 0, apply: (tap, [x, y]) => tap(i32(x), i32(y)) });
export const p = pipeline(rgb8(), resize({ filter: wide, border: replicate }), nchw('f32'));`),
  scaleOfAWarp: anySpec(
    `export const p = pipeline(rgb8(), warpAffine({ filter: ops.antialiasedLinear, border: replicate }), nchw('f32'));`,
  ),
  scaleOfOwnMap:
    anySpec(`const mean = filter({ apply: (tap, [x, y], { scale }) => tap(i32(x * scale[0]), i32(y)) });
const shift = mapOp({ params: {}, apply: ([x, y]) => [x + 1, y] });
export const p = pipeline(rgb8(), shift({ filter: mean, border: replicate }), nchw('f32'));`),
  resampleOfNothing: anySpec(
    `export const p = pipeline(rgb8(), ops.resample([] as never, { filter: linear, border: replicate }), nchw('f32'));`,
  ),
  resampleOfACrop: anySpec(
    `export const p = pipeline(rgb8(), ops.resample([resize(), crop() as never], { filter: linear, border: replicate }), nchw('f32'));`,
  ),
  resampleSampledTwice: anySpec(
    `export const p = pipeline(rgb8(), ops.resample([resize({ filter: linear }), warpAffine()], { filter: linear, border: replicate }), nchw('f32'));`,
  ),
  resampleWithoutScale: anySpec(
    `export const p = pipeline(rgb8(), ops.resample([resize(), warpAffine()], { filter: ops.area, border: replicate }), nchw('f32'));`,
  ),
  resampleWithoutBorder: anySpec(
    `export const p = pipeline(rgb8(), ops.resample([resize(), warpAffine()], { filter: linear } as never), nchw('f32'));`,
  ),
  cameraWithoutFocalLength: anySpec(
    `export const p = pipeline(rgb8(), ops.undistort({ camera: { fx: 0, fy: 1, cx: 1, cy: 1 }, newCamera: { fx: 1, fy: 0, cx: 1, cy: 1 }, filter: linear, border: replicate }), nchw('f32'));`,
  ),
  cameraMissing: anySpec(
    `export const p = pipeline(rgb8(), ops.undistort({ camera: { fx: 1, fy: 1, cx: 1 } as never, distortion: { k9: 1 } as never, filter: linear, border: replicate }), nchw('f32'));`,
  ),
  tapOfFraction: anySpec(`const half = filter({ apply: (tap, [x, y]) => tap(x, i32(y)) });
export const p = pipeline(rgb8(), warpAffine({ filter: half, border: replicate }), nchw('f32'));`),
  sizeWithoutHeight:
    anySpec(`const half = indexMapOp({ params: {}, size: ((_: unknown, src: any) => ({ width: src.width })) as never, apply: ([x, y]) => [x, y] });
export const p = pipeline(rgb8(), half(), nchw('f32'));`),
  sizeOfFraction:
    anySpec(`const half = indexMapOp({ params: {}, size: (_, src) => ({ width: src.width * 0.5, height: src.height }), apply: ([x, y]) => [x, y] });
export const p = pipeline(rgb8(), half(), nchw('f32'));`),
  sizeDivision:
    anySpec(`const half = indexMapOp({ params: {}, size: (_, src) => ({ width: src.width / 2, height: src.height }), apply: ([x, y]) => [x, y] });
export const p = pipeline(rgb8(), half(), nchw('f32'));`),
  indexOfFraction:
    anySpec(`const shift = indexMapOp({ params: { by: f32 }, apply: ([x, y], { by }) => [x + by, y] });
export const p = pipeline(rgb8(), shift({ by: 1 }), nchw('f32'));`),
  borderOfFraction: anySpec(`const odd = indexBorder({ apply: (i, size) => Math.sqrt(i) });
export const p = pipeline(rgb8(), warpAffine({ filter: linear, border: odd }), nchw('f32'));`),
  boundApply: anySpec(`const apply = ((px: Pixel<3>): Pixel<3> => px).bind(null);
const op = pointOp({ from: ['rgb'], params: {}, apply });
export const p = pipeline(rgb8(), op(), nchw('f32'));`),
  filterOfParts:
    anySpec(`const parts = (given: typeof linear): typeof linear => ({ ...given, apply: () => [1, 2, 3] });
export const p = pipeline(rgb8(), resize({ width: 8, height: 8, filter: parts(linear), border: replicate }), nchw('f32'));`),
  forgedOperator:
    anySpec(`const op = { role: 'point', from: ['rgb'], to: 'same', params: {}, apply: (px: Pixel) => px };
const stage = { kind: 'stage', op, options: {} };
export const p = pipeline(rgb8(), stage as any, nchw('f32'));`),
  noApply: anySpec(`const op = pointOp({ from: ['rgb'], params: {} } as never);
export const p = pipeline(rgb8(), (op as never as () => never)(), nchw('f32'));`),
  unknownOption: anySpec(
    `export const p = pipeline(rgb8(), normalize(JSON.parse('{ "mean": 0, "std": 1, "gain": 3 }')), nchw('f32'));`,
  ),
  unknownOptionProto: anySpec(
    `export const p = pipeline(rgb8(), normalize(JSON.parse('{ "mean": 0, "std": 1, "__proto__": 3, "constructor": 1 }')), nchw('f32'));`,
  ),
  infiniteValue: anySpec(
    `export const p = pipeline(rgb8(), normalize({ mean: [0, Infinity, 0], std: 1 }), nchw('f32'));`,
  ),
  textForNumber: anySpec(
    `export const p = pipeline(rgb8(), normalize(JSON.parse('{ "mean": "0", "std": 1 }')), nchw('f32'));`,
  ),
  fractionForInteger: anySpec(
    `export const p = pipeline(rgb8(), resize({ width: 10.5, height: 10, filter: linear, border: replicate }), nchw('f32'));`,
  ),
  emptyRect: anySpec(
    `export const p = pipeline(rgb8(), crop({ rect: { x: 0, y: 0, width: 0, height: 4 } }), nchw('f32'));`,
  ),
  badCoding: anySpec(
    `export const p = pipeline(nv12(), yuvToRgb({ matrix: 'bt999' as never }), nchw('f32'));`,
  ),
  wrongChannels: anySpec(
    `export const p = pipeline(rgb8(), normalize(JSON.parse('{ "mean": [0, 0], "std": 1 }')), nchw('f32'));`,
  ),
  unknownChoice: anySpec(
    `export const p = pipeline(rgb8(), flip({ direction: 'diagonal' as never }), nchw('f32'));`,
  ),
  openChoice: anySpec(`export const p = pipeline(rgb8(), flip({ direction: open('way') }), nchw('f32'));`),
  missingChoice: anySpec(`export const p = pipeline(rgb8(), flip(), nchw('f32'));`),
  noSampling: anySpec(`export const p = pipeline(rgb8(), warpAffine() as never, nchw('f32'));`),
  filterOfAnotherKind: anySpec(
    `export const p = pipeline(rgb8(), warpAffine({ filter: 'linear' as never, border: linear as never }), nchw('f32'));`,
  ),
  borderOfWrongLength: anySpec(
    `export const p = pipeline(rgb8(), warpAffine({ filter: linear, border: constant([0, 1]) }), nchw('f32'));`,
  ),
  borderNotFinite: anySpec(
    `export const p = pipeline(rgb8(), warpAffine({ filter: linear, border: constant(NaN) }), nchw('f32'));`,
  ),
  operatorName:
    anySpec(`const op = pointOp({ name: 'a"; system("x', from: ['rgb'], params: {}, apply: px => px });
export const p = pipeline(rgb8(), op(), nchw('f32'));`),
  parameterName:
    anySpec(`const op = mapOp({ params: { filter: f32, constructor: f32 }, apply: ([x, y]) => [x, y] });
export const p = pipeline(rgb8(), op({ border: replicate } as never), nchw('f32'));`),
  parameterOfNoType:
    anySpec(`const op = pointOp({ from: ['rgb'], params: { k: 3 as never }, apply: px => px });
export const p = pipeline(rgb8(), op(), nchw('f32'));`),
  openName: anySpec(
    `export const p = pipeline(rgb8(), normalize({ mean: open('a b'), std: open('__proto__') }), nchw('f32'));`,
  ),
  matrixWithoutDirection: anySpec(
    `export const p = pipeline(rgb8(), warpAffine({ matrix: [1, 0, 0, 0, 1, 0] as never, filter: linear, border: replicate }), nchw('f32'));`,
  ),
  matrixOfFive: anySpec(
    `export const p = pipeline(rgb8(), warpAffine({ matrix: { dstToSrc: [1, 0, 0, 0, 1] as never }, filter: linear, border: replicate }), nchw('f32'));`,
  ),
  matrixOfNineWithoutDirection: anySpec(
    `export const p = pipeline(rgb8(), ops.warpPerspective({ matrix: [1, 0, 0, 0, 1, 0, 0, 0, 1] as never, filter: linear, border: replicate }), nchw('f32'));`,
  ),
  matrixOfSix: anySpec(
    `export const p = pipeline(rgb8(), ops.warpPerspective({ matrix: { srcToDst: [1, 0, 0, 0, 1, 0] as never }, filter: linear, border: replicate }), nchw('f32'));`,
  ),
  angleInWords: anySpec(
    `export const p = pipeline(rgb8(), ops.rotate({ degrees: '90' as never, filter: linear, border: replicate }), nchw('f32'));`,
  ),
  turnByNumber: anySpec(
    `export const p = pipeline(rgb8(), ops.rotate90({ clockwise: 90 as never }), nchw('f32'));`,
  ),
  forgedCode: anySpec(
    `export const p = pipeline({ ...ops.p010(), code: { bits: 10, shift: '0); evil(' } } as never, nchw('f32') as never);`,
  ),
  defaultExport: anySpec(`export default pipeline(rgb8(), nchw('f32'));`),
  hostName: anySpec("export const warp_host = pipeline(rgb8(), nchw('f32'));"),
  unicodeName: anySpec(`export const größe = pipeline(rgb8(), nchw('f32'));`),
  reservedName: anySpec(`const p = pipeline(rgb8(), nchw('f32'));
export { p as delete };`),
  sourceMissing: anySpec(
    `export const p = pipeline(normalize({ mean: 0, std: 1 }) as any, nchw('f32') as any);`,
  ),
  sinkMissing: anySpec('export const p = pipeline(rgb8(), normalize({ mean: 0, std: 1 }) as never);'),
  sinkUncalled: anySpec('export const p = pipeline(rgb8(), normalize as never);'),
  onlyASource: anySpec('export const p = pipeline(...([rgb8()] as never as [never, never]));'),
  sinkOnlyRead: anySpec(`export const p = pipeline(nv12(), nv12({ chroma: 'linear' }) as never);`),
  forgedChroma: anySpec(
    `export const p = pipeline(nv12({ chroma: 'cubic' as never }), nchw('f32') as never);`,
  ),
  forgedSiting: anySpec(
    `export const p = pipeline(nv12({ chroma: 'linear', siting: 'right' as never }), nchw('f32') as never);`,
  ),
  chromaOfWhole: anySpec(
    `export const p = pipeline({ ...ops.yuv444p(), chroma: { filter: 'linear', siting: 'left' }, role: 'source' } as never, nchw('f32') as never);`,
  ),
  forgedNext: anySpec(
    `export const p = pipeline({ ...ops.yuyv(), channels: [{ plane: 0, lane: 2, next: 2 }, { plane: 0, lane: 1 }, { plane: 0, lane: 3 }] } as never, nchw('f32') as never);`,
  ),
  mixedSubsampling: anySpec(
    `export const p = pipeline(nv12(), { ...ops.i420(), planes: ops.i420().planes.map((plane, n) => (n === 2 ? { ...plane, subsampling: [2, 1] } : plane)) } as never);`,
  ),
  wrongColour: anySpec(
    `export const p = pipeline(nv12(), normalize({ mean: 0, std: 1 }) as never, nchw('f32'));`,
  ),
  wrongSinkColour: anySpec('export const p = pipeline(nv12(), rgb8() as never);'),
  notAStage: anySpec(
    `export const p = pipeline(rgb8(), normalize as never, rgb8() as never, 3 as never, nchw('f32'));`,
  ),
  openTwice: anySpec(`export const p = pipeline(rgb8(), normalize(), normalize(), nchw('f32'));`),
  forgedFormat: anySpec(
    `export const p = pipeline({ ...rgb8(), name: 'a b' } as never, { ...nchw('f32'), planes: [] } as never);`,
  ),
  throws: anySpec(`const broken: { a: { b: number } } = JSON.parse('{}');
export const n = broken.a.b;
export const p = pipeline(rgb8(), nchw('f32'));`),
  throwsText: anySpec(`if (rgb8().kind === 'format') {
  throw 'just text';
}
export const p = pipeline(rgb8(), nchw('f32'));`),
  tooDeep: pointSpec(`([r, g, b]) => [${Array(300).fill('r').join(' + ')}, g, b]`),
  tooLarge: pointSpec('px => px.map(a => grow(grow(a)))', {
    top: [
      'const grow = (a: f32): f32 => {',
      '  let s: f32 = 0;',
      '  const t = [1, 2, 3, 4] as const;',
      '  for (let i = 0; i < 60; i++) { for (let j = 0; j < 60; j++) { s += t[(i + j) % 4] * a + t[j % 4] * a + t[i % 4] * a; } }',
      '  return s;',
      '};',
    ].join('\n'),
  }),
};

let run: SpecRun;
beforeAll(async () => {
  const files = Object.entries(cases).map(([name, text]) => [
    `${name}.ts`,
    // One run, so the names differ.
    text.replace('export const p =', `export const ${name} =`),
  ]);
  run = await runSpecs(Object.fromEntries(files));
});

test('every case is good TypeScript', () => {
  const errors = run.specs.diagnostics.filter(({ code }) => code.startsWith('TS'));
  expect(errors.map(({ loc, message }) => `${loc.file}: ${message}`)).toEqual([]);
});

test('every case is refused, by the table', () => {
  const silent = Object.keys(cases).filter(name => run.codesOf(`${name}.ts`).length === 0);
  expect(silent).toEqual([]);
  const codes = new Set<string>(run.specs.diagnostics.map(({ code }) => code));
  // What several kernels and results can do wrong is in test/read/refusedPlans.test.ts, what images beside the source can in
  // test/read/refusedImages.test.ts, what stencils can in test/read/refusedStencils.test.ts; files that do not load have tests of their own.
  const plans: readonly Code[] = ['CW3009', 'CW3011', 'CW3013', 'CW3102', 'CW3103'];
  const images: readonly Code[] = ['CW2030', 'CW2031', 'CW2032', 'CW2033', 'CW3023'];
  const stencils: readonly Code[] = ['CW2021', 'CW2022', 'CW2023', 'CW3014'];
  // And of reductions in test/read/refusedReductions.test.ts.
  const reductions: readonly Code[] = ['CW1064', 'CW2040', 'CW2041', 'CW2042', 'CW2043', 'CW2044'];
  const files: readonly Code[] = ['CW3001', 'CW9001', 'CW9003', 'CW9004', 'CW9005'];
  const tables: readonly Code[] = ['CW3024', 'CW3025'];
  const elsewhere: readonly Code[] = [...plans, ...tables, ...images, ...stencils, ...reductions, ...files];
  const untested = Object.keys(diagnosticTable).filter(
    code => !codes.has(code) && !elsewhere.some(other => other === code),
  );
  expect(untested).toEqual([]);
  expect([...codes].filter(code => !Object.hasOwn(diagnosticTable, code))).toEqual([]);
});

test('no case is refused twice for one reason', () => {
  const language = run.specs.diagnostics.filter(({ code }) => code.startsWith('CW1'));
  const places = language.map(({ loc, code }) => `${loc.file}:${loc.line}:${loc.column} ${code}`);
  expect(places.filter((place, index) => places.indexOf(place) !== index)).toEqual([]);
});

test('every template is filled', () => {
  const open = run.specs.diagnostics.filter(({ message, hint }) => /\{\w+\}/.test(`${message} ${hint}`));
  expect(open.map(({ message }) => message)).toEqual([]);
});

test('whileLoop', () => {
  expect(run.textOf('whileLoop.ts')).toMatchInlineSnapshot(`
    "whileLoop.ts:7:80 - error CW1002: \`while\` is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => { let x: f32 = 0; while (x < 3) { x += 1; } return [x, x, x]; } });
                                                                                     ~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`for (let i = 0; i < 4; i++)\` with a constant bound
      in op op < pipeline whileLoop (whileLoop.ts:8:14)"
  `);
});

test('doLoop', () => {
  expect(run.textOf('doLoop.ts')).toMatchInlineSnapshot(`
    "doLoop.ts:7:80 - error CW1002: \`do\` is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => { let x: f32 = 0; do { x += 1; } while (x < 3); return [x, x, x]; } });
                                                                                     ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`for (let i = 0; i < 4; i++)\` with a constant bound
      in op op < pipeline doLoop (doLoop.ts:8:14)"
  `);
});

test('forOf', () => {
  expect(run.textOf('forOf.ts')).toMatchInlineSnapshot(`
    "forOf.ts:7:80 - error CW1002: \`for … of\` is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => { let s: f32 = 0; for (const v of px) { s += v; } return [s, s, s]; } });
                                                                                     ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`for (let i = 0; i < 4; i++)\` with a constant bound
      in op op < pipeline forOf (forOf.ts:8:14)"
  `);
});

test('forIn', () => {
  expect(run.textOf('forIn.ts')).toMatchInlineSnapshot(`
    "forIn.ts:7:80 - error CW1002: \`for … in\` is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => { let s: f32 = 0; for (const k in px) { s += 1; } return [s, s, s]; } });
                                                                                     ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`for (let i = 0; i < 4; i++)\` with a constant bound
      in op op < pipeline forIn (forIn.ts:8:14)"
  `);
});

test('forRuntimeBound', () => {
  expect(run.textOf('forRuntimeBound.ts')).toMatchInlineSnapshot(`
    "forRuntimeBound.ts:7:115 - error CW1003: Expected \`for (let i = a; i < b; i += k)\` with constants for a, b and k > 0.

    7 const op = pointOp({ from: ['rgb'], params: {n: i32}, apply: (px, { n }) => { let s: f32 = 0; for (let i = 0; i < n; i++) { s += 1; } return [s, s, s]; } });
                                                                                                                        ~
      hint: use whole numbers or constants of the module, or \`i < Math.min(n, 64)\` for an end that is computed; count upwards; leave the counter alone in the body
      in op op < pipeline forRuntimeBound (forRuntimeBound.ts:8:14)"
  `);
});

test('forDown', () => {
  expect(run.textOf('forDown.ts')).toMatchInlineSnapshot(`
    "forDown.ts:7:96 - error CW1003: Expected \`for (let i = a; i < b; i += k)\` with constants for a, b and k > 0.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => { let s: f32 = 0; for (let i = 3; i > 0; i--) { s += 1; } return [s, s, s]; } });
                                                                                                     ~~~~~
      hint: use whole numbers or constants of the module, or \`i < Math.min(n, 64)\` for an end that is computed; count upwards; leave the counter alone in the body
      in op op < pipeline forDown (forDown.ts:8:14)"
  `);
});

test('forEver', () => {
  expect(run.textOf('forEver.ts')).toMatchInlineSnapshot(`
    "forEver.ts:7:64 - error CW1003: Expected \`for (let i = a; i < b; i += k)\` with constants for a, b and k > 0.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => { for (;;) { return [1, 2, 3]; } } });
                                                                     ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: use whole numbers or constants of the module, or \`i < Math.min(n, 64)\` for an end that is computed; count upwards; leave the counter alone in the body
      in op op < pipeline forEver (forEver.ts:8:14)"
  `);
});

test('forCounterAssigned', () => {
  expect(run.textOf('forCounterAssigned.ts')).toMatchInlineSnapshot(`
    "forCounterAssigned.ts:7:110 - error CW1045: i does not change: it is a parameter, a constant or a counter.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => { let s: f32 = 0; for (let i = 0; i < 3; i++) { i += 1; s += 1; } return [s, s, s]; } });
                                                                                                                   ~
      hint: copy it first: \`let x = …\`
      in op op < pipeline forCounterAssigned (forCounterAssigned.ts:8:14)"
  `);
});

test('forLong', () => {
  expect(run.textOf('forLong.ts')).toMatchInlineSnapshot(`
    "forLong.ts:7:80 - error CW1054: The loop has 100000 rounds, and 65536 are allowed.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => { let s: f32 = 0; for (let i = 0; i < 100000; i++) { s += 1; } return [s, s, s]; } });
                                                                                     ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: compute it before the call, and pass the result as a parameter
      in op op < pipeline forLong (forLong.ts:8:14)"
  `);
});

test('forLongUnrolled', () => {
  expect(run.textOf('forLongUnrolled.ts')).toMatchInlineSnapshot(`
    "forLongUnrolled.ts:7:80 - error CW1055: The loop has 65 rounds, and its counter indexes a tuple, which allows 64.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => { let s: f32 = 0; for (let i = 0; i < 65; i++) { s += px[i % 3]; } return [s, s, s]; } });
                                                                                     ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: shorten it, or compute the value from the counter
      in op op < pipeline forLongUnrolled (forLongUnrolled.ts:8:14)"
  `);
});

test('switchStatement', () => {
  expect(run.textOf('switchStatement.ts')).toMatchInlineSnapshot(`
    "switchStatement.ts:7:86 - error CW1004: \`switch\` is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {n: i32}, apply: ([r, g, b], { n }) => { switch (n) { case 1: return [r, r, r]; default: return [g, g, b]; } } });
                                                                                           ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`if … else if …\`, or \`?:\`
      in op op < pipeline switchStatement (switchStatement.ts:8:14)"
  `);
});

test('breakStatement', () => {
  expect(run.textOf('breakStatement.ts')).toMatchInlineSnapshot(`
    "breakStatement.ts:7:121 - error CW1005: \`break\` is not in the kernel language.

    7 or (let i = 0; i < 3; i++) { if (s > 1) break; s += 1; } return [s, s, s]; } });
                                              ~~~~~~
      hint: put the rest of the body into an \`if\`, or return early from a function of its own
      in op op < pipeline breakStatement (breakStatement.ts:8:14)"
  `);
});

test('continueStatement', () => {
  expect(run.textOf('continueStatement.ts')).toMatchInlineSnapshot(`
    "continueStatement.ts:7:121 - error CW1005: \`continue\` is not in the kernel language.

    7 or (let i = 0; i < 3; i++) { if (s > 1) continue; s += 1; } return [s, s, s]; } });
                                              ~~~~~~~~~
      hint: put the rest of the body into an \`if\`, or return early from a function of its own
      in op op < pipeline continueStatement (continueStatement.ts:8:14)"
  `);
});

test('tryStatement', () => {
  expect(run.textOf('tryStatement.ts')).toMatchInlineSnapshot(`
    "tryStatement.ts:7:64 - error CW1006: \`try\` is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => { try { return px; } catch { return px; } } });
                                                                     ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: return a value that says so, or check the parameter before the call
      in op op < pipeline tryStatement (tryStatement.ts:8:14)"
  `);
});

test('throwStatement', () => {
  expect(run.textOf('throwStatement.ts')).toMatchInlineSnapshot(`
    "throwStatement.ts:7:81 - error CW1006: \`throw\` is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => { if (px[0] > 1) { throw new Error('no'); } return px; } });
                                                                                      ~~~~~~~~~~~~~~~~~~~~~~
      hint: return a value that says so, or check the parameter before the call
      in op op < pipeline throwStatement (throwStatement.ts:8:14)"
  `);
});

test('labelledBlock', () => {
  expect(run.textOf('labelledBlock.ts')).toMatchInlineSnapshot(`
    "labelledBlock.ts:7:64 - error CW1001: A label is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => { here: { return px; } } });
                                                                     ~~~~~~~~~~~~~~~~~~~~
      hint: write it with const, let, if, bounded for, ?: and functions; see docs/language.md
      in op op < pipeline labelledBlock (labelledBlock.ts:8:14)"
  `);
});

test('looseEquality', () => {
  expect(run.textOf('looseEquality.ts')).toMatchInlineSnapshot(`
    "looseEquality.ts:7:74 - error CW1007: \`==\` is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [r == g ? 1 : 0, g, b] });
                                                                               ~~
      hint: write \`===\` or \`!==\`
      in op op < pipeline looseEquality (looseEquality.ts:8:14)"
  `);
});

test('looseInequality', () => {
  expect(run.textOf('looseInequality.ts')).toMatchInlineSnapshot(`
    "looseInequality.ts:7:74 - error CW1007: \`!=\` is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [r != g ? 1 : 0, g, b] });
                                                                               ~~
      hint: write \`===\` or \`!==\`
      in op op < pipeline looseInequality (looseInequality.ts:8:14)"
  `);
});

test('unsignedShift', () => {
  expect(run.textOf('unsignedShift.ts')).toMatchInlineSnapshot(`
    "unsignedShift.ts:7:76 - error CW1008: \`>>>\` takes a constant of 1 to 31 on its right.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [f32(i32(r) >>> 0), f32(i32(r) >>> i32(g)), b] });
                                                                                 ~~~~~~~~~~~~
      hint: write \`h >>> 16\`; leave \`>>> 0\` out where only the bits matter, since an i32 has the same
      in op op < pipeline unsignedShift (unsignedShift.ts:8:14)

    unsignedShift.ts:7:95 - error CW1008: \`>>>\` takes a constant of 1 to 31 on its right.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [f32(i32(r) >>> 0), f32(i32(r) >>> i32(g)), b] });
                                                                                                    ~~~~~~~~~~~~~~~~~
      hint: write \`h >>> 16\`; leave \`>>> 0\` out where only the bits matter, since an i32 has the same
      in op op < pipeline unsignedShift (unsignedShift.ts:8:14)"
  `);
});

test('integerDivision', () => {
  expect(run.textOf('integerDivision.ts')).toMatchInlineSnapshot(`
    "integerDivision.ts:7:72 - error CW1009: \`/\` between two i32 is ambiguous: i32(r) / i32(g).

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [i32(r) / i32(g), g, b] });
                                                                             ~~~~~~~~~~~~~~~
      hint: write \`idiv(a, b)\` or \`Math.trunc(a / b)\` for a whole number, \`f32(a) / b\` for a fraction
      in op op < pipeline integerDivision (integerDivision.ts:8:14)"
  `);
});

test('floorOfIntegerDivision', () => {
  expect(run.textOf('floorOfIntegerDivision.ts')).toMatchInlineSnapshot(`
    "floorOfIntegerDivision.ts:7:83 - error CW1009: \`/\` between two i32 is ambiguous: i32(r) / 2.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [Math.floor(i32(r) / 2), g, b] });
                                                                                        ~~~~~~~~~~
      hint: write \`idiv(a, b)\` or \`Math.trunc(a / b)\` for a whole number, \`f32(a) / b\` for a fraction
      in op op < pipeline floorOfIntegerDivision (floorOfIntegerDivision.ts:8:14)"
  `);
});

test('fractionToInteger', () => {
  expect(run.textOf('fractionToInteger.ts')).toMatchInlineSnapshot(`
    "fractionToInteger.ts:7:88 - error CW1010: Expected i32 but received f32.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { const n: i32 = r * 2; return [n, g, b]; } });
                                                                                             ~~~~~
      hint: write \`i32(x)\`, which drops the fraction, or \`i32(Math.floor(x))\`
      in op op < pipeline fractionToInteger (fractionToInteger.ts:8:14)"
  `);
});

test('literalFractionToInteger', () => {
  expect(run.textOf('literalFractionToInteger.ts')).toMatchInlineSnapshot(`
    "literalFractionToInteger.ts:7:88 - error CW1010: Expected i32 but received the number 1.5.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { const n: i32 = 1.5; return [n, g, b]; } });
                                                                                             ~~~
      hint: write \`i32(x)\`, which drops the fraction, or \`i32(Math.floor(x))\`
      in op op < pipeline literalFractionToInteger (literalFractionToInteger.ts:8:14)"
  `);
});

test('assignFractionToInteger', () => {
  expect(run.textOf('assignFractionToInteger.ts')).toMatchInlineSnapshot(`
    "assignFractionToInteger.ts:7:89 - error CW1010: Expected i32 but received f32.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { let n: i32 = 1; n += r; return [n, g, b]; } });
                                                                                              ~~~~~~
      hint: write \`i32(x)\`, which drops the fraction, or \`i32(Math.floor(x))\`
      in op op < pipeline assignFractionToInteger (assignFractionToInteger.ts:8:14)"
  `);
});

test('truthyNumber', () => {
  expect(run.textOf('truthyNumber.ts')).toMatchInlineSnapshot(`
    "truthyNumber.ts:7:72 - error CW1011: Expected a boolean but received f32.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => (r ? [r, g, b] : [b, g, r]) });
                                                                             ~
      hint: compare: \`x !== 0\`
      in op op < pipeline truthyNumber (truthyNumber.ts:8:14)"
  `);
});

test('negatedNumber', () => {
  expect(run.textOf('negatedNumber.ts')).toMatchInlineSnapshot(`
    "negatedNumber.ts:7:73 - error CW1011: Expected a boolean but received f32.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [!r ? 1 : 0, g, b] });
                                                                              ~
      hint: compare: \`x !== 0\`
      in op op < pipeline negatedNumber (negatedNumber.ts:8:14)"
  `);
});

test('andOfNumbers', () => {
  expect(run.textOf('andOfNumbers.ts')).toMatchInlineSnapshot(`
    "andOfNumbers.ts:7:72 - error CW1011: Expected a boolean but received f32.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [r && g, g, b] });
                                                                             ~
      hint: compare: \`x !== 0\`
      in op op < pipeline andOfNumbers (andOfNumbers.ts:8:14)"
  `);
});

test('orOfNumbers', () => {
  expect(run.textOf('orOfNumbers.ts')).toMatchInlineSnapshot(`
    "orOfNumbers.ts:7:72 - error CW1011: Expected a boolean but received f32.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [r || g, g, b] });
                                                                             ~
      hint: compare: \`x !== 0\`
      in op op < pipeline orOfNumbers (orOfNumbers.ts:8:14)"
  `);
});

test('booleanAsNumber', () => {
  expect(run.textOf('booleanAsNumber.ts')).toMatchInlineSnapshot(`
    "booleanAsNumber.ts:7:72 - error CW1012: Expected a number but received a boolean.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [-(r > g), g, b] });
                                                                             ~~~~~~~~
      hint: write \`b ? 1 : 0\`
      in op op < pipeline booleanAsNumber (booleanAsNumber.ts:8:14)"
  `);
});

test('bitsOfFraction', () => {
  expect(run.textOf('bitsOfFraction.ts')).toMatchInlineSnapshot(`
    "bitsOfFraction.ts:7:72 - error CW1013: \`&\` works on the bits of i32 but received f32.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [r & 255, g, b] });
                                                                             ~~~~~~~
      hint: convert first: \`i32(x)\` drops the fraction, as \`~~x\` and \`x | 0\` do in JavaScript to numbers that an i32 holds
      in op op < pipeline bitsOfFraction (bitsOfFraction.ts:8:14)"
  `);
});

test('shiftOfFraction', () => {
  expect(run.textOf('shiftOfFraction.ts')).toMatchInlineSnapshot(`
    "shiftOfFraction.ts:7:72 - error CW1013: \`<<\` works on the bits of i32 but received f32.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [r << 1, g, b] });
                                                                             ~~~~~~
      hint: convert first: \`i32(x)\` drops the fraction, as \`~~x\` and \`x | 0\` do in JavaScript to numbers that an i32 holds
      in op op < pipeline shiftOfFraction (shiftOfFraction.ts:8:14)"
  `);
});

test('mathRandom', () => {
  expect(run.textOf('mathRandom.ts')).toMatchInlineSnapshot(`
    "mathRandom.ts:7:76 - error CW1014: Math.random is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [r * Math.random(), g, b] });
                                                                                 ~~~~~~~~~~~
      hint: see docs/language.md for the functions of Math that are
      in op op < pipeline mathRandom (mathRandom.ts:8:14)"
  `);
});

test('mathClz32', () => {
  expect(run.textOf('mathClz32.ts')).toMatchInlineSnapshot(`
    "mathClz32.ts:7:72 - error CW1014: Math.clz32 is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [Math.clz32(r), g, b] });
                                                                             ~~~~~~~~~~
      hint: see docs/language.md for the functions of Math that are
      in op op < pipeline mathClz32 (mathClz32.ts:8:14)"
  `);
});

test('mathFunctionAsValue', () => {
  expect(run.textOf('mathFunctionAsValue.ts')).toMatchInlineSnapshot(`
    "mathFunctionAsValue.ts:7:69 - error CW1039: Math.abs is a function, and is only called in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => px.map(Math.abs) });
                                                                          ~~~~~~~~
      hint: call it, or wrap it: \`px.map(v => f(v))\`
      in op op < pipeline mathFunctionAsValue (mathFunctionAsValue.ts:8:14)"
  `);
});

test('mathNoArguments', () => {
  expect(run.textOf('mathNoArguments.ts')).toMatchInlineSnapshot(`
    "mathNoArguments.ts:7:72 - error CW1015: Math.max takes 2 arguments but received 0.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [Math.max(), g, b] });
                                                                             ~~~~~~~~~~
      hint: give each parameter one argument
      in op op < pipeline mathNoArguments (mathNoArguments.ts:8:14)"
  `);
});

test('recursion', () => {
  expect(run.textOf('recursion.ts')).toMatchInlineSnapshot(`
    "recursion.ts:6:40 - error CW1016: A function calls itself: fall → fall.

    6 const fall = (v: f32): f32 => (v > 1 ? fall(v - 1) : v);
                                             ~~~~~~~~~~~
      hint: write a bounded \`for\`
      in op op < pipeline recursion (recursion.ts:8:14)"
  `);
});

test('mutualRecursion', () => {
  expect(run.textOf('mutualRecursion.ts')).toMatchInlineSnapshot(`
    "mutualRecursion.ts:7:37 - error CW1016: A function calls itself: ping → pong → ping.

    7 function pong(v: f32): f32 { return ping(v); }
                                          ~~~~~~~
      hint: write a bounded \`for\`
      in op op < pipeline mutualRecursion (mutualRecursion.ts:9:14)"
  `);
});

test('objectType', () => {
  expect(run.textOf('objectType.ts')).toMatchInlineSnapshot(`
    "objectType.ts:6:18 - error CW1017: \`{ a: f32 }\` is not a type of the kernel language.

    6 const take = (o: { a: f32 }): f32 => o.a;
                       ~~~~~~~~~~
      hint: use f32, i32, boolean, or a tuple such as \`readonly [f32, f32]\`; Pixel, Point and Index are tuples
      in op op < pipeline objectType (objectType.ts:8:14)"
  `);
});

test('stringOrNumberType', () => {
  expect(run.textOf('stringOrNumberType.ts')).toMatchInlineSnapshot(`
    "stringOrNumberType.ts:6:18 - error CW1017: \`f32 | string\` is not a type of the kernel language.

    6 const take = (o: f32 | string): f32 => 1;
                       ~~~~~~~~~~~~
      hint: use f32, i32, boolean, or a tuple such as \`readonly [f32, f32]\`; Pixel, Point and Index are tuples
      in op op < pipeline stringOrNumberType (stringOrNumberType.ts:8:14)"
  `);
});

test('genericType', () => {
  expect(run.textOf('genericType.ts')).toMatchInlineSnapshot(`
    "genericType.ts:6:36 - error CW1017: \`T\` is not a type of the kernel language.

    6 const take = <T extends number>(o: T): f32 => 1;
                                         ~
      hint: use f32, i32, boolean, or a tuple such as \`readonly [f32, f32]\`; Pixel, Point and Index are tuples
      in op op < pipeline genericType (genericType.ts:8:14)"
  `);
});

test('callOfGlobal', () => {
  expect(run.textOf('callOfGlobal.ts')).toMatchInlineSnapshot(`
    "callOfGlobal.ts:7:72 - error CW1018: parseFloat is not a function that a kernel can call: it belongs to JavaScript, and has no counterpart in a kernel.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [parseFloat('1') + r, g, b] });
                                                                             ~~~~~~~~~~
      hint: call Math, functions of cuweave/ops, or functions written in TypeScript whose source is in this project
      in op op < pipeline callOfGlobal (callOfGlobal.ts:8:14)"
  `);
});

test('callOfMethodOfGlobal', () => {
  expect(run.textOf('callOfMethodOfGlobal.ts')).toMatchInlineSnapshot(`
    "callOfMethodOfGlobal.ts:7:72 - error CW1018: Number.parseFloat is not a function that a kernel can call: it belongs to JavaScript, and has no counterpart in a kernel.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [Number.parseFloat('1') + r, g, b] });
                                                                             ~~~~~~~~~~~~~~~~~
      hint: call Math, functions of cuweave/ops, or functions written in TypeScript whose source is in this project
      in op op < pipeline callOfMethodOfGlobal (callOfMethodOfGlobal.ts:8:14)"
  `);
});

test('callOfConsole', () => {
  expect(run.textOf('callOfConsole.ts')).toMatchInlineSnapshot(`
    "callOfConsole.ts:7:64 - error CW1018: globalThis.parseInt is not a function that a kernel can call: it belongs to JavaScript, and has no counterpart in a kernel.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => { globalThis.parseInt('1'); return px; } });
                                                                     ~~~~~~~~~~~~~~~~~~~
      hint: call Math, functions of cuweave/ops, or functions written in TypeScript whose source is in this project
      in op op < pipeline callOfConsole (callOfConsole.ts:8:14)"
  `);
});

test('moduleLet', () => {
  expect(run.textOf('moduleLet.ts')).toMatchInlineSnapshot(`
    "moduleLet.ts:7:76 - error CW1019: gain (moduleLet.ts:6) can change, so a kernel cannot read it.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [r * gain, g, b] });
                                                                                 ~~~~
      hint: make it \`const\`, or a parameter of the operator
      in op op < pipeline moduleLet (moduleLet.ts:8:14)"
  `);
});

test('hugeInteger', () => {
  expect(run.textOf('hugeInteger.ts')).toMatchInlineSnapshot(`
    "hugeInteger.ts:7:91 - error CW1062: Expected i32 but received the number 0x85ebca6b, which has more than 31 bits.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { const seed: i32 = 0x85ebca6b; return [i32(r) ^ seed, g, b]; } });
                                                                                                ~~~~~~~~~~
      hint: write \`0x85ebca6b | 0\`, which has the same 32 bits and is what \`&\`, \`|\`, \`^\` and Math.imul make of it in JavaScript; \`i32(x)\` stops at the largest i32
      in op op < pipeline hugeInteger (hugeInteger.ts:8:14)"
  `);
});

test('notOfFraction', () => {
  expect(run.textOf('notOfFraction.ts')).toMatchInlineSnapshot(`
    "notOfFraction.ts:7:73 - error CW1013: \`~\` works on the bits of i32 but received f32.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [~~r, g, b] });
                                                                              ~~
      hint: convert first: \`i32(x)\` drops the fraction, as \`~~x\` and \`x | 0\` do in JavaScript to numbers that an i32 holds
      in op op < pipeline notOfFraction (notOfFraction.ts:8:14)"
  `);
});

test('computedByGetter', () => {
  expect(run.textOf('computedByGetter.ts')).toMatchInlineSnapshot(`
    "computedByGetter.ts:7:72 - error CW1061: Expected a number, a boolean, a tuple or a function but received what \`get gain\` computes.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [r * conf.gain, g, b] });
                                                                             ~~~~~~~~~~~~~
      hint: give the module numbers, booleans, words, and arrays, typed arrays and objects of them
      in op op < pipeline computedByGetter (computedByGetter.ts:8:14)"
  `);
});

test('getterOfClass', () => {
  expect(run.textOf('getterOfClass.ts')).toMatchInlineSnapshot(`
    "getterOfClass.ts:8:104 - error CW1061: Expected a number, a boolean, a tuple or a function but received what \`get gain\` computes.

    8 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { const { gain } = conf; return [r * gain, g, b]; } });
                                                                                                             ~~~~~~~~
      hint: give the module numbers, booleans, words, and arrays, typed arrays and objects of them
      in op op < pipeline getterOfClass (getterOfClass.ts:9:14)"
  `);
});

test('proxyOfTable', () => {
  expect(run.textOf('proxyOfTable.ts')).toMatchInlineSnapshot(`
    "proxyOfTable.ts:7:76 - error CW1027: Expected a tuple but received a Proxy.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [r * table[0], g, b] });
                                                                                 ~~~~~~~~
      hint: a pixel, a point and \`[a, b]\` are tuples
      in op op < pipeline proxyOfTable (proxyOfTable.ts:8:14)"
  `);
});

test('missingValue', () => {
  expect(run.textOf('missingValue.ts')).toMatchInlineSnapshot(`
    "missingValue.ts:7:72 - error CW1061: Expected a number, a boolean, a tuple or a function but received null.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [r * table[1], g, b] });
                                                                             ~~~~~~~~~~~~
      hint: give the module numbers, booleans, words, and arrays, typed arrays and objects of them
      in op op < pipeline missingValue (missingValue.ts:8:14)"
  `);
});

test('notFiniteConstant', () => {
  expect(run.textOf('notFiniteConstant.ts')).toMatchInlineSnapshot(`
    "notFiniteConstant.ts:7:72 - error CW1042: Infinity is not a finite 32-bit number.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [r * ratio, g, b] });
                                                                             ~~~~~~~~~
      hint: stay within ±3.4028235e38
      in op op < pipeline notFiniteConstant (notFiniteConstant.ts:8:14)"
  `);
});

test('typedConstant', () => {
  expect(run.textOf('typedConstant.ts')).toMatchInlineSnapshot(`
    "typedConstant.ts:6:7 - error CW1010: Expected i32 but received the number 2.5.

    6 const steps: i32 = 10 / 4;
            ~~~~~~~~~~~~~~~~~~~
      hint: write \`i32(x)\`, which drops the fraction, or \`i32(Math.floor(x))\`
      in op op < pipeline typedConstant (typedConstant.ts:8:14)"
  `);
});

test('functionOfPackage', () => {
  expect(run.textOf('functionOfPackage.ts')).toMatchInlineSnapshot(`
    "functionOfPackage.ts:7:72 - error CW1018: join is not a function that a kernel can call: it is a function whose source is not TypeScript of this project.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [join(r), g, b] });
                                                                             ~~~~
      hint: call Math, functions of cuweave/ops, or functions written in TypeScript whose source is in this project
      in op op < pipeline functionOfPackage (functionOfPackage.ts:8:14)"
  `);
});

test('runtimeIndex', () => {
  expect(run.textOf('runtimeIndex.ts')).toMatchInlineSnapshot(`
    "runtimeIndex.ts:7:82 - error CW1022: A tuple is indexed by a constant.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [[r, g, b][i32(r)], g, b] });
                                                                                       ~~~~~~
      hint: use a number, the index of \`.map\`, or the counter of a \`for\` loop
      in op op < pipeline runtimeIndex (runtimeIndex.ts:8:14)"
  `);
});

test('indexOutside', () => {
  expect(run.textOf('indexOutside.ts')).toMatchInlineSnapshot(`
    "indexOutside.ts:7:76 - error CW1023: There is no item 3 in a tuple of 3.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ((px: Pixel) => [px[3], px[1], px[2]]) as never });
                                                                                 ~
      hint: items are counted from 0
      in op op < pipeline indexOutside (indexOutside.ts:8:14)"
  `);
});

test('indexOutsideTuple', () => {
  expect(run.textOf('indexOutsideTuple.ts')).toMatchInlineSnapshot(`
    "indexOutsideTuple.ts:7:116 - error CW1023: There is no item 5 in a tuple of 2.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => { const t: readonly f32[] = [px[0], px[1]]; return [t[5], px[1], px[2]]; } });
                                                                                                                         ~
      hint: items are counted from 0
      in op op < pipeline indexOutsideTuple (indexOutsideTuple.ts:8:14)"
  `);
});

test('emptyTuple', () => {
  expect(run.textOf('emptyTuple.ts')).toMatchInlineSnapshot(`
    "emptyTuple.ts:7:90 - error CW1024: A tuple needs a value in every place.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => { const t: readonly f32[] = []; return [px[0], px[1], px[2]]; } });
                                                                                               ~~
      hint: write every item
      in op op < pipeline emptyTuple (emptyTuple.ts:8:14)"
  `);
});

test('sparseTuple', () => {
  expect(run.textOf('sparseTuple.ts')).toMatchInlineSnapshot(`
    "sparseTuple.ts:7:74 - error CW1024: A tuple needs a value in every place.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => { const t = [px[0], , px[2]]; return [px[0], px[1], px[2]]; } });
                                                                               ~~~~~~~~~~~~~~~~
      hint: write every item
      in op op < pipeline sparseTuple (sparseTuple.ts:8:14)"
  `);
});

test('valueOfJavaScript', () => {
  expect(run.textOf('valueOfJavaScript.ts')).toMatchInlineSnapshot(`
    "valueOfJavaScript.ts:7:78 - error CW1020: Number (declared, without its source) is not a constant of a module: it belongs to JavaScript, and has no counterpart in a kernel.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => px.map(v => v + Number.EPSILON) });
                                                                                   ~~~~~~
      hint: move it to the top of a module, write it inside the operator, or make it a parameter of the operator
      in op op < pipeline valueOfJavaScript (valueOfJavaScript.ts:8:14)"
  `);
});

test('callOfConstructor', () => {
  expect(run.textOf('callOfConstructor.ts')).toMatchInlineSnapshot(`
    "callOfConstructor.ts:7:74 - error CW1018: Number is not a function that a kernel can call: it belongs to JavaScript, and has no counterpart in a kernel.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => px.map(v => Number(v)) });
                                                                               ~~~~~~
      hint: call Math, functions of cuweave/ops, or functions written in TypeScript whose source is in this project
      in op op < pipeline callOfConstructor (callOfConstructor.ts:8:14)"
  `);
});

test('mixedTuple', () => {
  expect(run.textOf('mixedTuple.ts')).toMatchInlineSnapshot(`
    "mixedTuple.ts:7:79 - error CW1025: The items of a tuple have one type, but these are f32, boolean.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { const t = [r, r > g] as const; return [t[0], g, b]; } });
                                                                                    ~
      hint: convert them, or keep them in variables of their own
      in op op < pipeline mixedTuple (mixedTuple.ts:8:14)"
  `);
});

test('restInPattern', () => {
  expect(run.textOf('restInPattern.ts')).toMatchInlineSnapshot(`
    "restInPattern.ts:7:61 - error CW1026: Destructuring with \`...\` is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, ...rest]) => [r, rest[0], rest[1]] });
                                                                  ~~~~~~~
      hint: name every item
      in op op < pipeline restInPattern (restInPattern.ts:8:14)"
  `);
});

test('defaultInPattern', () => {
  expect(run.textOf('defaultInPattern.ts')).toMatchInlineSnapshot(`
    "defaultInPattern.ts:7:58 - error CW1026: Destructuring with a default is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r = 1, g, b]) => [r, g, b] });
                                                               ~~~~~
      hint: name every item
      in op op < pipeline defaultInPattern (defaultInPattern.ts:8:14)"
  `);
});

test('destructureNumber', () => {
  expect(run.textOf('destructureNumber.ts')).toMatchInlineSnapshot(`
    "destructureNumber.ts:7:85 - error CW1027: Expected a tuple but received f32.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: (([r, g, b]: any) => { const [x] = r; return [x, g, b]; }) as never });
                                                                                          ~~~
      hint: a pixel, a point and \`[a, b]\` are tuples
      in op op < pipeline destructureNumber (destructureNumber.ts:8:14)"
  `);
});

test('destructureScalar', () => {
  expect(run.textOf('destructureScalar.ts')).toMatchInlineSnapshot(`
    "destructureScalar.ts:7:116 - error CW1027: Expected a tuple but received f32.

    7 const op = pointOp({ from: ['rgb'], params: {k: f32 as never as typeof vec2}, apply: ([r, g, b], { k }) => { const [x] = k; return [x, g, b]; } });
                                                                                                                         ~~~
      hint: a pixel, a point and \`[a, b]\` are tuples
      in op op < pipeline destructureScalar (destructureScalar.ts:8:14)"
  `);
});

test('missingReturn', () => {
  expect(run.textOf('missingReturn.ts')).toMatchInlineSnapshot(`
    "missingReturn.ts:6:26 - error CW1028: Expected a value to be returned on every path.

    6 const half = (v: f32) => { if (v > 1) { return v; } };
                               ~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: end with \`return\`
      in op op < pipeline missingReturn (missingReturn.ts:8:14)"
  `);
});

test('fallsOffTheEnd', () => {
  expect(run.textOf('fallsOffTheEnd.ts')).toMatchInlineSnapshot(`
    "fallsOffTheEnd.ts:7:82 - error CW1028: Expected a value to be returned on every path.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: (([r, g, b]: Pixel<3>) => { if (r > 1) { return [r, g, b]; } }) as never });
                                                                                       ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: end with \`return\`
      in op op < pipeline fallsOffTheEnd (fallsOffTheEnd.ts:8:14)"
  `);
});

test('branchesOfDifferentLength', () => {
  expect(run.textOf('branchesOfDifferentLength.ts')).toMatchInlineSnapshot(`
    "branchesOfDifferentLength.ts:7:83 - error CW1029: Expected one type but received a tuple of 2 and a tuple of 3.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { const t = r > g ? [r, g] : [r, g, b]; return [t[0], g, b]; } });
                                                                                        ~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: make both sides numbers, or tuples of one length
      in op op < pipeline branchesOfDifferentLength (branchesOfDifferentLength.ts:8:14)"
  `);
});

test('branchesOfDifferentKind', () => {
  expect(run.textOf('branchesOfDifferentKind.ts')).toMatchInlineSnapshot(`
    "branchesOfDifferentKind.ts:7:83 - error CW1029: Expected one type but received f32 and boolean.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { const t = r > g ? r : g > b; return [r, g, b]; } });
                                                                                        ~~~~~~~~~~~~~~~~~
      hint: make both sides numbers, or tuples of one length
      in op op < pipeline branchesOfDifferentKind (branchesOfDifferentKind.ts:8:14)"
  `);
});

test('twoOfThreeChannels', () => {
  expect(run.textOf('twoOfThreeChannels.ts')).toMatchInlineSnapshot(`
    "twoOfThreeChannels.ts:7:75 - error CW1030: Expected a tuple of 3 f32 but received a tuple of 2.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ((px: Pixel<3>) => [px[0], px[1]]) as never });
                                                                                ~~~~~~~~~~~~~~
      hint: index the tuple, use \`.map\`, or build \`[a, b]\`
      in op op < pipeline twoOfThreeChannels (twoOfThreeChannels.ts:8:14)"
  `);
});

test('numberForPixel', () => {
  expect(run.textOf('numberForPixel.ts')).toMatchInlineSnapshot(`
    "numberForPixel.ts:7:75 - error CW1030: Expected a tuple of 3 f32 but received f32.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ((px: Pixel<3>) => px[0]) as never });
                                                                                ~~~~~
      hint: index the tuple, use \`.map\`, or build \`[a, b]\`
      in op op < pipeline numberForPixel (numberForPixel.ts:8:14)"
  `);
});

test('tupleArithmetic', () => {
  expect(run.textOf('tupleArithmetic.ts')).toMatchInlineSnapshot(`
    "tupleArithmetic.ts:7:82 - error CW1031: \`*\` works on numbers but received a tuple of 3 f32.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ((px: any) => { const t = px * 2; return [t, t, t]; }) as never });
                                                                                       ~~~~~~
      hint: work on every item: \`px.map(v => v * 2)\`
      in op op < pipeline tupleArithmetic (tupleArithmetic.ts:8:14)"
  `);
});

test('tupleTimes', () => {
  expect(run.textOf('tupleTimes.ts')).toMatchInlineSnapshot(`
    "tupleTimes.ts:7:74 - error CW1031: \`*\` works on numbers but received a tuple of 2.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => px.map(v => v * t) });
                                                                               ~~~~~
      hint: work on every item: \`px.map(v => v * 2)\`
      in op op < pipeline tupleTimes (tupleTimes.ts:8:14)"
  `);
});

test('stringValue', () => {
  expect(run.textOf('stringValue.ts')).toMatchInlineSnapshot(`
    "stringValue.ts:7:83 - error CW1033: The string 'a' is not in the kernel language here.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { const s = 'a' + 'b'; return [r, g, b]; } });
                                                                                        ~~~~~~~~~
      hint: strings may only be compared with a parameter declared by \`oneOf\`: \`mode === 'a'\`
      in op op < pipeline stringValue (stringValue.ts:8:14)"
  `);
});

test('stringResult', () => {
  expect(run.textOf('stringResult.ts')).toMatchInlineSnapshot(`
    "stringResult.ts:7:113 - error CW1033: The string 'a' is not in the kernel language here.

    7 const op = pointOp({ from: ['rgb'], params: {mode: oneOf('a', 'b')}, apply: (([r, g, b]: any, { mode }: any) => [mode, g, b]) as never });
                                                                                                                      ~~~~~~~~~~~~
      hint: strings may only be compared with a parameter declared by \`oneOf\`: \`mode === 'a'\`
      in op op < pipeline stringResult (stringResult.ts:8:14)"
  `);
});

test('templateString', () => {
  expect(run.textOf('templateString.ts')).toMatchInlineSnapshot(`
    "templateString.ts:7:83 - error CW1001: A template string is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { const s = \`v\${r}\`; return [r, g, b]; } });
                                                                                        ~~~~~~~
      hint: write it with const, let, if, bounded for, ?: and functions; see docs/language.md
      in op op < pipeline templateString (templateString.ts:8:14)"
  `);
});

test('objectLocal', () => {
  expect(run.textOf('objectLocal.ts')).toMatchInlineSnapshot(`
    "objectLocal.ts:7:83 - error CW1034: Objects are not in the kernel language here.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { const o = { r }; return [o.r, g, b]; } });
                                                                                        ~~~~~
      hint: use a tuple \`[a, b]\`, or variables; only \`size\` returns an object
      in op op < pipeline objectLocal (objectLocal.ts:8:14)"
  `);
});

test('objectWithMethod', () => {
  expect(run.textOf('objectWithMethod.ts')).toMatchInlineSnapshot(`
    "objectWithMethod.ts:7:85 - error CW1034: Objects are not in the kernel language here.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { const o = { f() { return 1; } }; return [o.f(), g, b]; } });
                                                                                          ~~~~~~~~~~~~~~~~~
      hint: use a tuple \`[a, b]\`, or variables; only \`size\` returns an object
      in op op < pipeline objectWithMethod (objectWithMethod.ts:8:14)"
  `);
});

test('paramsEscape', () => {
  expect(run.textOf('paramsEscape.ts')).toMatchInlineSnapshot(`
    "paramsEscape.ts:7:92 - error CW1035: Expected a number or a tuple but received the parameters' object.

    7 const op = pointOp({ from: ['rgb'], params: {k: f32}, apply: (([r, g, b]: any, p: any) => [p * 2, g, b]) as never });
                                                                                                 ~~~~~
      hint: use its fields: \`params.mean\`, \`rect.x\`
      in op op < pipeline paramsEscape (paramsEscape.ts:8:14)"
  `);
});

test('rectEscape', () => {
  expect(run.textOf('rectEscape.ts')).toMatchInlineSnapshot(`
    "rectEscape.ts:7:110 - error CW1025: The items of a tuple have one type, but these are the parameter area, f32.

    7 const op = pointOp({ from: ['rgb'], params: {area: rect}, apply: (([r, g, b]: any, { area }: any) => { const t = [area, r]; return [t[0], g, b]; }) as never });
                                                                                                                   ~
      hint: convert them, or keep them in variables of their own
      in op op < pipeline rectEscape (rectEscape.ts:8:14)"
  `);
});

test('unknownProperty', () => {
  expect(run.textOf('unknownProperty.ts')).toMatchInlineSnapshot(`
    "unknownProperty.ts:7:87 - error CW1036: There is no property q on the parameters' object.

    7 const op = pointOp({ from: ['rgb'], params: {k: f32}, apply: ((px: any, p: any) => [p.q, px[1], px[2]]) as never });
                                                                                            ~
      hint: tuples have \`.map\` and \`.length\`, parameters their names, sizes \`width\` and \`height\`
      in op op < pipeline unknownProperty (unknownProperty.ts:8:14)"
  `);
});

test('protoProperty', () => {
  expect(run.textOf('protoProperty.ts')).toMatchInlineSnapshot(`
    "protoProperty.ts:7:87 - error CW1036: There is no property __proto__ on the parameters' object.

    7 const op = pointOp({ from: ['rgb'], params: {k: f32}, apply: ((px: any, p: any) => [p.__proto__, px[1], px[2]]) as never });
                                                                                            ~~~~~~~~~
      hint: tuples have \`.map\` and \`.length\`, parameters their names, sizes \`width\` and \`height\`
      in op op < pipeline protoProperty (protoProperty.ts:8:14)"
  `);
});

test('constructorProperty', () => {
  expect(run.textOf('constructorProperty.ts')).toMatchInlineSnapshot(`
    "constructorProperty.ts:7:87 - error CW1036: There is no property constructor on the parameters' object.

    7 const op = pointOp({ from: ['rgb'], params: {k: f32}, apply: ((px: any, p: any) => [p.constructor, px[1], px[2]]) as never });
                                                                                            ~~~~~~~~~~~
      hint: tuples have \`.map\` and \`.length\`, parameters their names, sizes \`width\` and \`height\`
      in op op < pipeline constructorProperty (constructorProperty.ts:8:14)"
  `);
});

test('assertion', () => {
  expect(run.textOf('assertion.ts')).toMatchInlineSnapshot(`
    "assertion.ts:7:77 - error CW1037: \`as unknown\` is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [r as unknown as number, g, b] });
                                                                                  ~~~~~~~
      hint: convert with \`f32(x)\` or \`i32(x)\`; \`as const\`, \`as f32\` and \`as i32\` are fine
      in op op < pipeline assertion (assertion.ts:8:14)"
  `);
});

test('asyncHelper', () => {
  expect(run.textOf('asyncHelper.ts')).toMatchInlineSnapshot(`
    "asyncHelper.ts:6:15 - error CW1038: An async function is not in the kernel language.

    6 const later = async (v: f32) => v;
                    ~~~~~~~~~~~~~~~~~~~
      hint: write a plain function
      in op op < pipeline asyncHelper (asyncHelper.ts:8:14)"
  `);
});

test('generatorHelper', () => {
  expect(run.textOf('generatorHelper.ts')).toMatchInlineSnapshot(`
    "generatorHelper.ts:6:1 - error CW1038: A generator is not in the kernel language.

    6 function* many(v: f32) { yield v; }
      ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write a plain function
      in op op < pipeline generatorHelper (generatorHelper.ts:8:14)"
  `);
});

test('asyncApply', () => {
  expect(run.textOf('asyncApply.ts')).toMatchInlineSnapshot(`
    "asyncApply.ts:7:57 - error CW1038: An async function is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: (async (px: Pixel<3>) => px) as never });
                                                              ~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write a plain function
      in op op < pipeline asyncApply (asyncApply.ts:8:14)"
  `);
});

test('functionAsArgument', () => {
  expect(run.textOf('functionAsArgument.ts')).toMatchInlineSnapshot(`
    "functionAsArgument.ts:6:19 - error CW1017: \`(v: f32) => f32\` is not a type of the kernel language.

    6 const twice = (f: (v: f32) => f32, v: f32): f32 => f(f(v));
                        ~~~~~~~~~~~~~~~
      hint: use f32, i32, boolean, or a tuple such as \`readonly [f32, f32]\`; Pixel, Point and Index are tuples
      in op op < pipeline functionAsArgument (functionAsArgument.ts:8:14)"
  `);
});

test('functionAsValue', () => {
  expect(run.textOf('functionAsValue.ts')).toMatchInlineSnapshot(`
    "functionAsValue.ts:7:84 - error CW1039: Half is a function, and is only called in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { const t = [half, half]; return [r, g, b]; } });
                                                                                         ~~~~
      hint: call it, or wrap it: \`px.map(v => f(v))\`
      in op op < pipeline functionAsValue (functionAsValue.ts:8:14)

    functionAsValue.ts:7:90 - error CW1039: Half is a function, and is only called in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { const t = [half, half]; return [r, g, b]; } });
                                                                                               ~~~~
      hint: call it, or wrap it: \`px.map(v => f(v))\`
      in op op < pipeline functionAsValue (functionAsValue.ts:8:14)"
  `);
});

test('assignInExpression', () => {
  expect(run.textOf('assignInExpression.ts')).toMatchInlineSnapshot(`
    "assignInExpression.ts:7:100 - error CW1040: An assignment is a statement of its own.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { let x: f32 = 0; const y = (x = r); return [x, y, b]; } });
                                                                                                         ~~~~~
      hint: put it on its own line
      in op op < pipeline assignInExpression (assignInExpression.ts:8:14)"
  `);
});

test('incrementInExpression', () => {
  expect(run.textOf('incrementInExpression.ts')).toMatchInlineSnapshot(`
    "incrementInExpression.ts:7:99 - error CW1040: An assignment is a statement of its own.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { let x: f32 = 0; const y = x++; return [x, y, b]; } });
                                                                                                        ~~~
      hint: put it on its own line
      in op op < pipeline incrementInExpression (incrementInExpression.ts:8:14)"
  `);
});

test('statementWithoutEffect', () => {
  expect(run.textOf('statementWithoutEffect.ts')).toMatchInlineSnapshot(`
    "statementWithoutEffect.ts:7:73 - error CW1041: This expression does nothing.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { r + g; return [r, g, b]; } });
                                                                              ~~~~~
      hint: assign it, return it, or remove it
      in op op < pipeline statementWithoutEffect (statementWithoutEffect.ts:8:14)"
  `);
});

test('infinity', () => {
  expect(run.textOf('infinity.ts')).toMatchInlineSnapshot(`
    "infinity.ts:7:84 - error CW1042: Infinity is not a finite 32-bit number.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [Math.min(r, Infinity), g, b] });
                                                                                         ~~~~~~~~
      hint: stay within ±3.4028235e38
      in op op < pipeline infinity (infinity.ts:8:14)"
  `);
});

test('notANumber', () => {
  expect(run.textOf('notANumber.ts')).toMatchInlineSnapshot(`
    "notANumber.ts:7:76 - error CW1042: NaN is not a finite 32-bit number.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [r * NaN, g, b] });
                                                                                 ~~~
      hint: stay within ±3.4028235e38
      in op op < pipeline notANumber (notANumber.ts:8:14)"
  `);
});

test('hugeLiteral', () => {
  expect(run.textOf('hugeLiteral.ts')).toMatchInlineSnapshot(`
    "hugeLiteral.ts:7:72 - error CW1042: 1e+39 is not a finite 32-bit number.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [r * 1e39, g, b] });
                                                                             ~~~~~~~~
      hint: stay within ±3.4028235e38
      in op op < pipeline hugeLiteral (hugeLiteral.ts:8:14)"
  `);
});

test('remainderByZero', () => {
  expect(run.textOf('remainderByZero.ts')).toMatchInlineSnapshot(`
    "remainderByZero.ts:7:72 - error CW1043: An integer is divided by 0.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [i32(r) % 0, g, b] });
                                                                             ~~~~~~~~~~
      hint: give another divisor
      in op op < pipeline remainderByZero (remainderByZero.ts:8:14)"
  `);
});

test('idivByZero', () => {
  expect(run.textOf('idivByZero.ts')).toMatchInlineSnapshot(`
    "idivByZero.ts:7:72 - error CW1043: An integer is divided by 0.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [idiv(i32(r), 0), g, b] });
                                                                             ~~~~~~~~~~~~~~~
      hint: give another divisor
      in op op < pipeline idivByZero (idivByZero.ts:8:14)"
  `);
});

test('truncByZero', () => {
  expect(run.textOf('truncByZero.ts')).toMatchInlineSnapshot(`
    "truncByZero.ts:7:72 - error CW1043: An integer is divided by 0.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [Math.trunc(i32(r) / 0), g, b] });
                                                                             ~~~~~~~~~~~~~~~~~~~~~~
      hint: give another divisor
      in op op < pipeline truncByZero (truncByZero.ts:8:14)"
  `);
});

test('assignToItem', () => {
  expect(run.textOf('assignToItem.ts')).toMatchInlineSnapshot(`
    "assignToItem.ts:7:72 - error CW1044: Expected a \`let\` of this function on the left but received px[0].

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ((px: any) => { px[0] = 1; return px; }) as never });
                                                                             ~~~~~
      hint: tuples do not change: build a new one and assign it as a whole
      in op op < pipeline assignToItem (assignToItem.ts:8:14)"
  `);
});

test('assignToItemOfLet', () => {
  expect(run.textOf('assignToItemOfLet.ts')).toMatchInlineSnapshot(`
    "assignToItemOfLet.ts:7:101 - error CW1044: Expected a \`let\` of this function on the left but received t[0].

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { let t: [f32, f32] = [r, g]; t[0] = b; return [t[0], t[1], b]; } });
                                                                                                          ~~~~
      hint: tuples do not change: build a new one and assign it as a whole
      in op op < pipeline assignToItemOfLet (assignToItemOfLet.ts:8:14)"
  `);
});

test('swapByPattern', () => {
  expect(run.textOf('swapByPattern.ts')).toMatchInlineSnapshot(`
    "swapByPattern.ts:7:103 - error CW1044: Expected a \`let\` of this function on the left but received t[0].

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { let x = r; const t = [g]; [x, t[0]] = [g, x]; return [x, t[0], b]; } });
                                                                                                            ~~~~
      hint: tuples do not change: build a new one and assign it as a whole
      in op op < pipeline swapByPattern (swapByPattern.ts:8:14)"
  `);
});

test('assignToModule', () => {
  expect(run.textOf('assignToModule.ts')).toMatchInlineSnapshot(`
    "assignToModule.ts:7:73 - error CW1044: Expected a \`let\` of this function on the left but received count.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { count += 1; return [r, g, b]; } });
                                                                              ~~~~~
      hint: tuples do not change: build a new one and assign it as a whole
      in op op < pipeline assignToModule (assignToModule.ts:8:14)"
  `);
});

test('assignToParameter', () => {
  expect(run.textOf('assignToParameter.ts')).toMatchInlineSnapshot(`
    "assignToParameter.ts:7:73 - error CW1045: r does not change: it is a parameter, a constant or a counter.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { r = 1; return [r, g, b]; } });
                                                                              ~
      hint: copy it first: \`let x = …\`
      in op op < pipeline assignToParameter (assignToParameter.ts:8:14)"
  `);
});

test('assignToPlainParameter', () => {
  expect(run.textOf('assignToPlainParameter.ts')).toMatchInlineSnapshot(`
    "assignToPlainParameter.ts:6:32 - error CW1045: v does not change: it is a parameter, a constant or a counter.

    6 const inc = (v: f32): f32 => { v += 1; return v; };
                                     ~
      hint: copy it first: \`let x = …\`
      in op op < pipeline assignToPlainParameter (assignToPlainParameter.ts:8:14)"
  `);
});

test('reduce', () => {
  expect(run.textOf('reduce.ts')).toMatchInlineSnapshot(`
    "reduce.ts:7:77 - error CW1046: \`.reduce\` is not in the kernel language; a tuple of 3 f32 has \`.map\` only.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => { const s = px.reduce((a, b) => a + b, 0); return [s, s, s]; } });
                                                                                  ~~~~~~
      hint: destructure it: \`const [a, b, c] = px\`
      in op op < pipeline reduce (reduce.ts:8:14)"
  `);
});

test('slice', () => {
  expect(run.textOf('slice.ts')).toMatchInlineSnapshot(`
    "slice.ts:7:77 - error CW1046: \`.slice\` is not in the kernel language; a tuple of 3 f32 has \`.map\` only.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => { const s = px.slice(1); return [s[0], s[1], px[2]]; } });
                                                                                  ~~~~~
      hint: destructure it: \`const [a, b, c] = px\`
      in op op < pipeline slice (slice.ts:8:14)"
  `);
});

test('mapOfNoFunction', () => {
  expect(run.textOf('mapOfNoFunction.ts')).toMatchInlineSnapshot(`
    "mapOfNoFunction.ts:7:77 - error CW1047: Expected a function for \`.map\` but received f32.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ((px: any) => px.map(half(2))) as never });
                                                                                  ~~~~~~~
      hint: write \`px.map((v, c) => …)\`
      in op op < pipeline mapOfNoFunction (mapOfNoFunction.ts:8:14)"
  `);
});

test('mapThirdParameter', () => {
  expect(run.textOf('mapThirdParameter.ts')).toMatchInlineSnapshot(`
    "mapThirdParameter.ts:7:76 - error CW1050: A third parameter of \`.map\` is not in the kernel language here.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => px.map((v, c, all) => v + all[c]) });
                                                                                 ~~~
      hint: declare exactly the parameters that are given
      in op op < pipeline mapThirdParameter (mapThirdParameter.ts:8:14)"
  `);
});

test('assignOutside', () => {
  expect(run.textOf('assignOutside.ts')).toMatchInlineSnapshot(`
    "assignOutside.ts:7:104 - error CW1048: s belongs to the function outside, and cannot be assigned here.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => { let s: f32 = 0; const u = px.map(v => { s += v; return v; }); return [s, u[1], u[2]]; } });
                                                                                                             ~
      hint: return the value and assign it there, or use a \`for\` loop
      in op op < pipeline assignOutside (assignOutside.ts:8:14)"
  `);
});

test('optionalParameter', () => {
  expect(run.textOf('optionalParameter.ts')).toMatchInlineSnapshot(`
    "optionalParameter.ts:6:23 - error CW1050: An optional, default or rest parameter is not in the kernel language here.

    6 const half = (v: f32, by?: f32): f32 => v;
                            ~~~~~~~~
      hint: declare exactly the parameters that are given
      in op op < pipeline optionalParameter (optionalParameter.ts:8:14)"
  `);
});

test('defaultParameter', () => {
  expect(run.textOf('defaultParameter.ts')).toMatchInlineSnapshot(`
    "defaultParameter.ts:6:23 - error CW1050: An optional, default or rest parameter is not in the kernel language here.

    6 const half = (v: f32, by: f32 = 2): f32 => v / by;
                            ~~~~~~~~~~~
      hint: declare exactly the parameters that are given
      in op op < pipeline defaultParameter (defaultParameter.ts:8:14)"
  `);
});

test('restParameter', () => {
  expect(run.textOf('restParameter.ts')).toMatchInlineSnapshot(`
    "restParameter.ts:6:14 - error CW1050: An optional, default or rest parameter is not in the kernel language here.

    6 const sum = (...v: f32[]): f32 => v[0];
                   ~~~~~~~~~~~
      hint: declare exactly the parameters that are given
      in op op < pipeline restParameter (restParameter.ts:8:14)"
  `);
});

test('spreadArgument', () => {
  expect(run.textOf('spreadArgument.ts')).toMatchInlineSnapshot(`
    "spreadArgument.ts:7:76 - error CW1001: The spread \`...\` in a call is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [sum(...([r, g] as const)), g, b] });
                                                                                 ~~~~~~~~~~~~~~~~~~~~
      hint: write it with const, let, if, bounded for, ?: and functions; see docs/language.md
      in op op < pipeline spreadArgument (spreadArgument.ts:8:14)"
  `);
});

test('untypedParameter', () => {
  expect(run.textOf('untypedParameter.ts')).toMatchInlineSnapshot(`
    "untypedParameter.ts:6:31 - error CW1051: Expected a type for the parameter v.

    6 const half: (v: f32) => f32 = v => v / 2;
                                    ~
      hint: write \`(v: f32)\`, \`(i: i32)\`, \`(px: Pixel)\`
      in op op < pipeline untypedParameter (untypedParameter.ts:8:14)"
  `);
});

test('varStatement', () => {
  expect(run.textOf('varStatement.ts')).toMatchInlineSnapshot(`
    "varStatement.ts:7:73 - error CW1052: \`var\` is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { var x = r; return [x, g, b]; } });
                                                                              ~~~~~~~~~~
      hint: write \`const\`, or \`let\` where it changes
      in op op < pipeline varStatement (varStatement.ts:8:14)"
  `);
});

test('noInitialiser', () => {
  expect(run.textOf('noInitialiser.ts')).toMatchInlineSnapshot(`
    "noInitialiser.ts:7:77 - error CW1053: x has no value at first.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { let x: f32; x = r; return [x, g, b]; } });
                                                                                  ~~~~~~
      hint: give it one: \`let x: f32 = 0\`
      in op op < pipeline noInitialiser (noInitialiser.ts:8:14)"
  `);
});

test('newExpression', () => {
  expect(run.textOf('newExpression.ts')).toMatchInlineSnapshot(`
    "newExpression.ts:7:83 - error CW1001: \`new\` is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { const d = new Date(); return [r, g, b]; } });
                                                                                        ~~~~~~~~~~
      hint: write it with const, let, if, bounded for, ?: and functions; see docs/language.md
      in op op < pipeline newExpression (newExpression.ts:8:14)"
  `);
});

test('thisExpression', () => {
  expect(run.textOf('thisExpression.ts')).toMatchInlineSnapshot(`
    "thisExpression.ts:7:66 - error CW1001: \`this\` is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: function (this: unknown, [r, g, b]) { const t = this; return [r, g, b]; } });
                                                                       ~~~~~~~~~~~~~
      hint: write it with const, let, if, bounded for, ?: and functions; see docs/language.md
      in op op < pipeline thisExpression (thisExpression.ts:8:14)"
  `);
});

test('typeofExpression', () => {
  expect(run.textOf('typeofExpression.ts')).toMatchInlineSnapshot(`
    "typeofExpression.ts:7:72 - error CW1001: \`typeof\` is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [typeof r === 'number' ? 1 : 0, g, b] });
                                                                             ~~~~~~~~
      hint: write it with const, let, if, bounded for, ?: and functions; see docs/language.md
      in op op < pipeline typeofExpression (typeofExpression.ts:8:14)"
  `);
});

test('nullValue', () => {
  expect(run.textOf('nullValue.ts')).toMatchInlineSnapshot(`
    "nullValue.ts:7:83 - error CW1001: \`null\` is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { const n = null; return [r, g, b]; } });
                                                                                        ~~~~
      hint: write it with const, let, if, bounded for, ?: and functions; see docs/language.md
      in op op < pipeline nullValue (nullValue.ts:8:14)"
  `);
});

test('undefinedValue', () => {
  expect(run.textOf('undefinedValue.ts')).toMatchInlineSnapshot(`
    "undefinedValue.ts:7:83 - error CW1001: \`undefined\` is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { const n = undefined; return [r, g, b]; } });
                                                                                        ~~~~~~~~~
      hint: write it with const, let, if, bounded for, ?: and functions; see docs/language.md
      in op op < pipeline undefinedValue (undefinedValue.ts:8:14)"
  `);
});

test('nullishOperator', () => {
  expect(run.textOf('nullishOperator.ts')).toMatchInlineSnapshot(`
    "nullishOperator.ts:7:72 - error CW1001: \`??\` is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [r ?? g, g, b] });
                                                                             ~~~~~~
      hint: write it with const, let, if, bounded for, ?: and functions; see docs/language.md
      in op op < pipeline nullishOperator (nullishOperator.ts:8:14)"
  `);
});

test('optionalChain', () => {
  expect(run.textOf('optionalChain.ts')).toMatchInlineSnapshot(`
    "optionalChain.ts:7:63 - error CW1001: Optional chaining \`?.\` is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => [px?.[0], px[1], px[2]] });
                                                                    ~~~~~~~
      hint: write it with const, let, if, bounded for, ?: and functions; see docs/language.md
      in op op < pipeline optionalChain (optionalChain.ts:8:14)"
  `);
});

test('commaOperator', () => {
  expect(run.textOf('commaOperator.ts')).toMatchInlineSnapshot(`
    "commaOperator.ts:7:73 - error CW1001: The comma operator is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [(half(r), g), g, b] });
                                                                              ~~~~~~~~~~
      hint: write it with const, let, if, bounded for, ?: and functions; see docs/language.md
      in op op < pipeline commaOperator (commaOperator.ts:8:14)"
  `);
});

test('regularExpression', () => {
  expect(run.textOf('regularExpression.ts')).toMatchInlineSnapshot(`
    "regularExpression.ts:7:83 - error CW1001: A regular expression is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { const e = /a/; return [r, g, b]; } });
                                                                                        ~~~
      hint: write it with const, let, if, bounded for, ?: and functions; see docs/language.md
      in op op < pipeline regularExpression (regularExpression.ts:8:14)"
  `);
});

test('bigint', () => {
  expect(run.textOf('bigint.ts')).toMatchInlineSnapshot(`
    "bigint.ts:7:83 - error CW1001: A bigint is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { const e = 1n; return [r, g, b]; } });
                                                                                        ~~
      hint: write it with const, let, if, bounded for, ?: and functions; see docs/language.md
      in op op < pipeline bigint (bigint.ts:8:14)"
  `);
});

test('classInside', () => {
  expect(run.textOf('classInside.ts')).toMatchInlineSnapshot(`
    "classInside.ts:7:73 - error CW1001: A class is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { class A {} return [r, g, b]; } });
                                                                              ~~~~~~~~~~
      hint: write it with const, let, if, bounded for, ?: and functions; see docs/language.md
      in op op < pipeline classInside (classInside.ts:8:14)"
  `);
});

test('logicalAssignment', () => {
  expect(run.textOf('logicalAssignment.ts')).toMatchInlineSnapshot(`
    "logicalAssignment.ts:7:86 - error CW1001: \`||=\` is not in the kernel language.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { let x = r; x ||= 1; return [x, g, b]; } });
                                                                                           ~~~
      hint: write it with const, let, if, bounded for, ?: and functions; see docs/language.md
      in op op < pipeline logicalAssignment (logicalAssignment.ts:8:14)"
  `);
});

test('tooDeep', () => {
  expect(run.textOf('tooDeep.ts')).toMatchInlineSnapshot(`
    "tooDeep.ts:7:72 - error CW1057: The code nests more than 200 levels deep.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [r + r + r + r + r + r + r + r + r + r + r + r + r + r + r + r + r + r + r + r + r + r + r
                                                                             ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: name parts of it with \`const\`
      in op op < pipeline tooDeep (tooDeep.ts:8:14)"
  `);
});

test('tooLarge', () => {
  expect(run.textOf('tooLarge.ts')).toMatchInlineSnapshot(`
    "tooLarge.ts:9:65 - error CW1056: The function has more than 20000 operations once loops and .map are written out.

    9   for (let i = 0; i < 60; i++) { for (let j = 0; j < 60; j++) { s += t[(i + j) % 4] * a + t[j % 4] * a + t[i % 4] * a; } }
                                                                      ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: use a loop whose counter does not index a tuple, or split the work into several operators
      in op op < pipeline tooLarge (tooLarge.ts:13:14)"
  `);
});

test('capturedByFactory', () => {
  expect(run.textOf('capturedByFactory.ts')).toMatchInlineSnapshot(`
    "capturedByFactory.ts:6:96 - error CW1020: gain (capturedByFactory.ts:6) is not a constant of a module: it belongs to a function, and may be another at each call of it.

    6 const make = (gain: number) => pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => [r * gain, g, b] });
                                                                                                     ~~~~
      hint: move it to the top of a module, write it inside the operator, or make it a parameter of the operator
      in op pointOp < pipeline capturedByFactory (capturedByFactory.ts:7:14)"
  `);
});

test('tapInInnerFunction', () => {
  expect(run.textOf('tapInInnerFunction.ts')).toMatchInlineSnapshot(`
    "tapInInnerFunction.ts:6:73 - error CW1049: The tap function is called in the body of the filter or stencil itself, and not in a function inside of it.

    6 const blur = filter({ apply: (tap, [x, y]) => { const at = (dx: i32) => tap(i32(x) + dx, i32(y)); const a = at(0); const b = at(1); return a.map((v, c) => v + b
                                                                              ~~~~~~~~~~~~~~~~~~~~~~~~
      hint: call tap there, and pass the pixel on
      in filter blur < op warpAffine < pipeline tapInInnerFunction (tapInInnerFunction.ts:7:14)"
  `);
});

test('tapAsValue', () => {
  expect(run.textOf('tapAsValue.ts')).toMatchInlineSnapshot(`
    "tapAsValue.ts:6:60 - error CW1039: Tap is a function, and is only called in the kernel language.

    6 const blur = filter({ apply: (tap, [x, y]) => { const f = [tap]; return tap(0, 0); } });
                                                                 ~~~
      hint: call it, or wrap it: \`px.map(v => f(v))\`
      in filter blur < op warpAffine < pipeline tapAsValue (tapAsValue.ts:7:14)"
  `);
});

test('tapOfFraction', () => {
  expect(run.textOf('tapOfFraction.ts')).toMatchInlineSnapshot(`
    "tapOfFraction.ts:6:51 - error CW1010: Expected i32 but received f32.

    6 const half = filter({ apply: (tap, [x, y]) => tap(x, i32(y)) });
                                                        ~
      hint: write \`i32(x)\`, which drops the fraction, or \`i32(Math.floor(x))\`
      in filter half < op warpAffine < pipeline tapOfFraction (tapOfFraction.ts:7:14)"
  `);
});

test('sizeWithoutHeight', () => {
  expect(run.textOf('sizeWithoutHeight.ts')).toMatchInlineSnapshot(`
    "sizeWithoutHeight.ts:6:72 - error CW1032: Expected \`{ width, height }\` to be returned.

    6 const half = indexMapOp({ params: {}, size: ((_: unknown, src: any) => ({ width: src.width })) as never, apply: ([x, y]) => [x, y] });
                                                                             ~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`size: (params, src) => ({ width: …, height: … })\`
      in op half < pipeline sizeWithoutHeight (sizeWithoutHeight.ts:7:14)"
  `);
});

test('sizeOfFraction', () => {
  expect(run.textOf('sizeOfFraction.ts')).toMatchInlineSnapshot(`
    "sizeOfFraction.ts:6:57 - error CW1010: Expected i32 but received f32.

    6 const half = indexMapOp({ params: {}, size: (_, src) => ({ width: src.width * 0.5, height: src.height }), apply: ([x, y]) => [x, y] });
                                                              ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`i32(x)\`, which drops the fraction, or \`i32(Math.floor(x))\`
      in op half < pipeline sizeOfFraction (sizeOfFraction.ts:7:14)"
  `);
});

test('sizeDivision', () => {
  expect(run.textOf('sizeDivision.ts')).toMatchInlineSnapshot(`
    "sizeDivision.ts:6:67 - error CW1009: \`/\` between two i32 is ambiguous: src.width / 2.

    6 const half = indexMapOp({ params: {}, size: (_, src) => ({ width: src.width / 2, height: src.height }), apply: ([x, y]) => [x, y] });
                                                                        ~~~~~~~~~~~~~
      hint: write \`idiv(a, b)\` or \`Math.trunc(a / b)\` for a whole number, \`f32(a) / b\` for a fraction
      in op half < pipeline sizeDivision (sizeDivision.ts:7:14)"
  `);
});

test('indexOfFraction', () => {
  expect(run.textOf('indexOfFraction.ts')).toMatchInlineSnapshot(`
    "indexOfFraction.ts:6:76 - error CW1010: Expected i32 but received f32.

    6 const shift = indexMapOp({ params: { by: f32 }, apply: ([x, y], { by }) => [x + by, y] });
                                                                                 ~~~~~~~~~~~
      hint: write \`i32(x)\`, which drops the fraction, or \`i32(Math.floor(x))\`
      in op shift < pipeline indexOfFraction (indexOfFraction.ts:7:14)"
  `);
});

test('borderOfFraction', () => {
  expect(run.textOf('borderOfFraction.ts')).toMatchInlineSnapshot(`
    "borderOfFraction.ts:6:47 - error CW1010: Expected i32 but received f32.

    6 const odd = indexBorder({ apply: (i, size) => Math.sqrt(i) });
                                                    ~~~~~~~~~~~~
      hint: write \`i32(x)\`, which drops the fraction, or \`i32(Math.floor(x))\`
      in border odd < op warpAffine < pipeline borderOfFraction (borderOfFraction.ts:7:14)"
  `);
});

test('boundApply', () => {
  expect(run.textOf('boundApply.ts')).toMatchInlineSnapshot(`
    "boundApply.ts:7:49 - error CW2003: Expected a function for \`apply\` but received a function whose source is not TypeScript of this project.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply });
                                                      ~~~~~
      hint: write \`apply: (…) => …\`, or the name of a function whose source is in this project
      in op without a name < pipeline boundApply (boundApply.ts:8:14)"
  `);
});

test('filterOfParts', () => {
  expect(run.textOf('filterOfParts.ts')).toMatchInlineSnapshot(`
    "filterOfParts.ts:7:77 - error CW2009: Expected a filter that one call of \`filter\` or \`separableFilter\` made for filter but received one put together from parts of others.

    7 export const filterOfParts = pipeline(rgb8(), resize({ width: 8, height: 8, filter: parts(linear), border: replicate }), nchw('f32'));
                                                                                  ~~~~~~~~~~~~~~~~~~~~~
      hint: import one from cuweave/ops, or declare one with \`filter\` or \`indexBorder\`
      in op resize < pipeline filterOfParts (filterOfParts.ts:7:14)"
  `);
});

test('forgedOperator', () => {
  expect(run.textOf('forgedOperator.ts')).toMatchInlineSnapshot(`
    "forgedOperator.ts:8:48 - error CW2001: The call of \`pointOp\` that declares this was not found in the source.

    8 export const forgedOperator = pipeline(rgb8(), stage as any, nchw('f32'));
                                                     ~~~~~~~~~~~~
      hint: declare it as \`const name = pointOp({ … })\` in a TypeScript file of the project, imported from cuweave/ops
      in op without a name < pipeline forgedOperator (forgedOperator.ts:8:14)"
  `);
});

test('noApply', () => {
  expect(run.textOf('noApply.ts')).toMatchInlineSnapshot(`
    "noApply.ts:6:12 - error CW2003: Expected a function for \`apply\` but received undefined.

    6 const op = pointOp({ from: ['rgb'], params: {} } as never);
                 ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`apply: (…) => …\`, or the name of a function whose source is in this project
      in op without a name < pipeline noApply (noApply.ts:7:14)"
  `);
});

test('unknownOption', () => {
  expect(run.textOf('unknownOption.ts')).toMatchInlineSnapshot(`
    "unknownOption.ts:6:47 - error CW2004: There is no option gain on normalize.

    6 export const unknownOption = pipeline(rgb8(), normalize(JSON.parse('{ "mean": 0, "std": 1, "gain": 3 }')), nchw('f32'));
                                                    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: known are: mean, std, scale
      in op normalize < pipeline unknownOption (unknownOption.ts:6:14)"
  `);
});

test('unknownOptionProto', () => {
  expect(run.textOf('unknownOptionProto.ts')).toMatchInlineSnapshot(`
    "unknownOptionProto.ts:6:52 - error CW2004: There is no option __proto__ on normalize.

    6 export const unknownOptionProto = pipeline(rgb8(), normalize(JSON.parse('{ "mean": 0, "std": 1, "__proto__": 3, "constructor": 1 }')), nchw('f32'));
                                                         ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: known are: mean, std, scale
      in op normalize < pipeline unknownOptionProto (unknownOptionProto.ts:6:14)

    unknownOptionProto.ts:6:52 - error CW2004: There is no option constructor on normalize.

    6 export const unknownOptionProto = pipeline(rgb8(), normalize(JSON.parse('{ "mean": 0, "std": 1, "__proto__": 3, "constructor": 1 }')), nchw('f32'));
                                                         ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: known are: mean, std, scale
      in op normalize < pipeline unknownOptionProto (unknownOptionProto.ts:6:14)"
  `);
});

test('infiniteValue', () => {
  expect(run.textOf('infiniteValue.ts')).toMatchInlineSnapshot(`
    "infiniteValue.ts:6:59 - error CW2005: Expected a finite number for mean[1] but received Infinity.

    6 export const infiniteValue = pipeline(rgb8(), normalize({ mean: [0, Infinity, 0], std: 1 }), nchw('f32'));
                                                                ~~~~~~~~~~~~~~~~~~~~~~
      hint: give a value, or leave the option out to be asked at the call
      in op normalize < pipeline infiniteValue (infiniteValue.ts:6:14)"
  `);
});

test('textForNumber', () => {
  expect(run.textOf('textForNumber.ts')).toMatchInlineSnapshot(`
    "textForNumber.ts:6:47 - error CW2005: Expected a finite number for mean but received '0'.

    6 export const textForNumber = pipeline(rgb8(), normalize(JSON.parse('{ "mean": "0", "std": 1 }')), nchw('f32'));
                                                    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: give a value, or leave the option out to be asked at the call
      in op normalize < pipeline textForNumber (textForNumber.ts:6:14)"
  `);
});

test('fractionForInteger', () => {
  expect(run.textOf('fractionForInteger.ts')).toMatchInlineSnapshot(`
    "fractionForInteger.ts:6:61 - error CW2005: Expected a whole number of 32 bits for width but received 10.5.

    6 export const fractionForInteger = pipeline(rgb8(), resize({ width: 10.5, height: 10, filter: linear, border: replicate }), nchw('f32'));
                                                                  ~~~~~~~~~~~
      hint: give a value, or leave the option out to be asked at the call
      in op resize < pipeline fractionForInteger (fractionForInteger.ts:6:14)"
  `);
});

test('emptyRect', () => {
  expect(run.textOf('emptyRect.ts')).toMatchInlineSnapshot(`
    "emptyRect.ts:6:50 - error CW2005: Expected a whole number of at least 1 for rect.width but received 0.

    6 export const emptyRect = pipeline(rgb8(), crop({ rect: { x: 0, y: 0, width: 0, height: 4 } }), nchw('f32'));
                                                       ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: give a value, or leave the option out to be asked at the call
      in op crop < pipeline emptyRect (emptyRect.ts:6:14)"
  `);
});

test('badCoding', () => {
  expect(run.textOf('badCoding.ts')).toMatchInlineSnapshot(`
    "badCoding.ts:6:43 - error CW2005: Expected one of 'bt601', 'bt709', 'bt2020', 'smpte240m', 'fcc', 'auto' for colour.matrix but received 'bt999'.

    6 export const badCoding = pipeline(nv12(), yuvToRgb({ matrix: 'bt999' as never }), nchw('f32'));
                                                ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: give a value, or leave the option out to be asked at the call
      in op yuvToRgb < pipeline badCoding (badCoding.ts:6:14)"
  `);
});

test('wrongChannels', () => {
  expect(run.textOf('wrongChannels.ts')).toMatchInlineSnapshot(`
    "wrongChannels.ts:6:47 - error CW2006: Expected one number or 3 for mean but received 2.

    6 export const wrongChannels = pipeline(rgb8(), normalize(JSON.parse('{ "mean": [0, 0], "std": 1 }')), nchw('f32'));
                                                    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: give one number for all channels, or one per channel
      in op normalize < pipeline wrongChannels (wrongChannels.ts:6:14)"
  `);
});

test('unknownChoice', () => {
  expect(run.textOf('unknownChoice.ts')).toMatchInlineSnapshot(`
    "unknownChoice.ts:6:54 - error CW2007: Expected one of 'horizontal', 'vertical', 'both' for direction but received 'diagonal'.

    6 export const unknownChoice = pipeline(rgb8(), flip({ direction: 'diagonal' as never }), nchw('f32'));
                                                           ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: a choice is settled when the pipeline is declared, and cannot be left open
      in op flip < pipeline unknownChoice (unknownChoice.ts:6:14)"
  `);
});

test('openChoice', () => {
  expect(run.textOf('openChoice.ts')).toMatchInlineSnapshot(`
    "openChoice.ts:6:51 - error CW2007: Expected one of 'horizontal', 'vertical', 'both' for direction but received { open }.

    6 export const openChoice = pipeline(rgb8(), flip({ direction: open('way') }), nchw('f32'));
                                                        ~~~~~~~~~~~~~~~~~~~~~~
      hint: a choice is settled when the pipeline is declared, and cannot be left open
      in op flip < pipeline openChoice (openChoice.ts:6:14)"
  `);
});

test('missingChoice', () => {
  expect(run.textOf('missingChoice.ts')).toMatchInlineSnapshot(`
    "missingChoice.ts:6:47 - error CW2007: Expected one of 'horizontal', 'vertical', 'both' for direction but received undefined.

    6 export const missingChoice = pipeline(rgb8(), flip(), nchw('f32'));
                                                    ~~~~~~
      hint: a choice is settled when the pipeline is declared, and cannot be left open
      in op flip < pipeline missingChoice (missingChoice.ts:6:14)"
  `);
});

test('noSampling', () => {
  expect(run.textOf('noSampling.ts')).toMatchInlineSnapshot(`
    "noSampling.ts:6:44 - error CW2008: Expected a border for warpAffine but received nothing.

    6 export const noSampling = pipeline(rgb8(), warpAffine() as never, nchw('f32'));
                                                 ~~~~~~~~~~~~~~~~~~~~~
      hint: write \`warpAffine({ …, border: replicate })\`, with the name imported from cuweave/ops
      in op warpAffine < pipeline noSampling (noSampling.ts:6:14)

    noSampling.ts:6:44 - error CW2008: Expected a filter for warpAffine but received nothing.

    6 export const noSampling = pipeline(rgb8(), warpAffine() as never, nchw('f32'));
                                                 ~~~~~~~~~~~~~~~~~~~~~
      hint: write \`warpAffine({ …, filter: linear })\`, with the name imported from cuweave/ops
      in op warpAffine < pipeline noSampling (noSampling.ts:6:14)"
  `);
});

test('filterOfAnotherKind', () => {
  expect(run.textOf('filterOfAnotherKind.ts')).toMatchInlineSnapshot(`
    "filterOfAnotherKind.ts:6:66 - error CW2009: Expected a filter such as \`linear\` for filter but received 'linear'.

    6 export const filterOfAnotherKind = pipeline(rgb8(), warpAffine({ filter: 'linear' as never, border: linear as never }), nchw('f32'));
                                                                       ~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: import one from cuweave/ops, or declare one with \`filter\` or \`indexBorder\`
      in op warpAffine < pipeline filterOfAnotherKind (filterOfAnotherKind.ts:6:14)

    filterOfAnotherKind.ts:6:93 - error CW2009: Expected a border such as \`replicate\` or \`constant(0)\` for border but received { kind, apply }.

    6 export const filterOfAnotherKind = pipeline(rgb8(), warpAffine({ filter: 'linear' as never, border: linear as never }), nchw('f32'));
                                                                                                  ~~~~~~~~~~~~~~~~~~~~~~~
      hint: import one from cuweave/ops, or declare one with \`filter\` or \`indexBorder\`
      in op warpAffine < pipeline filterOfAnotherKind (filterOfAnotherKind.ts:6:14)"
  `);
});

test('borderOfWrongLength', () => {
  expect(run.textOf('borderOfWrongLength.ts')).toMatchInlineSnapshot(`
    "borderOfWrongLength.ts:6:82 - error CW2006: Expected one number or 3 for border but received 2.

    6 export const borderOfWrongLength = pipeline(rgb8(), warpAffine({ filter: linear, border: constant([0, 1]) }), nchw('f32'));
                                                                                       ~~~~~~~~~~~~~~~~~~~~~~~~
      hint: give one number for all channels, or one per channel
      in op warpAffine < pipeline borderOfWrongLength (borderOfWrongLength.ts:6:14)"
  `);
});

test('borderNotFinite', () => {
  expect(run.textOf('borderNotFinite.ts')).toMatchInlineSnapshot(`
    "borderNotFinite.ts:6:78 - error CW2005: Expected a finite number for border but received NaN.

    6 export const borderNotFinite = pipeline(rgb8(), warpAffine({ filter: linear, border: constant(NaN) }), nchw('f32'));
                                                                                   ~~~~~~~~~~~~~~~~~~~~~
      hint: give a value, or leave the option out to be asked at the call
      in op warpAffine < pipeline borderNotFinite (borderNotFinite.ts:6:14)"
  `);
});

test('operatorName', () => {
  expect(run.textOf('operatorName.ts')).toMatchInlineSnapshot(`
    "operatorName.ts:7:46 - error CW2010: Expected letters, digits and _ for the name of an operator but received 'a"; system("x'.

    7 export const operatorName = pipeline(rgb8(), op(), nchw('f32'));
                                                   ~~~~
      hint: leave \`name\` out to take the name of the constant
      in pipeline operatorName (operatorName.ts:7:14)"
  `);
});

test('parameterName', () => {
  expect(run.textOf('parameterName.ts')).toMatchInlineSnapshot(`
    "parameterName.ts:7:47 - error CW2008: Expected a filter for op but received nothing.

    7 export const parameterName = pipeline(rgb8(), op({ border: replicate } as never), nchw('f32'));
                                                    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`op({ …, filter: linear })\`, with the name imported from cuweave/ops
      in op op < pipeline parameterName (parameterName.ts:7:14)

    parameterName.ts:7:47 - error CW2011: A parameter cannot have the name constructor: every object of JavaScript has a property of this name.

    7 export const parameterName = pipeline(rgb8(), op({ border: replicate } as never), nchw('f32'));
                                                    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: give the parameter another name
      in op op < pipeline parameterName (parameterName.ts:7:14)

    parameterName.ts:7:47 - error CW2011: A parameter cannot have the name filter: filter and border are options of every map.

    7 export const parameterName = pipeline(rgb8(), op({ border: replicate } as never), nchw('f32'));
                                                    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: give the parameter another name
      in op op < pipeline parameterName (parameterName.ts:7:14)"
  `);
});

test('parameterOfNoType', () => {
  expect(run.textOf('parameterOfNoType.ts')).toMatchInlineSnapshot(`
    "parameterOfNoType.ts:7:51 - error CW2012: Expected a type such as f32 for the parameter k but received 3.

    7 export const parameterOfNoType = pipeline(rgb8(), op(), nchw('f32'));
                                                        ~~~~
      hint: use f32, i32, vec2, mat2x3, mat3x3, angle, mat3x4, primariesChange, camera, distortion, fisheye, rect, rects, table, weights, gaussian, yuvCoding, yuvEncoding, perChannel, perImage, perPixel, oneOf or withDefault
      in op op < pipeline parameterOfNoType (parameterOfNoType.ts:7:14)"
  `);
});

test('openName', () => {
  expect(run.textOf('openName.ts')).toMatchInlineSnapshot(`
    "openName.ts:6:54 - error CW2013: Expected letters, digits and _ for the name in \`open(…)\` but received 'a b'.

    6 export const openName = pipeline(rgb8(), normalize({ mean: open('a b'), std: open('__proto__') }), nchw('f32'));
                                                           ~~~~~~~~~~~~~~~~~
      hint: write \`open('turn')\`
      in op normalize < pipeline openName (openName.ts:6:14)

    openName.ts:6:73 - error CW2013: Expected letters, digits and _ for the name in \`open(…)\` but received '__proto__'.

    6 export const openName = pipeline(rgb8(), normalize({ mean: open('a b'), std: open('__proto__') }), nchw('f32'));
                                                                              ~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`open('turn')\`
      in op normalize < pipeline openName (openName.ts:6:14)"
  `);
});

test('matrixWithoutDirection', () => {
  expect(run.textOf('matrixWithoutDirection.ts')).toMatchInlineSnapshot(`
    "matrixWithoutDirection.ts:6:69 - error CW2014: Expected { dstToSrc: [6 numbers] } or { srcToDst: [6 numbers] } for matrix but received [1, 0, 0, 0, 1, 0].

    6 export const matrixWithoutDirection = pipeline(rgb8(), warpAffine({ matrix: [1, 0, 0, 0, 1, 0] as never, filter: linear, border: replicate }), nchw('f32'));
                                                                          ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: say which way the matrix maps; OpenCV gives srcToDst, its WARP_INVERSE_MAP takes dstToSrc
      in op warpAffine < pipeline matrixWithoutDirection (matrixWithoutDirection.ts:6:14)"
  `);
});

test('matrixOfFive', () => {
  expect(run.textOf('matrixOfFive.ts')).toMatchInlineSnapshot(`
    "matrixOfFive.ts:6:59 - error CW2005: Expected 6 numbers for matrix.dstToSrc but received [1, 0, 0, 0, 1].

    6 export const matrixOfFive = pipeline(rgb8(), warpAffine({ matrix: { dstToSrc: [1, 0, 0, 0, 1] as never }, filter: linear, border: replicate }), nchw('f32'));
                                                                ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: give a value, or leave the option out to be asked at the call
      in op warpAffine < pipeline matrixOfFive (matrixOfFive.ts:6:14)"
  `);
});

test('matrixOfNineWithoutDirection', () => {
  expect(run.textOf('matrixOfNineWithoutDirection.ts')).toMatchInlineSnapshot(`
    "matrixOfNineWithoutDirection.ts:6:84 - error CW2014: Expected { dstToSrc: [9 numbers] } or { srcToDst: [9 numbers] } for matrix but received an array of 9.

    6 export const matrixOfNineWithoutDirection = pipeline(rgb8(), ops.warpPerspective({ matrix: [1, 0, 0, 0, 1, 0, 0, 0, 1] as never, filter: linear, border: replica
                                                                                         ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: say which way the matrix maps; OpenCV gives srcToDst, its WARP_INVERSE_MAP takes dstToSrc
      in op warpPerspective < pipeline matrixOfNineWithoutDirection (matrixOfNineWithoutDirection.ts:6:14)"
  `);
});

test('matrixOfSix', () => {
  expect(run.textOf('matrixOfSix.ts')).toMatchInlineSnapshot(`
    "matrixOfSix.ts:6:67 - error CW2005: Expected 9 numbers for matrix.srcToDst but received [1, 0, 0, 0, 1, 0].

    6 export const matrixOfSix = pipeline(rgb8(), ops.warpPerspective({ matrix: { srcToDst: [1, 0, 0, 0, 1, 0] as never }, filter: linear, border: replicate }), nchw(
                                                                        ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: give a value, or leave the option out to be asked at the call
      in op warpPerspective < pipeline matrixOfSix (matrixOfSix.ts:6:14)"
  `);
});

test('angleInWords', () => {
  expect(run.textOf('angleInWords.ts')).toMatchInlineSnapshot(`
    "angleInWords.ts:6:59 - error CW2005: Expected a finite number of degrees for degrees but received '90'.

    6 export const angleInWords = pipeline(rgb8(), ops.rotate({ degrees: '90' as never, filter: linear, border: replicate }), nchw('f32'));
                                                                ~~~~~~~~~~~~~~~~~~~~~~
      hint: give a value, or leave the option out to be asked at the call
      in op rotate < pipeline angleInWords (angleInWords.ts:6:14)"
  `);
});

test('turnByNumber', () => {
  expect(run.textOf('turnByNumber.ts')).toMatchInlineSnapshot(`
    "turnByNumber.ts:6:61 - error CW2007: Expected one of '90', '180', '270' for clockwise but received 90.

    6 export const turnByNumber = pipeline(rgb8(), ops.rotate90({ clockwise: 90 as never }), nchw('f32'));
                                                                  ~~~~~~~~~~~~~~~~~~~~~~
      hint: a choice is settled when the pipeline is declared, and cannot be left open
      in op rotate90 < pipeline turnByNumber (turnByNumber.ts:6:14)"
  `);
});

test('forgedCode', () => {
  expect(run.textOf('forgedCode.ts')).toMatchInlineSnapshot(`
    "forgedCode.ts:6:14 - error CW3010: A format of the pipeline cannot be used: its code is { bits, shift }.

    6 export const forgedCode = pipeline({ ...ops.p010(), code: { bits: 10, shift: '0); evil(' } } as never, nchw('f32') as never);
                   ~~~~~~~~~~
      hint: use the formats of cuweave/ops
      in pipeline forgedCode (forgedCode.ts:6:14)"
  `);
});

test('defaultExport', () => {
  expect(run.textOf('defaultExport.ts')).toMatchInlineSnapshot(`
    "defaultExport.ts:6:16 - error CW3012: The default export is a pipeline, and has no name.

    6 export default pipeline(rgb8(), nchw('f32'));
                     ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`export const preprocess = pipeline(…)\` instead of \`export default pipeline(…)\`"
  `);
});

test('hostName', () => {
  expect(run.textOf('hostName.ts')).toMatchInlineSnapshot(`
    "hostName.ts:6:14 - error CW3002: Expected a name of letters, digits and _ for a pipeline but received warp_host.

    6 export const warp_host = pipeline(rgb8(), nchw('f32'));
                   ~~~~~~~~~
      hint: export it as a named constant of at most 60 letters that does not end in _host"
  `);
});

test('unicodeName', () => {
  expect(run.textOf('unicodeName.ts')).toMatchInlineSnapshot(`
    "unicodeName.ts:6:14 - error CW3002: Expected a name of letters, digits and _ for a pipeline but received größe.

    6 export const größe = pipeline(rgb8(), nchw('f32'));
                   ~~~~~
      hint: export it as a named constant of at most 60 letters that does not end in _host"
  `);
});

test('reservedName', () => {
  expect(run.textOf('reservedName.ts')).toMatchInlineSnapshot(`
    "reservedName.ts:6:7 - error CW3002: Expected a name of letters, digits and _ for a pipeline but received delete.

    6 const p = pipeline(rgb8(), nchw('f32'));
            ~
      hint: export it as a named constant of at most 60 letters that does not end in _host"
  `);
});

test('sourceMissing', () => {
  expect(run.textOf('sourceMissing.ts')).toMatchInlineSnapshot(`
    "sourceMissing.ts:6:14 - error CW3003: Expected a format at the head of the pipeline but received an operator.

    6 export const sourceMissing = pipeline(normalize({ mean: 0, std: 1 }) as any, nchw('f32') as any);
                   ~~~~~~~~~~~~~
      hint: begin with nv12(), rgb8(), …
      in pipeline sourceMissing (sourceMissing.ts:6:14)"
  `);
});

test('sinkMissing', () => {
  expect(run.textOf('sinkMissing.ts')).toMatchInlineSnapshot(`
    "sinkMissing.ts:6:14 - error CW3004: Expected a format that can be written, or a reduction, at the end of the pipeline but received an operator.

    6 export const sinkMissing = pipeline(rgb8(), normalize({ mean: 0, std: 1 }) as never);
                   ~~~~~~~~~~~
      hint: end with nchw("f32"), nhwc("u8"), mean(), …
      in pipeline sinkMissing (sinkMissing.ts:6:14)"
  `);
});

test('sinkUncalled', () => {
  expect(run.textOf('sinkUncalled.ts')).toMatchInlineSnapshot(`
    "sinkUncalled.ts:6:14 - error CW3004: Expected a format that can be written, or a reduction, at the end of the pipeline but received an operator that was not called.

    6 export const sinkUncalled = pipeline(rgb8(), normalize as never);
                   ~~~~~~~~~~~~
      hint: end with nchw("f32"), nhwc("u8"), mean(), …
      in pipeline sinkUncalled (sinkUncalled.ts:6:14)"
  `);
});

test('onlyASource', () => {
  expect(run.textOf('onlyASource.ts')).toMatchInlineSnapshot(`
    "onlyASource.ts:6:14 - error CW3004: Expected a format that can be written, or a reduction, at the end of the pipeline but received nothing.

    6 export const onlyASource = pipeline(...([rgb8()] as never as [never, never]));
                   ~~~~~~~~~~~
      hint: end with nchw("f32"), nhwc("u8"), mean(), …
      in pipeline onlyASource (onlyASource.ts:6:14)"
  `);
});

test('forgedChroma', () => {
  expect(run.textOf('forgedChroma.ts')).toMatchInlineSnapshot(`
    "forgedChroma.ts:6:14 - error CW3010: A format of the pipeline cannot be used: its chroma is read by 'cubic', which is neither 'nearest' nor 'linear'.

    6 export const forgedChroma = pipeline(nv12({ chroma: 'cubic' as never }), nchw('f32') as never);
                   ~~~~~~~~~~~~
      hint: use the formats of cuweave/ops
      in pipeline forgedChroma (forgedChroma.ts:6:14)"
  `);
});

test('forgedSiting', () => {
  expect(run.textOf('forgedSiting.ts')).toMatchInlineSnapshot(`
    "forgedSiting.ts:6:14 - error CW3010: A format of the pipeline cannot be used: its chroma is sited 'right', which is neither 'left' nor 'centre' nor 'topLeft'.

    6 export const forgedSiting = pipeline(nv12({ chroma: 'linear', siting: 'right' as never }), nchw('f32') as never);
                   ~~~~~~~~~~~~
      hint: use the formats of cuweave/ops
      in pipeline forgedSiting (forgedSiting.ts:6:14)"
  `);
});

test('chromaOfWhole', () => {
  expect(run.textOf('chromaOfWhole.ts')).toMatchInlineSnapshot(`
    "chromaOfWhole.ts:6:14 - error CW3010: A format of the pipeline cannot be used: its chroma is interpolated, which is for a source whose chroma is subsampled.

    6 export const chromaOfWhole = pipeline({ ...ops.yuv444p(), chroma: { filter: 'linear', siting: 'left' }, role: 'source' } as never, nchw('f32') as never);
                   ~~~~~~~~~~~~~
      hint: use the formats of cuweave/ops
      in pipeline chromaOfWhole (chromaOfWhole.ts:6:14)"
  `);
});

test('forgedNext', () => {
  expect(run.textOf('forgedNext.ts')).toMatchInlineSnapshot(`
    "forgedNext.ts:6:14 - error CW3010: A format of the pipeline cannot be used: one of its channels is in no plane.

    6 export const forgedNext = pipeline({ ...ops.yuyv(), channels: [{ plane: 0, lane: 2, next: 2 }, { plane: 0, lane: 1 }, { plane: 0, lane: 3 }] } as never, nchw('f
                   ~~~~~~~~~~
      hint: use the formats of cuweave/ops
      in pipeline forgedNext (forgedNext.ts:6:14)"
  `);
});

test('mixedSubsampling', () => {
  expect(run.textOf('mixedSubsampling.ts')).toMatchInlineSnapshot(`
    "mixedSubsampling.ts:6:14 - error CW3010: A format of the pipeline cannot be used: two of its planes are subsampled differently.

    6 export const mixedSubsampling = pipeline(nv12(), { ...ops.i420(), planes: ops.i420().planes.map((plane, n) => (n === 2 ? { ...plane, subsampling: [2, 1] } : pla
                   ~~~~~~~~~~~~~~~~
      hint: use the formats of cuweave/ops
      in pipeline mixedSubsampling (mixedSubsampling.ts:6:14)"
  `);
});

test('sinkOnlyRead', () => {
  expect(run.textOf('sinkOnlyRead.ts')).toMatchInlineSnapshot(`
    "sinkOnlyRead.ts:6:46 - error CW3004: Expected a format that can be written, or a reduction, at the end of the pipeline but received nv12, which can only be read.

    6 export const sinkOnlyRead = pipeline(nv12(), nv12({ chroma: 'linear' }) as never);
                                                   ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: end with nchw("f32"), nhwc("u8"), mean(), …
      in pipeline sinkOnlyRead (sinkOnlyRead.ts:6:14)"
  `);
});

test('wrongColour', () => {
  expect(run.textOf('wrongColour.ts')).toMatchInlineSnapshot(`
    "wrongColour.ts:6:45 - error CW3005: Expected rgb, rgba, gray for normalize but received yuv.

    6 export const wrongColour = pipeline(nv12(), normalize({ mean: 0, std: 1 }) as never, nchw('f32'));
                                                  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: convert first, for instance with yuvToRgb(), or move the operator
      in op normalize < pipeline wrongColour (wrongColour.ts:6:14)"
  `);
});

test('wrongSinkColour', () => {
  expect(run.textOf('wrongSinkColour.ts')).toMatchInlineSnapshot(`
    "wrongSinkColour.ts:6:49 - error CW3006: Expected rgb for the sink rgb8 but received yuv.

    6 export const wrongSinkColour = pipeline(nv12(), rgb8() as never);
                                                      ~~~~~~~~~~~~~~~
      hint: convert before the end, or take a sink for any colour model: nchw(…), nhwc(…)
      in pipeline wrongSinkColour (wrongSinkColour.ts:6:14)"
  `);
});

test('notAStage', () => {
  expect(run.textOf('notAStage.ts')).toMatchInlineSnapshot(`
    "notAStage.ts:6:43 - error CW3007: Expected an operator between source and sink but received an operator that was not called.

    6 export const notAStage = pipeline(rgb8(), normalize as never, rgb8() as never, 3 as never, nchw('f32'));
                                                ~~~~~~~~~~~~~~~~~~
      hint: call the operator: \`normalize({ … })\`; formats stand at the head and at the end, reductions at the end
      in pipeline notAStage (notAStage.ts:6:14)

    notAStage.ts:6:63 - error CW3007: Expected an operator between source and sink but received a format.

    6 export const notAStage = pipeline(rgb8(), normalize as never, rgb8() as never, 3 as never, nchw('f32'));
                                                                    ~~~~~~~~~~~~~~~
      hint: call the operator: \`normalize({ … })\`; formats stand at the head and at the end, reductions at the end
      in pipeline notAStage (notAStage.ts:6:14)

    notAStage.ts:6:80 - error CW3007: Expected an operator between source and sink but received 3.

    6 export const notAStage = pipeline(rgb8(), normalize as never, rgb8() as never, 3 as never, nchw('f32'));
                                                                                     ~~~~~~~~~~
      hint: call the operator: \`normalize({ … })\`; formats stand at the head and at the end, reductions at the end
      in pipeline notAStage (notAStage.ts:6:14)"
  `);
});

test('openTwice', () => {
  expect(run.textOf('openTwice.ts')).toMatchInlineSnapshot(`
    "openTwice.ts:6:56 - error CW3008: normalize and normalize2 both leave mean open.

    6 export const openTwice = pipeline(rgb8(), normalize(), normalize(), nchw('f32'));
                                                             ~~~~~~~~~~~
      hint: give one of them a name of its own, for normalize2: \`mean: open('other')\`
      in pipeline openTwice (openTwice.ts:6:14)

    openTwice.ts:6:56 - error CW3008: normalize and normalize2 both leave std open.

    6 export const openTwice = pipeline(rgb8(), normalize(), normalize(), nchw('f32'));
                                                             ~~~~~~~~~~~
      hint: give one of them a name of its own, for normalize2: \`std: open('other')\`
      in pipeline openTwice (openTwice.ts:6:14)"
  `);
});

test('forgedFormat', () => {
  expect(run.textOf('forgedFormat.ts')).toMatchInlineSnapshot(`
    "forgedFormat.ts:6:14 - error CW3010: A format of the pipeline cannot be used: it has no planes.

    6 export const forgedFormat = pipeline({ ...rgb8(), name: 'a b' } as never, { ...nchw('f32'), planes: [] } as never);
                   ~~~~~~~~~~~~
      hint: use the formats of cuweave/ops
      in pipeline forgedFormat (forgedFormat.ts:6:14)

    forgedFormat.ts:6:14 - error CW3010: A format of the pipeline cannot be used: its name is 'a b'.

    6 export const forgedFormat = pipeline({ ...rgb8(), name: 'a b' } as never, { ...nchw('f32'), planes: [] } as never);
                   ~~~~~~~~~~~~
      hint: use the formats of cuweave/ops
      in pipeline forgedFormat (forgedFormat.ts:6:14)"
  `);
});

test('throws', () => {
  expect(run.textOf('throws.ts')).toMatchInlineSnapshot(`
    "throws.ts:7:1 - error CW9002: The module failed while it was loaded: TypeError: Cannot read properties of undefined (reading 'b')

    7 export const n = broken.a.b;
      ~
      hint: pipelines are made when their module is loaded, so it must run without its application"
  `);
});

test('throwsText', () => {
  expect(run.textOf('throwsText.ts')).toMatchInlineSnapshot(`
    "throwsText.ts:1:1 - error CW9002: The module failed while it was loaded: just text

    1 import * as ops from 'cuweave/ops';
      ~
      hint: pipelines are made when their module is loaded, so it must run without its application"
  `);
});

test('tableAsPixel', () => {
  expect(run.textOf('tableAsPixel.ts')).toMatchInlineSnapshot(`
    "tableAsPixel.ts:7:91 - error CW1058: Expected a tuple of 3 f32 but received the table curve.

    7 const op = pointOp({ from: ['rgb'], params: {curve: ops.table}, apply: (px, { curve }) => curve });
                                                                                                ~~~~~
      hint: read one number of a table, \`lookup(table[c], i)\`; it is declared as \`perChannel(table)\`
      in op op < pipeline tableAsPixel (tableAsPixel.ts:8:14)"
  `);
});

test('tableByIndex', () => {
  expect(run.textOf('tableByIndex.ts')).toMatchInlineSnapshot(`
    "tableByIndex.ts:7:105 - error CW1022: A tuple is indexed by a constant.

    7 const op = pointOp({ from: ['rgb'], params: {curve: ops.table}, apply: ([r, g, b], { curve }) => [curve[i32(r)], g, b] });
                                                                                                              ~~~~~~
      hint: use a number, the index of \`.map\`, or the counter of a \`for\` loop
      in op op < pipeline tableByIndex (tableByIndex.ts:8:14)"
  `);
});

test('tablePassedOn', () => {
  expect(run.textOf('tablePassedOn.ts')).toMatchInlineSnapshot(`
    "tablePassedOn.ts:7:105 - error CW1030: Expected a tuple but received the table curve.

    7 const op = pointOp({ from: ['rgb'], params: {curve: ops.table}, apply: ([r, g, b], { curve }) => [first(curve), g, b] });
                                                                                                              ~~~~~
      hint: index the tuple, use \`.map\`, or build \`[a, b]\`
      in op op < pipeline tablePassedOn (tablePassedOn.ts:8:14)"
  `);
});

test('lookupOfPixel', () => {
  expect(run.textOf('lookupOfPixel.ts')).toMatchInlineSnapshot(`
    "lookupOfPixel.ts:7:74 - error CW1058: Expected a table of the operator but received a tuple of 3 f32.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: px => [ops.lookup(px, 1), 0, 0] });
                                                                               ~~
      hint: read one number of a table, \`lookup(table[c], i)\`; it is declared as \`perChannel(table)\`
      in op op < pipeline lookupOfPixel (lookupOfPixel.ts:8:14)"
  `);
});

test('lookupOfFraction', () => {
  expect(run.textOf('lookupOfFraction.ts')).toMatchInlineSnapshot(`
    "lookupOfFraction.ts:7:117 - error CW1010: Expected i32 but received f32.

    7 const op = pointOp({ from: ['rgb'], params: {curve: ops.table}, apply: ([r, g, b], { curve }) => [ops.lookup(curve, r), g, b] });
                                                                                                                          ~
      hint: write \`i32(x)\`, which drops the fraction, or \`i32(Math.floor(x))\`
      in op op < pipeline lookupOfFraction (lookupOfFraction.ts:8:14)"
  `);
});

test('lookupInside', () => {
  expect(run.textOf('lookupInside.ts')).toMatchInlineSnapshot(`
    "lookupInside.ts:7:130 - error CW1059: \`lookup\` stands in a function that the operator calls.

    7  px.map(v => { const i = i32(v); return ops.lookup(curve, i); }) });
                                              ~~~~~~~~~~~~~~~~~~~~
      hint: look up in the function of the operator, or in \`px.map((v, c) => lookup(table[c], i32(v)))\`
      in op op < pipeline lookupInside (lookupInside.ts:8:14)"
  `);
});

test('positionToFraction', () => {
  expect(run.textOf('positionToFraction.ts')).toMatchInlineSnapshot(`
    "positionToFraction.ts:7:97 - error CW1010: Expected i32 but received f32.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: (px, _, { at: [x] }) => { const n: i32 = x * 0.5; return [n, 0, 0]; } });
                                                                                                      ~~~~~~~
      hint: write \`i32(x)\`, which drops the fraction, or \`i32(Math.floor(x))\`
      in op op < pipeline positionToFraction (positionToFraction.ts:8:14)"
  `);
});

test('positionHalved', () => {
  expect(run.textOf('positionHalved.ts')).toMatchInlineSnapshot(`
    "positionHalved.ts:7:89 - error CW1009: \`/\` between two i32 is ambiguous: size.width / 2.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b], _, { size }) => [r + size.width / 2, g, b] });
                                                                                              ~~~~~~~~~~~~~~
      hint: write \`idiv(a, b)\` or \`Math.trunc(a / b)\` for a whole number, \`f32(a) / b\` for a fraction
      in op op < pipeline positionHalved (positionHalved.ts:8:14)"
  `);
});

test('forComputedMax', () => {
  expect(run.textOf('forComputedMax.ts')).toMatchInlineSnapshot(`
    "forComputedMax.ts:7:115 - error CW1003: Expected \`for (let i = a; i < b; i += k)\` with constants for a, b and k > 0.

    7 const op = pointOp({ from: ['rgb'], params: {n: i32}, apply: (px, { n }) => { let s: f32 = 0; for (let i = 0; i < Math.max(n, 8); i++) { s += 1; } return [s, s,
                                                                                                                        ~~~~~~~~~~~~~~
      hint: use whole numbers or constants of the module, or \`i < Math.min(n, 64)\` for an end that is computed; count upwards; leave the counter alone in the body
      in op op < pipeline forComputedMax (forComputedMax.ts:8:14)"
  `);
});

test('forComputedFraction', () => {
  expect(run.textOf('forComputedFraction.ts')).toMatchInlineSnapshot(`
    "forComputedFraction.ts:7:109 - error CW1003: Expected \`for (let i = a; i < b; i += k)\` with constants for a, b and k > 0.

    7 const op = pointOp({ from: ['rgb'], params: {}, apply: ([r, g, b]) => { let s: f32 = 0; for (let i = 0; i < Math.min(r, 8); i++) { s += 1; } return [s, g, b]; }
                                                                                                                  ~~~~~~~~~~~~~~
      hint: use whole numbers or constants of the module, or \`i < Math.min(n, 64)\` for an end that is computed; count upwards; leave the counter alone in the body
      in op op < pipeline forComputedFraction (forComputedFraction.ts:8:14)"
  `);
});

test('forComputedLong', () => {
  expect(run.textOf('forComputedLong.ts')).toMatchInlineSnapshot(`
    "forComputedLong.ts:7:95 - error CW1054: The loop has 100000 rounds, and 65536 are allowed.

    7 const op = pointOp({ from: ['rgb'], params: {n: i32}, apply: (px, { n }) => { let s: f32 = 0; for (let i = 0; i < Math.min(n, 100000); i++) { s += 1; } return [
                                                                                                    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: compute it before the call, and pass the result as a parameter
      in op op < pipeline forComputedLong (forComputedLong.ts:8:14)"
  `);
});

test('forComputedIndex', () => {
  expect(run.textOf('forComputedIndex.ts')).toMatchInlineSnapshot(`
    "forComputedIndex.ts:7:95 - error CW1060: The counter i indexes a tuple, and the end of its loop is computed.

    7 const op = pointOp({ from: ['rgb'], params: {n: i32}, apply: (px, { n }) => { let s: f32 = 0; for (let i = 0; i < Math.min(n, 3); i++) { s += px[i]; } return [s
                                                                                                    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: give the loop a constant end, with an \`if\` inside
      in op op < pipeline forComputedIndex (forComputedIndex.ts:8:14)"
  `);
});

test('filterConstant', () => {
  expect(run.textOf('filterConstant.ts')).toMatchInlineSnapshot(`
    "filterConstant.ts:7:57 - error CW2020: Expected a number or a word, under a name of its own, for the constant scale of a filter but received 2.

    7 export const filterConstant = pipeline(rgb8(), resize({ filter: wide, border: replicate }), nchw('f32'));
                                                              ~~~~~~~~~~~~
      hint: write \`constants: { a: -0.5 }\`; \`scale\` and \`size\` are what every filter has
      in op resize < pipeline filterConstant (filterConstant.ts:7:14)"
  `);
});

test('filterConstantNotFinite', () => {
  expect(run.textOf('filterConstantNotFinite.ts')).toMatchInlineSnapshot(`
    "filterConstantNotFinite.ts:7:66 - error CW2020: Expected a number or a word, under a name of its own, for the constant a of a filter but received Infinity.

    7 export const filterConstantNotFinite = pipeline(rgb8(), resize({ filter: wide, border: replicate }), nchw('f32'));
                                                                       ~~~~~~~~~~~~
      hint: write \`constants: { a: -0.5 }\`; \`scale\` and \`size\` are what every filter has
      in op resize < pipeline filterConstantNotFinite (filterConstantNotFinite.ts:7:14)"
  `);
});

test('filterLimit', () => {
  expect(run.textOf('filterLimit.ts')).toMatchInlineSnapshot(`
    "filterLimit.ts:7:54 - error CW2009: Expected a filter with a maxScale of 1 to 65536 for filter but received 0.

    7 export const filterLimit = pipeline(rgb8(), resize({ filter: wide, border: replicate }), nchw('f32'));
                                                           ~~~~~~~~~~~~
      hint: import one from cuweave/ops, or declare one with \`filter\` or \`indexBorder\`
      in op resize < pipeline filterLimit (filterLimit.ts:7:14)"
  `);
});

test('scaleOfAWarp', () => {
  expect(run.textOf('scaleOfAWarp.ts')).toMatchInlineSnapshot(`
    "scaleOfAWarp.ts:6:59 - error CW3020: antialiasedLinear reads as many pixels as an output pixel covers, and warpAffine does not say how many.

    6 export const scaleOfAWarp = pipeline(rgb8(), warpAffine({ filter: ops.antialiasedLinear, border: replicate }), nchw('f32'));
                                                                ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: take a filter that samples at a point, such as linear; or shrink with a resize in a pipeline of its own
      in op warpAffine < pipeline scaleOfAWarp (scaleOfAWarp.ts:6:14)"
  `);
});

test('scaleOfOwnMap', () => {
  expect(run.textOf('scaleOfOwnMap.ts')).toMatchInlineSnapshot(`
    "scaleOfOwnMap.ts:8:55 - error CW3020: mean reads as many pixels as an output pixel covers, and shift does not say how many.

    8 export const scaleOfOwnMap = pipeline(rgb8(), shift({ filter: mean, border: replicate }), nchw('f32'));
                                                            ~~~~~~~~~~~~
      hint: take a filter that samples at a point, such as linear; or shrink with a resize in a pipeline of its own
      in op shift < pipeline scaleOfOwnMap (scaleOfOwnMap.ts:8:14)"
  `);
});

test('resampleOfNothing', () => {
  expect(run.textOf('resampleOfNothing.ts')).toMatchInlineSnapshot(`
    "resampleOfNothing.ts:6:51 - error CW3021: Expected one or more maps in \`resample([…])\` but received [].

    6 export const resampleOfNothing = pipeline(rgb8(), ops.resample([] as never, { filter: linear, border: replicate }), nchw('f32'));
                                                        ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`resample([letterbox({ … }), warpAffine()], { filter: linear, border: constant(0) })\`; crops and flips stand before it or after it
      in op resample < pipeline resampleOfNothing (resampleOfNothing.ts:6:14)"
  `);
});

test('resampleOfACrop', () => {
  expect(run.textOf('resampleOfACrop.ts')).toMatchInlineSnapshot(`
    "resampleOfACrop.ts:6:49 - error CW3021: Expected one or more maps in \`resample([…])\` but received another operator.

    6 export const resampleOfACrop = pipeline(rgb8(), ops.resample([resize(), crop() as never], { filter: linear, border: replicate }), nchw('f32'));
                                                      ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`resample([letterbox({ … }), warpAffine()], { filter: linear, border: constant(0) })\`; crops and flips stand before it or after it
      in op resample < pipeline resampleOfACrop (resampleOfACrop.ts:6:14)"
  `);
});

test('resampleSampledTwice', () => {
  expect(run.textOf('resampleSampledTwice.ts')).toMatchInlineSnapshot(`
    "resampleSampledTwice.ts:6:68 - error CW3022: Expected no filter for a map in \`resample([…])\`.

    6 export const resampleSampledTwice = pipeline(rgb8(), ops.resample([resize({ filter: linear }), warpAffine()], { filter: linear, border: replicate }), nchw('f32'
                                                                         ~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: say filter and border once: \`resample([…], { filter, border })\`
      in op resample < pipeline resampleSampledTwice (resampleSampledTwice.ts:6:14)"
  `);
});

test('resampleWithoutScale', () => {
  expect(run.textOf('resampleWithoutScale.ts')).toMatchInlineSnapshot(`
    "resampleWithoutScale.ts:6:54 - error CW3020: area reads as many pixels as an output pixel covers, and warpAffine does not say how many.

    6 export const resampleWithoutScale = pipeline(rgb8(), ops.resample([resize(), warpAffine()], { filter: ops.area, border: replicate }), nchw('f32'));
                                                           ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: take a filter that samples at a point, such as linear; or shrink with a resize in a pipeline of its own
      in op warpAffine < op resample < pipeline resampleWithoutScale (resampleWithoutScale.ts:6:14)"
  `);
});

test('resampleWithoutBorder', () => {
  expect(run.textOf('resampleWithoutBorder.ts')).toMatchInlineSnapshot(`
    "resampleWithoutBorder.ts:6:55 - error CW2008: Expected a border for resize but received nothing.

    6 export const resampleWithoutBorder = pipeline(rgb8(), ops.resample([resize(), warpAffine()], { filter: linear } as never), nchw('f32'));
                                                            ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`resize({ …, border: replicate })\`, with the name imported from cuweave/ops
      in op resize < op resample < pipeline resampleWithoutBorder (resampleWithoutBorder.ts:6:14)"
  `);
});

test('cameraWithoutFocalLength', () => {
  expect(run.textOf('cameraWithoutFocalLength.ts')).toMatchInlineSnapshot(`
    "cameraWithoutFocalLength.ts:6:74 - error CW2005: Expected a number other than 0 for camera.fx but received 0.

    6 export const cameraWithoutFocalLength = pipeline(rgb8(), ops.undistort({ camera: { fx: 0, fy: 1, cx: 1, cy: 1 }, newCamera: { fx: 1, fy: 0, cx: 1, cy: 1 }, filt
                                                                               ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: give a value, or leave the option out to be asked at the call
      in op undistort < pipeline cameraWithoutFocalLength (cameraWithoutFocalLength.ts:6:14)

    cameraWithoutFocalLength.ts:6:114 - error CW2005: Expected a number other than 0 for newCamera.fy but received 0.

    6 export const cameraWithoutFocalLength = pipeline(rgb8(), ops.undistort({ camera: { fx: 0, fy: 1, cx: 1, cy: 1 }, newCamera: { fx: 1, fy: 0, cx: 1, cy: 1 }, filt
                                                                                                                       ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: give a value, or leave the option out to be asked at the call
      in op undistort < pipeline cameraWithoutFocalLength (cameraWithoutFocalLength.ts:6:14)"
  `);
});

test('cameraMissing', () => {
  expect(run.textOf('cameraMissing.ts')).toMatchInlineSnapshot(`
    "cameraMissing.ts:6:63 - error CW2005: Expected a finite number for camera.cy but received undefined.

    6 export const cameraMissing = pipeline(rgb8(), ops.undistort({ camera: { fx: 1, fy: 1, cx: 1 } as never, distortion: { k9: 1 } as never, filter: linear, border: 
                                                                    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: give a value, or leave the option out to be asked at the call
      in op undistort < pipeline cameraMissing (cameraMissing.ts:6:14)

    cameraMissing.ts:6:105 - error CW2005: Expected { k1, k2, p1, p2, k3, k4, k5, k6 } for distortion but received { k9 }.

    6 export const cameraMissing = pipeline(rgb8(), ops.undistort({ camera: { fx: 1, fy: 1, cx: 1 } as never, distortion: { k9: 1 } as never, filter: linear, border: 
                                                                                                              ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: give a value, or leave the option out to be asked at the call
      in op undistort < pipeline cameraMissing (cameraMissing.ts:6:14)"
  `);
});
