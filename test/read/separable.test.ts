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
} as const;

let run: SpecRun;
beforeAll(async () => {
  run = await runSpecs(Object.fromEntries(Object.entries(cases).map(([name, text]) => [`${name}.ts`, text])));
}, 60_000);
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
  expect(text(kernels[0]).match(functions)).toMatchInlineSnapshot();
  expect(halves[0]?.kernels.map(kernel => text(kernel).match(functions)?.length)).toEqual([2, 2]);
});

it('is refused', () => {
  const texts = ['twoPlaces', 'noRadius', 'otherFunction'].map(name => run.textOf(`${name}.ts`));
  expect(texts.join('\n\n')).toMatchInlineSnapshot();
});

it('stays one kernel under a map that mixes columns and rows', () => {
  expect(run.textOf('oddMap.ts')).toBe('');
  expect(planOf('oddMap.ts').halves).toEqual([undefined]);
});
