/** Numbers as bytes, for containers that tests put together. */
export const be = (value: number, length: number): Buffer => {
  const bytes = Buffer.alloc(length);
  if (length > 6) {
    bytes.writeBigInt64BE(BigInt(value));
  } else if (value < 0) {
    bytes.writeIntBE(value, 0, length);
  } else {
    bytes.writeUIntBE(value, 0, length);
  }
  return bytes;
};

/** What a container is made of. */
export type Coded = {
  readonly data: Uint8Array;
  readonly key: boolean;
  /** When it is shown, in frames. */
  readonly time: number;
};
