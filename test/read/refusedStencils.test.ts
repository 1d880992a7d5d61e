/** What stencils, their weights and stored(…) can do wrong, with the whole text of the diagnostic. */
import { beforeAll, expect, test } from 'vitest';
import { formatDiagnostics } from '../../compiler/diagnostics/index.js';
import { plan } from '../../compiler/pass/plan.js';
import { anySpec, runSpecs, type SpecRun } from '../support/specFiles.js';

const stencil = (radius: string, apply: string): string =>
  anySpec(`const look = ops.stencilOp({ from: ['rgb'], radius: ${radius}, params: { size: oneOf(3, 5), by: i32 }, apply: ${apply} });
export const p = pipeline(rgb8(), look({ size: 3, by: 1, border: replicate }), nchw('f32'));`);
const placed = (text: string): string => anySpec(`export const p = pipeline(rgb8(), ${text}, nchw('f32'));`);

const cases: Readonly<Record<string, string>> = {
  radiusAsWord: stencil(`('one' as never)`, 'tap => tap(0, 0)'),
  radiusTooLarge: stencil('32', 'tap => tap(0, 0)'),
  radiusOfFraction: stencil('({ size }) => size / 2', 'tap => tap(0, 0)'),
  radiusThatThrows: stencil(`() => { throw new Error('not today'); }`, 'tap => tap(0, 0)'),
  beyondRadius: stencil('1', 'tap => tap(0, -2)'),
  beyondRadiusInLoop: stencil(
    '({ size }) => (size - 1) / 2',
    '(tap, { size }) => { let s = tap(0, 0).map(v => v); for (let dx = 0; dx <= size; dx++) { const px = tap(dx, 0); s = s.map((v, c) => v + px[c]); } return s; }',
  ),
  unknownPlace: stencil('1', '(tap, { by }) => tap(by, 0)'),
  unknownPlaceOfPixel: stencil('1', '(tap, { size }, { at: [x] }) => tap(x % 2, 0)'),
  tapInFunction: stencil(
    '1',
    'tap => { const at = (dx: i32) => tap(dx, 0); const [a, b] = [at(0), at(1)]; return a.map((v, c) => v + b[c]); }',
  ),
  tapInHelper: anySpec(`const read = (tap: ops.Tap<3>) => tap(0, 0);
const look = ops.stencilOp({ from: ['rgb'], radius: 1, apply: tap => read(tap) });
export const p = pipeline(rgb8(), look({ border: replicate }), nchw('f32'));`),
  ownBorder:
    anySpec(`const look = ops.stencilOp({ from: ['rgb'], radius: 1, params: { border: f32 }, apply: (tap: ops.Tap<3>) => tap(0, 0) } as never);
export const p = pipeline(rgb8(), (look as any)({ border: replicate }), nchw('f32'));`),
  weightsOfWrongLength: placed('ops.filter2d({ size: 3, weights: [1, 2, 3], border: replicate })'),
  weightsOfNaN: placed(
    'ops.filter2d({ size: 3, weights: [1, 2, 3, 4, NaN, 6, 7, 8, 9], border: replicate })',
  ),
  weightsTooMany:
    anySpec(`const look = ops.stencilOp({ from: ['rgb'], radius: 1, params: { w: ops.weights(() => 1025) }, apply: (tap, { w }) => tap(0, 0).map(v => v * ops.lookup(w, 0)) });
export const p = pipeline(rgb8(), look({ border: replicate }), nchw('f32'));`),
  stepsOfFraction:
    anySpec(`const look = ops.stencilOp({ from: ['rgb'], radius: 1, params: { w: ops.gaussian(() => 3, 0.5) }, apply: (tap, { w }) => tap(0, 0).map(v => v * ops.lookup(w, 0)) });
export const p = pipeline(rgb8(), look({ w: 1, border: replicate }), nchw('f32'));`),
  sigmaOfNothing: placed('ops.gaussianBlur({ size: 3, sigma: 0, border: replicate })'),
  sigmaOfNaN: placed('ops.opencvGaussianBlur({ size: 3, sigma: NaN, border: replicate })'),
  sizeOfNone: placed('ops.median({ size: 7 as never, border: replicate })'),
  sizeOpen: placed(`ops.median({ size: open('size'), border: replicate })`),
  withoutBorder: placed('ops.median({ size: 3 }) as any'),
  borderOfWrongLength: placed('ops.median({ size: 3, border: constant([1, 2]) })'),
  filterOfStencil: placed('(ops.median as any)({ size: 3, border: replicate, filter: linear })'),
  ofWrongColour: placed('ops.adaptiveThreshold({ size: 3, border: replicate }) as any'),
  beforeSource: anySpec(
    `export const p = pipeline(ops.erode({ size: 3 }) as any, rgb8(), nchw('f32')) as ops.Pipeline;`,
  ),
  notCalled: placed('ops.median as any'),
  inResample: placed('ops.resample([ops.erode({ size: 3 })] as any, { filter: linear, border: replicate })'),
  onAnImage: anySpec(
    `export const p = pipeline(rgb8(), ops.composite({ background: [rgb8(), ops.erode({ size: 3 })] as any, mask: ops.gray8() }), nchw('f32'));`,
  ),
  storedAsNothing: placed(`ops.stored('u16' as never)`),
  storedInResult: anySpec(
    `export const p = pipeline(rgb8(), ops.outputs({ small: [ops.erode({ size: 3 }), ops.stored('u8'), nhwc('u8')], full: [nhwc('u8')] }));`,
  ),
};

