/** What is refused of reductions, and of operators that read what an image came to. */
import { beforeAll, expect, test } from 'vitest';
import { anySpec, runSpecs, type SpecRun } from '../support/specFiles.js';

const cases = {
  inTheMiddle: `export const inTheMiddle = pipeline(rgb8(), ops.mean() as never, nchw('f32'));`,
  notCalled: `export const notCalled = pipeline(rgb8(), ops.mean as never);`,
  atTheHead: `const whole = pipeline(rgb8(), ops.mean());
export const atTheHead = pipeline(whole as never as ops.Pipeline<'rgb'>, nchw('f32'));`,
  wrongPixels: `export const wrongPixels = pipeline(rgb8(), ops.equalization() as never);`,
  otherLength: `const odd = ops.reduceOp({ from: ['rgb'], init: [0, 0],
  // @ts-expect-error One number is missing.
  step: ([a], [v]) => [a + v],
  merge: ([a, b], [c, d]) => [a + c, b + d] });
export const otherLength = pipeline(rgb8(), odd());`,
  noInit: `const odd = ops.reduceOp({ from: ['rgb'], init: [] as never, step: () => [] as never, merge: () => [] as never });
export const noInit = pipeline(rgb8(), odd());`,
  oddFinish: `const odd = ops.reduceOp({ from: ['rgb'], init: [0], step: ([a], [v]) => [a + v], merge: ([a], [b]) => [a + b],
  finish: ([a]) => a as never });
export const oddFinish = pipeline(rgb8(), odd());`,
  oddResult: `const odd = ops.reduceOp({ from: ['rgb'], init: [0], step: ([a], [v]) => [a + v], merge: ([a], [b]) => [a + b],
  result: 'u8' as never });
export const oddResult = pipeline(rgb8(), odd());`,
  tooManyBins: `export const tooManyBins = pipeline(rgb8(), ops.histogram({ bins: 100000 }));`,
  lostDigits: `const odd = ops.binsOp({ from: ['rgb'], bins: 4, bin: ([v]) => i32(v),
  finish: (bins, i, { count }) => ops.roundToF16(count) + i });
export const lostDigits = pipeline(rgb8(), odd());`,
  noReduction: `const whiten = pointOp({ from: ['rgb'], params: { stats: ops.measured() },
  apply: (px, { stats }) => px.map(v => v - ops.lookup(stats, 0)) });
export const noReduction = pipeline(rgb8(), whiten(), nchw('f32'));`,
  resizedBefore: `const whiten = pointOp({ from: ['rgb'], params: { stats: ops.measured() },
  apply: (px, { stats }) => px.map(v => v - ops.lookup(stats, 0)) });
export const resizedBefore = pipeline(rgb8(),
  whiten({ stats: [resize({ width: 8, height: 8, filter: linear, border: replicate }), ops.mean()] }), nchw('f32'));`,
  notF32: `const whiten = pointOp({ from: ['rgb'], params: { stats: ops.measured() },
  apply: (px, { stats }) => px.map(v => v - ops.lookup(stats, 0)) });
export const notF32 = pipeline(rgb8(), whiten({ stats: ops.sum() }), nchw('f32'));`,
  inAMap: `const odd = mapOp({ params: { stats: ops.measured() }, apply: ([x, y], { stats }) => [x + ops.lookup(stats, 0), y] });
export const inAMap = pipeline(rgb8(), odd({ stats: ops.mean(), filter: linear, border: replicate }), nchw('f32'));`,
} as const;

let run: SpecRun;
beforeAll(async () => {
  const files = Object.entries(cases).map(([name, text]) => [`${name}.ts`, anySpec(text)] as const);
  run = await runSpecs(Object.fromEntries(files));
});

