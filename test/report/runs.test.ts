/** How often operators run for an output pixel, what a run costs, and where that is a waste. */
import { describe, expect, it } from 'vitest';
import { explanationText } from '../../compiler/commands/explain.js';
import { type Explanation, explain } from '../../compiler/report/explain.js';
import { makeProject } from '../support/project.js';

const text = `
import {
  antialiasedLinear, constant, crop, cubic, f32, filter, gamma, gray8, i32, linear, mapOp, nchw, nearest, normalize, nv12, open, perPixel, pipeline,
  gaussianBlur, median, opening, pointOp, premultiply, reflect101, replicate, resize, rgb8, stored, rgba8, toLinear, warpAffine, yuvToRgb,
} from 'cuweave/ops';

const looped = pointOp({ from: ['rgb'], apply: px => {
  let sum = 0;
  for (let n = 0; n < 10; n++) { sum += n > 5 ? px[0] : px[1] / px[2]; }
  return px.map(v => v + sum);
} });
const placed = pointOp({ from: ['rgb'], apply: (px, _, { at, size }) => px.map(v => Math.exp(v) * at[0] / size.width) });
const over = pointOp({ from: ['rgb'], params: { other: perPixel('rgb') }, apply: (px, { other }) => px.map((v, c) => v + other[c]) });

export const inside = pipeline(nv12(), yuvToRgb(), warpAffine({ filter: linear, border: constant(0) }), normalize({ mean: 1, std: 2 }), nchw('f16'));
export const onTaps = pipeline(rgb8(), crop(), gamma(), warpAffine({ filter: cubic, border: replicate }), nchw('f16'));
export const shrinks = pipeline(rgb8(), toLinear({ transfer: 'srgb' }), resize({ width: 100, height: 50, filter: linear, border: replicate }), nchw('f16'));
export const window = pipeline(rgb8(), toLinear({ transfer: 'srgb' }), resize({ width: 100, height: 50, filter: antialiasedLinear, border: replicate }), nchw('f16'));
export const enlarged = pipeline(rgb8(), placed(), resize({ width: 400, height: 400, filter: linear, border: replicate }), nchw('f16'));
export const one = pipeline(rgb8(), gamma(), warpAffine({ filter: nearest, border: replicate }), nchw('f16'));
export const cheap = pipeline(rgba8(), premultiply(), warpAffine({ filter: cubic, border: replicate }), nchw('f16'));
export const loops = pipeline(rgb8(), looped(), nchw('f16'));
export const median5 = pipeline(nv12(), yuvToRgb(), median({ size: 5, border: replicate }), nchw('f16'));
export const passes = pipeline(rgb8(), gamma(), gaussianBlur({ size: 15, sigma: 3, border: reflect101 }), nchw('f16'));
export const opened = pipeline(rgb8(), ...opening({ size: 3, shape: 'cross' }), nchw('f16'));
export const asked = pipeline(rgb8(), gamma(), stored('u8'), median({ size: 3, border: replicate }), nchw('f16'));
export const images = pipeline(rgb8(), over({ other: [nv12(), yuvToRgb(), gamma({ exponent: 2 })] }), warpAffine({ filter: linear, border: replicate }), nchw('f16'));
`;

const explained = new Map<string, Explanation>();
const of = async (name: string): Promise<Explanation> => {
  if (explained.size === 0) {
    const project = makeProject({ 'pipelines.ts': text });
    const size = { width: 200, height: 100 };
    for (const one of await explain({ root: project.root, entries: ['pipelines.ts'], cpu: true, size })) {
      explained.set(one.name, one);
    }
    project.remove();
  }
  return explained.get(name)!;
};
const operators = async (name: string): Promise<unknown> =>
  (await of(name)).kernels.flatMap(kernel => kernel.operators);
const warning = async (name: string): Promise<string> =>
  /^ {2}Warning:.*(\n {4}.*)*/m.exec(explanationText(await of(name)))?.[0] ?? 'none';