let run: SpecRun;
beforeAll(async () => {
  const files = Object.entries(cases).map(([name, text]) => [
    `${name}.ts`,
    text.replace('export const p =', `export const ${name} =`),
  ]);
  run = await runSpecs({
    ...Object.fromEntries(files),
    'fused.ts': anySpec(`
export const morphed = ops.fused(pipeline(rgb8(), ...ops.opening({ size: 3 }), nhwc('u8')));
export const mixed = ops.fused(pipeline(rgb8(), ops.median({ size: 3, border: replicate }), resize({ width: 8, height: 8, filter: linear, border: replicate }), nhwc('u8')));
export const asked = ops.fused(pipeline(rgb8(), ops.invert(), ops.stored('f16'), nhwc('u8')));`),
  });
});

test('every case is good TypeScript, and refused', () => {
  const errors = run.specs.diagnostics.filter(({ code }) => code.startsWith('TS'));
  expect(errors.map(({ loc, message }) => `${loc.file}: ${message}`)).toEqual([]);
  expect(Object.keys(cases).filter(name => run.codesOf(`${name}.ts`).length === 0)).toEqual([]);
  const open = run.specs.diagnostics.filter(({ message, hint }) => /\{\w+\}/.test(`${message} ${hint}`));
  expect(open.map(({ message }) => message)).toEqual([]);
});

test('radiusAsWord', () => {
  expect(run.textOf('radiusAsWord.ts')).toMatchInlineSnapshot(`
    "radiusAsWord.ts:7:46 - error CW2021: Expected a whole number from 0 to 31 for the radius of look but received 'one'.

    7 export const radiusAsWord = pipeline(rgb8(), look({ size: 3, by: 1, border: replicate }), nchw('f32'));
                                                   ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write a number, or a function of choices that are settled, as in \`({ size }) => (size - 1) / 2\` beside \`size: oneOf(3, 5, 7)\`
      in op look < pipeline radiusAsWord (radiusAsWord.ts:7:14)"
  `);
});

test('radiusTooLarge', () => {
  expect(run.textOf('radiusTooLarge.ts')).toMatchInlineSnapshot(`
    "radiusTooLarge.ts:7:48 - error CW2021: Expected a whole number from 0 to 31 for the radius of look but received 32.

    7 export const radiusTooLarge = pipeline(rgb8(), look({ size: 3, by: 1, border: replicate }), nchw('f32'));
                                                     ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write a number, or a function of choices that are settled, as in \`({ size }) => (size - 1) / 2\` beside \`size: oneOf(3, 5, 7)\`
      in op look < pipeline radiusTooLarge (radiusTooLarge.ts:7:14)"
  `);
});

test('radiusOfFraction', () => {
  expect(run.textOf('radiusOfFraction.ts')).toMatchInlineSnapshot(`
    "radiusOfFraction.ts:7:50 - error CW2021: Expected a whole number from 0 to 31 for the radius of look but received 1.5.

    7 export const radiusOfFraction = pipeline(rgb8(), look({ size: 3, by: 1, border: replicate }), nchw('f32'));
                                                       ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write a number, or a function of choices that are settled, as in \`({ size }) => (size - 1) / 2\` beside \`size: oneOf(3, 5, 7)\`
      in op look < pipeline radiusOfFraction (radiusOfFraction.ts:7:14)"
  `);
});

