/** Points between pixels, near the origin and away from it; no two of them share a fraction. */
const points = Array.from(
  { length: 64 },
  (_, n) => [((n * 0.618034) % 1) + (n % 9) - 4, ((n * 0.754878) % 1) + n] as const,
);
/** Far above what float64 makes of a sum of weights, far below what a picture shows. */
const CLOSE = 1e-9;

/**
 * Whether a filter gives back a plane of one value as it is, that is whether its weights sum to 1 everywhere, and 0 for an
 * empty one. Tried on the author's function as it stands, at {@link points}.
 */
export const hasUnitGain = (apply: unknown, channels: number): boolean => {
  if (typeof apply !== 'function') return false;
  const gives = (value: number): boolean => {
    const plane = Array.from({ length: channels }, () => value);
    return points.every(at => {
      const result: unknown = apply(() => plane, at);
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
