/** The images that operators read beside a pipeline's source: options of a call. */
import type { ManifestImage } from '../../native/manifest.js';
import { ImageBatch } from '../device/image.js';
import type { BoundImage } from '../device/placed.js';
import { Tensor } from '../device/tensor.js';
import { expected } from '../errors.js';
import { bindImages, MAX_IMAGES, type PipelineInput } from './inputs.js';

type Options = Readonly<Record<string, unknown>>;

/** What a call was given for each such image, by its name: one for all images of the batch, or one for each. */
export type Beside = ReadonlyMap<string, readonly BoundImage[]>;

/** @internal The one of them that image `n` of the batch is read beside. */
export const besideOf = (beside: Beside, { open }: ManifestImage, n: number): BoundImage => {
  const images = beside.get(open) as readonly BoundImage[];
  return images[images.length === 1 ? 0 : n]!;
};

/** @internal How many images a call's options ask for: more than 1 where one of them is several images. */
export const besideCount = (asked: readonly ManifestImage[], options: Options): number =>
  Math.max(1, ...asked.map(({ open }) => countOf(options[open])));

const countOf = (given: unknown): number => {
  if (given instanceof Tensor) {
    const axis = given.layout.indexOf('N');
    return axis < 0 ? 1 : Math.min(given.shape[axis]!, MAX_IMAGES);
  }
  return isSeveral(given) ? Math.min(given.length, MAX_IMAGES) : 1;
};

/**
 * @internal Checks them and finds their planes.
 * @param asked The images that the pipeline reads.
 * @param count Images of the call.
 * @param onDevice Refuses an image of another device than the input's.
 */
export const bindBeside = (
  asked: readonly ManifestImage[],
  options: Options,
  count: number,
  onDevice: (image: BoundImage, path: string) => void,
): Beside => {
  const beside = new Map<string, readonly BoundImage[]>();
  for (const { stage, name, open, format } of asked) {
    if (beside.has(open)) {
      continue;
    }
    const path = `options.${open}`;
    const given = Object.hasOwn(options, open) ? options[open] : undefined;
    if (given === undefined) {
      const hint = `${stage}.${name} is an image in ${format.name}, for all images of the call or one for each.`;
      throw expected('an image', path, 'none', hint);
    }
    const images = bindImages(given as PipelineInput, format, path);
    const isOne = images.length === 1 && (given instanceof Tensor || !isSeveral(given));
    if (!isOne && images.length !== count) {
      throw expected(
        count === 1 ? 'one image' : `one image, or ${count} (one for each of the input)`,
        path,
        `${images.length}`,
      );
    }
    images.forEach((image, n) => {
      onDevice(image, images.length === 1 ? path : `${path}[${n}]`);
    });
    beside.set(open, images);
  }
  return beside;
};

const isSeveral = (given: unknown): given is ImageBatch | readonly unknown[] =>
  given instanceof ImageBatch || Array.isArray(given);
