import { indexMapOp, oneOf } from '../spec.js';

/**
 * Turns the image by quarters; exact. By 90° and 270° the output's width is the input's height. Equals OpenCV's `rotate`
 * (`ROTATE_90_CLOCKWISE`, `ROTATE_180`, `ROTATE_90_COUNTERCLOCKWISE`); torch's `rot90` turns the other way.
 */
export const rotate90 = indexMapOp({
  params: {
    /** Degrees: `'90'`, `'180'` or `'270'`, which is 90° counter-clockwise. */
    clockwise: oneOf('90', '180', '270'),
  },
  size: ({ clockwise }, { width, height }) => ({
    width: clockwise === '180' ? width : height,
    height: clockwise === '180' ? height : width,
  }),
  apply: ([x, y], { clockwise }, { src }) => {
    if (clockwise === '90') {
      return [y, src.height - 1 - x];
    }
    if (clockwise === '180') {
      return [src.width - 1 - x, src.height - 1 - y];
    }
    return [src.width - 1 - y, x];
  },
});
