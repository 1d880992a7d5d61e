/** What is refused of pipelines with several results, at the head of others, or that must be one kernel. */
import { beforeAll, expect, test } from 'vitest';
import { formatDiagnostics } from '../../compiler/diagnostics/index.js';
import { plan } from '../../compiler/pass/plan.js';
import { anySpec, runSpecs, type SpecRun } from '../support/specFiles.js';

const cases = {
  noResults: 'export const noResults = pipeline(rgb8(), ops.outputs({}));',
  oddName: `export const oddName = pipeline(rgb8(), ops.outputs({ 'full size': [nchw('f32')] }));`,
  reservedName: `export const reservedName = pipeline(rgb8(), ops.outputs({ delete: [nchw('f32')] }));`,
  wrongPixels: `export const wrongPixels = pipeline(nv12(),
  ops.outputs({ small: [yuvToRgb(), nchw('f16')], full: [normalize({ mean: 0, std: 1 }), nchw('f32')] }) as never);`,
  noFormat: `export const noFormat = pipeline(rgb8(), ops.outputs({ full: [flip({ direction: 'both' })] }) as never);`,
  onlyRead: `export const onlyRead = pipeline(nv12(), ops.outputs({ full: [nv12({ chroma: 'linear' })] }) as never);`,
  oneName: `export const oneName = pipeline(rgb8(),
  ops.outputs({ small: [ops.gamma(), nchw('f16')], full: [ops.gamma(), nchw('f32')] }));`,
  severalAtTheHead: `const several = pipeline(rgb8(), ops.outputs({ full: [nchw('f32')] }));
export const severalAtTheHead = pipeline(several as never as ops.Pipeline<'rgb'>, nchw('f32'));`,
  pipelineInside: `const whole = pipeline(rgb8(), nhwc('u8'));
export const pipelineInside = pipeline(rgb8(), whole as never, nchw('f32'));`,
  wrongHead: `const yuv = pipeline(nv12(), nhwc('u8'));
export const wrongHead = pipeline(yuv, normalize({ mean: 0, std: 1 }) as never, nchw('f32'));`,
  twoDepths: `export const twoDepths = pipeline(nhwc('f32'), ops.rgbToYuv({ matrix: 'bt709', range: 'full' }),
  ops.outputs({ small: [nv12()], deep: [ops.p010()] }));`,
  outputsInside: `export const outputsInside = pipeline(rgb8(), ops.outputs({ full: [nchw('f32')] }) as never, nchw('f32'));`,
  tokensAsSource: `export const tokensAsSource = pipeline(ops.patches({ patch: 16 }), nchw('f32'));`,
  tokensAtTheHead: `const tokens = pipeline(rgb8(), ops.patches({ patch: 16 }));
export const tokensAtTheHead = pipeline(tokens, nchw('f32'));`,
} as const;

/** A pipeline of so many tables; with `cut`, in two kernels, the second of which begins after the first `cut` tables. */
const ofTables = (name: string, count: number, cut = 0): string => {
  const luts = Array.from({ length: count }, (_, n) => `ops.lut({ table: open('t${n}') })`);
  const [first, second] = ['resize', 'warpAffine'].map(
    map => `${map}({ filter: linear, border: replicate })`,
  );
  const stages = cut === 0 ? luts : [...luts.slice(0, cut), first, second, ...luts.slice(cut)];
  return `export const ${name} = pipeline(rgb8(), ${stages.join(', ')}, nchw('f32'));`;
};
const perImageTables = `const tone = pointOp({ from: ['rgb'], params: { curve: perChannel(ops.table), shift: perImage(i32) },
  apply: (px, { curve, shift }) => px.map((v, c) => ops.lookup(curve[c], i32(v) + shift)) });
const curve = (name: string) => ({ curve: open(name), shift: 0 });
export const perImageTables = pipeline(rgb8(), tone(curve('a')), tone(curve('b')), tone(curve('c')), tone(curve('d')),
  tone(curve('e')), tone(curve('f')), tone(curve('g')), tone(curve('h')), tone(curve('i')), tone(curve('j')),
  tone(curve('k')), ops.outputs({ picture: [nhwc('u8')], tensor: [nchw('f32')] }));`;