test('each mistake says what is wrong, where, and how to mend it', () => {
  expect(Object.keys(cases).map(name => run.textOf(`${name}.ts`))).toMatchInlineSnapshot(`
    [
      "inTheMiddle.ts:6:45 - error CW3007: Expected an operator between source and sink but received a reduction.

    6 export const inTheMiddle = pipeline(rgb8(), ops.mean() as never, nchw('f32'));
                                                  ~~~~~~~~~~~~~~~~~~~
      hint: call the operator: \`normalize({ … })\`; formats stand at the head and at the end, reductions at the end
      in pipeline inTheMiddle (inTheMiddle.ts:6:14)",
      "notCalled.ts:6:14 - error CW3004: Expected a format that can be written, or a reduction, at the end of the pipeline but received a reduction that was not called.

    6 export const notCalled = pipeline(rgb8(), ops.mean as never);
                   ~~~~~~~~~
      hint: end with nchw("f32"), nhwc("u8"), mean(), …
      in pipeline notCalled (notCalled.ts:6:14)",
      "atTheHead.ts:7:35 - error CW3003: Expected a format at the head of the pipeline but received a pipeline that ends in a reduction.

    7 export const atTheHead = pipeline(whole as never as ops.Pipeline<'rgb'>, nchw('f32'));
                                        ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: begin with nv12(), rgb8(), …
      in pipeline atTheHead (atTheHead.ts:7:14)",
      "wrongPixels.ts:6:45 - error CW3005: Expected gray for equalization but received rgb.

    6 export const wrongPixels = pipeline(rgb8(), ops.equalization() as never);
                                                  ~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: convert first, for instance with yuvToRgb(), or move the operator
      in reduction equalization < pipeline wrongPixels (wrongPixels.ts:6:14)",
      "otherLength.ts:8:23 - error CW1030: Expected a tuple of 2 f32 but received a tuple of 1.

    8   step: ([a], [v]) => [a + v],
                            ~~~~~~~
      hint: index the tuple, use \`.map\`, or build \`[a, b]\`
      in reduction odd < pipeline otherLength (otherLength.ts:10:14)",
      "noInit.ts:6:13 - error CW2040: Expected 1 to 16 numbers for init but received [].

    6 const odd = ops.reduceOp({ from: ['rgb'], init: [] as never, step: () => [] as never, merge: () => [] as never });
                  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`reduceOp({ from, init: [0], step, merge, result: "f64" })\`, or \`binsOp({ from, bins: 256, bin })\`
      in reduction odd < pipeline noInit (noInit.ts:7:14)",
      "oddFinish.ts:6:13 - error CW2040: Expected finish to give a tuple of numbers but received undefined.

    6 const odd = ops.reduceOp({ from: ['rgb'], init: [0], step: ([a], [v]) => [a + v], merge: ([a], [b]) => [a + b],
                  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`reduceOp({ from, init: [0], step, merge, result: "f64" })\`, or \`binsOp({ from, bins: 256, bin })\`
      in reduction odd < pipeline oddFinish (oddFinish.ts:8:14)",
      "oddResult.ts:6:13 - error CW2040: Expected one of f32, f64, i32, i64 for result but received 'u8'.

    6 const odd = ops.reduceOp({ from: ['rgb'], init: [0], step: ([a], [v]) => [a + v], merge: ([a], [b]) => [a + b],
                  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`reduceOp({ from, init: [0], step, merge, result: "f64" })\`, or \`binsOp({ from, bins: 256, bin })\`
      in reduction odd < pipeline oddResult (oddResult.ts:8:14)",
      "tooManyBins.ts:6:45 - error CW2040: Expected 1 to 2730 bins but received 100000.

    6 export const tooManyBins = pipeline(rgb8(), ops.histogram({ bins: 100000 }));
                                                  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`reduceOp({ from, init: [0], step, merge, result: "f64" })\`, or \`binsOp({ from, bins: 256, bin })\`
      in reduction histogram < pipeline tooManyBins (tooManyBins.ts:6:14)",
      "lostDigits.ts:7:50 - error CW1064: Expected f32 but received f64.

    7   finish: (bins, i, { count }) => ops.roundToF16(count) + i });
                                                       ~~~~~
      hint: write \`f32(x)\`, which rounds to the nearest
      in reduction odd < pipeline lostDigits (lostDigits.ts:8:14)",
      "noReduction.ts:8:45 - error CW2041: Expected a reduction for stats but received nothing.

    8 export const noReduction = pipeline(rgb8(), whiten(), nchw('f32'));
                                                  ~~~~~~~~
      hint: write \`stats: meanStd()\`, or \`stats: [rgbToGray(), mean()]\` for what pixels go through before
      in op whiten < pipeline noReduction (noReduction.ts:8:14)",
      "resizedBefore.ts:9:12 - error CW2042: Expected point operators and exact maps before the reduction of stats but received another operator.

    9   whiten({ stats: [resize({ width: 8, height: 8, filter: linear, border: replicate }), ops.mean()] }), nchw('f32'));
                 ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`stats: [rgbToGray(), mean()]\`; resize in the pipeline, before the operator
      in op whiten < pipeline resizedBefore (resizedBefore.ts:8:14)",
      "notF32.ts:8:49 - error CW2043: Expected a reduction to f32 for stats but received one to f64.

    8 export const notF32 = pipeline(rgb8(), whiten({ stats: ops.sum() }), nchw('f32'));
                                                      ~~~~~~~~~~~~~~~~
      hint: declare it with \`result: 'f32'\`, and \`finish\` if it counts
      in op whiten < pipeline notF32 (notF32.ts:8:14)",
      "inAMap.ts:7:40 - error CW2044: Expected no measured() parameter in a map but received stats.

    7 export const inAMap = pipeline(rgb8(), odd({ stats: ops.mean(), filter: linear, border: replicate }), nchw('f32'));
                                             ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: read it in a point operator before or behind the map
      in op odd < pipeline inAMap (inAMap.ts:7:14)",
    ]
  `);
});
