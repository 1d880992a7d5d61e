/** Numbers that look random and are the same on every machine. */

/** A 32-bit number whose bits depend on all of the given one's. Source: C. Wellons, hash-prospector's lowbias32 (2018). */
const mix = (given: number): number => {
  let word = given >>> 0;
  word = Math.imul(word ^ (word >>> 16), 0x7feb352d);
  word = Math.imul(word ^ (word >>> 15), 0x846ca68b);
  return (word ^ (word >>> 16)) >>> 0;
};

/**
 * Numbers of 0 to below 1, each by the seed, the stream's number and its place in the stream alone.
 *
 * @param seed A safe integer.
 */
export const uniform = (seed: number, stream: number): (() => number) => {
  let word = mix(seed >>> 0) ^ mix(Math.floor(seed / 2 ** 32) + 0x9e3779b9);
  word = mix(word + stream);
  let count = 0;
  return () => mix(word + Math.imul(count++, 0x9e3779b9)) / 2 ** 32;
};
