/** What is refused of operators that read images beside the source. */
import { beforeAll, expect, test } from 'vitest';
import { anySpec, runSpecs, type SpecRun } from '../support/specFiles.js';

const cases: Readonly<Record<string, string>> = {
  noFormat: 'export const noFormat = pipeline(rgb8(), ops.composite(), nchw("f32"));',
  openWithoutFormat: `export const openWithoutFormat = pipeline(rgb8(), ops.composite({ background: open('street') }), nchw('f32'));`,
  noImage: 'export const noImage = pipeline(rgb8(), ops.composite({ background: 3 } as never), nchw("f32"));',
  brokenFormat: `export const brokenFormat = pipeline(rgb8(),
  ops.composite({ background: { ...rgb8(), planes: [] } } as never), nchw('f32'));`,
  otherColour: `export const otherColour = pipeline(rgb8(), ops.composite({ background: nv12() } as never), nchw('f32'));`,
  colourMask: `export const colourMask = pipeline(rgb8(), ops.composite({ background: rgb8(), mask: rgb8() } as never), nchw('f32'));`,
  wrongChain: `export const wrongChain = pipeline(rgb8(), ops.composite({ background: [rgb8(), yuvToRgb()] } as never), nchw('f32'));`,
  cropInChain: `export const cropInChain = pipeline(rgb8(), ops.composite({ background: [rgb8(), crop()] } as never), nchw('f32'));`,
  formatInChain: `export const formatInChain = pipeline(rgb8(), ops.composite({ background: [rgb8(), rgb8()] } as never), nchw('f32'));`,
  imageOfIndexMap: `const op = indexMapOp({ params: { to: ops.perPixel('xy') } as never, apply: at => at });
export const imageOfIndexMap = pipeline(rgb8(), op({ to: nhwc('f32', { colour: 'xy' }) } as never), nchw('f32'));`,
  notLast: `export const notLast = pipeline(rgb8(),
  ops.resample([ops.remap(), warpAffine()], { filter: linear, border: replicate }), nchw('f32'));`,
  sameName: `export const sameName = pipeline(rgb8(), ops.composite({ background: rgb8() }), ops.composite({ background: [nv12(), yuvToRgb()] }), nchw('f32'));`,
  imageAndNumber: `export const imageAndNumber = pipeline(rgb8(), ops.gamma(), ops.composite({ background: open('exponent', rgb8()) }), nchw('f32'));`,
  filterOfImage: `const op = mapOp({ params: { filter: ops.perPixel('xy') }, apply: at => at });
export const filterOfImage = pipeline(rgb8(), op({ filter: linear, border: replicate } as never), nchw('f32'));`,
  oddColour: `const op = pointOp({ from: ['rgb'], params: { image: ops.perPixel('cmyk' as never) }, apply: px => px });
export const oddColour = pipeline(rgb8(), op({ image: rgb8() } as never), nchw('f32'));`,
  tokensBeside: `export const tokensBeside = pipeline(rgb8(), ops.composite({ background: ops.patches({ patch: 16 }) } as never), nchw('f32'));`,
  orderTooFar: `export const orderTooFar = pipeline(rgb8(), ops.channelReorder({ order: [0, 1, 3] } as never) as never, nchw('f32'));`,
  orderTooShort: `export const orderTooShort = pipeline(rgb8(), ops.channelReorder({ order: [0, 1] }) as never, nchw('f32'));`,
};

let run: SpecRun;
beforeAll(async () => {
  run = await runSpecs(
    Object.fromEntries(Object.entries(cases).map(([name, text]) => [`${name}.ts`, anySpec(text)])),
  );
});

test.each(Object.keys(cases))('%s', name => {
  expect(run.textOf(`${name}.ts`)).toMatchSnapshot();
});

test('every template is filled', () => {
  const open = run.specs.diagnostics.filter(({ message, hint }) => /\{\w+\}/.test(`${message} ${hint}`));
  expect(open.map(({ message }) => message)).toEqual([]);
});
