/** Where pipelines are split, and as what their pixels go through memory there. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../compiler/ir/plan.js';
import type { Format, PipelineIr } from '../../compiler/ir/types.js';
import { exactDType, followRanges } from '../../compiler/pass/exact.js';
import { plan } from '../../compiler/pass/plan.js';
import { split } from '../../compiler/pass/split.js';
import { anySpec, oneResult, runSpecs, type SpecRun } from '../support/specFiles.js';

const resample = 'resize({ width: 8, height: 8, filter: linear, border: replicate })';
const other = 'resize({ width: 9, height: 9, filter: linear, border: replicate })';
const turned = (degrees: number): string =>
  `ops.resample([ops.letterbox({ width: 9, height: 9 }), ops.rotate({ degrees: ${degrees} })], { filter: linear, border: replicate })`;
const exactly = {
  bytes: { stages: 'rgb8(), flip({ direction: "both" })', dtype: 'u8' },
  channels: { stages: 'rgb8(), ops.swapChannels(), inverted()', dtype: 'u8' },
  rounded: { stages: `nchw('f32'), ops.gamma({ exponent: 2 }), convertTo('u8')`, dtype: 'u8' },
  words: { stages: `nchw('f32'), convertTo('u16')`, dtype: 'u16' },
  stored16: { stages: `nhwc('u16')`, dtype: 'u16' },
  scaled16: { stages: 'ops.rgb16()', dtype: 'f32' },
  halves: { stages: `nchw('f16')`, dtype: 'f16' },
  roundedHalf: { stages: `nchw('f32'), convertTo('f16')`, dtype: 'f16' },
  codes10: { stages: 'ops.p010()', dtype: 'f16' },
  interpolated: { stages: `nv12({ chroma: 'linear', siting: 'left' })`, dtype: 'f32' },
  codes12: { stages: 'ops.p012()', dtype: 'f32' },
  nearest: { stages: 'rgb8(), resize({ filter: nearest, border: replicate })', dtype: 'u8' },
  nearestConstant: { stages: 'rgb8(), resize({ filter: nearest, border: constant(0) })', dtype: 'f32' },
  linear: { stages: `rgb8(), ${resample}`, dtype: 'f32' },
  negative: { stages: 'rgb8(), negated()', dtype: 'f16' },
  fraction: { stages: 'rgb8(), thirds()', dtype: 'f32' },
  quarters: { stages: 'rgb8(), quarters()', dtype: 'f16' },
  scaled: { stages: 'rgb8(), ops.scaleOffset({ scale: 1, offset: 0 })', dtype: 'f32' },
  // A half holds NaN, and whole numbers up to 255.
  mayBeNaN: { stages: `nchw('f32'), floors()`, dtype: 'f16' },
  changed: { stages: 'rgb8(), counted()', dtype: 'f16' },
  changedOften: { stages: 'rgb8(), countedOften()', dtype: 'f32' },
  branched: { stages: 'rgb8(), branched()', dtype: 'u8' },
  eroded: {
    stages: `rgb8(), ops.erode({ size: 3 }), ops.dilate({ size: 7, shape: 'ellipse' })`,
    dtype: 'u8',
  },
  erodedConstant: { stages: 'rgb8(), ops.erode({ size: 3, border: constant(0) })', dtype: 'f32' },
  erodedFloats: { stages: `nchw('f16'), ops.erode({ size: 3 })`, dtype: 'f16' },
  median: { stages: 'rgb8(), ops.median({ size: 5, border: replicate })', dtype: 'u8' },
  gradient: { stages: 'rgb8(), ops.morphGradient({ size: 3, border: replicate })', dtype: 'f16' },
  sobel: { stages: 'rgb8(), ops.sobel({ dx: 1, dy: 0, border: replicate })', dtype: 'f16' },
  opencvGaussian: {
    stages: 'rgb8(), ops.opencvGaussianBlur({ size: 5, sigma: 1, border: replicate })',
    dtype: 'u8',
  },
  gaussian: { stages: 'rgb8(), ops.gaussianBlur({ size: 5, sigma: 1, border: replicate })', dtype: 'f32' },
  black: {
    stages: 'rgb8(), ops.rgbToGray(), ops.adaptiveThreshold({ size: 3, border: replicate })',
    dtype: 'u8',
  },
} as const;
const names = Object.keys(exactly) as (keyof typeof exactly)[];

const operators = `
const inverted = pointOp({ from: ['rgb'], params: {}, apply: px => px.map(v => 255 - v) });
const negated = pointOp({ from: ['rgb'], params: {}, apply: px => px.map(v => -v) });
const thirds = pointOp({ from: ['rgb'], params: {}, apply: px => px.map(v => v / 3) });
const quarters = pointOp({ from: ['rgb'], params: {}, apply: px => px.map(v => v * 0.25) });
const floors = pointOp({ from: ['rgb'], params: {}, apply: px => px.map(v => Math.max(0, Math.min(255, Math.floor(v)))) });
const counted = pointOp({ from: ['rgb'], params: {}, apply: px => px.map(v => { let n = v; for (let i = 0; i < 3; i++) n += 1; return n; }) });
const countedOften = pointOp({ from: ['rgb'], params: {}, apply: px => px.map(v => { let n = v; for (let i = 0; i < 99; i++) n += 1; return n; }) });
const branched = pointOp({ from: ['rgb'], params: {}, apply: px => px.map(v => { let n = v; if (v > 9) n = 255 - v; else { n = 3; } return n; }) });
`;
const plans = `
export const cheapest = pipeline(rgb8(), ${resample}, normalize({ mean: 1, std: 2 }), ops.rgbToGray(), crop(), ${resample}, nchw('f32'));
export const thrice = pipeline(rgb8(), ${resample}, ${resample}, ops.gamma({ exponent: 2 }), convertTo('f16'), ${resample}, nhwc('u8'));
export const counted3 = pipeline(rgb8(), resize({ width: 9, height: 9, filter: nearest, border: replicate }), resize({ width: 8, height: 8, filter: ops.cubic, border: replicate }), resize({ width: 9, height: 9, filter: ops.lanczos4, border: replicate }), nhwc('u8'));
export const taken_1 = pipeline(rgb8(), nhwc('u8'));
export const taken = pipeline(rgb8(), ${resample}, ${resample}, nhwc('u8'));
export const shared = pipeline(rgb8(), ${resample}, ops.outputs({ a: [${resample}, nhwc('u8')], host: [${other}, nchw('f32')] }));
export const apart = pipeline(rgb8(), ops.gamma({ exponent: 2 }), ops.outputs({ a: [${resample}, nhwc('u8')], b: [nchw('f32')] }));
export const worth = pipeline(nchw('f32'), ops.rgbToGray(), convertTo('u8'), ops.outputs({ a: [nhwc('u8')], b: [nhwc('u8')], c: [nhwc('u8')] }));
export const reduced = pipeline(nchw('f32'), ops.rgbToGray(), convertTo('u8'), ops.outputs({ a: [${resample}, nhwc('u8')], between: [ops.invert(), nhwc('u8')], c: [${other}, nhwc('u8')] }));
export const alike = pipeline(rgb8(), ops.outputs({ a: [${resample}, ops.gamma({ exponent: 2 }), nhwc('u8')], b: [${resample}, ops.gamma({ exponent: 2 }), convertTo('u8'), nchw('f32')], c: [${resample}, ops.gamma({ exponent: 3 }), nchw('f32')] }));
export const mixed = pipeline(ops.nv12(), ops.outputs({ a: [ops.nv12()], b: [nhwc('u8')], c: [${resample}, nhwc('u8')], d: [yuvToRgb(), nchw('f16')] }));
export const turned = pipeline(rgb8(), ops.outputs({ a: [${turned(3)}, nhwc('u8')], b: [${turned(4)}, nhwc('u8')] }));
export const followedTwice = pipeline(rgb8(), ${resample}, convertTo('u8'), inverted(), ${resample}, nhwc('u8'));
export const followed = pipeline(nchw('f32'), convertTo('u8'), inverted(), ops.outputs({ a: [${resample}, nhwc('u8')], b: [${other}, nhwc('u8')] }));
export const opened = pipeline(rgb8(), ...ops.opening({ size: 3 }), nhwc('u8'));
export const asked = pipeline(rgb8(), ops.gamma({ exponent: 2 }), ops.stored('f16'), ops.median({ size: 3, border: replicate }), nhwc('u8'));
export const askedFirst = pipeline(pipeline(rgb8(), ops.invert(), nhwc('u8')), ops.stored('f32'), ops.stored('u8'), ops.gamma({ exponent: 2 }), nhwc('u8'));
export const askedForks = pipeline(rgb8(), ops.gamma({ exponent: 2 }), ops.stored('u8'), ops.outputs({ a: [${resample}, nhwc('u8')], b: [nchw('f32')] }));
export const insist = ops.fused(pipeline(nchw('f32'), ops.rgbToGray(), convertTo('u8'), ops.outputs({ a: [nhwc('u8')], b: [nhwc('u8')], c: [nhwc('u8')] })));
`;

describe('a split', () => {
  let run: SpecRun;
  let made: ReadonlyMap<string, Plan>;
  beforeAll(async () => {
    const all = names.map(
      name => `export const of_${name} = pipeline(${exactly[name].stages}, nchw('f32'));`,
    );
    run = await runSpecs({
      'exact.ts': anySpec(operators + all.join('\n')),
      'plans.ts': anySpec(operators + plans),
    });
    expect(run.textOf('exact.ts') + run.textOf('plans.ts')).toBe('');
    const inPlans = run.specs.pipelines.filter(({ loc }) => loc.file === 'plans.ts');
    const taken = new Set(inPlans.map(({ name }) => name));
    made = new Map(inPlans.map(pipeline => [pipeline.name, plan(pipeline, taken).plan!]));
  });

  it.each(names)('%s: the smallest type that keeps every bit', name => {
    const pipeline = oneResult(run.specs).find(one => one.name === `of_${name}`)!;
    expect(exactDType(followRanges(pipeline).at(-1)!)).toBe(exactly[name].dtype);
  });

  const chains = (name: string): string[] =>
    made.get(name)!.kernels.map(kernel => `${kernel.name}: ${kernel.chain}`);

  it('comes where a pixel takes the fewest bytes, as late as that allows', () => {
    expect([...chains('cheapest'), ...chains('thrice')]).toMatchInlineSnapshot(`
      [
        "cheapest_1: rgb8 > resize (linear, replicate) > normalize > rgbToGray > crop > gray_nhwc_f32",
        "cheapest_2: gray_nhwc_f32 > resize2 (linear, replicate) > gray_nchw_f32",
        "thrice_1: rgb8 > resize (linear, replicate) > rgb_nhwc_f32",
        "thrice_2: rgb_nhwc_f32 > resize2 (linear, replicate) > gamma > convertTo > rgb_nhwc_f16",
        "thrice_3: rgb_nhwc_f16 > resize3 (linear, replicate) > rgb_nhwc_u8",
      ]
    `);
    expect(made.get('cheapest')!.cuts).toMatchObject([
      { writer: 'cheapest_1', readers: ['cheapest_2'], after: 'crop', bytes: 4, forced: { taps: [4, 4] } },
    ]);
    expect(made.get('cheapest')!.cuts[0]!.others.map(({ after, bytes }) => `${after} ${bytes}`)).toEqual([
      'resize 12',
      'normalize 12',
      'rgbToGray 4',
    ]);
  });

  it('counts the taps that a filter makes, not those of its window', () => {
    const taps = made
      .get('counted3')!
      .cuts.map(({ forced }) => (forced.why === 'resampling' ? forced.taps : []));
    expect(taps).toEqual([
      [1, 16],
      [16, 64],
    ]);
  });

  it('parts no affine operator from the filter that it follows, which would change roundings', () => {
    expect([...chains('followedTwice'), ...chains('followed')]).toMatchInlineSnapshot(`
      [
        "followedTwice_1: rgb8 > resize (linear, replicate) > convertTo > rgb_nhwc_u8",
        "followedTwice_2: rgb_nhwc_u8 > inverted > resize2 (linear, replicate) > rgb_nhwc_u8",
        "followed_1: rgb_nchw_f32 > convertTo > rgb_nhwc_u8",
        "followed_a: rgb_nhwc_u8 > inverted > resize (linear, replicate) > rgb_nhwc_u8",
        "followed_b: rgb_nhwc_u8 > inverted > resize2 (linear, replicate) > rgb_nhwc_u8",
      ]
    `);
  });

  it('gives kernels names that nothing else has', () => {
    expect(made.get('taken')!.kernels.map(({ name }) => name)).toEqual(['taken_1_', 'taken_2']);
    expect(made.get('shared')!.kernels.map(({ name }) => name)).toEqual([
      'shared_1',
      'shared_a',
      'shared_host_',
    ]);
  });

  it('makes one kernel of results that only point operators tell apart', () => {
    expect(['worth', 'insist', 'alike', 'mixed', 'turned'].flatMap(chains)).toMatchInlineSnapshot(`
      [
        "worth: rgb_nchw_f32 > rgbToGray > convertTo > { a: gray_nhwc_u8; b: gray_nhwc_u8; c: gray_nhwc_u8 }",
        "insist: rgb_nchw_f32 > rgbToGray > convertTo > { a: gray_nhwc_u8; b: gray_nhwc_u8; c: gray_nhwc_u8 }",
        "alike: rgb8 > resize (linear, replicate) > { a: gamma > rgb_nhwc_u8; b: gamma > convertTo > rgb_nchw_f32; c: gamma3 > rgb_nchw_f32 }",
        "mixed_a: nv12 > nv12",
        "mixed_2: nv12 > { b: yuv_nhwc_u8; d: yuvToRgb > rgb_nchw_f16 }",
        "mixed_c: nv12 > resize (linear, replicate) > yuv_nhwc_u8",
        "turned_a: rgb8 > resample ([letterbox, rotate], linear, replicate) > rgb_nhwc_u8",
        "turned_b: rgb8 > resample ([letterbox, rotate2], linear, replicate) > rgb_nhwc_u8",
      ]
    `);
    expect(made.get('worth')!.results).toEqual({
      groups: [{ names: ['a', 'b', 'c'] }],
      ways: [
        { way: 'together', bytes: 15 },
        { way: 'apart', bytes: 39 },
      ],
    });
    expect(made.get('mixed')!.results!.groups).toEqual([
      { names: ['a'], apart: { why: 'samples', format: 'nv12' } },
      { names: ['b', 'd'], apart: { why: 'unmoved' } },
      { names: ['c'], apart: { why: 'geometry', stage: 'resize' } },
    ]);
  });

  it('reads and computes once what they share, down to an operator', () => {
    const [kernel] = made.get('alike')!.kernels;
    const { stages, sinks } = kernel.pipeline;
    expect(stages.map(({ name }) => name)).toEqual(['resize', 'gamma', 'convertTo', 'gamma3']);
    expect(sinks.map(({ output, points }) => [output, ...points.map(({ name }) => name)])).toEqual([
      ['a', 'gamma'],
      ['b', 'gamma', 'convertTo'],
      ['c', 'gamma3'],
    ]);
    expect(kernel.notes.map(({ stage, why }) => `${stage}: ${why}`)).toMatchInlineSnapshot(`
      [
        "resize: reads the source through linear",
        "gamma: once per output pixel, for a and b",
        "convertTo: once per output pixel, for b",
        "gamma3: once per output pixel, for c",
      ]
    `);
  });

  it('computes once what several results share, where that moves fewer bytes', () => {
    expect(['shared', 'apart', 'reduced'].flatMap(chains)).toMatchInlineSnapshot(`
      [
        "shared_1: rgb8 > resize (linear, replicate) > rgb_nhwc_f32",
        "shared_a: rgb_nhwc_f32 > resize2 (linear, replicate) > rgb_nhwc_u8",
        "shared_host_: rgb_nhwc_f32 > resize3 (linear, replicate) > rgb_nchw_f32",
        "apart_a: rgb8 > gamma > resize (linear, replicate) > rgb_nhwc_u8",
        "apart_b: rgb8 > gamma > rgb_nchw_f32",
        "reduced_1: rgb_nchw_f32 > rgbToGray > convertTo > { between_: gray_nhwc_u8; between: invert > gray_nhwc_u8 }",
        "reduced_a: gray_nhwc_u8 > resize (linear, replicate) > gray_nhwc_u8",
        "reduced_c: gray_nhwc_u8 > resize2 (linear, replicate) > gray_nhwc_u8",
      ]
    `);
    expect(made.get('shared')!.steps).toEqual([{}, { reads: 0 }, { reads: 0 }]);
    expect(made.get('reduced')!.cuts).toMatchObject([
      {
        writer: 'reduced_1',
        readers: ['reduced_a', 'reduced_c'],
        forced: { why: 'shared', moved: 18, otherwise: 39 },
      },
    ]);
    expect(made.get('reduced')!.kernels[0].pipeline.sinks.map(({ name, output }) => [name, output])).toEqual([
      ['between_', undefined],
      ['between', 'between'],
    ]);
  });

  it('keeps the bytes of a picture between two stencils, and goes through an image that is asked for', () => {
    expect(['opened', 'asked', 'askedFirst', 'askedForks'].flatMap(chains)).toMatchInlineSnapshot(`
      [
        "opened_1: rgb8 > erode (replicate) > rgb_nhwc_u8",
        "opened_2: rgb_nhwc_u8 > dilate (replicate) > rgb_nhwc_u8",
        "asked_1: rgb8 > gamma > rgb_nhwc_f16",
        "asked_2: rgb_nhwc_f16 > median (replicate) > rgb_nhwc_u8",
        "askedFirst_1: rgb8 > invert > stored > rgb_nhwc_f32",
        "askedFirst_2: rgb_nhwc_f32 > rgb_nhwc_u8",
        "askedFirst_3: rgb_nhwc_u8 > gamma > rgb_nhwc_u8",
        "askedForks_1: rgb8 > gamma > rgb_nhwc_u8",
        "askedForks_a: rgb_nhwc_u8 > resize (linear, replicate) > rgb_nhwc_u8",
        "askedForks_b: rgb_nhwc_u8 > rgb_nchw_f32",
      ]
    `);
    expect(made.get('asked')!.cuts).toMatchObject([
      { after: 'gamma', forced: { why: 'stored', by: 'author' }, bytes: 6 },
    ]);
    expect(made.get('opened')!.cuts).toMatchObject([
      { bytes: 3, forced: { stencils: [true, true], taps: [9, 9] } },
    ]);
  });

  it('goes through the format of a head that keeps less than a rounding', () => {
    const { stages, sink, ...rest } = oneResult(run.specs).find(({ name }) => name === 'thrice')!;
    const halved: Format = { ...sink, name: 'halved', planes: [{ ...sink.planes[0]!, subsampling: [2, 2] }] };
    const stored: PipelineIr = {
      ...rest,
      stages: stages.slice(0, 1),
      sink,
      stored: [{ at: 1, format: halved }],
    };
    const { pieces, cuts } = split(stored, name => name);
    expect(pieces.map(({ pipeline }) => [pipeline.source.name, pipeline.sinks[0].format.name])).toEqual([
      ['rgb8', 'halved'],
      ['halved', 'rgb_nhwc_u8'],
    ]);
    expect(cuts).toMatchObject([{ forced: { why: 'stored' }, bytes: 0.75, after: 'resize' }]);
    const fork = {
      ...rest,
      stages: stages.slice(0, 1),
      stored: stored.stored!,
      outputs: ['a', 'b'].map((name, n) => ({ name, stages: stages.slice(0, n), sink, loc: rest.loc })),
    };
    const forked = split(fork, name => name);
    expect(forked.pieces.map(({ step }) => step)).toEqual([{}, { reads: 0 }, { reads: 0 }]);
    expect(forked.cuts).toMatchObject([
      { forced: { why: 'stored' }, writer: 'thrice_1', readers: ['thrice_a', 'thrice_b'] },
    ]);
  });
});
