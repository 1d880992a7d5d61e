/** Points between the pixels of a large image; no two of them share a fraction. */
const points = Array.from(
  { length: 64 },
  (_, n) => [((n * 0.618034) % 1) + 100 + (n % 9), ((n * 0.754878) % 1) + 100 + n] as const,
);
const size = { width: 300, height: 300 };
/** How much an output pixel may cover: less than a pixel, one, and more. */
const scales = [
  [0.4, 0.7],
  [1, 1],
  [2.3, 3.7],
] as const;
/** Far above what float64 makes of a sum of weights, far below what a picture shows. */
const CLOSE = 1e-9;

/**
 * Whether a filter gives back a plane of one value as it is, that is whether its weights sum to 1 everywhere, and 0 for an
 * empty one. Tried on the author's function as it stands, at {@link points} and {@link scales}.
 */
export const hasUnitGain = (
  apply: unknown,
  channels: number,
  constants: Readonly<Record<string, unknown>>,
): boolean => {
  if (typeof apply !== 'function') {
    return false;
  }
  const gives = (value: number): boolean => {
    const plane = Array.from({ length: channels }, () => value);
    return points.every((at, n) => {
      const result: unknown = apply(() => plane, at, {
        ...constants,
        scale: scales[n % scales.length],
        size,
      });
      return Array.isArray(result) && result.every(v => typeof v === 'number' && Math.abs(v - value) < CLOSE);
    });
  };
  try {
    return gives(0) && gives(1);
  } catch {
    // What does not run as it stands is not known.
    return false;
  }
};
