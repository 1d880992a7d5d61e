/** Packets of MPEG-2 transport streams (ISO/IEC 13818-1, 2.4.3): 188 bytes, with a time before (192) or parity behind (204) in some files. */

/** How packets lie in a file. */
export type Framing = {
  /** Where the first whole packet's sync byte is. */
  readonly first: number;
  readonly stride: number;
};

const sync = 0x47;
const strides = [188, 192, 204];
// So many sync bytes in a row are no accident.
const inRow = 5;

/** How far into a file the first whole packet may begin. */
export const searched = 2 ** 16;

/** How packets lie, if they do: a file may begin in the middle of one. */
export const framingOf = (head: Uint8Array): Framing | undefined => {
  for (let first = 0; first < Math.min(204, head.length); first++) {
    if (head[first] !== sync) {
      continue;
    }
    for (const stride of strides) {
      const whole = Math.min(inRow, Math.floor((head.length - first - 188) / stride) + 1);
      // All packets of a short file must fit.
      if (whole < Math.min(inRow, 2)) {
        continue;
      }
      let at = first;
      for (let n = 0; n < whole && head[at] === sync; n++) {
        at += stride;
      }
      if (at === first + whole * stride) {
        return { first, stride };
      }
    }
  }
  return undefined;
};

/** A packet's head. */
export type TransportPacket = {
  readonly pid: number;
  /** A section or a PES packet begins in it. */
  readonly starts: boolean;
  readonly broken: boolean;
  readonly scrambled: boolean;
  /** Its clock does not go on from what was before. */
  readonly discontinuous: boolean;
  readonly counter: number;
  readonly payload: Buffer;
};

/** The packet whose sync byte is at `at`; 188 bytes from there on must be there. */
export const readPacket = (bytes: Buffer, at: number): TransportPacket => {
  const [b1, b2, b3] = [bytes[at + 1] as number, bytes[at + 2] as number, bytes[at + 3] as number];
  const adapted = (b3 & 0x20) !== 0;
  const adaptation = adapted ? (bytes[at + 4] as number) + 1 : 0;
  const discontinuous = adaptation > 1 && ((bytes[at + 5] as number) & 0x80) !== 0;
  const start = Math.min(at + 4 + adaptation, at + 188);
  return {
    pid: ((b1 & 0x1f) << 8) | b2,
    starts: (b1 & 0x40) !== 0,
    broken: (b1 & 0x80) !== 0,
    scrambled: (b3 & 0xc0) !== 0,
    discontinuous,
    counter: b3 & 15,
    payload: bytes.subarray(start, (b3 & 0x10) === 0 ? start : at + 188),
  };
};

/** Whether a packet begins at a place, as far as the bytes behind it tell. */
export const beginsAt = (bytes: Buffer, at: number, stride: number): boolean =>
  bytes[at] === sync && (at + stride >= bytes.length || bytes[at + stride] === sync);