const tables = anySpec(
  [
    ofTables('ten', 10),
    ofTables('eleven', 11),
    perImageTables,
    ofTables('split', 12, 6),
    ofTables('second', 12, 1),
  ].join('\n'),
);

let run: SpecRun;
beforeAll(async () => {
  const files = Object.entries(cases).map(([name, text]) => [`${name}.ts`, anySpec(text)] as const);
  run = await runSpecs({
    ...Object.fromEntries(files),
    'fused.ts':
      anySpec(`export const twice = ops.fused(pipeline(rgb8(), resize({ filter: linear, border: replicate }),
  convertTo('u8'), flip({ direction: 'both' }), warpAffine({ filter: nearest, border: replicate }), nchw('f32')));
export const branches = ops.fused(pipeline(rgb8(), resize({ filter: linear, border: replicate }), ops.outputs({
  once: [nchw('f32')],
  twice: [ops.letterbox({ filter: linear, border: replicate, width: 3, height: 3 }), nhwc('u8')],
})));
export const fits = ops.fused(pipeline(rgb8(), resize({ filter: linear, border: replicate }), nchw('f32')));`),
    'tables.ts': tables,
  });
});

test('every one is refused where it is wrong, and says how to mend it', () => {
  expect(Object.keys(cases).map(name => run.textOf(`${name}.ts`))).toMatchInlineSnapshot(`
    [
      "noResults.ts:6:43 - error CW3011: Expected one result or more, with names of letters, digits and _, for outputs() but received none.

    6 export const noResults = pipeline(rgb8(), ops.outputs({}));
                                                ~~~~~~~~~~~~~~~
      hint: write outputs({ small: [resize({ … }), nchw('f16')], full: [nchw('f32')] })
      in pipeline noResults (noResults.ts:6:14)",
      "oddName.ts:6:41 - error CW3011: Expected one result or more, with names of letters, digits and _, for outputs() but received 'full size'.

    6 export const oddName = pipeline(rgb8(), ops.outputs({ 'full size': [nchw('f32')] }));
                                              ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write outputs({ small: [resize({ … }), nchw('f16')], full: [nchw('f32')] })
      in pipeline oddName (oddName.ts:6:14)",
      "reservedName.ts:6:46 - error CW3011: Expected one result or more, with names of letters, digits and _, for outputs() but received 'delete'.

    6 export const reservedName = pipeline(rgb8(), ops.outputs({ delete: [nchw('f32')] }));
                                                   ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: write outputs({ small: [resize({ … }), nchw('f16')], full: [nchw('f32')] })
      in pipeline reservedName (reservedName.ts:6:14)",
      "wrongPixels.ts:7:58 - error CW3005: Expected rgb, rgba, gray for normalize but received yuv.

    7   ops.outputs({ small: [yuvToRgb(), nchw('f16')], full: [normalize({ mean: 0, std: 1 }), nchw('f32')] }) as never);
                                                               ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: convert first, for instance with yuvToRgb(), or move the operator
      in op normalize < result full < pipeline wrongPixels (wrongPixels.ts:6:14)",
      "noFormat.ts:6:42 - error CW3004: Expected a format that can be written, or a reduction, at the end of the pipeline but received an operator.

    6 export const noFormat = pipeline(rgb8(), ops.outputs({ full: [flip({ direction: 'both' })] }) as never);
                                               ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: end with nchw("f32"), nhwc("u8"), mean(), …
      in result full < pipeline noFormat (noFormat.ts:6:14)",
      "onlyRead.ts:6:42 - error CW3004: Expected a format that can be written, or a reduction, at the end of the pipeline but received nv12, which can only be read.

    6 export const onlyRead = pipeline(nv12(), ops.outputs({ full: [nv12({ chroma: 'linear' })] }) as never);
                                               ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: end with nchw("f32"), nhwc("u8"), mean(), …
      in result full < pipeline onlyRead (onlyRead.ts:6:14)",
      "oneName.ts:7:59 - error CW3008: gamma and gamma2 both leave exponent open.

    7   ops.outputs({ small: [ops.gamma(), nchw('f16')], full: [ops.gamma(), nchw('f32')] }));
                                                                ~~~~~~~~~~~
      hint: give one of them a name of its own, for gamma2: \`exponent: open('other')\`
      in pipeline oneName (oneName.ts:6:14)",
      "severalAtTheHead.ts:7:42 - error CW3003: Expected a format at the head of the pipeline but received a pipeline with several results.

    7 export const severalAtTheHead = pipeline(several as never as ops.Pipeline<'rgb'>, nchw('f32'));
                                               ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: begin with nv12(), rgb8(), …
      in pipeline severalAtTheHead (severalAtTheHead.ts:7:14)",
      "pipelineInside.ts:7:48 - error CW3007: Expected an operator between source and sink but received a pipeline.

    7 export const pipelineInside = pipeline(rgb8(), whole as never, nchw('f32'));
                                                     ~~~~~~~~~~~~~~
      hint: call the operator: \`normalize({ … })\`; formats stand at the head and at the end, reductions at the end
      in pipeline pipelineInside (pipelineInside.ts:7:14)",
      "wrongHead.ts:7:40 - error CW3005: Expected rgb, rgba, gray for normalize but received yuv.

    7 export const wrongHead = pipeline(yuv, normalize({ mean: 0, std: 1 }) as never, nchw('f32'));
                                             ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: convert first, for instance with yuvToRgb(), or move the operator
      in op normalize < pipeline wrongHead (wrongHead.ts:7:14)",
      "twoDepths.ts:6:48 - error CW3013: rgbToYuv makes a full range for results of 8 and of 10 bits.

    6 export const twoDepths = pipeline(nhwc('f32'), ops.rgbToYuv({ matrix: 'bt709', range: 'full' }),
                                                     ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: give each result an encoder of its own, behind the others: \`outputs({ a: [rgbToYuv({ … }), nv12()], b: [rgbToYuv({ … }), p010()] })\`
      in pipeline twoDepths (twoDepths.ts:6:14)",
      "outputsInside.ts:6:47 - error CW3007: Expected an operator between source and sink but received outputs().

    6 export const outputsInside = pipeline(rgb8(), ops.outputs({ full: [nchw('f32')] }) as never, nchw('f32'));
                                                    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: call the operator: \`normalize({ … })\`; formats stand at the head and at the end, reductions at the end
      in pipeline outputsInside (outputsInside.ts:6:14)",
      "tokensAsSource.ts:6:14 - error CW3003: Expected a format at the head of the pipeline but received rgb_patches16_merge1_chw_f32, which can only be written.

    6 export const tokensAsSource = pipeline(ops.patches({ patch: 16 }), nchw('f32'));
                   ~~~~~~~~~~~~~~
      hint: begin with nv12(), rgb8(), …
      in pipeline tokensAsSource (tokensAsSource.ts:6:14)",
      "tokensAtTheHead.ts:7:41 - error CW3003: Expected a format at the head of the pipeline but received rgb_patches16_merge1_chw_f32, which can only be written.

    7 export const tokensAtTheHead = pipeline(tokens, nchw('f32'));
                                              ~~~~~~
      hint: begin with nv12(), rgb8(), …
      in pipeline tokensAtTheHead (tokensAtTheHead.ts:7:14)",
    ]
  `);
});