test('radiusThatThrows', () => {
  expect(run.textOf('radiusThatThrows.ts')).toMatchInlineSnapshot(`
    "radiusThatThrows.ts:7:50 - error CW2021: Expected a whole number from 0 to 31 for the radius of look but received 'an error: not today'.

    7 export const radiusThatThrows = pipeline(rgb8(), look({ size: 3, by: 1, border: replicate }), nchw('f32'));
                                                       ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write a number, or a function of choices that are settled, as in \`({ size }) => (size - 1) / 2\` beside \`size: oneOf(3, 5, 7)\`
      in op look < pipeline radiusThatThrows (radiusThatThrows.ts:7:14)"
  `);
});

test('beyondRadius', () => {
  expect(run.textOf('beyondRadius.ts')).toMatchInlineSnapshot(`
    "beyondRadius.ts:6:117 - error CW2022: The place of a tap goes from -2 to -2 here, and the radius of look is 1.

    6 const look = ops.stencilOp({ from: ['rgb'], radius: 1, params: { size: oneOf(3, 5), by: i32 }, apply: tap => tap(0, -2) });
                                                                                                                          ~~
      hint: raise the radius, or keep the place within it; a loop from -radius to radius does
      in op look < pipeline beyondRadius (beyondRadius.ts:7:14)"
  `);
});

test('beyondRadiusInLoop', () => {
  expect(run.textOf('beyondRadiusInLoop.ts')).toMatchInlineSnapshot(`
    "beyondRadiusInLoop.ts:6:182 - error CW2022: The place of a tap goes from 0 to 3 here, and the radius of look is 1.

    6  }) => { let s = tap(0, 0).map(v => v); for (let dx = 0; dx <= size; dx++) { const px = tap(dx, 0); s = s.map((v, c) => v + px[c]); } return s; } });
                                              ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: raise the radius, or keep the place within it; a loop from -radius to radius does
      in op look < pipeline beyondRadiusInLoop (beyondRadiusInLoop.ts:7:14)"
  `);
});

test('unknownPlace', () => {
  expect(run.textOf('unknownPlace.ts')).toMatchInlineSnapshot(`
    "unknownPlace.ts:6:103 - error CW2023: Where a tap of look lies does not follow from numbers and loop counters.

    6 const look = ops.stencilOp({ from: ['rgb'], radius: 1, params: { size: oneOf(3, 5), by: i32 }, apply: (tap, { by }) => tap(by, 0) });
                                                                                                            ~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: take both places of \`tap(dx, dy)\` from literals, settled choices and counters of loops, with +, -, * and Math.min or Math.max
      in op look < pipeline unknownPlace (unknownPlace.ts:7:14)"
  `);
});

test('unknownPlaceOfPixel', () => {
  expect(run.textOf('unknownPlaceOfPixel.ts')).toMatchInlineSnapshot(`
    "unknownPlaceOfPixel.ts:6:139 - error CW2023: Where a tap of look lies does not follow from numbers and loop counters.

    6 ly: (tap, { size }, { at: [x] }) => tap(x % 2, 0) });
                                              ~~~~~
      hint: take both places of \`tap(dx, dy)\` from literals, settled choices and counters of loops, with +, -, * and Math.min or Math.max
      in op look < pipeline unknownPlaceOfPixel (unknownPlaceOfPixel.ts:7:14)"
  `);
});

test('tapInFunction', () => {
  expect(run.textOf('tapInFunction.ts')).toMatchInlineSnapshot(`
    "tapInFunction.ts:6:136 - error CW1049: The tap function is called in the body of the filter or stencil itself, and not in a function inside of it.

    6 apply: tap => { const at = (dx: i32) => tap(dx, 0); const [a, b] = [at(0), at(1)]; return a.map((v, c) => v + b[c]); } });
                                              ~~~~~~~~~~
      hint: call tap there, and pass the pixel on
      in op look < pipeline tapInFunction (tapInFunction.ts:7:14)"
  `);
});

