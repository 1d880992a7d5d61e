/** An image that several operators read has one function for all of them, where that has the same text. */
import { expect, it } from 'vitest';
import { cudaSource, hostSource } from '../../compiler/generate.js';
import { plan } from '../../compiler/pass/plan.js';
import { anySpec, runSpecs } from '../support/specFiles.js';

const twice = (format: string, between: string): string =>
  `pipeline(rgb8(), ops.composite({ background: open('paper', ${format}), mask: open('first') }), ${between}
    ops.composite({ background: open('paper', ${format}), mask: open('second') }), nhwc('u8'))`;
const video = (options: string): string => `[nv12(${options}), yuvToRgb()]`;
const specs = anySpec(`
export const plain = ${twice('rgb8()', '')};
export const video = ${twice(video(''), "crop({ rect: open('part') }),")};
export const smooth = ${twice(video("{ chroma: 'linear', siting: 'left' }"), '')};
export const smoothSizes = ${twice(video("{ chroma: 'linear', siting: 'left' }"), "crop({ rect: open('part') }),")};
`);

it('one for an image, and two where they ask for sizes of the image that differ', async () => {
  const run = await runSpecs({ 'all.ts': specs }, ['all.ts']);
  expect(run.textOf('all.ts')).toBe('');
  const readers = run.specs.pipelines.map(pipeline => {
    const [kernel] = plan(pipeline).plan!.kernels;
    const texts = [cudaSource(kernel!, 'a.cu'), hostSource(kernel!, 'a.cpp')].map(text =>
      [...text.matchAll(/^\/\/ The pixel at \(x, y\) of (.*), as stored\.\n.* (\w+)\(/gm)].map(
        ([, title, name]) => `${name}: ${title}`,
      ),
    );
    expect(texts[0]).toEqual(texts[1]);
    return [pipeline.name, texts[0]];
  });
  expect(Object.fromEntries(readers)).toMatchInlineSnapshot(`
    {
      "plain": [
        "read_paper: composite's background, composite2's background",
        "read_first_: composite's mask",
        "read_second: composite2's mask",
      ],
      "smooth": [
        "read_paper: composite's background, composite2's background",
        "read_first_: composite's mask",
        "read_second: composite2's mask",
      ],
      "smoothSizes": [
        "read_paper: composite's background",
        "read_paper_1: composite2's background",
        "read_first_: composite's mask",
        "read_second: composite2's mask",
      ],
      "video": [
        "read_paper: composite's background, composite2's background",
        "read_first_: composite's mask",
        "read_second: composite2's mask",
      ],
    }
  `);
});
