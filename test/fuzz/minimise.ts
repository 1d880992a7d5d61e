/** Makes an input smaller that does what it may not, as long as it still does. */

/**
 * @param fails Whether an input still does it.
 * @param most How often to ask.
 */
export const minimise = async (
  bytes: Uint8Array,
  fails: (bytes: Uint8Array) => Promise<boolean>,
  most: number,
): Promise<Uint8Array> => {
  let small = bytes;
  let asked = 0;
  for (let size = Math.ceil(small.length / 2); size >= 1 && asked < most; size = Math.floor(size / 2)) {
    for (let at = 0; at < small.length && asked < most; ) {
      const less = Buffer.concat([small.subarray(0, at), small.subarray(at + size)]);
      asked++;
      if (less.length > 0 && (await fails(less))) {
        small = less;
      } else {
        at += size;
      }
    }
  }
  return small;
};
