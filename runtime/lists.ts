/** @internal The entries of two lists of one length, side by side. */
export const paired = <A, B>(some: readonly A[], others: readonly B[]): readonly (readonly [A, B])[] => {
  if (some.length !== others.length) {
    throw new RangeError(
      `Expected two lists of one length but they have ${some.length} and ${others.length}`,
    );
  }
  return some.map((one, n) => [one, others[n] as B] as const);
};
