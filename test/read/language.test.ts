/** What the kernel language takes, and what becomes of it. */
import { beforeAll, expect, test } from 'vitest';
import { dumpFunction } from '../support/dumpIr.js';
import { anySpec, pointSpec, runSpecs, type SpecRun } from '../support/specFiles.js';

const cases: Readonly<Record<string, string>> = {
  loop: pointSpec(`px => {
  let sum: f32 = 0;
  for (let i = 1; i <= 7; i += 2) {
    sum += i * 0.5;
  }
  return px.map(v => v + sum);
}`),
  computedLoop: pointSpec(
    `(px, { n }) => {
  let sum: f32 = 0;
  const most = n * 2;
  for (let i = 2; i < Math.min(most, n + 1, 64); i += 3) {
    sum += i;
  }
  for (let i = 0; i <= Math.min(n, 7); i++) {
    sum += i * 0.5;
  }
  return px.map(v => v + sum);
}`,
    { params: 'n: i32', options: '{ n: 3 }' },
  ),
  loopOverTuple: pointSpec(
    `px => {
  let sum: f32 = 0;
  for (let i = 0; i < px.length; i++) {
    const weighted = px[i] * weights[i];
    sum += weighted;
  }
  return [sum, sum, sum];
}`,
    { top: 'const weights = [0.25, 0.5, 0.25] as const;' },
  ),
  earlyReturn: pointSpec(`px => {
  const [r, g, b] = px;
  if (r > g && g > b) {
    return px;
  } else if (r === b) {
    return [b, b, b];
  }
  return [b, g, r];
}`),
  helpers: pointSpec(`([r, g, b]) => [half(r), half(third(g)), twice([r, g])[1] + b]`, {
    top: `const half = (v: f32): f32 => v / 2;
function third(v: number) { const divisor = 3; return v / divisor; }
const twice = (t: readonly f32[]) => t.map(v => v * 2);`,
  }),
  helperForTwoTypes: pointSpec(`([r, g, b]) => [sum([r, g]), sum([r, g, b]), b]`, {
    top: 'const sum = (t: readonly f32[]): f32 => { let s: f32 = 0; for (let i = 0; i < t.length; i++) { s += t[i]; } return s; };',
  }),
  closure: pointSpec(
    `([r, g, b], { gain }) => {
  const lift = (v: f32) => { const raised = v * gain + r; return raised; };
  return [lift(r), lift(g), lift(b)];
}`,
    { params: 'gain: f32', options: '{ gain: 2 }' },
  ),
  integers: pointSpec(`([r, g, b]) => {
  const n = i32(r);
  const low = n & 15;
  let high: i32 = n >> 4;
  high++;
  high -= 2;
  return [low * 16 + high, Math.trunc(n / 3) + idiv(n, 2), f32(n) / 2 + (n % 7)];
}`),
  widening: pointSpec(`([r, g, b]) => {
  const n = i32(r);
  return [n + 0.5, n * g, Math.max(n, b, 3)];
}`),
  constants: pointSpec(`px => px.map(v => v * kg + table[1][0] - Math.PI)`, {
    top: `const kr = 0.299;
const kb = 0.114;
const kg = 1 - kr - kb;
const table = [[1, 2], [3, 4]] as const;`,
  }),
  exactWholeNumbers: pointSpec(`([r, g, b]) => [i32(r) + (2 ** 0 === 1 ? 16777217 : 0), g, b]`),
  selectOfConstants: pointSpec(
    `([r, g, b]) => { const n = i32(r); const step: i32 = r > g ? 1 : -1; return [n + step, n + (g > b ? 2 : 3), b]; }`,
  ),
  unusedGoes: pointSpec(
    `([r, g, b]) => { const spare = Math.exp(r); const more = spare * 2; return [g, g, b]; }`,
  ),
  names: pointSpec(
    `([float, größe, $x]) => { const int = float * 2; const __x = int; return [__x, größe, $x]; }`,
  ),
  shadows: pointSpec(
    `px => px.map(v => { const x = v * 2; if (x > 1) { const x = v * 3; return x; } return x; })`,
  ),
  choicePassedOn: pointSpec(`(px, { mode }) => px.map(v => shape(v, mode))`, {
    params: "mode: oneOf('soft', 'hard')",
    options: "{ mode: 'hard' }",
    top: "const shape = (v: f32, mode: 'soft' | 'hard'): f32 => (mode === 'soft' ? Math.tanh(v) : v > 0 ? 1 : 0);",
  }),
  deadBranchIsNotRead: pointSpec(`(px, { mode }) => { if (mode === 'a') { while (true) {} } return px; }`, {
    params: "mode: oneOf('a', 'b')",
    options: "{ mode: 'b' }",
  }),
  wholeParams: pointSpec(`(px, p) => px.map((v, c) => v * p.gain[c] + p.area.x)`, {
    params: 'gain: perChannel(f32), area: rect',
    options: '{ gain: 1 }',
  }),
  branchWithStatements: pointSpec(
    `px => {
  const t = px[0] > 1 ? mixed(px).map(v => v * v) : px;
  return t;
}`,
    { top: 'const mixed = ([a, b, c]: Pixel<3>) => [c, a, b] as const;' },
  ),
  method: anySpec(`const op = pointOp({ from: ['rgb'], params: {}, apply([r, g, b]) { return [b, g, r]; } });
export const p = pipeline(rgb8(), op(), nchw('f32'));`),
  namedApply: anySpec(`function swap([r, g, b]: Pixel<3>): Pixel<3> { return [b, g, r]; }
const definition = { from: ['rgb'], params: {}, apply: swap } as const;
const op = ops.pointOp(definition);
export const p = ops.pipeline(ops.rgb8(), op(), ops.nchw('f32'));`),
  factory:
    anySpec(`const make = (name: string) => pointOp({ name, from: ['rgb'], params: { gain: f32 }, apply: (px, { gain }) => px.map(v => v * gain) });
const placed = [make('brighten')({ gain: 2 }), make('darken')({ gain: 0.5 })] as const;
export const p = pipeline(rgb8(), ...placed, nchw('f32'));`),
  imported: anySpec(`import { gain } from './lib/gain.js';
export const p = pipeline(rgb8(), gain({ by: 2 }), nchw('f32'));`),
  'lib/gain': anySpec(`import { scale as times } from './scale.js';
export const gain = pointOp({ from: ['rgb'], params: { by: f32 }, apply: (px, { by }) => px.map(v => times(v, by)) });
export const spare = pipeline(rgb8(), gain(), nchw('f32'));`),
  'lib/scale': `export function scale(v: number, by: number): number { return v * by; }`,
};

