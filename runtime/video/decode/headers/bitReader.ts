/** Bits of a header, the highest of each byte first. */

/** Thrown where a header ends before its fields do, or holds a number that none may have. */
export class HeaderError extends Error {}

/** Reads bits, and the Exp-Golomb codes of H.264 and HEVC (ITU-T H.264 and H.265, 9.1). */
export class BitReader {
  #at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** The next bits as a number; at most 32 of them. @throws {HeaderError} Beyond the end. */
  bits(count: number): number {
    if (this.#at + count > 8 * this.bytes.length) {
      throw new HeaderError('the header is cut off');
    }
    let value = 0;
    for (let n = 0; n < count; n++, this.#at++) {
      value = value * 2 + (((this.bytes[this.#at >> 3] as number) >> (7 - (this.#at & 7))) & 1);
    }
    return value;
  }

  flag(): boolean {
    return this.bits(1) === 1;
  }

  skip(count: number): void {
    this.#at += count;
  }

  /** An unsigned Exp-Golomb code. @throws {HeaderError} Where it is above `most`. */
  ue(most = 2 ** 32 - 2): number {
    let zeros = 0;
    while (!this.flag()) {
      if (++zeros > 32) {
        throw new HeaderError('a code is longer than any may be');
      }
    }
    const value = 2 ** zeros - 1 + this.bits(zeros);
    if (value > most) {
      throw new HeaderError(`a field holds ${value}, and may hold ${most} at most`);
    }
    return value;
  }

  /** A signed Exp-Golomb code. */
  se(): number {
    const code = this.ue();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}

/** What a NAL unit holds, without the bytes that keep start codes out of it (ITU-T H.264, 7.4.1). */
export const unescaped = (unit: Uint8Array): Uint8Array => {
  const out = new Uint8Array(unit.length);
  let length = 0;
  let zeros = 0;
  for (const byte of unit) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out[length++] = byte;
  }
  return out.subarray(0, length);
};
