import { anyColour, binsOp, f32, i32, type Reduction } from '../spec.js';

/** How a histogram counts. */
export type HistogramOptions = {
  /** How many bins; 256 by default. */
  readonly bins?: number;
  /** The numbers that are counted: from the first to below the second, in bins of one width. By default `[0, 256]`. */
  readonly range?: readonly [low: number, high: number];
};

/**
 * How many pixels of each channel fall into each bin, `[N, C, bins]` in i32: bin ⌊(v − low) · bins / (high − low)⌋ in f32, for low ≤ v < high
 * (NumPy's and OpenCV's, where the bins' edges are whole). Numbers outside are not counted. Exact.
 */
export const histogram = ({ bins = 256, range: [low, high] = [0, 256] }: HistogramOptions = {}): Reduction =>
  binsOp({
    name: 'histogram',
    from: anyColour,
    params: {
      /** Where the first bin begins. */
      first: f32,
      /** Bins for a difference of 1. */
      scale: f32,
      /** The number of bins. */
      count: i32,
    },
    bins,
    bin: ([v], { first, scale, count }) => {
      const at = (v - first) * scale;
      return at >= 0 && at < count ? i32(at) : -1;
    },
  })({ first: low, scale: bins / (high - low), count: bins });