let run: SpecRun;
beforeAll(async () => {
  const files = Object.entries(cases).map(([name, text]) => [
    `${name}.ts`,
    text.replace('export const p =', `export const ${name} =`),
  ]);
  run = await runSpecs(
    Object.fromEntries(files),
    Object.keys(cases).flatMap(name => (name.startsWith('lib/') ? [] : `${name}.ts`)),
  );
});

const show = (name: string): string => {
  const text = run.textOf(`${name}.ts`);
  const pipeline = run.specs.pipelines.find(entry => entry.name === name);
  return text || (pipeline?.stages.map(({ apply }) => dumpFunction(apply)).join('') ?? 'not read');
};

test('loop', () => {
  expect(show('loop')).toMatchInlineSnapshot(`
    "op(px: f32×3): f32×3
      let sum: f32 = 0.0
      for i = 1 to 8 step 2
        sum = (sum + (f32(i) * 0.5))
      return [(px[0] + sum), (px[1] + sum), (px[2] + sum)]
    "
  `);
});

test('computedLoop', () => {
  expect(show('computedLoop')).toMatchInlineSnapshot(`
    "op(px: f32×3): f32×3
      let sum: f32 = 0.0
      const most: i32 = ($n.0 * 2)
      for i = 2 to min(min(most, ($n.0 + 1)), 64) step 3
        sum = (sum + f32(i))
      for i_1 = 0 to (min($n.0, 7) + 1) step 1
        sum = (sum + (f32(i_1) * 0.5))
      return [(px[0] + sum), (px[1] + sum), (px[2] + sum)]
    "
  `);
});

