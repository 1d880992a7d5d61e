import { beforeAll, describe, expect, it } from 'vitest';
import type { KernelIr } from '../../compiler/ir/types.js';
import { fuse } from '../../compiler/pass/fuse.js';
import { anySpec, oneResult, runSpecs, type SpecRun } from '../support/specFiles.js';

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
    pre: [],
    before: [],
    resample: 'warpAffine 0',
    after: [],
    post: ['yuvToRgb'],
  },
  roundedBeforeResampling: {
    stages: `nv12(), yuvToRgb(), convertTo('u8'), scaleOffset({ scale: 2, offset: 1 }),
      warpAffine({ filter: cubic, border: replicate })`,
    pre: ['yuvToRgb', 'convertTo'],
    before: [],
    resample: 'warpAffine 0',
    after: [],
    post: ['scaleOffset'],
  },
  fewerChannels: {
    stages: 'rgb8(), rgbToGray(), warpAffine({ filter: linear, border: replicate })',
    pre: ['rgbToGray'],
    before: [],
    resample: 'warpAffine 0',
    after: [],
    post: [],
  },
  constantBorder: {
    stages: `nv12(), yuvToRgb(), convertTo('f32', { scale: 1 / 255 }),
      warpAffine({ filter: lanczos4, border: constant(0) })`,
    pre: ['yuvToRgb', 'convertTo'],
    postponed: ['yuvToRgb', 'convertTo'],
    before: [],
    resample: 'warpAffine 0',
    after: [],
    post: [],
  },
  weightsOfTwo: {
    stages: `nv12(), yuvToRgb(), warpAffine({ filter: filter({
      apply: (tap, [x, y]) => tap(i32(Math.floor(x)), i32(Math.floor(y))).map(v => v * 2),
    }), border: replicate })`,
    pre: ['yuvToRgb'],
    before: [],
    resample: 'warpAffine 0',
    after: [],
    post: [],
  },
  filterThatCompares: {
    stages: `nv12(), yuvToRgb(), warpAffine({ filter: filter({
      apply: (tap, [x, y]) => {
        const left = tap(i32(Math.floor(x)), i32(Math.floor(y)));
        const right = tap(i32(Math.floor(x)) + 1, i32(Math.floor(y)));
        return left.map((v, c) => Math.max(v, right[c]));
      },
    }), border: replicate })`,
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

describe('fusion', () => {
  let run: SpecRun;
  beforeAll(async () => {
    const text = names.map(name => `export const ${name} = pipeline(${cases[name].stages}, nchw('f32'));`);
    const more = "import { cubic, lanczos4, rgbToGray, scaleOffset } from 'cuweave/ops';\n";
    run = await runSpecs({ 'all.ts': anySpec(more + text.join('\n')) });
    expect(run.specs.diagnostics).toEqual([]);
  });
  const pipelineOf = (name: string): KernelIr => {
    const pipeline = oneResult(run.specs).find(one => one.name === name)!;
    return { ...pipeline, sinks: [{ name: '', output: '', points: [], format: pipeline.sink }] };
  };
  type Numbered = { readonly stage: { readonly name: string }; readonly number: number };
  const numbered = ({ stage, number }: Numbered): string => `${stage.name} ${number}`;

  it.each(names)('%s: every stage lands in its group', name => {
    const { stages: _, ...groups } = cases[name];
    const fused = fuse(pipelineOf(name));
    expect({
      pre: fused.pre.map(stage => stage.name),
      ...(fused.postponed.length > 0 ? { postponed: fused.postponed.map(stage => stage.name) } : {}),
      before: fused.before.map(numbered),
      ...(fused.resample ? { resample: numbered(fused.resample) } : {}),
      after: fused.after.map(numbered),
      post: fused.post.map(stage => stage.name),
    }).toEqual(groups);
  });

  it.each(names)('%s: no stage is lost, and each says why it fused', name => {
    const pipeline = pipelineOf(name);
    const { pre, before, resample, after, post, geometry, notes } = fuse(pipeline);
    const maps = [...before, ...(resample ? [resample] : []), ...after];
    const stages = new Set([...pre, ...maps.map(({ stage }) => stage), ...post]);
    expect(stages).toEqual(new Set(pipeline.stages));
    expect(maps.map(({ number }) => number)).toEqual(geometry.map((_, number) => number));
    expect(maps.map(({ stage }) => stage)).toEqual(geometry);
    expect(notes.map(({ stage }) => stage)).toEqual(pipeline.stages.map(stage => stage.name));
    for (const { rule, why } of notes) {
      expect(rule && why).toBeTruthy();
    }
  });

  it('says on which side of the resampling a point operator runs', () => {
    const { notes } = fuse(pipelineOf('everything'));
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
});
