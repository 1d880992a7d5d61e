/** Which numbers a parameter takes. */
import type { Param, ParamScope } from './params.js';

/** Limits of each number of a parameter. */
export type Bounds = {
  /** The smallest. */
  readonly least?: number;
  /** The largest. */
  readonly most?: number;
  /** All of them are larger than this. */
  readonly above?: number;
  /** None of them is this. */
  readonly not?: number;
};

/**
 * A parameter that takes some numbers only: others are refused where the pipeline is checked, and at the call. Of kinds `f32` and `i32`, per
 * channel or per image as well: `bounded(perChannel(f32), { not: 0 })`; of a `camera` they are those of fx and fy.
 */
export const bounded = <V, K, P extends ParamScope>(
  type: Param<V, K, P>,
  bounds: Bounds,
): Param<V, K, P> => ({ ...asParam(type), bounds });

/** A parameter's description, without the function that `f32` and `i32` are as well. */
export const asParam = <V, K, P extends ParamScope>({
  param,
  per,
  choices,
  colour,
  bounds,
  count,
  steps,
  default: preset,
}: Param<V, K, P>): Param<V, K, P> => ({
  param,
  per,
  ...(choices === undefined ? {} : { choices }),
  ...(colour === undefined ? {} : { colour }),
  ...(bounds === undefined ? {} : { bounds }),
  ...(count === undefined ? {} : { count }),
  ...(steps === undefined ? {} : { steps }),
  ...(preset === undefined ? {} : { default: preset }),
});

/** Whether a number is within bounds. */
export const isWithinBounds = (value: number, { least, most, above, not }: Bounds): boolean =>
  (least === undefined || value >= least) &&
  (most === undefined || value <= most) &&
  (above === undefined || value > above) &&
  value !== not;

/** What messages say of such numbers, after `a` and the kind of number: `of at least 1`. */
export const boundsText = ({ least, most, above, not }: Bounds): string =>
  [
    least !== undefined && most !== undefined ? `from ${least} to ${most}` : '',
    least !== undefined && most === undefined ? `of at least ${least}` : '',
    least === undefined && most !== undefined ? `of at most ${most}` : '',
    above === undefined ? '' : `above ${above}`,
    not === undefined ? '' : `other than ${not}`,
  ]
    .filter(Boolean)
    .join(', ');