describe('explain', () => {
  it('counts runs per output pixel, taps of filters among them', async () => {
    expect(await operators('inside')).toEqual([
      { stage: 'yuvToRgb', runs: 1, atEdges: 4, operations: 12 },
      // Four products and four sums.
      { stage: 'warpAffine', runs: 1, operations: 8 },
      // Of each channel (v − mean) / std, by a reciprocal, and a scale.
      { stage: 'normalize', runs: 1, operations: 9 },
    ]);
    expect(await operators('onTaps')).toEqual([
      { stage: 'crop', runs: 16, operations: 2 },
      // Of each channel a maximum, a product by 1 / 255, a power and a product.
      { stage: 'gamma', runs: 16, operations: 3 * (1 + 1 + 40 + 1) },
      { stage: 'warpAffine', runs: 1, operations: 8 },
    ]);
    // A triangle over 2 · 2 pixels along both axes.
    expect(await operators('window')).toMatchObject([{ runs: 16 }, { runs: 1 }]);
    // Ten rounds of a comparison, the costlier branch and a sum, and three sums.
    expect(await operators('loops')).toEqual([
      { stage: 'looped', runs: 1, operations: 10 * (1 + 1 + 8 + 1) + 3 },
    ]);
    expect(await operators('images')).toMatchObject([
      { stage: 'yuvToRgb', runs: 4 },
      { stage: 'gamma', runs: 4 },
      { stage: 'over', runs: 4 },
      { stage: 'warpAffine', runs: 1 },
    ]);
  });
  it('warns of a costly operator on every tap, and names what avoids it', async () => {
    expect(await warning('onTaps')).toMatchInlineSnapshot(`
      "  Warning: gamma runs on every tap of cubic, 16 times for an output pixel, and is costly.
          With stored('u8') behind gamma it would run once at this size.
          The image between takes 3 bytes per pixel, and rounds to whole numbers in 0..255.
          Behind warpAffine it would run once, with another result: cubic would mix what gamma has not changed yet."
    `);
    expect(await warning('shrinks')).toMatchInlineSnapshot(`
      "  Warning: toLinear runs on every tap of linear, 4 times for an output pixel, and is costly.
          An image behind toLinear would not help at this size: it would run 4 times for an output pixel.
          Behind resize it would run once, with another result: linear would mix what toLinear has not changed yet."
    `);
    expect(await warning('window')).toMatchInlineSnapshot(`
      "  Warning: toLinear runs on every tap of antialiasedLinear, 16 times for an output pixel, and is costly.
          With stored('f16') behind toLinear it would run 4 times at this size.
          The image between takes 6 bytes per pixel, and rounds to 11 bits.
          Behind resize it would run once, with another result: antialiasedLinear would mix what toLinear has not changed yet."
    `);
    expect(await warning('enlarged')).toMatchInlineSnapshot(`
      "  Warning: placed runs on every tap of linear, 4 times for an output pixel, and is costly.
          With stored('u8') behind placed it would run 0.1 times at this size.
          The image between takes 3 bytes per pixel, and rounds to whole numbers in 0..255."
    `);
  });
  it.each(['inside', 'one', 'cheap', 'loops', 'images'])('does not warn of %s', async name => {
    expect(await warning(name)).toBe('none');
    expect((await of(name)).kernels[0]).not.toHaveProperty('waste');
  });
  it('says of stencils how much they read, and how often what is before them runs', async () => {
    const notes = async (name: string): Promise<unknown> => {
      const { kernels } = await of(name);
      return kernels.map(kernel =>
        kernel.notes.map(
          ({ stage, why }, n) =>
            `${stage}: ${why} [${kernel.operators[n]?.runs} × ${kernel.operators[n]?.operations}]`,
        ),
      );
    };
    expect(await notes('median5')).toMatchInlineSnapshot(`
      [
        [
          "yuvToRgb: on every tap: the stencil reads its result [25 × 12]",
          "median: 25 taps, up to 2 away [1 × 788]",
        ],
      ]
    `);
    expect(await notes('passes')).toMatchInlineSnapshot(`
      [
        [
          "gamma: on every tap: the stencil reads its result [15 × 129]",
          "gaussianBlur: 225 taps, up to 7 away [1 × 2160]",
        ],
      ]
    `);
    expect(await notes('opened')).toMatchInlineSnapshot(`
      [
        [
          "erode: 6 taps, up to 1 away [1 × 27]",
        ],
        [
          "dilate: 6 taps, up to 1 away [1 × 27]",
        ],
      ]
    `);
    const splits = async (name: string): Promise<unknown> =>
      /^ {2}Split.*(\n {4}.*)*/m.exec(explanationText(await of(name)))?.[0];
    expect(await splits('opened')).toMatchInlineSnapshot(`
      "  Split after erode: erode and dilate both read the pixels around theirs.
          Between the kernels: rgb_nhwc_u8, 3 bytes per pixel; of 200×100 pixels 0.06 MB are written and 0.06 MB read.
          In one kernel each of the 6 taps of dilate would compute erode anew: 36 reads of the source per pixel, not 6."
    `);
    expect(await splits('asked')).toMatchInlineSnapshot(`
      "  Split after gamma: stored('u8') stands there.
          Between the kernels: rgb_nhwc_u8, 3 bytes per pixel; of 200×100 pixels 0.06 MB are written and 0.06 MB read."
    `);
  });
  it('gives programs the same', async () => {
    const { kernels } = JSON.parse(JSON.stringify(await of('onTaps'))) as Explanation;
    expect(kernels[0]?.waste).toMatchObject({
      operators: [{ stage: 'gamma', runs: 16 }],
      map: 'warpAffine',
      filter: 'cubic',
      cut: { after: 'gamma', bytes: 3, isExact: false, runs: 1 },
      mayFollow: true,
    });
  });
});
