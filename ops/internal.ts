/** What the compiler and the runtime share of the vocabulary, and users have no use for. */
import { type Bounds, boundsText, isWithinBounds } from './spec/bounds.js';
import type { Camera, LumaMatrix, YuvMatrix, YuvRange } from './spec/values.js';

export { type Invert, invertAffine, invertProjective } from './spec/inverse.js';
export {
  angleNumbers,
  gaussianNumbers,
  isOnePerImage,
  orientationNumbers,
  rectsNumbers,
} from './spec/numbers.js';
export { boundsText, isWithinBounds };

/** The names of {@link LumaMatrix}. */
export const lumaMatrices = [
  'bt601',
  'bt709',
  'bt2020',
  'smpte240m',
  'fcc',
] as const satisfies readonly LumaMatrix[];
/** The names of {@link YuvMatrix}. */
export const yuvMatrices = [...lumaMatrices, 'ycgco', 'gbr'] as const satisfies readonly YuvMatrix[];
/**
 * Finds a focal length that a camera cannot have. A camera has no focal length of 0, unless both are 0 because its numbers were left out.
 *
 * @param bounds The parameter's bounds.
 * @returns The field that does not fit, and what would; undefined where both fit.
 */
export const wrongFocalLength = (
  { fx, fy }: Pick<Camera, 'fx' | 'fy'>,
  bounds: Bounds = fx === 0 && fy === 0 ? {} : { not: 0 },
): { readonly field: 'fx' | 'fy'; readonly wanted: string } | undefined => {
  const field = !isWithinBounds(fx, bounds) ? 'fx' : !isWithinBounds(fy, bounds) ? 'fy' : undefined;
  return field && { field, wanted: `a number ${boundsText(bounds)}` };
};

/** The names of {@link YuvRange}. */
export const yuvRanges = ['limited', 'full'] as const satisfies readonly YuvRange[];