test('loopOverTuple', () => {
  expect(show('loopOverTuple')).toMatchInlineSnapshot(`
    "op(px: f32×3): f32×3
      let sum: f32 = 0.0
      const weighted: f32 = (px[0] * 0.25)
      sum = (sum + weighted)
      const weighted_1: f32 = (px[1] * 0.5)
      sum = (sum + weighted_1)
      const weighted_2: f32 = (px[2] * 0.25)
      sum = (sum + weighted_2)
      return [sum, sum, sum]
    "
  `);
});

test('earlyReturn', () => {
  expect(show('earlyReturn')).toMatchInlineSnapshot(`
    "op(px: f32×3): f32×3
      const r: f32 = px[0]
      const g: f32 = px[1]
      const b: f32 = px[2]
      if ((r > g) && (g > b))
        return px
      else
        if (r === b)
          return [b, b, b]
      return [b, g, r]
    "
  `);
});

test('helpers', () => {
  expect(show('helpers')).toMatchInlineSnapshot(`
    "half(v: f32): f32
      return (v / 2.0)
    third(v: f32): f32
      return (v / 3.0)
    twice(t: f32×2): f32×2
      return [(t[0] * 2.0), (t[1] * 2.0)]
    op(px: f32×3): f32×3
      const r: f32 = px[0]
      const g: f32 = px[1]
      const b: f32 = px[2]
      return [half(r), half(third(g)), (twice([r, g])[1] + b)]
    "
  `);
});

test('helperForTwoTypes', () => {
  expect(show('helperForTwoTypes')).toMatchInlineSnapshot(`
    "sum(t: f32×2): f32
      let s: f32 = 0.0
      s = (s + t[0])
      s = (s + t[1])
      return s
    sum_1(t: f32×3): f32
      let s: f32 = 0.0
      s = (s + t[0])
      s = (s + t[1])
      s = (s + t[2])
      return s
    op(px: f32×3): f32×3
      const r: f32 = px[0]
      const g: f32 = px[1]
      const b: f32 = px[2]
      return [sum([r, g]), sum_1([r, g, b]), b]
    "
  `);
});

test('closure', () => {
  expect(show('closure')).toMatchInlineSnapshot(`
    "lift(v: f32, gain: f32, r: f32): f32
      const raised: f32 = ((v * gain) + r)
      return raised
    op(px: f32×3): f32×3
      const r: f32 = px[0]
      const g: f32 = px[1]
      const b: f32 = px[2]
      return [lift(r, $gain.0, r), lift(g, $gain.0, r), lift(b, $gain.0, r)]
    "
  `);
});

test('integers', () => {
  expect(show('integers')).toMatchInlineSnapshot(`
    "op(px: f32×3): f32×3
      const r: f32 = px[0]
      const n: i32 = i32(r)
      const low: i32 = (n & 15)
      let high: i32 = (n >> 4)
      high = (high + 1)
      high = (high - 2)
      return [f32(((low * 16) + high)), f32((idiv(n, 3) + idiv(n, 2))), ((f32(n) / 2.0) + f32((n % 7)))]
    "
  `);
});

test('widening', () => {
  expect(show('widening')).toMatchInlineSnapshot(`
    "op(px: f32×3): f32×3
      const r: f32 = px[0]
      const g: f32 = px[1]
      const b: f32 = px[2]
      const n: i32 = i32(r)
      return [(f32(n) + 0.5), (f32(n) * g), max(max(f32(n), b), 3.0)]
    "
  `);
});

test('constants', () => {
  expect(show('constants')).toMatchInlineSnapshot(`
    "op(px: f32×3): f32×3
      return [(((px[0] * 0.5870000123977661) + 3.0) - 3.1415927410125732), (((px[1] * 0.5870000123977661) + 3.0) - 3.1415927410125732), (((px[2] * 0.5870000123977661) + 3.0) - 3.1415927410125732)]
    "
  `);
});

test('exactWholeNumbers', () => {
  expect(show('exactWholeNumbers')).toMatchInlineSnapshot(`
    "op(px: f32×3): f32×3
      const r: f32 = px[0]
      const g: f32 = px[1]
      const b: f32 = px[2]
      return [f32((i32(r) + ((pow(2.0, 0.0) === 1.0) ? 16777217 : 0))), g, b]
    "
  `);
});

