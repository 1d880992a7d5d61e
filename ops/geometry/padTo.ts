import { nearest } from '../filters/filter.js';
import {
  type Border,
  type i32,
  mapOp,
  type Open,
  oneOf,
  perImage,
  type TypedNumbers,
  withDefault,
} from '../spec.js';
import { side, sideOrNone } from './side.js';

const padToOp = mapOp({
  name: 'padTo',
  params: {
    width: perImage(side),
    height: perImage(side),
    left: withDefault(perImage(sideOrNone), 0),
    top: withDefault(perImage(sideOrNone), 0),
    place: withDefault(oneOf('corner', 'centre'), 'corner'),
  },
  // A size of 0 is what the caller refuses.
  size: ({ width, height, left, top }, src) => ({
    width: left >= 0 && left <= width - src.width ? width : 0,
    height: top >= 0 && top <= height - src.height ? height : 0,
  }),
  apply: ([x, y], { left, top, place }, { src, dst }) =>
    place === 'centre'
      ? [x - Math.floor((dst.width - src.width) * 0.5), y - Math.floor((dst.height - src.height) * 0.5)]
      : [x - left, y - top],
});

/**
 * Pixels around the image until it has a size; exact, with any border. Images of unequal sizes become one batch, and one tensor. Equals
 * CV-CUDA's `PadAndStack`; `pad` (OpenCV's `copyMakeBorder`) says how many pixels come on each side. It reads outside its input, so
 * it counts as the pipeline's one resampling, as `pad` does.
 */
export const padTo = (options: {
  /** The output's width in pixels, at least left and the image's width; per image. */
  readonly width?: i32 | readonly i32[] | TypedNumbers | Open;
  /** The output's height in pixels, at least top and the image's height; per image. */
  readonly height?: i32 | readonly i32[] | TypedNumbers | Open;
  /** Pixels on the left, per image; default 0. */
  readonly left?: i32 | readonly i32[] | TypedNumbers | Open;
  /** Pixels above, per image; default 0. */
  readonly top?: i32 | readonly i32[] | TypedNumbers | Open;
  /**
   * Where the image stands: `'corner'` (default), behind `left` and below `top`, or `'centre'`, with floor(rest / 2) pixels on the left and above.
   */
  readonly place?: 'corner' | 'centre';
  /** What they show: `constant(value)` in the units of the pixels there, `replicate`, `reflect` … */
  readonly border: Border;
}) => padToOp({ ...options, filter: nearest });
