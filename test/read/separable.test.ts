/** Separable filters: read from one function along an axis, refused where it is no such function. */
import { beforeAll, expect, it } from 'vitest';
import { hostSource } from '../../compiler/generate.js';
import { plan } from '../../compiler/pass/plan.js';
import { anySpec, oneResult, runSpecs, type SpecRun } from '../support/specFiles.js';

const used = (name: string, declaration: string): string =>
  anySpec(`const tent = ops.separableFilter({ ${declaration} });
export const ${name} = pipeline(rgb8(), resize({ width: 3, height: 3, filter: tent, border: replicate }), nchw('f32'));`);

const cases = {
  plain: used(
    'plain',
    `radius: 1, apply: (tap, x) => {
    const left = Math.floor(x);
    const a = tap(i32(left)), b = tap(i32(left) + 1);
    return a.map((v, c) => v + (b[c] - v) * (x - left));
  }`,
  ),
  twoPlaces: used('twoPlaces', 'radius: 1, apply: (tap: any, x) => tap(i32(x), 0)'),
  noRadius: used('noRadius', 'apply: (tap, x) => tap(i32(x))').replace(
    'separableFilter({',
    'separableFilter({ radius: 0,',
  ),
  otherFunction: used(
    'otherFunction',
    'radius: 1, apply: (tap, x) => { const near = () => tap(i32(x)); return near(); }',
  ),
  oddMap: anySpec(`const skewed = mapOp({ params: {}, inside: true, size: () => ({ width: 3, height: 3 }),
  scale: (_, { src, dst }) => [src.width / dst.width, src.height / dst.height], apply: ([x, y]) => [x + y, y] });
export const oddMap = pipeline(rgb8(), skewed({ filter: ops.area, border: replicate }), nchw('f32'));`),
  bordered: anySpec(
    `export const bordered = pipeline(rgb8(), resize({ width: 3, height: 3, filter: ops.area, border: replicate }), nchw('f32'));`,
  ),
  borderless: anySpec(
    `export const borderless = pipeline(rgb8(), resize({ width: 3, height: 3, filter: ops.area }), nchw('f32'));`,
  ),
  letterboxed: anySpec(
    `export const letterboxed = pipeline(rgb8(), ops.letterbox({ width: 3, height: 3, filter: ops.area } as never), nchw('f32'));`,
  ),
  resampled: anySpec(
    `export const resampled = pipeline(rgb8(), ops.resample([resize({ width: 3, height: 3 })], { filter: ops.area } as never), nchw('f32'));`,
  ),
  readsOutside: anySpec(`const own = ops.separableFilter({ radius: 1, apply: (tap, x) => tap(i32(x)) });
export const readsOutside = pipeline(rgb8(), resize({ width: 3, height: 3, filter: own } as never), nchw('f32'));`),
} as const;

let run: SpecRun;
beforeAll(async () => {
  run = await runSpecs(Object.fromEntries(Object.entries(cases).map(([name, text]) => [`${name}.ts`, text])));
});
const planOf = (file: string) => {
  const found = oneResult(run.specs).find(({ loc }) => loc.file === file)!;
  return plan({ ...found, name: file.replace('.ts', '') }).plan!;
};

