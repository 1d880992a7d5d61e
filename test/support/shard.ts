/** A part of a long sweep, so that several runs in a row do all of it. */

/**
 * Every n-th of the items, from the i-th, by `CUWEAVE_SHARD` (`i/n`, with i in 0..n−1).
 * @param otherwise The part where nothing is said; default: all.
 * @throws Error for another form.
 */
export const shardOf = <T>(items: readonly T[], otherwise = '0/1'): readonly T[] => {
  const given = process.env.CUWEAVE_SHARD ?? otherwise;
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(given) ?? [];
  if (index === undefined || of === undefined || Number(index) >= Number(of)) {
    throw new Error(`Expected i/n with i below n for CUWEAVE_SHARD but received ${given}`);
  }
  return items.filter((_, n) => n % Number(of) === Number(index));
};
