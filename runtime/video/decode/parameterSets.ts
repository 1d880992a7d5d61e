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

/** Two bytes, the higher first. @throws {VideoError} Where the description ends before. */
const readLength = (bytes: Uint8Array, at: number, codec: string): number => {
  const [high, low] = bytes.subarray(at, at + 2);
  if (high === undefined || low === undefined) {
    throw damaged(codec);
  }
  return (high << 8) | low;
};

/** `count` units, each behind a length of two bytes, appended to `out` behind start codes; where they end. */
const readUnits = (bytes: Uint8Array, start: number, count: number, out: number[], codec: string): number => {
  let at = start;
  for (let n = 0; n < count; n++) {
    const length = readLength(bytes, at, codec);
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
  const [lengthSize, sequences] = bytes.subarray(4, 6);
  if (lengthSize === undefined || sequences === undefined || bytes.length < 7) {
    throw damaged('avc');
  }
  const out: number[] = [];
  const afterSequences = readUnits(bytes, 6, sequences & 31, out, 'avc');
  const pictures = bytes[afterSequences];
  if (pictures === undefined) {
    throw damaged('avc');
  }
  readUnits(bytes, afterSequences + 1, pictures, out, 'avc');
  return { lengthSize: (lengthSize & 3) + 1, header: Uint8Array.from(out) };
};

const readHevc = (bytes: Uint8Array): BitstreamSetup => {
  const [lengthSize, arrays] = bytes.subarray(21, 23);
  if (lengthSize === undefined || arrays === undefined) {
    throw damaged('hevc');
  }
  const out: number[] = [];
  let at = 23;
  for (let n = 0; n < arrays; n++) {
    at = readUnits(bytes, at + 3, readLength(bytes, at + 1, 'hevc'), out, 'hevc');
  }
  return { lengthSize: (lengthSize & 3) + 1, header: Uint8Array.from(out) };
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