it('needs neither scale nor size', () => {
  const { kernels, halves } = planOf('plain.ts');
  expect(run.textOf('plain.ts')).toBe('');
  const text = (kernel: Parameters<typeof hostSource>[0]): string =>
    hostSource(kernel, 'x.cpp').replace(/^#line.*\n/gm, '');
  const functions = /\/\/ filter tent(: \w+)?\n[\s\S]*?\n}\n/g;
  expect(text(kernels[0]).match(functions)).toMatchInlineSnapshot(`
    [
      "// filter tent: tentAcross
    template <class Taps>
    static inline __attribute__((always_inline)) f32x3 tentAcross(const Taps& taps, const float x, const int at_row) {
      const float left = floorf(x);
      const f32x3 a = taps(cw::toI32(left), at_row);
      const f32x3 b = taps(cw::add(cw::toI32(left), 1), at_row);
      return f32x3{
          a.x + (b.x - a.x) * (x - left),
          a.y + (b.y - a.y) * (x - left),
          a.z + (b.z - a.z) * (x - left),
      };
    }
    ",
      "// filter tent: tentBoth
    template <class Taps>
    static inline __attribute__((always_inline)) f32x3 tentBoth(const Taps& taps, const float x, const float x_across) {
      const float left = floorf(x);
      const f32x3 a = tentAcross(taps, x_across, cw::toI32(left));
      const f32x3 b = tentAcross(taps, x_across, cw::add(cw::toI32(left), 1));
      return f32x3{
          a.x + (b.x - a.x) * (x - left),
          a.y + (b.y - a.y) * (x - left),
          a.z + (b.z - a.z) * (x - left),
      };
    }
    ",
      "// filter tent
    template <class Taps>
    static inline __attribute__((always_inline)) f32x3 tent(const Taps& taps, const f32x2 at, const cuweaveSize src) {
      const int column = cw::toI32(floorf(at.x + 0.5f)), row = cw::toI32(floorf(at.y + 0.5f));
      if (column < 0 || row < 0 || column >= src.width || row >= src.height) {
        return taps(column, row);
      }
      return tentBoth(taps, at.y, at.x);
    }
    ",
    ]
  `);
  expect(halves[0]?.kernels.map(kernel => text(kernel).match(functions)?.length)).toEqual([2, 2]);
});

it('is refused', () => {
  const texts = ['twoPlaces', 'noRadius', 'otherFunction'].map(name => run.textOf(`${name}.ts`));
  expect(texts.join('\n\n')).toMatchInlineSnapshot(`
    "twoPlaces.ts:6:71 - error CW1015: tap takes 1 arguments but received 2.

    6 const tent = ops.separableFilter({ radius: 1, apply: (tap: any, x) => tap(i32(x), 0) });
                                                                            ~~~~~~~~~~~~~~
      hint: give each parameter one argument
      in filter tent < op resize < pipeline twoPlaces (twoPlaces.ts:7:14)

    noRadius.ts:7:72 - error CW2009: Expected a filter with a radius of up to 64 for filter but received 0.

    7 export const noRadius = pipeline(rgb8(), resize({ width: 3, height: 3, filter: tent, border: replicate }), nchw('f32'));
                                                                             ~~~~~~~~~~~~
      hint: import one from cuweave/ops, or declare one with \`filter\` or \`indexBorder\`
      in op resize < pipeline noRadius (noRadius.ts:7:14)

    otherFunction.ts:6:87 - error CW1049: The tap function is called in the body of the filter or stencil itself, and not in a function inside of it.

    6 const tent = ops.separableFilter({ radius: 1, apply: (tap, x) => { const near = () => tap(i32(x)); return near(); } });
                                                                                            ~~~~~~~~~~~
      hint: call tap there, and pass the pixel on
      in filter tent < op resize < pipeline otherFunction (otherFunction.ts:7:14)"
  `);
});

it('stays one kernel under a map that mixes columns and rows', () => {
  expect(run.textOf('oddMap.ts')).toBe('');
  expect(planOf('oddMap.ts').halves).toEqual([undefined]);
});

it('needs no border where it reads nothing outside', () => {
  const codeOf = (name: string): string =>
    hostSource(planOf(`${name}.ts`).kernels[0], 'x.cpp')
      .replace(/^#line.*\n/gm, '')
      .replace(/structure \w+/, '')
      .replaceAll(name, 'NAME');
  expect(run.textOf('borderless.ts')).toBe('');
  expect(codeOf('borderless')).toBe(codeOf('bordered'));
  for (const [name, op] of [
    ['letterboxed', 'letterbox'],
    ['resampled', 'resize'],
    ['readsOutside', 'resize'],
  ] as const) {
    expect(run.textOf(`${name}.ts`)).toContain(
      `error CW2008: Expected a border for ${op} but received nothing.`,
    );
  }
});