test('tapInHelper', () => {
  expect(run.textOf('tapInHelper.ts')).toMatchInlineSnapshot(`
    "tapInHelper.ts:6:20 - error CW1017: \`ops.Tap<3>\` is not a type of the kernel language.

    6 const read = (tap: ops.Tap<3>) => tap(0, 0);
                         ~~~~~~~~~~
      hint: use f32, i32, boolean, or a tuple such as \`readonly [f32, f32]\`; Pixel, Point and Index are tuples
      in op look < pipeline tapInHelper (tapInHelper.ts:8:14)"
  `);
});

test('ownBorder', () => {
  expect(run.textOf('ownBorder.ts')).toMatchInlineSnapshot(`
    "ownBorder.ts:7:43 - error CW2011: A parameter cannot have the name border: border is an option of every stencil.

    7 export const ownBorder = pipeline(rgb8(), (look as any)({ border: replicate }), nchw('f32'));
                                                ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: give the parameter another name
      in op look < pipeline ownBorder (ownBorder.ts:7:14)"
  `);
});

test('weightsOfWrongLength', () => {
  expect(run.textOf('weightsOfWrongLength.ts')).toMatchInlineSnapshot(`
    "weightsOfWrongLength.ts:6:78 - error CW2005: Expected 9 numbers for weights but received [1, 2, 3].

    6 export const weightsOfWrongLength = pipeline(rgb8(), ops.filter2d({ size: 3, weights: [1, 2, 3], border: replicate }), nchw('f32'));
                                                                                   ~~~~~~~~~~~~~~~~~~
      hint: give a value, or leave the option out to be asked at the call
      in op filter2d < pipeline weightsOfWrongLength (weightsOfWrongLength.ts:6:14)"
  `);
});

test('weightsOfNaN', () => {
  expect(run.textOf('weightsOfNaN.ts')).toMatchInlineSnapshot(`
    "weightsOfNaN.ts:6:70 - error CW2005: Expected a finite number for weights[4] but received NaN.

    6 export const weightsOfNaN = pipeline(rgb8(), ops.filter2d({ size: 3, weights: [1, 2, 3, 4, NaN, 6, 7, 8, 9], border: replicate }), nchw('f32'));
                                                                           ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: give a value, or leave the option out to be asked at the call
      in op filter2d < pipeline weightsOfNaN (weightsOfNaN.ts:6:14)"
  `);
});

test('weightsTooMany', () => {
  expect(run.textOf('weightsTooMany.ts')).toMatchInlineSnapshot(`
    "weightsTooMany.ts:7:48 - error CW2021: Expected a whole number from 1 to 1024 for the number of weights w of look but received 1025.

    7 export const weightsTooMany = pipeline(rgb8(), look({ border: replicate }), nchw('f32'));
                                                     ~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write a number, or a function of choices that are settled, as in \`({ size }) => (size - 1) / 2\` beside \`size: oneOf(3, 5, 7)\`
      in op look < pipeline weightsTooMany (weightsTooMany.ts:7:14)"
  `);
});

test('stepsOfFraction', () => {
  expect(run.textOf('stepsOfFraction.ts')).toMatchInlineSnapshot(`
    "stepsOfFraction.ts:7:49 - error CW2021: Expected a whole number from 1 to 65536 for the steps of w of look but received 0.5.

    7 export const stepsOfFraction = pipeline(rgb8(), look({ w: 1, border: replicate }), nchw('f32'));
                                                      ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write a number, or a function of choices that are settled, as in \`({ size }) => (size - 1) / 2\` beside \`size: oneOf(3, 5, 7)\`
      in op look < pipeline stepsOfFraction (stepsOfFraction.ts:7:14)"
  `);
});

test('sigmaOfNothing', () => {
  expect(run.textOf('sigmaOfNothing.ts')).toMatchInlineSnapshot(`
    "sigmaOfNothing.ts:6:76 - error CW2005: Expected a number above 0 for sigma but received 0.

    6 export const sigmaOfNothing = pipeline(rgb8(), ops.gaussianBlur({ size: 3, sigma: 0, border: replicate }), nchw('f32'));
                                                                                 ~~~~~~~~
      hint: give a value, or leave the option out to be asked at the call
      in op gaussianBlur < pipeline sigmaOfNothing (sigmaOfNothing.ts:6:14)"
  `);
});

