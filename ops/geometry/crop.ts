import { indexMapOp, perImage, rect } from '../spec.js';

/** A rectangle of the input; exact. It may differ from image to image of a batch. */
export const crop = indexMapOp({
  params: {
    /** `{ x, y, width, height }` in pixels, inside the image: one that reaches over its edge is an error. */
    rect: perImage(rect),
  },
  size: ({ rect }) => ({ width: rect.width, height: rect.height }),
  apply: ([x, y], { rect }) => [x + rect.x, y + rect.y],
});
