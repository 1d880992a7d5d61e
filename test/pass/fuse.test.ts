import { beforeAll, describe, expect, it } from 'vitest';
import { fuse } from '../../compiler/pass/fuse.js';
import { plan } from '../../compiler/pass/plan.js';
import { anySpec, runSpecs, type SpecRun } from '../support/specFiles.js';

/** Each pipeline, and where its stages land: on taps, between source and resampling, after it, on output pixels. */
const cases = {
  none: { stages: 'rgb8()', pre: [], before: [], after: [], post: [] },
  pointsOnly: {
    stages: 'rgb8(), normalize({ mean: 0, std: 1 }), convertTo("u8")',
    pre: [],
    before: [],
    after: [],
    post: ['normalize', 'convertTo'],
  },
  mapsOnly: {
    stages: 'rgb8(), crop(), flip({ direction: "both" })',
    pre: [],
    before: [],
    after: ['crop 0', 'flip 1'],
    post: [],
  },
  pointAndMaps: {
    stages: 'nv12(), crop(), yuvToRgb(), flip({ direction: "both" }), normalize({ mean: 0, std: 1 })',
    pre: [],
    before: [],
    after: ['crop 0', 'flip 1'],
    post: ['yuvToRgb', 'normalize'],
  },
  pointBeforeResampling: {
    stages: 'nv12(), yuvToRgb(), warpAffine({ filter: linear, border: replicate })',
    pre: ['yuvToRgb'],
    before: [],
    resample: 'warpAffine 0',
    after: [],
    post: [],
  },
  pointAfterResampling: {
    stages: 'rgb8(), warpAffine({ filter: linear, border: replicate }), normalize({ mean: 0, std: 1 })',
    pre: [],
    before: [],
    resample: 'warpAffine 0',
    after: [],
    post: ['normalize'],
  },
  mapBeforeResampling: {
    stages: 'rgb8(), crop(), resize({ filter: nearest, border: replicate })',
    pre: [],
    before: ['crop 0'],
    resample: 'resize 1',
    after: [],
    post: [],
  },
  mapAfterResampling: {
    stages: 'rgb8(), resize({ filter: nearest, border: replicate }), crop()',
    pre: [],
    before: [],
    resample: 'resize 0',
    after: ['crop 1'],
    post: [],
  },
  repeated: {
    stages: `rgb8(), flip({ direction: 'both' }), resize({ filter: linear, border: constant(0) }),
      flip({ direction: 'both' }), flip({ direction: 'vertical' })`,
    pre: [],
    before: ['flip 0'],
    resample: 'resize 1',
    after: ['flip2 2', 'flip3 3'],
    post: [],
  },
  everything: {
    stages: `nv12(), crop(), yuvToRgb(), convertTo('u8'), flip({ direction: 'horizontal' }),
      warpAffine({ filter: linear, border: constant(9) }), normalize({ mean: 0, std: 1 }),
      crop({ rect: { x: 0, y: 0, width: 1, height: 1 } }), convertTo('f16')`,
    pre: ['yuvToRgb', 'convertTo'],
    before: ['crop 0', 'flip 1'],
    resample: 'warpAffine 2',
    after: ['crop2 3'],
    post: ['normalize', 'convertTo2'],
  },
} as const;
const names = Object.keys(cases) as (keyof typeof cases)[];

const refused = anySpec(`export const twice = pipeline(rgb8(), resize({ filter: linear, border: replicate }),
  warpAffine({ filter: nearest, border: replicate }), resize({ width: 2, height: 2, filter: linear, border: replicate }), nchw('f32'));`);

describe('fusion', () => {
  let run: SpecRun;
  beforeAll(async () => {
    const text = names.map(name => `export const ${name} = pipeline(${cases[name].stages}, nchw('f32'));`);
    run = await runSpecs({ 'all.ts': anySpec(text.join('\n')), 'twice.ts': refused });
    expect(run.specs.diagnostics).toEqual([]);
  });
  const pipelineOf = (name: string) => run.specs.pipelines.find(pipeline => pipeline.name === name)!;
  type Numbered = { readonly stage: { readonly name: string }; readonly number: number };
  const numbered = ({ stage, number }: Numbered): string => `${stage.name} ${number}`;

  it.each(names)('%s: every stage lands in its group', name => {
    const { stages: _, ...groups } = cases[name];
    const { fused, diagnostics } = fuse(pipelineOf(name));
    expect(diagnostics).toEqual([]);
    expect({
      pre: fused!.pre.map(stage => stage.name),
      before: fused!.before.map(numbered),
      ...(fused!.resample ? { resample: numbered(fused!.resample) } : {}),
      after: fused!.after.map(numbered),
      post: fused!.post.map(stage => stage.name),
    }).toEqual(groups);
  });

  it.each(names)('%s: no stage is lost, and each says why it fused', name => {
    const pipeline = pipelineOf(name);
    const { pre, before, resample, after, post, geometry, notes } = fuse(pipeline).fused!;
    const maps = [...before, ...(resample ? [resample] : []), ...after];
    const stages = new Set([...pre, ...maps.map(({ stage }) => stage), ...post]);
    expect(stages).toEqual(new Set(pipeline.stages));
    expect(maps.map(({ number }) => number)).toEqual(geometry.map((_, number) => number));
    expect(maps.map(({ stage }) => stage)).toEqual(geometry);
    expect(notes.map(({ stage }) => stage)).toEqual(pipeline.stages.map(stage => stage.name));
    for (const { rule, why } of notes) expect(rule && why).toBeTruthy();
  });

  it('says on which side of the resampling a point operator runs', () => {
    const { notes } = fuse(pipelineOf('everything')).fused!;
    expect(notes.map(({ stage, rule, why }) => `${stage}: ${rule}, ${why}`)).toMatchInlineSnapshot(`
      [
        "crop: exact map composes, moves whole pixels, costs an addition",
        "yuvToRgb: point in register, on every tap: the filter reads its result",
        "convertTo: point in register, on every tap: the filter reads its result",
        "flip: exact map composes, moves whole pixels, costs an addition",
        "warpAffine: one resampling, reads the source through linear",
        "normalize: point in register, once per output pixel",
        "crop2: exact map composes, moves whole pixels, costs an addition",
        "convertTo2: point in register, once per output pixel",
      ]
    `);
  });

  it('refuses every resampling after the first', () => {
    const { plan: made, diagnostics } = plan(pipelineOf('twice'));
    expect(made).toBeUndefined();
    expect(diagnostics.map(({ code, message, hint }) => ({ code, message, hint }))).toMatchInlineSnapshot(`
      [
        {
          "code": "CW3101",
          "hint": "make two pipelines of it, or sample once: resample([resize(…), warpAffine(…)], { filter, border }).",
          "message": "'resize' and 'warpAffine' both read between pixels: two resamplings do not fit one kernel.",
        },
        {
          "code": "CW3101",
          "hint": "make two pipelines of it, or sample once: resample([resize(…), resize2(…)], { filter, border }).",
          "message": "'resize' and 'resize2' both read between pixels: two resamplings do not fit one kernel.",
        },
      ]
    `);
    expect(diagnostics.every(({ loc }) => loc.file === 'twice.ts' && loc.line > 1)).toBe(true);
  });
});