test('sigmaOfNaN', () => {
  expect(run.textOf('sigmaOfNaN.ts')).toMatchInlineSnapshot(`
    "sigmaOfNaN.ts:6:78 - error CW2005: Expected a finite number for sigma but received NaN.

    6 export const sigmaOfNaN = pipeline(rgb8(), ops.opencvGaussianBlur({ size: 3, sigma: NaN, border: replicate }), nchw('f32'));
                                                                                   ~~~~~~~~~~
      hint: give a value, or leave the option out to be asked at the call
      in op opencvGaussianBlur < pipeline sigmaOfNaN (sigmaOfNaN.ts:6:14)"
  `);
});

test('sizeOfNone', () => {
  expect(run.textOf('sizeOfNone.ts')).toMatchInlineSnapshot(`
    "sizeOfNone.ts:6:57 - error CW2007: Expected one of 3, 5 for size but received 7.

    6 export const sizeOfNone = pipeline(rgb8(), ops.median({ size: 7 as never, border: replicate }), nchw('f32'));
                                                              ~~~~~~~~~~~~~~~~
      hint: a choice is settled when the pipeline is declared, and cannot be left open
      in op median < pipeline sizeOfNone (sizeOfNone.ts:6:14)"
  `);
});

test('sizeOpen', () => {
  expect(run.textOf('sizeOpen.ts')).toMatchInlineSnapshot(`
    "sizeOpen.ts:6:55 - error CW2007: Expected one of 3, 5 for size but received { open }.

    6 export const sizeOpen = pipeline(rgb8(), ops.median({ size: open('size'), border: replicate }), nchw('f32'));
                                                            ~~~~~~~~~~~~~~~~~~
      hint: a choice is settled when the pipeline is declared, and cannot be left open
      in op median < pipeline sizeOpen (sizeOpen.ts:6:14)"
  `);
});

test('withoutBorder', () => {
  expect(run.textOf('withoutBorder.ts')).toMatchInlineSnapshot(`
    "withoutBorder.ts:6:47 - error CW2008: Expected a border for median but received nothing.

    6 export const withoutBorder = pipeline(rgb8(), ops.median({ size: 3 }) as any, nchw('f32'));
                                                    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`median({ …, border: replicate })\`, with the name imported from cuweave/ops
      in op median < pipeline withoutBorder (withoutBorder.ts:6:14)"
  `);
});

test('borderOfWrongLength', () => {
  expect(run.textOf('borderOfWrongLength.ts')).toMatchInlineSnapshot(`
    "borderOfWrongLength.ts:6:75 - error CW2006: Expected one number or 3 for border but received 2.

    6 export const borderOfWrongLength = pipeline(rgb8(), ops.median({ size: 3, border: constant([1, 2]) }), nchw('f32'));
                                                                                ~~~~~~~~~~~~~~~~~~~~~~~~
      hint: give one number for all channels, or one per channel
      in op median < pipeline borderOfWrongLength (borderOfWrongLength.ts:6:14)"
  `);
});

test('filterOfStencil', () => {
  expect(run.textOf('filterOfStencil.ts')).toMatchInlineSnapshot(`
    "filterOfStencil.ts:6:99 - error CW2004: There is no option filter on median.

    6 export const filterOfStencil = pipeline(rgb8(), (ops.median as any)({ size: 3, border: replicate, filter: linear }), nchw('f32'));
                                                                                                        ~~~~~~~~~~~~~~
      hint: known are: size, border
      in op median < pipeline filterOfStencil (filterOfStencil.ts:6:14)"
  `);
});

test('ofWrongColour', () => {
  expect(run.textOf('ofWrongColour.ts')).toMatchInlineSnapshot(`
    "ofWrongColour.ts:6:47 - error CW3005: Expected gray for adaptiveThreshold but received rgb.

    6 export const ofWrongColour = pipeline(rgb8(), ops.adaptiveThreshold({ size: 3, border: replicate }) as any, nchw('f32'));
                                                    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: convert first, for instance with yuvToRgb(), or move the operator
      in op adaptiveThreshold < pipeline ofWrongColour (ofWrongColour.ts:6:14)"
  `);
});

test('beforeSource', () => {
  expect(run.textOf('beforeSource.ts')).toMatchInlineSnapshot(`
    "beforeSource.ts:6:14 - error CW3003: Expected a format at the head of the pipeline but received an operator.

    6 export const beforeSource = pipeline(ops.erode({ size: 3 }) as any, rgb8(), nchw('f32')) as ops.Pipeline;
                   ~~~~~~~~~~~~
      hint: begin with nv12(), rgb8(), …
      in pipeline beforeSource (beforeSource.ts:6:14)"
  `);
});

