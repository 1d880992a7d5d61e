/** Which kernels of several results are enqueued as one. */
import { beforeAll, expect, it } from 'vitest';
import { explanationText } from '../../compiler/commands/explain.js';
import { headerSource, manifestSource, pairSource } from '../../compiler/generate.js';
import type { Plan } from '../../compiler/ir/plan.js';
import { explain } from '../../compiler/report/explain.js';
import { plansOf } from '../../compiler/specs.js';
import { makeProject, type Project } from '../support/project.js';

const sized = (name: string, filter = 'linear'): string =>
  `ops.resize({ filter: ops.${filter}, border: ops.replicate, width: ops.open('${name}W'), height: ops.open('${name}H') })`;
const turned = (degrees: number): string =>
  `ops.rotate({ degrees: ${degrees}, filter: ops.linear, border: ops.constant(0) })`;
const normalized = 'ops.normalize({ mean: [1, 2, 3], std: [1, 2, 3] })';
/** 18 KB of parameters. */
const tables = (name: string): string =>
  Array.from({ length: 6 }, (_, n) => `ops.lut({ table: ops.open('${name}${n}') })`).join(', ');
const pipelines = {
  twoSizes: `ops.nv12(), ops.yuvToRgb(), ops.outputs({ a: [${sized('a')}, ops.nchw('f16')], b: [${sized('b')}, ${normalized}, ops.nchw('f32')] })`,
  three: `ops.rgb8(), ops.outputs({ a: [ops.nhwc('u8')], b: [${sized('b')}, ops.nhwc('u8')], c: [${sized('c')}, ops.nhwc('u8')] })`,
  four: `ops.rgb8(), ops.outputs({ a: [ops.nhwc('u8')], b: [${sized('b')}, ops.nhwc('u8')], c: [${sized('c')}, ops.nhwc('u8')], d: [${sized('d')}, ops.nhwc('u8')] })`,
  oneSize: `ops.rgb8(), ops.outputs({ a: [ops.nhwc('u8')], b: [ops.nchw('f32')] })`,
  oneResult: `ops.rgb8(), ${sized('a')}, ${sized('b')}, ops.nhwc('u8')`,
  /** A kernel and its reader are no pair; two readers of one image are. */
  oneImage: `ops.rgb8(), ${sized('a', 'nearest')}, ops.outputs({ b: [${sized('b')}, ops.nchw('f32')], c: [${turned(20)}, ops.nhwc('u8')] })`,
  /** Pixels of NV12 share samples. */
  blocks: `ops.nv12(), ops.outputs({ a: [ops.nv12()], b: [${sized('b')}, ops.yuv444p()] })`,
  /** What two kernels may do instead of one. */
  inTwo: `ops.rgb8(), ops.outputs({ a: [${sized('a', 'antialiasedLinear')}, ops.nhwc('u8')], b: [${sized('b')}, ops.nhwc('u8')] })`,
  /** More parameters for 16 images than a launch takes. */
  tables: `ops.rgb8(), ops.outputs({ a: [${sized('a')}, ${tables('a')}, ops.nhwc('u8')], b: [${sized('b')}, ${tables('b')}, ops.nhwc('u8')] })`,
  /** More shared memory than a block has. */
  floats: `ops.nchw('f32'), ops.outputs({ a: [${turned(10)}, ops.nchw('f32')], b: [${turned(20)}, ops.nchw('f32')] })`,
};

let project: Project;
let plans: ReadonlyMap<string, Plan>;
beforeAll(async () => {
  const lines = Object.entries(pipelines).map(
    ([name, stages]) => `export const ${name} = ops.pipeline(${stages});`,
  );
  project = makeProject({ 'all.ts': `import * as ops from 'cuweave/ops';\n${lines.join('\n')}\n` });
  const all = await plansOf({ root: project.root, entries: ['all.ts'] });
  plans = new Map(all.map(plan => [plan.name, plan]));
  return () => project.remove();
});
const planOf = (name: keyof typeof pipelines): Plan => plans.get(name)!;

it('those that read the same, two by two', () => {
  const found = [...plans].map(([name, { kernels, pairs }]) => {
    const both = pairs.map(
      ({ name, steps, images }) =>
        `${name}: ${steps.map(step => kernels[step]!.name).join(' + ')}, ${images}`,
    );
    return `${name} (${kernels.length} kernels): ${both.join('; ') || 'none'}`;
  });
  expect(found).toMatchInlineSnapshot(`
    [
      "twoSizes (2 kernels): twoSizes_pair: twoSizes_a + twoSizes_b, 16",
      "three (3 kernels): three_pair: three_a + three_b, 16",
      "four (4 kernels): four_pair: four_a + four_b, 16; four_pair_: four_c + four_d, 16",
      "oneSize (1 kernels): none",
      "oneResult (2 kernels): none",
      "oneImage (3 kernels): oneImage_pair: oneImage_b + oneImage_c, 16",
      "blocks (2 kernels): none",
      "inTwo (2 kernels): none",
      "tables (2 kernels): none",
      "floats (2 kernels): none",
    ]
  `);
});

it('only their files have blocks for two', () => {
  for (const { kernels, pairs } of plans.values()) {
    const paired = new Set(pairs.flatMap(({ steps }) => steps));
    expect(kernels.map(({ isPaired }) => isPaired)).toEqual(kernels.map((_, n) => paired.has(n)));
  }
});

it('the file of a pair', async () => {
  const plan = planOf('three');
  const text = pairSource(plan, plan.pairs[0]!, 'three_pair.cu').replace(/cuweave \d\S*/, 'cuweave VERSION');
  await expect(text).toMatchFileSnapshot('../print/snapshots/three_pair.cu');
});

it('C, the manifest and explain name them', async () => {
  const plan = planOf('twoSizes');
  const header = headerSource([plan], 'pipelines.so');
  expect(header.split('\n').filter(line => line.includes('_pair'))).toMatchInlineSnapshot(`
    [
      "//   cuweave_twoSizes_pair: cuweave_twoSizes_a and cuweave_twoSizes_b in one launch",
      "int cuweave_twoSizes_pair(const struct cuweave_twoSizes_a_args* first, const struct cuweave_twoSizes_b_args* second, void* cudaStream);",
    ]
  `);
  const manifest = JSON.parse(
    manifestSource([plan, planOf('oneSize')], { library: 'pipelines.so', archs: [], strict: false }),
  ) as { pipelines: { pairs?: unknown }[] };
  expect(manifest.pipelines.map(({ pairs }) => pairs)).toEqual([
    [{ name: 'twoSizes_pair', steps: [0, 1], images: 16 }],
    undefined,
  ]);
  const [explained] = await explain({
    root: project.root,
    entries: ['all.ts'],
    names: ['twoSizes'],
    cpu: true,
  });
  expect(explanationText(explained!)).toContain(
    '\n  twoSizes_a and twoSizes_b: one launch on a GPU in calls of up to 16 images, for both read the same.\n',
  );
});
