/** Where pipelines are split, and as what their pixels go through memory there. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../compiler/ir/plan.js';
import type { Format, PipelineIr } from '../../compiler/ir/types.js';
import { exactDType, followRanges } from '../../compiler/pass/exact.js';
import { plan } from '../../compiler/pass/plan.js';
import { split } from '../../compiler/pass/split.js';
import { anySpec, oneResult, runSpecs, type SpecRun } from '../support/specFiles.js';

const resample = 'resize({ width: 8, height: 8, filter: linear, border: replicate })';
const exactly = {
  bytes: { stages: 'rgb8(), flip({ direction: "both" })', dtype: 'u8' },
  channels: { stages: 'rgb8(), ops.swapChannels(), inverted()', dtype: 'u8' },
  rounded: { stages: `nchw('f32'), ops.gamma({ exponent: 2 }), convertTo('u8')`, dtype: 'u8' },
  words: { stages: `nchw('f32'), convertTo('u16')`, dtype: 'u16' },
  stored16: { stages: 'ops.rgb16()', dtype: 'u16' },
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
  mayBeNaN: { stages: `nchw('f32'), floors()`, dtype: 'f32' },
  changed: { stages: 'rgb8(), counted()', dtype: 'f32' },
} as const;
const names = Object.keys(exactly) as (keyof typeof exactly)[];

const operators = `
const inverted = pointOp({ from: ['rgb'], params: {}, apply: px => px.map(v => 255 - v) });
const negated = pointOp({ from: ['rgb'], params: {}, apply: px => px.map(v => -v) });
const thirds = pointOp({ from: ['rgb'], params: {}, apply: px => px.map(v => v / 3) });
const quarters = pointOp({ from: ['rgb'], params: {}, apply: px => px.map(v => v * 0.25) });
const floors = pointOp({ from: ['rgb'], params: {}, apply: px => px.map(v => Math.max(0, Math.min(255, Math.floor(v)))) });
const counted = pointOp({ from: ['rgb'], params: {}, apply: px => px.map(v => { let n = v; for (let i = 0; i < 3; i++) n += 1; return n; }) });
`;
const plans = `
export const cheapest = pipeline(rgb8(), ${resample}, normalize({ mean: 1, std: 2 }), ops.rgbToGray(), crop(), ${resample}, nchw('f32'));
export const thrice = pipeline(rgb8(), ${resample}, ${resample}, ops.gamma({ exponent: 2 }), convertTo('f16'), ${resample}, nhwc('u8'));
export const taken_1 = pipeline(rgb8(), nhwc('u8'));
export const taken = pipeline(rgb8(), ${resample}, ${resample}, nhwc('u8'));
export const shared = pipeline(rgb8(), ${resample}, ops.outputs({ a: [${resample}, nhwc('u8')], host: [${resample}, nchw('f32')] }));
export const apart = pipeline(rgb8(), ops.gamma({ exponent: 2 }), ops.outputs({ a: [${resample}, nhwc('u8')], b: [nchw('f32')] }));
export const worth = pipeline(nchw('f32'), ops.rgbToGray(), convertTo('u8'), ops.outputs({ a: [nhwc('u8')], b: [nhwc('u8')], c: [nhwc('u8')] }));
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
      'plans.ts': anySpec(plans),
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

  it('gives kernels names that nothing else has', () => {
    expect(made.get('taken')!.kernels.map(({ name }) => name)).toEqual(['taken_1_', 'taken_2']);
    expect(made.get('shared')!.kernels.map(({ name }) => name)).toEqual([
      'shared_1',
      'shared_a',
      'shared_host_',
    ]);
  });

  it('computes once what several results share, where that moves fewer bytes', () => {
    expect(['shared', 'apart', 'worth', 'insist'].flatMap(chains)).toMatchInlineSnapshot(`
      [
        "shared_1: rgb8 > resize (linear, replicate) > rgb_nhwc_f32",
        "shared_a: rgb_nhwc_f32 > resize2 (linear, replicate) > rgb_nhwc_u8",
        "shared_host_: rgb_nhwc_f32 > resize3 (linear, replicate) > rgb_nchw_f32",
        "apart_a: rgb8 > gamma > resize (linear, replicate) > rgb_nhwc_u8",
        "apart_b: rgb8 > gamma > rgb_nchw_f32",
        "worth_1: rgb_nchw_f32 > rgbToGray > convertTo > gray_nhwc_u8",
        "worth_a: gray_nhwc_u8 > gray_nhwc_u8",
        "worth_b: gray_nhwc_u8 > gray_nhwc_u8",
        "worth_c: gray_nhwc_u8 > gray_nhwc_u8",
        "insist_a: rgb_nchw_f32 > rgbToGray > convertTo > gray_nhwc_u8",
        "insist_b: rgb_nchw_f32 > rgbToGray > convertTo > gray_nhwc_u8",
        "insist_c: rgb_nchw_f32 > rgbToGray > convertTo > gray_nhwc_u8",
      ]
    `);
    expect(made.get('shared')!.steps).toEqual([{}, { reads: 0, output: 'a' }, { reads: 0, output: 'host' }]);
    expect(made.get('worth')!.cuts).toMatchObject([
      { readers: ['worth_a', 'worth_b', 'worth_c'], forced: { why: 'shared', moved: 19, otherwise: 39 } },
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
    expect(pieces.map(({ pipeline }) => [pipeline.source.name, pipeline.sink.name])).toEqual([
      ['rgb8', 'halved'],
      ['halved', 'rgb_nhwc_u8'],
    ]);
    expect(cuts).toMatchObject([{ forced: { why: 'stored' }, bytes: 0.75, after: 'resize' }]);
    const fork = {
      ...rest,
      stages: stages.slice(0, 1),
      stored: stored.stored!,
      outputs: ['a', 'b'].map(name => ({ name, stages: [], sink, loc: rest.loc })),
    };
    const forked = split(fork, name => name);
    expect(forked.pieces.map(({ step }) => step)).toEqual([
      {},
      { reads: 0, output: 'a' },
      { reads: 0, output: 'b' },
    ]);
    expect(forked.cuts).toMatchObject([{ forced: { why: 'stored' }, writer: 'thrice_1' }]);
  });
});
