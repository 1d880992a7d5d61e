/** When two kernels are cheaper than one for a resampling: what a call goes by, and what `cuweave explain` prints. */
type Size = { readonly width: number; readonly height: number };

/**
 * What a pixel of the image between two kernels costs, in taps: it is written, read again and computed by a thread of its own. Between
 * what a CPU takes for it and what a GPU's memory does.
 */
const PIXEL_BETWEEN = 4;

/**
 * What a resampling by a separable filter costs in one kernel and in two, in taps.
 * @param between The image between the two kernels.
 * @param covered How many input pixels an output pixel covers, across and down.
 * @param radius How far the filter reads, in pixels of the input, or of the output where that is smaller.
 */
export const resamplingCost = (
  between: Size,
  output: Size,
  covered: readonly [number, number],
  radius: number,
): { readonly one: number; readonly two: number } => {
  const taps = (scale: number): number => 2 * radius * Math.max(scale, 1);
  const [across, down] = [taps(covered[0]), taps(covered[1])];
  const pixels = output.width * output.height;
  const first = between.width * between.height;
  return { one: across * down * pixels, two: (across + PIXEL_BETWEEN) * first + down * pixels };
};
