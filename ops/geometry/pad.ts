import { nearest } from '../filters/filter.js';
import { MAX_SIZE } from '../limits.js';
import {
  type Border,
  bounded,
  i32,
  mapOp,
  type Open,
  perImage,
  type TypedNumbers,
  withDefault,
} from '../spec.js';

// Their sums stay far from the end of i32.
const margin = perImage(bounded(i32, { least: -MAX_SIZE, most: MAX_SIZE }));

const padOp = mapOp({
  name: 'pad',
  params: {
    left: withDefault(margin, 0),
    top: withDefault(margin, 0),
    right: withDefault(margin, 0),
    bottom: withDefault(margin, 0),
  },
  size: ({ left, top, right, bottom }, src) => ({
    width: src.width + left + right,
    height: src.height + top + bottom,
  }),
  apply: ([x, y], { left, top }) => [x - left, y - top],
});

/**
 * Pixels around the image; exact, with any border. A negative number takes pixels away. Where they differ from image to image, so may the sizes. Equals OpenCV's `copyMakeBorder`,
 * numpy's and torch's `pad`. It reads outside its input, so it counts as the pipeline's one resampling: it stands beside crops and flips,
 * not beside a `resize` (whose own border is outside its input) or a warp; `letterbox` does both.
 */
export const pad = (options: {
  /** Pixels on the left, per image; default 0. */
  readonly left?: i32 | readonly i32[] | TypedNumbers | Open;
  /** Pixels above, per image; default 0. */
  readonly top?: i32 | readonly i32[] | TypedNumbers | Open;
  /** Pixels on the right, per image; default 0. */
  readonly right?: i32 | readonly i32[] | TypedNumbers | Open;
  /** Pixels below, per image; default 0. */
  readonly bottom?: i32 | readonly i32[] | TypedNumbers | Open;
  /** What they show: `constant(value)` in the units of the pixels there, `replicate`, `reflect` … */
  readonly border: Border;
}) => padOp({ ...options, filter: nearest });
