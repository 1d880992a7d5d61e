/** Morphology: the smallest and the largest pixel of a window. */
import { replicate } from '../filters/border.js';
import { roundHalfEven } from '../math.js';
import {
  anyColour,
  type Border,
  type Colour,
  type NeighbourStage,
  oneOf,
  separableStencil,
  stencilOp,
  withDefault,
} from '../spec.js';

const size = oneOf(3, 5, 7, 9, 11, 13, 15);
const radius = ({ size: width }: { readonly size: number }): number => (width - 1) / 2;

/** How far the rows of a window reach to both sides of its middle, by how far the window itself does and by the row from the top. */
const reaches = (reachOf: (r: number, dy: number) => number): readonly (readonly number[])[] =>
  Array.from({ length: 8 }, (_, r) => Array.from({ length: 2 * r + 1 }, (_, row) => reachOf(r, row - r)));
/** Source: OpenCV's `getStructuringElement`; an ellipse's rows reach round(r · √(1 − dy² / r²)). */
const ellipses = reaches((r, dy) => roundHalfEven(Math.sqrt(r * r - dy * dy)));
const crosses = reaches((r, dy) => (dy === 0 ? r : 0));

const smallestInRectangle = separableStencil({
  name: 'erode',
  from: anyColour,
  radius,
  params: { size },
  apply: (tap, { size }) => {
    const r = (size - 1) / 2;
    let best = tap(-r).map(v => v);
    for (let d = 1 - r; d <= r; d++) {
      const px = tap(d);
      best = best.map((v, c) => Math.min(v, px[c]!));
    }
    return best;
  },
});
const largestInRectangle = separableStencil({
  name: 'dilate',
  from: anyColour,
  radius,
  params: { size },
  apply: (tap, { size }) => {
    const r = (size - 1) / 2;
    let best = tap(-r).map(v => v);
    for (let d = 1 - r; d <= r; d++) {
      const px = tap(d);
      best = best.map((v, c) => Math.max(v, px[c]!));
    }
    return best;
  },
});
const shape = oneOf('cross', 'ellipse');
const smallestInShape = stencilOp({
  name: 'erode',
  from: anyColour,
  radius,
  params: { size, shape },
  apply: (tap, { size, shape }) => {
    const r = (size - 1) / 2;
    let best = tap(0, 0).map(v => v);
    for (let row = 0; row < size; row++) {
      const reach = shape === 'ellipse' ? ellipses[r]![row]! : crosses[r]![row]!;
      for (let dx = -reach; dx <= reach; dx++) {
        const px = tap(dx, row - r);
        best = best.map((v, c) => Math.min(v, px[c]!));
      }
    }
    return best;
  },
});
const largestInShape = stencilOp({
  name: 'dilate',
  from: anyColour,
  radius,
  params: { size, shape },
  apply: (tap, { size, shape }) => {
    const r = (size - 1) / 2;
    let best = tap(0, 0).map(v => v);
    for (let row = 0; row < size; row++) {
      const reach = shape === 'ellipse' ? ellipses[r]![row]! : crosses[r]![row]!;
      for (let dx = -reach; dx <= reach; dx++) {
        const px = tap(dx, row - r);
        best = best.map((v, c) => Math.max(v, px[c]!));
      }
    }
    return best;
  },
});

/** What the operators of morphology take; sizes are odd, up to 15. */
export type WindowOptions = {
  /** Width and height of the window, in pixels. */
  readonly size: 3 | 5 | 7 | 9 | 11 | 13 | 15;
  /** Its shape: by default all of it; or its middle row and column, or the ellipse in it. */
  readonly shape?: 'rectangle' | 'cross' | 'ellipse';
  /**
   * What lies outside the image; by default the nearest pixel of it, which is in the window as well: what lies outside does not count
   * then, as in OpenCV.
   */
  readonly border?: Border;
};
type Window = NeighbourStage<Colour, never>;

/** The smallest pixel of a window, channel by channel: OpenCV's `erode`, byte for byte. */
export const erode = ({ size, shape = 'rectangle', border = replicate }: WindowOptions): Window =>
  shape === 'rectangle' ? smallestInRectangle({ size, border }) : smallestInShape({ size, shape, border });

/** The largest pixel of a window, channel by channel: OpenCV's `dilate`, byte for byte. */
export const dilate = ({ size, shape = 'rectangle', border = replicate }: WindowOptions): Window =>
  shape === 'rectangle' ? largestInRectangle({ size, border }) : largestInShape({ size, shape, border });

