/** The options of a run's calls: of what the run has for each of its images, a call takes that of its own. */
import type { ManifestPipeline } from '../../../native/manifest.js';
import { isPerImage } from '../../../runtime/call/params.js';
import { openParamsOf } from '../../../runtime/call/steps.js';
import { expected } from '../../../runtime/errors.js';
import type { RunImages } from './runImages.js';

/**
 * The options for `count` images of the run, the first of them number `from`.
 * @throws {ArgumentError} Where one has values for fewer images: how many frames a video has, shows at its end.
 */
export const optionsFor = (
  pipeline: ManifestPipeline,
  options: Readonly<Record<string, unknown>>,
  { placed }: RunImages,
  from: number,
  count: number,
): Readonly<Record<string, unknown>> => {
  const cut = (each: readonly unknown[], what: string, path: string): readonly unknown[] => {
    if (each.length >= from + count) {
      return each.slice(from, from + count);
    }
    throw expected(
      `a ${what} for each image, or one for all,`,
      path,
      `${each.length} ${what}s for at least ${from + count} images`,
    );
  };
  const params = openParamsOf(pipeline);
  const values = Object.entries(options).map(([name, value]) => {
    const param = params.find(({ open }) => open === name);
    return [
      name,
      param && isPerImage(param, value) ? cut(Array.from(value), 'value', `options.${name}`) : value,
    ];
  });
  const images = [...placed].map(([name, own]) => [
    name,
    own.length === 1 ? own[0] : cut(own, 'file', `images.${name}`),
  ]);
  return Object.fromEntries([...values, ...images]);
};
