import { f32, perChannel, perImage, pointOp, rects, withDefault } from '../spec.js';

/**
 * Writes a value into rectangles: up to four for each image, with another `erase` behind it for four more. Equals CV-CUDA's `Erase`
 * and torchvision's `RandomErasing` and `erase` for rectangles and values that are given; both are drawn by the caller.
 *
 * Rectangles are in whole pixels of the image that enters the operator; what lies outside of it is cut off. Before a resampling
 * they are filled before the filter reads them, so their edges are filtered.
 */
export const erase = pointOp({
  from: ['gray', 'rgb', 'rgba', 'linear'],
  params: {
    /**
     * `[{ x, y, width, height }, …]`, none to four of them, each at least one pixel wide and high. Per image: an array of
     * such arrays.
     */
    areas: perImage(rects),
    /** What they are filled with, in the units of the pixels; default 0. */
    value: withDefault(perChannel(f32), 0),
  },
  apply: (px, { areas, value }, { at: [x, y] }) => {
    let inside = false;
    for (let n = 0; n < areas.length; n++) {
      const left = x - areas[n]!.x;
      const top = y - areas[n]!.y;
      inside = inside || (left >= 0 && left < areas[n]!.width && top >= 0 && top < areas[n]!.height);
    }
    return px.map((v, c) => (inside ? value[c]! : v));
  },
});
