import { type i32, indexMapOp, oneOf, perImage, rect, withDefault } from '../spec.js';
import { side } from './side.js';

/** A rectangle of the input; exact. It may differ from image to image of a batch. */
export const crop = indexMapOp({
  params: {
    /** `{ x, y, width, height }` in pixels, inside the image: one that reaches over its edge is an error. */
    rect: perImage(rect),
  },
  size: ({ rect }) => ({ width: rect.width, height: rect.height }),
  apply: ([x, y], { rect }) => [x + rect.x, y + rect.y],
});

/**
 * The middle of the image; exact. Its corner is half of (input − output), rounded where that is odd: `'down'` leaves the larger part
 * to the right and below, as CV-CUDA, albumentations and Hugging Face's image processors (Pillow) do; `'halfEven'` takes the even
 * one of the two, as torchvision's `CenterCrop` does (and timm, which uses it): `int(round((input − output) / 2.0))` in Python.
 * torchvision pads images that are too small, which here are an error.
 */
export const centerCrop = indexMapOp({
  params: {
    /** The output's width in pixels, at least 1 and at most the input's. */
    width: side,
    /** The output's height in pixels, at least 1 and at most the input's. */
    height: side,
    /** `'down'` (default) or `'halfEven'`. */
    rounding: withDefault(oneOf('down', 'halfEven'), 'down'),
  },
  // A size of 0 is what the caller refuses.
  size: ({ width, height }, src) => ({
    width: width <= src.width ? width : 0,
    height: height <= src.height ? height : 0,
  }),
  apply: ([x, y], { rounding }, { src, dst }) => [
    x + half(src.width - dst.width, rounding),
    y + half(src.height - dst.height, rounding),
  ],
});

const half = (rest: i32, rounding: 'down' | 'halfEven'): i32 => {
  const below = rest >> 1;
  // The even one of two halves is taken: an odd rest over an odd half goes up.
  return rounding === 'halfEven' ? below + (rest & below & 1) : below;
};
