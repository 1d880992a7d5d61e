import { indexMapOp, oneOf } from '../spec.js';

/**
 * Mirrors the image; exact. `horizontal` swaps left and right (OpenCV's flip code 1), `vertical` swaps top and bottom
 * (code 0), `both` turns it by 180° (code −1).
 */
export const flip = indexMapOp({
  params: {
    /** `'horizontal'`, `'vertical'` or `'both'`. */
    direction: oneOf('horizontal', 'vertical', 'both'),
  },
  apply: ([x, y], { direction }, { src }) => [
    direction === 'vertical' ? x : src.width - 1 - x,
    direction === 'horizontal' ? y : src.height - 1 - y,
  ],
});
