import { anyColour, reduceOp } from '../spec.js';

/**
 * The least and the largest number of each channel and where they are, `[N, C, 6]` in f32: least, its x and y, largest, its x and y. Of equal
 * numbers it is the first one, row by row (OpenCV's minMaxLoc). A NaN is neither.
 */
export const minMax = reduceOp({
  from: anyColour,
  init: [Infinity, 0, 0, -Infinity, 0, 0],
  step: ([least, lx, ly, most, mx, my], [v], _, { at: [x, y] }) => {
    const isLess = v < least;
    const isMore = v > most;
    return [
      isLess ? v : least,
      isLess ? x : lx,
      isLess ? y : ly,
      isMore ? v : most,
      isMore ? x : mx,
      isMore ? y : my,
    ];
  },
  merge: ([a, ax, ay, b, bx, by], [c, cx, cy, d, dx, dy]) => {
    const isLess = c < a || (c === a && (cy < ay || (cy === ay && cx < ax)));
    const isMore = d > b || (d === b && (dy < by || (dy === by && dx < bx)));
    return [
      isLess ? c : a,
      isLess ? cx : ax,
      isLess ? cy : ay,
      isMore ? d : b,
      isMore ? dx : bx,
      isMore ? dy : by,
    ];
  },
});
