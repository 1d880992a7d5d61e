import { nearest } from '../filters/filter.js';
import { type Border, type i32, mapOp, type Open, withDefault } from '../spec.js';
import { side, sideOrNone } from './side.js';

const padToMultipleOp = mapOp({
  name: 'padToMultiple',
  params: {
    multiple: side,
    left: withDefault(sideOrNone, 0),
    top: withDefault(sideOrNone, 0),
  },
  size: ({ multiple, left, top }, src) => ({
    width: filled(src.width + left, multiple),
    height: filled(src.height + top, multiple),
  }),
  apply: ([x, y], { left, top }) => [x - left, y - top],
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
  /** What they show: `constant(value)` in the units of the pixels there, `replicate`, `reflect` … */
  readonly border: Border;
}) => padToMultipleOp({ ...options, filter: nearest });
