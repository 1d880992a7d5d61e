/** The NAL units of H.264 and HEVC, in the two ways in which packets hold them. */

/** Units behind start codes (ITU-T H.264 and H.265, annex B), without the codes. */
function* behindStartCodes(bytes: Uint8Array): Generator<Uint8Array, void> {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const code = Buffer.from([0, 0, 1]);
  for (let at = data.indexOf(code); at >= 0; ) {
    const next = data.indexOf(code, at + 3);
    yield bytes.subarray(at + 3, next < 0 ? bytes.length : next);
    at = next;
  }
}

/** Units behind their lengths (ISO/IEC 14496-15). */
function* behindLengths(bytes: Uint8Array, lengthSize: number): Generator<Uint8Array, void> {
  for (let at = 0; at + lengthSize <= bytes.length; ) {
    let length = 0;
    for (let n = 0; n < lengthSize; n++) {
      length = length * 256 + (bytes[at + n] as number);
    }
    at += lengthSize;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

/**
 * The NAL units of a packet.
 *
 * @param lengthSize Bytes of the length before each unit; 0: they stand behind start codes.
 */
export const nalUnits = (packet: Uint8Array, lengthSize: number): Generator<Uint8Array, void> =>
  lengthSize === 0 ? behindStartCodes(packet) : behindLengths(packet, lengthSize);
