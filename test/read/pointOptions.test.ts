/** What the compiler refuses of the point operators' options, where types were worked around. */
import { beforeAll, expect, test } from 'vitest';
import { anySpec, runSpecs, type SpecRun } from '../support/specFiles.js';

const placed = (stage: string): string =>
  anySpec(`export const p = pipeline(rgb8(), ops.${stage} as never, nchw('f32'));`);

const cases: Readonly<Record<string, string>> = {
  twistOfNine: placed('colorTwist({ matrix: [1, 0, 0, 0, 1, 0, 0, 0, 1] as never })'),
  twistOfText: placed("colorTwist({ matrix: 'identity' as never })"),
  twistNotFinite: placed('colorTwist({ matrix: [1, 0, 0, 0, 0, 1, 0, NaN, 0, 0, 1, 0] })'),
  twistOfOneImage: placed('colorTwist({ matrix: [[1, 2, 3] as never] })'),
  twistOfNoImage: placed('colorTwist({ matrix: [] as never })'),
  autoEncoding: placed("rgbToYuv({ matrix: 'auto' as never, range: 'full' })"),
  noRange: placed("rgbToYuv({ matrix: 'bt709' } as never)"),
  otherPrimaries: anySpec(
    `export const p = pipeline(rgb8(), ops.toLinear({ transfer: 'srgb' }),
      ops.primaries({ from: 'bt709', to: 'adobe' as never }), nchw('f32'));`,
  ),
  otherTransfer: placed("toLinear({ transfer: 'gamma22' as never })"),
  openTransfer: placed("toLinear({ transfer: open('curve') as never })"),
  otherThreshold: placed("threshold({ kind: 'otsu' as never })"),
  otherCurve: anySpec(
    `export const p = pipeline(rgb8(), ops.toLinear({ transfer: 'pq' }),
      ops.toneMap({ curve: 'aces' as never }), nchw('f32'));`,
  ),
  fractionOfBits: placed('posterize({ bits: 2.5 })'),
  weightsOfTwo: placed('rgbToGray({ weights: [0.5, 0.5] })'),
  exponentNotFinite: placed('gamma({ exponent: Infinity })'),
  fiveAreas: placed(
    'erase({ areas: Array.from({ length: 5 }, () => ({ x: 0, y: 0, width: 1, height: 1 })) })',
  ),
  emptyArea: placed('erase({ areas: [{ x: 0, y: 0, width: 0, height: 1 }] })'),
  areaOfNumbers: placed('erase({ areas: [[0, 0, 1, 1]] as never })'),
  areasOfImages: placed('erase({ areas: [[{ x: 0, y: 0, width: 1, height: 1.5 }], []] })'),
  fillOfTwo: placed('erase({ value: [1, 2] as never })'),
  eraseHsv: anySpec('export const p = pipeline(rgb8(), ops.rgbToHsv(), ops.erase() as never, nchw("f32"));'),
  shortTable: placed('lut({ table: [1, 2, 3, 4] as never })'),
  shortTables: placed('lut({ table: [[1], [2], [3]] })'),
  tableOfWords: placed('lut({ table: "gamma" as never })'),
  tableNotFinite: placed('lut({ table: Array.from({ length: 256 }, (_, n) => 1 / n) })'),
  lutLinear: anySpec(
    `export const p = pipeline(rgb8(), ops.toLinear({ transfer: 'srgb' }), ops.lut() as never, nchw('f32'));`,
  ),
  seedOfHalf: placed('gaussianNoise({ seed: 0.5 })'),
  sigmaOfWords: placed("gaussianNoise({ sigma: 'much' as never })"),
  noiseOnAlpha: anySpec(
    `export const p = pipeline(nhwc('u8', { colour: 'rgba' }), ops.gaussianNoise() as never, nchw('f32'));`,
  ),
  labOfLab: anySpec(
    `export const p = pipeline(rgb8(), ops.rgbToLab(), ops.rgbToLab() as never, nchw('f32'));`,
  ),
  rgbOfRgb: placed('labToRgb()'),
  opencvOfRgb: placed('opencvNv12ToRgb()'),
  torchcodecRange: anySpec(
    `export const p = pipeline(nv12(), ops.torchcodecYuvToRgb({ range: 'video' as never }), nchw('f32'));`,
  ),
  wrongModel: placed('hsvToRgb()'),
  stdOfZero: placed('normalize({ mean: 0, std: new Float32Array([1, 1e-60, 1]) })'),
  exponentOfZero: placed('gamma({ exponent: [2, 0] })'),
  sigmaBelow: placed('gaussianNoise({ sigma: -1 })'),
  maskOfNone: placed('composite({ background: rgb8(), opaque: 0 })'),
  noWidth: placed('resize({ width: 0, height: 4, filter: linear, border: replicate })'),
  widthBelow: placed('warpAffine({ width: -5, filter: linear, border: replicate })'),
  hugeCrop: placed('centerCrop({ width: 70000, height: 4 })'),
  padBelow: placed('padTo({ width: 9, height: 9, left: -1, border: replicate })'),
  flatMatrix: placed(
    'warpAffine({ matrix: { srcToDst: new Float64Array([1, 2, 0, 2, 4, 0]) }, filter: linear, border: replicate })',
  ),
};

let run: SpecRun;
beforeAll(async () => {
  // Exported names are unique in a run.
  const named = Object.entries(cases).map(([name, text]) => [
    `${name}.ts`,
    text.replace('const p =', `const ${name} =`),
  ]);
  run = await runSpecs(Object.fromEntries(named));
});

