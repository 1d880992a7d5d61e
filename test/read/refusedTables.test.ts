/** What is refused of filters by tables. */
import { beforeAll, expect, test } from 'vitest';
import { formatDiagnostics } from '../../compiler/diagnostics/index.js';
import { plan } from '../../compiler/pass/plan.js';
import { anySpec, runSpecs, type SpecRun } from '../support/specFiles.js';

const bicubic = "ops.pillow({ resample: 'bicubic' })";
const read = {
  warped: `export const warped = pipeline(rgb8(), warpAffine({ filter: ${bicubic}, border: replicate }), nchw('f32'));`,
  corners: `export const corners = pipeline(rgb8(), resize({ align: 'corners', filter: ${bicubic} }), nchw('f32'));`,
  otherWindow: `export const otherWindow = pipeline(rgb8(),
  resize({ filter: ops.tableFilter({ name: 'mine', window: 'gauss' as never }) }), nchw('f32'));`,
} as const;
const planned = {
  floats: `export const floats = pipeline(nchw('f32'), resize({ filter: ${bicubic} }), nchw('f32'));`,
  looped: `const half = mapOp({ params: {}, size: (_, src) => {
    for (let n = 0; n < 8; n++) {
      if (src.width < 8 << n) { return { width: 4 << n, height: 4 << n }; }
    }
    return { width: 4, height: 4 };
  },
  apply: ([x, y]) => [x * 2 + 0.5, y * 2 + 0.5], inside: true, edges: () => true });
export const looped = pipeline(rgb8(), half({ filter: ${bicubic} }), nchw('f32'));`,
  fusedOne: `export const fusedOne = ops.fused(pipeline(rgb8(), resize({ filter: ${bicubic} }), nchw('f32')));`,
} as const;

let run: SpecRun;
beforeAll(async () => {
  const files = Object.entries({ ...read, ...planned }).map(([name, text]) => [`${name}.ts`, anySpec(text)]);
  run = await runSpecs(Object.fromEntries(files));
});

test.each(Object.keys(read))('%s', name => {
  expect(run.textOf(`${name}.ts`)).toMatchSnapshot();
});

test.each(Object.keys(planned))('%s', name => {
  const pipeline = run.specs.pipelines.find(one => one.name === name)!;
  const { diagnostics } = plan(pipeline);
  expect(formatDiagnostics(diagnostics, { root: '', readFile: () => undefined })).toMatchSnapshot();
});

test('what is stored as bytes may come from anything', async () => {
  const { specs } = await runSpecs({
    'scaled.ts': anySpec(
      `export const scaled = pipeline(nchw('f32'), ops.scaleOffset({ scale: 255, offset: 0 }), ops.stored('u8'), resize({ filter: ${bicubic} }), nchw('f32'));`,
    ),
  });
  const { plan: made } = plan(specs.pipelines[0]!);
  expect(made?.kernels.map(({ chain }) => chain)).toMatchInlineSnapshot(`
    [
      "rgb_nchw_f32 > scaleOffset > rgb_nhwc_u8",
      "rgb_nhwc_u8 > resizeAcross (pillowBicubic) > rgb_nhwc_u8",
      "rgb_nhwc_u8 > resizeDown (pillowBicubic) > rgb_nchw_f32",
    ]
  `);
});
