/** Parts of long sweeps: several runs in a row do all of them. */

/**
 * Every n-th of the items, from the i-th, by `CUWEAVE_SHARD` (`i/n`, with i in 0..n−1): the part of a sweep of `npm run test:long`.
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

/**
 * The part of a sweep that `npm test` takes, as {@link shardOf} writes it. `CUWEAVE_TURN`, which CI counts up from commit to commit, says
 * which; default: the first.
 * @throws Error where it is no whole number.
 */
export const turnOf = (parts: number): string => {
  const turn = process.env.CUWEAVE_TURN ?? '0';
  if (!/^\d{1,9}$/.test(turn)) {
    throw new Error(`Expected a whole number for CUWEAVE_TURN but received ${turn}`);
  }
  return `${Number(turn) % parts}/${parts}`;
};
