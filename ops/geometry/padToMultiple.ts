import { nearest } from '../filters/filter.js';
import { type Border, type i32, mapOp, type Open, oneOf, withDefault } from '../spec.js';
import { side, sideOrNone } from './side.js';

const padToMultipleOp = mapOp({
  name: 'padToMultiple',
  params: {
    multiple: side,
    left: withDefault(sideOrNone, 0),
    top: withDefault(sideOrNone, 0),
    place: withDefault(oneOf('corner', 'centre'), 'corner'),
  },
  size: ({ multiple, left, top }, src) => ({
    width: filled(src.width + left, multiple),
    height: filled(src.height + top, multiple),
  }),
  apply: ([x, y], { left, top, place }, { src, dst }) =>
    place === 'centre'
      ? [x - Math.floor((dst.width - src.width) * 0.5), y - Math.floor((dst.height - src.height) * 0.5)]
      : [x - left, y - top],
});

/** The next multiple. */
const filled = (length: i32, multiple: i32): i32 => length + ((multiple - (length % multiple)) % multiple);

/**
 * Pixels to the right and below until both sides are multiples of a number; exact, with any border. Each image has a size of its own. It reads
 * outside its input, so it counts as the pipeline's one resampling, as `pad` does.
 */
export const padToMultiple = (options: {
  /** What both sides become multiples of. */
  readonly multiple?: i32 | Open;
  /** Pixels on the left, too; default 0. */
  readonly left?: i32 | Open;
  /** Pixels above, too; default 0. */
  readonly top?: i32 | Open;
  /**
   * Where the image stands: `'corner'` (default), behind `left` and below `top`, or `'centre'`, with floor(rest / 2) pixels on the left and above.
   */
  readonly place?: 'corner' | 'centre';
  /** What they show: `constant(value)` in the units of the pixels there, `replicate`, `reflect` … */
  readonly border: Border;
}) => padToMultipleOp({ ...options, filter: nearest });