test('selectOfConstants', () => {
  expect(show('selectOfConstants')).toMatchInlineSnapshot(`
    "op(px: f32×3): f32×3
      const r: f32 = px[0]
      const g: f32 = px[1]
      const b: f32 = px[2]
      const n: i32 = i32(r)
      const step: i32 = ((r > g) ? 1 : -1)
      return [f32((n + step)), f32((n + ((g > b) ? 2 : 3))), b]
    "
  `);
});

test('unusedGoes', () => {
  expect(show('unusedGoes')).toMatchInlineSnapshot(`
    "op(px: f32×3): f32×3
      const g: f32 = px[1]
      const b: f32 = px[2]
      return [g, g, b]
    "
  `);
});

test('names', () => {
  expect(show('names')).toMatchInlineSnapshot(`
    "op(px: f32×3): f32×3
      const float: f32 = px[0]
      const gruf6udfe: f32 = px[1]
      const _x: f32 = px[2]
      const int: f32 = (float * 2.0)
      const _x_1: f32 = int
      return [_x_1, gruf6udfe, _x]
    "
  `);
});

test('shadows', () => {
  expect(show('shadows')).toMatchInlineSnapshot(`
    "opChannel(v: f32): f32
      const x: f32 = (v * 2.0)
      if (x > 1.0)
        const x_1: f32 = (v * 3.0)
        return x_1
      return x
    op(px: f32×3): f32×3
      return [opChannel(px[0]), opChannel(px[1]), opChannel(px[2])]
    "
  `);
});

test('choicePassedOn', () => {
  expect(show('choicePassedOn')).toMatchInlineSnapshot(`
    "shape(v: f32): f32
      return ((v > 0.0) ? 1.0 : 0.0)
    op(px: f32×3): f32×3
      return [shape(px[0]), shape(px[1]), shape(px[2])]
    "
  `);
});

test('deadBranchIsNotRead', () => {
  expect(show('deadBranchIsNotRead')).toMatchInlineSnapshot(`
    "op(px: f32×3): f32×3
      return px
    "
  `);
});

test('wholeParams', () => {
  expect(show('wholeParams')).toMatchInlineSnapshot(`
    "op(px: f32×3): f32×3
      return [((px[0] * $gain.0) + f32($area.0)), ((px[1] * $gain.1) + f32($area.0)), ((px[2] * $gain.2) + f32($area.0))]
    "
  `);
});

test('branchWithStatements', () => {
  expect(show('branchWithStatements')).toMatchInlineSnapshot(`
    "mixed(given: f32×3): f32×3
      const a: f32 = given[0]
      const b: f32 = given[1]
      const c: f32 = given[2]
      return [c, a, b]
    op(px: f32×3): f32×3
      let chosen: f32×3 = [0.0, 0.0, 0.0]
      if (px[0] > 1.0)
        const whole: f32×3 = mixed(px)
        chosen = [(whole[0] * whole[0]), (whole[1] * whole[1]), (whole[2] * whole[2])]
      else
        chosen = px
      const t: f32×3 = chosen
      return t
    "
  `);
});

test('method', () => {
  expect(show('method')).toMatchInlineSnapshot(`
    "op(px: f32×3): f32×3
      const r: f32 = px[0]
      const g: f32 = px[1]
      const b: f32 = px[2]
      return [b, g, r]
    "
  `);
});

test('namedApply', () => {
  expect(show('namedApply')).toMatchInlineSnapshot(`
    "op(px: f32×3): f32×3
      const r: f32 = px[0]
      const g: f32 = px[1]
      const b: f32 = px[2]
      return [b, g, r]
    "
  `);
});

test('factory', () => {
  expect(show('factory')).toMatchInlineSnapshot(`
    "brighten(px: f32×3): f32×3
      return [(px[0] * $gain.0), (px[1] * $gain.0), (px[2] * $gain.0)]
    darken(px: f32×3): f32×3
      return [(px[0] * $gain.0), (px[1] * $gain.0), (px[2] * $gain.0)]
    "
  `);
});

test('imported', () => {
  expect(show('imported')).toMatchInlineSnapshot(`
    "times(v: f32, by: f32): f32
      return (v * by)
    gain(px: f32×3): f32×3
      return [times(px[0], $by.0), times(px[1], $by.0), times(px[2], $by.0)]
    "
  `);
});
