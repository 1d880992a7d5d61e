/** The functions that read images beside the source. */

import { cName } from '../../ir/names.js';
import type { Layout, PlacedImage } from '../../ir/plan.js';
import { inputsOf } from '../../pass/layout.js';

/** A function that reads an image, for those operators to which it has the same text. */
export type ImageReader = {
  readonly name: string;
  readonly placed: readonly [PlacedImage, ...PlacedImage[]];
};

/** The readers of a kernel: one for each image, but where chroma is interpolated, which asks for the size that it is read in. */
export const readersOf = (layout: Layout, take: (name: string) => string): readonly ImageReader[] =>
  inputsOf(layout).flatMap(([first, ...others]) => {
    const sizes = new Map<number, [PlacedImage, ...PlacedImage[]]>();
    for (const placed of [first, ...others]) {
      const size = placed.image.format.chroma ? placed.at : 0;
      const known = sizes.get(size);
      if (known) {
        known.push(placed);
      } else {
        sizes.set(size, [placed]);
      }
    }
    return [...sizes.values()].map(placed => ({ name: take(`read_${cName(first.image.open)}`), placed }));
  });

/** How comments call them: `composite's background, composite2's background`. */
export const readersText = (placed: ImageReader['placed']): string =>
  placed.map(({ stage, image }) => `${stage}'s ${image.name}`).join(', ');
