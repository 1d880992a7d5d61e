/** Loops over all samples of a file, which are up to millions, let other work of the process pass. */
import { setImmediate } from 'node:timers/promises';

// The 8 million samples that are allowed take 1.7 s of a processor's time to read and 5 s to sort. In such pieces no turn of the
// event loop takes more than 160 ms of it: that in which the tables grow for the last time.
const atOnce = 2 ** 14;

/** Whether a loop is to {@link pause} at this turn. */
export const pauses = (turn: number): boolean => turn % atOnce === atOnce - 1;

/** Waits until other work has passed. */
export const pause = (): Promise<void> => setImmediate();

/** The places of values, in the order of the values; those that are the same stay as they are. */
export const orderOf = async (values: ArrayLike<number>): Promise<Uint32Array> => {
  const count = values.length;
  let from = new Uint32Array(count);
  for (let n = 0; n < count; n++) {
    from[n] = n;
  }
  const compare = (a: number, b: number): number => (values[a] as number) - (values[b] as number) || a - b;
  for (let start = 0; start < count; start += atOnce) {
    from.subarray(start, start + atOnce).sort(compare);
    await pause();
  }
  // Sorted stretches are merged, two and two.
  let to = new Uint32Array(count);
  for (let width = atOnce; width < count; width *= 2) {
    let turns = 0;
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count);
      const end = Math.min(start + 2 * width, count);
      for (let [left, right, at] = [start, middle, start]; at < end; at++) {
        const takesLeft =
          left < middle && (right === end || compare(from[left] as number, from[right] as number) < 0);
        to[at] = from[takesLeft ? left++ : right++] as number;
        if (pauses(turns++)) {
          await pause();
        }
      }
    }
    [from, to] = [to, from];
  }
  return from;
};