test('fused() names both operators and the bytes of the image between them', () => {
  expect(run.textOf('fused.ts')).toBe('');
  const said = ['twice', 'branches', 'fits'].flatMap(name => {
    const { plan: made, diagnostics } = plan(run.specs.pipelines.find(pipeline => pipeline.name === name)!);
    expect(made === undefined).toBe(diagnostics.length > 0);
    return formatDiagnostics(diagnostics, { root: '', readFile: () => undefined });
  });
  expect(said).toMatchInlineSnapshot(`
    [
      "fused.ts:7:49 - error CW3102: resize and warpAffine both sample between pixels: an image of rgb_nhwc_u8 would be written after flip and read again, 6 bytes for each of its pixels, and the pipeline is fused().
      hint: leave out fused(); two maps may be sampled once: \`resample([…], { filter, border })\`
      in pipeline twice

    Found 1 error.
    ",
      "fused.ts:10:11 - error CW3102: resize and letterbox both sample between pixels: an image of rgb_nhwc_f32 would be written after resize and read again, 24 bytes for each of its pixels, and the pipeline is fused().
      hint: leave out fused(); two maps may be sampled once: \`resample([…], { filter, border })\`
      in pipeline branches

    Found 1 error.
    ",
      "",
    ]
  `);
});

test('a kernel of more parameters than a launch takes is refused, and those of a whole launch are not', () => {
  expect(run.textOf('tables.ts')).toBe('');
  const said = Object.fromEntries(
    run.specs.pipelines
      .filter(({ loc }) => loc.file === 'tables.ts')
      .map(pipeline => {
        const { plan: made, diagnostics } = plan(pipeline);
        expect(made === undefined).toBe(diagnostics.length > 0);
        return [pipeline.name, formatDiagnostics(diagnostics, { root: '', readFile: () => tables })];
      }),
  );
  expect(said).toMatchInlineSnapshot(`
    {
      "eleven": "tables.ts:7:14 - error CW3103: Expected at most 32764 bytes of parameters for one image but received 33888. The largest are table of lut (3072 bytes), table of lut2 (3072 bytes), table of lut3 (3072 bytes) and 12 more.

    7 export const eleven = pipeline(rgb8(), ops.lut({ table: open('t0') }), ops.lut({ table: open('t1') }), ops.lut({ table: open('t2') }), ops.lut({ table: open('t3
                   ~~~~~~
      hint: make two pipelines of it; tables that follow each other may be one table, and \`table\` is one for all channels where \`perChannel(table)\` is one for each
      in pipeline eleven

    Found 1 error.
    ",
      "perImageTables": "tables.ts:11:14 - error CW3103: Expected at most 32764 bytes of parameters for one image but received 33952. The largest are curve of tone (3072 bytes), curve of tone2 (3072 bytes), curve of tone3 (3072 bytes) and 24 more.

    11 export const perImageTables = pipeline(rgb8(), tone(curve('a')), tone(curve('b')), tone(curve('c')), tone(curve('d')),
                    ~~~~~~~~~~~~~~
      hint: make two pipelines of it; tables that follow each other may be one table, and \`table\` is one for all channels where \`perChannel(table)\` is one for each
      in pipeline perImageTables

    Found 1 error.
    ",
      "second": "tables.ts:15:14 - error CW3103: Expected at most 32764 bytes of parameters for one image but received 33928. The largest are table of lut2 (3072 bytes), table of lut3 (3072 bytes), table of lut4 (3072 bytes) and 15 more.

    15 export const second = pipeline(rgb8(), ops.lut({ table: open('t0') }), resize({ filter: linear, border: replicate }), warpAffine({ filter: linear, border: repli
                    ~~~~~~
      hint: make two pipelines of it; tables that follow each other may be one table, and \`table\` is one for all channels where \`perChannel(table)\` is one for each
      in kernel second_2 < pipeline second

    Found 1 error.
    ",
      "split": "",
      "ten": "",
    }
  `);
});
