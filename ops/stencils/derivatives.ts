/**
 * Derivatives of an image along its axes, as OpenCV's `Sobel`, `Scharr` and `Laplacian` compute them: whole weights, so that those of
 * bytes are exact. They may be negative: a sink of u8 shows those as 0, and one of f16 or f32 keeps them.
 */
import { anyColour, oneOf, separableStencil, stencilOp, withDefault } from '../spec.js';

/**
 * Weights by order of the derivative. Those of order 0 are binomial, and each order more takes the difference of two neighbours in place of
 * a sum. Source: OpenCV, `getDerivKernels`.
 */
const three = [
  [1, 2, 1],
  [-1, 0, 1],
  [1, -2, 1],
] as const;
const five = [
  [1, 4, 6, 4, 1],
  [-1, -2, 0, 2, 1],
  [1, 0, -2, 0, 1],
] as const;
const seven = [
  [1, 6, 15, 20, 15, 6, 1],
  [-1, -4, -5, 0, 5, 4, 1],
  [1, 2, -1, -4, -1, 2, 1],
] as const;
const order = oneOf(0, 1, 2);
const size = withDefault(oneOf(3, 5, 7), 3);

/**
 * A derivative of order `dx` across and `dy` down, smoothed across the other axis: OpenCV's `Sobel`. Not divided by the sum of the
 * smoothing weights: of a slope of one level a pixel, size 3 gives 8.
 */
export const sobel = separableStencil({
  from: anyColour,
  radius: ({ size }) => (size - 1) / 2,
  params: {
    /** Order of the derivative across. */
    dx: order,
    /** Order of the derivative down. */
    dy: order,
    /** Width and height of the window, in pixels. */
    size,
  },
  apply: (tap, { size, dx }) => {
    const radius = (size - 1) / 2;
    let sum = tap(0).map(() => 0);
    for (let n = 0; n < size; n++) {
      const weight = size === 3 ? three[dx]![n]! : size === 5 ? five[dx]![n]! : seven[dx]![n]!;
      const px = tap(n - radius);
      sum = sum.map((v, c) => v + weight * px[c]!);
    }
    return sum;
  },
  down: (tap, { size, dy }) => {
    const radius = (size - 1) / 2;
    let sum = tap(0).map(() => 0);
    for (let n = 0; n < size; n++) {
      const weight = size === 3 ? three[dy]![n]! : size === 5 ? five[dy]![n]! : seven[dy]![n]!;
      const px = tap(n - radius);
      sum = sum.map((v, c) => v + weight * px[c]!);
    }
    return sum;
  },
});

/**
 * A first derivative by Scharr's weights of size 3: 3, 10, 3 for the smoothing, which depend less on the direction of an edge than those of
 * {@link sobel}. OpenCV's `Scharr`; of a slope of one level a pixel it gives 32.
 * Source: H. Scharr, Optimal operators in digital image processing (2000).
 */
export const scharr = stencilOp({
  from: anyColour,
  radius: 1,
  params: {
    /** Along which axis it differentiates. */
    axis: oneOf('x', 'y'),
  },
  apply: (tap, { axis }) => {
    const [a, b, c] = [tap(-1, -1), tap(0, -1), tap(1, -1)];
    const [d, f] = [tap(-1, 0), tap(1, 0)];
    const [g, h, i] = [tap(-1, 1), tap(0, 1), tap(1, 1)];
    return a.map((_, n) =>
      axis === 'x'
        ? 3 * (c[n]! - a[n]!) + 10 * (f[n]! - d[n]!) + 3 * (i[n]! - g[n]!)
        : 3 * (g[n]! - a[n]!) + 10 * (h[n]! - b[n]!) + 3 * (i[n]! - c[n]!),
    );
  },
});

/**
 * How steep the image is at a pixel: √(gx² + gy²) of {@link sobel}'s first derivatives of size 3, channel by channel. OpenCV:
 * `magnitude(Sobel(x), Sobel(y))`.
 */
export const sobelMagnitude = stencilOp({
  from: anyColour,
  radius: 1,
  apply: tap => {
    const [a, b, c] = [tap(-1, -1), tap(0, -1), tap(1, -1)];
    const [d, f] = [tap(-1, 0), tap(1, 0)];
    const [g, h, i] = [tap(-1, 1), tap(0, 1), tap(1, 1)];
    return a.map((_, n) => {
      const gx = c[n]! - a[n]! + 2 * (f[n]! - d[n]!) + (i[n]! - g[n]!);
      const gy = g[n]! - a[n]! + 2 * (h[n]! - b[n]!) + (i[n]! - c[n]!);
      return Math.sqrt(gx * gx + gy * gy);
    });
  },
});

/**
 * The sum of both second derivatives: OpenCV's `Laplacian` with `ksize` 1, the four neighbours less four times the pixel, or 3, twice the
 * four in the corners less eight times the pixel.
 */
export const laplacian = stencilOp({
  from: anyColour,
  radius: 1,
  params: {
    /** OpenCV's `ksize`. */
    size: withDefault(oneOf(1, 3), 1),
  },
  apply: (tap, { size }) => {
    const own = tap(0, 0);
    if (size === 1) {
      const [above, left, right, below] = [tap(0, -1), tap(-1, 0), tap(1, 0), tap(0, 1)];
      return own.map((v, c) => above[c]! + left[c]! + right[c]! + below[c]! - 4 * v);
    }
    const [a, b, c, d] = [tap(-1, -1), tap(1, -1), tap(-1, 1), tap(1, 1)];
    return own.map((v, n) => 2 * (a[n]! + b[n]! + c[n]! + d[n]!) - 8 * v);
  },
});
