/**
 * The codec description of MP4 and Matroska (avcC, hvcC, av1C; ISO/IEC 14496-15 and the AV1 binding) as a decoder of plain
 * bitstreams takes it.
 */
import { VideoError } from '../videoError.js';

/** How packets are to be handed to such a decoder. */
export type BitstreamSetup = {
  /** Bytes of the length before each NAL unit of a packet; 0: packets are bitstreams already. */
  readonly lengthSize: number;
  /** What the decoder must read before the first packet: parameter sets behind start codes, or a sequence header. */
  readonly header?: Uint8Array;
};

const damaged = (codec: string): VideoError =>
  new VideoError('corrupt', `The codec description of ${codec} is damaged`);

/** `count` units, each behind a length of two bytes, appended to `out` behind start codes; where they end. */
const readUnits = (bytes: Uint8Array, start: number, count: number, out: number[], codec: string): number => {
  let at = start;
  for (let n = 0; n < count; n++) {
    if (at + 2 > bytes.length) {
      throw damaged(codec);
    }
    const length = (bytes[at] << 8) | bytes[at + 1];
    at += 2;
    if (at + length > bytes.length) {
      throw damaged(codec);
    }
    out.push(0, 0, 0, 1, ...bytes.subarray(at, at + length));
    at += length;
  }
  return at;
};

const readAvc = (bytes: Uint8Array): BitstreamSetup => {
  if (bytes.length < 7) {
    throw damaged('avc');
  }
  const out: number[] = [];
  const afterSequences = readUnits(bytes, 6, bytes[5] & 31, out, 'avc');
  if (afterSequences >= bytes.length) {
    throw damaged('avc');
  }
  readUnits(bytes, afterSequences + 1, bytes[afterSequences], out, 'avc');
  return { lengthSize: (bytes[4] & 3) + 1, header: Uint8Array.from(out) };
};

const readHevc = (bytes: Uint8Array): BitstreamSetup => {
  if (bytes.length < 23) {
    throw damaged('hevc');
  }
  const out: number[] = [];
  let at = 23;
  for (let n = 0; n < bytes[22]; n++) {
    if (at + 3 > bytes.length) {
      throw damaged('hevc');
    }
    at = readUnits(bytes, at + 3, (bytes[at + 1] << 8) | bytes[at + 2], out, 'hevc');
  }
  return { lengthSize: (bytes[21] & 3) + 1, header: Uint8Array.from(out) };
};

/**
 * @param codec `avc`, `hevc`, `av1` or another, which needs nothing.
 * @param description The container's description; without one packets are bitstreams, as in MPEG-TS.
 * @throws {VideoError} `corrupt`, if the description is damaged.
 */
export const bitstreamSetup = (codec: string, description: Uint8Array | undefined): BitstreamSetup => {
  if (!description) {
    return { lengthSize: 0 };
  }
  if (codec === 'avc') {
    return readAvc(description);
  }
  if (codec === 'hevc') {
    return readHevc(description);
  }
  if (codec === 'av1' && description.length > 4) {
    return { lengthSize: 0, header: description.slice(4) };
  }
  return { lengthSize: 0 };
};