test.each(Object.keys(cases))('%s is refused once', name => {
  expect(run.codesOf(`${name}.ts`)).toHaveLength(1);
});

test('the messages', () => {
  const lines = Object.keys(cases).map(name => run.textOf(`${name}.ts`).split('\n')[0]);
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "twistOfNine.ts:6:62 - error CW2005: Expected 12 numbers for matrix but received an array of 9.
    twistOfText.ts:6:62 - error CW2005: Expected 12 numbers for matrix but received 'identity'.
    twistNotFinite.ts:6:65 - error CW2005: Expected a finite number for matrix[7] but received NaN.
    twistOfOneImage.ts:6:66 - error CW2005: Expected 12 numbers for matrix[0] but received [1, 2, 3].
    twistOfNoImage.ts:6:65 - error CW2005: Expected one value, or one per image for matrix but received [].
    autoEncoding.ts:6:46 - error CW2005: Expected one of 'bt601', 'bt709', 'bt2020', 'smpte240m', 'fcc', 'ycgco', 'gbr' for coding.matrix but received 'auto'.
    noRange.ts:6:41 - error CW2005: Expected one of 'limited', 'full' for coding.range but received undefined.
    otherPrimaries.ts:7:7 - error CW2005: Expected one of 'bt709', 'bt2020', 'p3', 'bt601-525', 'bt601-625' for change.to but received 'adobe'.
    otherTransfer.ts:6:62 - error CW2007: Expected one of 'srgb', 'bt709', 'pq', 'hlg' for transfer but received 'gamma22'.
    openTransfer.ts:6:61 - error CW2007: Expected one of 'srgb', 'bt709', 'pq', 'hlg' for transfer but received { open }.
    otherThreshold.ts:6:64 - error CW2007: Expected one of 'binary', 'binaryInv', 'trunc', 'toZero', 'toZeroInv' for kind but received 'otsu'.
    otherCurve.ts:7:21 - error CW2007: Expected one of 'reinhard', 'hable' for curve but received 'aces'.
    fractionOfBits.ts:6:64 - error CW2005: Expected a whole number of 32 bits for bits but received 2.5.
    weightsOfTwo.ts:6:62 - error CW2006: Expected one number or 3 for weights but received 2.
    exponentNotFinite.ts:6:63 - error CW2005: Expected a finite number for exponent but received Infinity.
    fiveAreas.ts:6:55 - error CW2005: Expected at most 4 rectangles in an array for areas but received an array of 5.
    emptyArea.ts:6:55 - error CW2005: Expected a whole number of at least 1 for areas[0].width but received 0.
    areaOfNumbers.ts:6:59 - error CW2005: Expected { x, y, width, height } for areas[0][0] but received 0.
    areasOfImages.ts:6:59 - error CW2005: Expected a whole number of at least 1 for areas[0][0].height but received 1.5.
    fillOfTwo.ts:6:55 - error CW2006: Expected one number or 3 for value but received 2.
    eraseHsv.ts:6:58 - error CW3005: Expected gray, rgb, rgba, linear for erase but received hsv.
    shortTable.ts:6:54 - error CW2005: Expected 256 numbers for table but received [1, 2, 3, 4].
    shortTables.ts:6:55 - error CW2005: Expected 256 numbers for table[0] but received [1].
    tableOfWords.ts:6:56 - error CW2005: Expected 256 numbers for table but received 'gamma'.
    tableNotFinite.ts:6:58 - error CW2005: Expected a finite number for table[0] but received Infinity.
    lutLinear.ts:6:79 - error CW3005: Expected gray, rgb, rgba, yuv, hsv, yCrCb for lut but received linear.
    seedOfHalf.ts:6:64 - error CW2005: Expected a whole number of 32 bits for seed but received 0.5.
    sigmaOfWords.ts:6:66 - error CW2005: Expected a finite number for sigma but received 'much'.
    noiseOnAlpha.ts:6:70 - error CW3005: Expected gray, rgb, linear for gaussianNoise but received rgba.
    labOfLab.ts:6:58 - error CW3005: Expected rgb for rgbToLab but received lab.
    rgbOfRgb.ts:6:42 - error CW3005: Expected lab for labToRgb but received rgb.
    opencvOfRgb.ts:6:45 - error CW3005: Expected yuv for opencvNv12ToRgb but received rgb.
    torchcodecRange.ts:6:49 - error CW2005: Expected one of 'limited', 'full', 'auto' for colour.range but received 'video'.
    wrongModel.ts:6:44 - error CW3005: Expected hsv for hsvToRgb but received rgb.
    stdOfZero.ts:6:68 - error CW2005: Expected a number other than 0 for std[1] but received 0.
    exponentOfZero.ts:6:60 - error CW2005: Expected a number above 0 for exponent[1] but received 0.
    sigmaBelow.ts:6:64 - error CW2005: Expected a number of at least 0 for sigma but received -1.
    maskOfNone.ts:6:80 - error CW2005: Expected a number other than 0 for opaque but received 0.
    noWidth.ts:6:54 - error CW2005: Expected a whole number from 1 to 65535 for width but received 0.
    widthBelow.ts:6:61 - error CW2005: Expected a whole number from 0 to 65535 for width but received -5.
    hugeCrop.ts:6:59 - error CW2005: Expected a whole number from 1 to 65535 for width but received 70000.
    padBelow.ts:6:75 - error CW2005: Expected a whole number from 0 to 65535 for left but received -1.
    flatMatrix.ts:6:61 - error CW2005: Expected a matrix that can be inverted for matrix.srcToDst but received [1, 2, 0, 2, 4, 0]."
  `);
});
