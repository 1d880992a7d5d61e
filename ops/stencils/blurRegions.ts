import { anyColour, perImage, rects, stencilOp } from '../spec.js';
import { blurSize, radiusOf } from './sizes.js';

/**
 * Blurs rectangles of an image and leaves the rest as it is: faces, number plates. Inside, a pixel is the plain mean of its window, as
 * after `boxBlur`. Outside nothing but the pixel itself is read.
 */
export const blurRegions = stencilOp({
  from: anyColour,
  radius: radiusOf,
  params: {
    /** Width and height of the window, in pixels. */
    size: blurSize,
    /** Up to four rectangles in pixels, which may reach out of the image: of all images, or for each its own. */
    regions: perImage(rects),
  },
  apply: (tap, { size, regions: [a, b, c, d] }, { at: [x, y] }) => {
    const radius = (size - 1) / 2;
    const isIn =
      (x >= a.x && y >= a.y && x - a.x < a.width && y - a.y < a.height) ||
      (x >= b.x && y >= b.y && x - b.x < b.width && y - b.y < b.height) ||
      (x >= c.x && y >= c.y && x - c.x < c.width && y - c.y < c.height) ||
      (x >= d.x && y >= d.y && x - d.x < d.width && y - d.y < d.height);
    const own = tap(0, 0);
    if (!isIn) {
      return own;
    }
    let sum = own.map(() => 0);
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        const px = tap(dx, dy);
        sum = sum.map((v, n) => v + px[n]!);
      }
    }
    return sum.map(v => v / (size * size));
  },
});