test('notCalled', () => {
  expect(run.textOf('notCalled.ts')).toMatchInlineSnapshot(`
    "notCalled.ts:6:43 - error CW3007: Expected an operator between source and sink but received an operator that was not called.

    6 export const notCalled = pipeline(rgb8(), ops.median as any, nchw('f32'));
                                                ~~~~~~~~~~~~~~~~~
      hint: call the operator: \`normalize({ … })\`; formats stand at the head and at the end, reductions at the end
      in pipeline notCalled (notCalled.ts:6:14)"
  `);
});

test('inResample', () => {
  expect(run.textOf('inResample.ts')).toMatchInlineSnapshot(`
    "inResample.ts:6:44 - error CW3021: Expected one or more maps in \`resample([…])\` but received another operator.

    6 export const inResample = pipeline(rgb8(), ops.resample([ops.erode({ size: 3 })] as any, { filter: linear, border: replicate }), nchw('f32'));
                                                 ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`resample([letterbox({ … }), warpAffine()], { filter: linear, border: constant(0) })\`; crops and flips stand before it or after it
      in op resample < pipeline inResample (inResample.ts:6:14)"
  `);
});

test('onAnImage', () => {
  expect(run.textOf('onAnImage.ts')).toMatchInlineSnapshot(`
    "onAnImage.ts:6:59 - error CW2033: Expected point operators behind the format of the image background but received another operator.

    6 export const onAnImage = pipeline(rgb8(), ops.composite({ background: [rgb8(), ops.erode({ size: 3 })] as any, mask: ops.gray8() }), nchw('f32'));
                                                                ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write \`background: [nv12(), yuvToRgb()]\`; crop or resize the image in a pipeline of its own
      in op composite < pipeline onAnImage (onAnImage.ts:6:14)"
  `);
});

test('storedAsNothing', () => {
  expect(run.textOf('storedAsNothing.ts')).toMatchInlineSnapshot(`
    "storedAsNothing.ts:6:49 - error CW2007: Expected one of 'u8', 'f16', 'bf16', 'f32' for stored but received 'u16'.

    6 export const storedAsNothing = pipeline(rgb8(), ops.stored('u16' as never), nchw('f32'));
                                                      ~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: a choice is settled when the pipeline is declared, and cannot be left open
      in pipeline storedAsNothing (storedAsNothing.ts:6:14)"
  `);
});

test('storedInResult', () => {
  expect(run.textOf('storedInResult.ts')).toMatchInlineSnapshot(`
    "storedInResult.ts:6:112 - error CW3014: The result small has a stored(…) of its own, and results share images.

    6 export const storedInResult = pipeline(rgb8(), ops.outputs({ small: [ops.erode({ size: 3 }), ops.stored('u8'), nhwc('u8')], full: [nhwc('u8')] }));
                                                                                                                     ~~~~~~~~~~
      hint: put stored(…) before outputs(), or give small a pipeline of its own: \`pipeline(rgb8(), erode({ size: 3 }), stored('u8'), …)\`
      in result small < pipeline storedInResult (storedInResult.ts:6:14)"
  `);
});

test('an image that fused() refuses', () => {
  const said = ['morphed', 'mixed', 'asked'].map(name => {
    const { diagnostics } = plan(run.specs.pipelines.find(pipeline => pipeline.name === name)!);
    return formatDiagnostics(diagnostics, { root: '', readFile: () => undefined }).split('\n')[0];
  });
  expect(said).toMatchInlineSnapshot(`
    [
      "fused.ts:7:14 - error CW3102: erode and dilate both read the pixels around theirs: an image of rgb_nhwc_u8 would be written after erode and read again, 6 bytes for each of its pixels, and the pipeline is fused().",
      "fused.ts:8:93 - error CW3102: median reads the pixels around its own and resize samples between pixels: an image of rgb_nhwc_u8 would be written after median and read again, 6 bytes for each of its pixels, and the pipeline is fused().",
      "fused.ts:9:49 - error CW3102: stored('f16') asks for an image: an image of rgb_nhwc_f16 would be written after invert and read again, 12 bytes for each of its pixels, and the pipeline is fused().",
    ]
  `);
});