/** {@link erode} and then {@link dilate}, two stages: `…opening({ size: 5 })`. Light spots smaller than the window go away. */
export const opening = (options: WindowOptions): readonly [Window, Window] => [
  erode(options),
  dilate(options),
];
/** {@link dilate} and then {@link erode}, two stages: `…closing({ size: 5 })`. Dark spots smaller than the window go away. */
export const closing = (options: WindowOptions): readonly [Window, Window] => [
  dilate(options),
  erode(options),
];

/**
 * The largest less the smallest pixel of a window: edges, as thick as the window reaches. OpenCV's `morphologyEx` with `MORPH_GRADIENT`, byte
 * for byte with `border: replicate`.
 */
export const morphGradient = stencilOp({
  from: anyColour,
  radius,
  params: {
    /** Width and height of the window, in pixels. */
    size,
    /** Its shape. */
    shape: withDefault(oneOf('rectangle', 'cross', 'ellipse'), 'rectangle'),
  },
  apply: (tap, { size, shape }) => {
    const r = (size - 1) / 2;
    let least = tap(0, 0).map(v => v);
    let most = tap(0, 0).map(v => v);
    for (let row = 0; row < size; row++) {
      const reach = shape === 'rectangle' ? r : shape === 'ellipse' ? ellipses[r]![row]! : crosses[r]![row]!;
      for (let dx = -reach; dx <= reach; dx++) {
        const px = tap(dx, row - r);
        least = least.map((v, c) => Math.min(v, px[c]!));
        most = most.map((v, c) => Math.max(v, px[c]!));
      }
    }
    return most.map((v, c) => v - least[c]!);
  },
});

const hat = stencilOp({
  from: anyColour,
  radius: ({ size }) => size - 1,
  params: { size: oneOf(3, 5), shape: oneOf('rectangle', 'cross', 'ellipse'), kind: oneOf('top', 'black') },
  apply: (tap, { size, shape, kind }, { at: [x, y], size: whole }) => {
    const r = (size - 1) / 2;
    // What closing adds is what opening takes away from the negative.
    const sign = kind === 'top' ? 1 : -1;
    const own = tap(0, 0).map(v => sign * v);
    let opened = own.map(() => -3e38);
    for (let row = 0; row < size; row++) {
      const reach = shape === 'rectangle' ? r : shape === 'ellipse' ? ellipses[r]![row]! : crosses[r]![row]!;
      for (let dx = -reach; dx <= reach; dx++) {
        let least = tap(dx, row - r).map(v => sign * v);
        for (let line = 0; line < size; line++) {
          const wide =
            shape === 'rectangle' ? r : shape === 'ellipse' ? ellipses[r]![line]! : crosses[r]![line]!;
          for (let right = -wide; right <= wide; right++) {
            const px = tap(dx + right, row - r + line - r);
            least = least.map((v, c) => Math.min(v, sign * px[c]!));
          }
        }
        // Beside the image nothing was eroded.
        const dy = row - r;
        const isThere = x + dx >= 0 && y + dy >= 0 && x + dx < whole.width && y + dy < whole.height;
        opened = opened.map((v, c) => (isThere ? Math.max(v, least[c]!) : v));
      }
    }
    return own.map((v, c) => v - opened[c]!);
  },
});

/** What the two hats take. */
export type HatOptions = {
  /** Width and height of the window, in pixels. */
  readonly size: 3 | 5;
  /** Its shape: by default all of it; or its middle row and column, or the ellipse in it. */
  readonly shape?: 'rectangle' | 'cross' | 'ellipse';
  /** What lies outside the image; by default it does not count, as in OpenCV. */
  readonly border?: Border;
};

/**
 * What {@link opening} takes away, light spots smaller than the window: OpenCV's `morphologyEx` with `MORPH_TOPHAT`, byte for byte. One kernel
 * reads up to size⁴ pixels for each, so that sizes are small.
 */
export const topHat = ({ size, shape = 'rectangle', border = replicate }: HatOptions): Window =>
  hat({ size, shape, border, kind: 'top' });

/** What {@link closing} adds, dark spots smaller than the window: OpenCV's `morphologyEx` with `MORPH_BLACKHAT`, as {@link topHat}. */
export const blackHat = ({ size, shape = 'rectangle', border = replicate }: HatOptions): Window =>
  hat({ size, shape, border, kind: 'black' });
