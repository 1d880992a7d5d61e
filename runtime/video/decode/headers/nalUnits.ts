/** The NAL units of H.264 and HEVC, in the two ways in which streams and packets hold them. */

/** Where a NAL unit's start code or length begins, its header behind that, and its end. */
export type Unit = { readonly start: number; readonly header: number; readonly end: number };

const code = Buffer.from([0, 0, 1]);

/** The units behind start codes (ITU-T H.264 and H.265, annex B), from byte `from` on; a start code at the end does not count yet. */
export const unitsOf = (bytes: Buffer, from = 0): readonly Unit[] => {
  const units: Unit[] = [];
  for (let at = bytes.indexOf(code, from); at >= 0 && at + 3 < bytes.length; ) {
    const next = bytes.indexOf(code, at + 3);
    const start = at > 0 && bytes[at - 1] === 0 ? at - 1 : at;
    units.push({ start, header: at + 3, end: next < 0 ? bytes.length : next });
    at = next;
  }
  return units;
};

/** The units behind their lengths (ISO/IEC 14496-15), as packets of MP4 and Matroska hold them; the last may be cut off. */
export const unitsBehindLengths = (bytes: Uint8Array, lengthSize: number): readonly Unit[] => {
  const units: Unit[] = [];
  for (let at = 0; at + lengthSize < bytes.length; ) {
    let length = 0;
    for (let n = 0; n < lengthSize; n++) {
      length = length * 256 + (bytes[at + n] as number);
    }
    const header = at + lengthSize;
    const end = Math.min(header + length, bytes.length);
    units.push({ start: at, header, end });
    at = header + length;
  }
  return units;
};

/**
 * The units of a packet.
 *
 * @param lengthSize Bytes of the length before each unit; 0: they stand behind start codes.
 */
export const unitsOfPacket = (packet: Uint8Array, lengthSize: number): readonly Unit[] =>
  lengthSize === 0
    ? unitsOf(Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength))
    : unitsBehindLengths(packet, lengthSize);

/** The same as their bytes, from each header on. */
export const nalUnits = (packet: Uint8Array, lengthSize: number): readonly Uint8Array[] =>
  unitsOfPacket(packet, lengthSize).map(({ header, end }) => packet.subarray(header, end));
