/**
 * Streams without a container: H.264 and HEVC as NAL units behind start codes (ITU-T H.264 and H.265, annex B), VP8, VP9 and
 * AV1 in IVF. They have no index: the file is read once, and cut into packets of one picture each. No demuxer in use here
 * reads them.
 */
import type { EncodedPacket } from 'mediabunny';
import { VideoError } from '../videoError.js';
import type { ContainedCodec } from './codecs.js';

/** Packets in decode order with the codec, and what little such a stream says of itself. */
export type Elementary = {
  readonly codec: ContainedCodec;
  /** Pixels; 0: only the bitstream knows. */
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  /** Packets have no times: theirs are those of a picture that is shown as it is decoded, and these are not. */
  readonly reorders: boolean;
  readonly packets: readonly EncodedPacket[];
};

// Without a container nothing says how fast pictures follow one another.
const assumedRate = 25;

const ivfCodecs: Readonly<Record<string, ContainedCodec>> = { VP80: 'vp8', VP90: 'vp9', AV01: 'av1' };

/** Makes packets; mediabunny's class, which is loaded only where a video is opened. */
type Packet = typeof EncodedPacket;

/** IVF: a header of 32 bytes; before each frame its size and time. */
const readIvf = (bytes: Buffer, what: string, Packet: Packet): Elementary => {
  const codec = ivfCodecs[bytes.toString('latin1', 8, 12)];
  if (!codec) {
    const found = JSON.stringify(bytes.toString('latin1', 8, 12));
    throw new VideoError('unsupportedCodec', `Expected VP8, VP9 or AV1 in ${what} but its codec is ${found}`);
  }
  const [rate, scale] = [bytes.readUInt32LE(16), bytes.readUInt32LE(20)];
  const perSecond = rate > 0 && scale > 0 ? rate / scale : assumedRate;
  const packets: EncodedPacket[] = [];
  for (let at = bytes.readUInt16LE(6); at + 12 <= bytes.length; ) {
    const size = bytes.readUInt32LE(at);
    const time = Number(bytes.readBigInt64LE(at + 4)) / perSecond;
    const data = bytes.subarray(at + 12, at + 12 + size);
    if (data.length < size) {
      break;
    }
    packets.push(new Packet(data, isKey(codec, data) ? 'key' : 'delta', time, 1 / perSecond, packets.length));
    at += 12 + size;
  }
  return {
    codec,
    width: bytes.readUInt16LE(12),
    height: bytes.readUInt16LE(14),
    frameRate: perSecond,
    reorders: false,
    packets,
  };
};

/** Whether decoding can begin here: the frame headers of VP8 (RFC 6386, 9.1) and VP9; AV1 has a sequence header before such. */
const isKey = (codec: ContainedCodec, data: Uint8Array): boolean => {
  if (data.length === 0) {
    return false;
  }
  if (codec === 'vp8') {
    return (data[0] & 1) === 0;
  }
  if (codec === 'vp9') {
    // frame_marker (2 bits), profile (2, low bit first; 3 has one bit more), show_existing_frame, frame_type.
    const profile = ((data[0] >> 5) & 1) | ((data[0] >> 3) & 2);
    const shift = profile === 3 ? 2 : 3;
    return ((data[0] >> shift) & 1) === 0 && ((data[0] >> (shift - 1)) & 1) === 0;
  }
  for (let at = 0; at < data.length; ) {
    const type = (data[at] >> 3) & 15;
    if (type === 1) {
      return true;
    }
    // Only a temporal delimiter, which is empty, stands before the sequence header.
    if (type !== 2) {
      return false;
    }
    at += data[at] & 4 ? 3 : 2;
  }
  return false;
};

/** Where NAL units begin: at the first byte of each start code, with the place of the unit's header behind it. */
const unitsOf = (bytes: Buffer): { readonly start: number; readonly header: number }[] => {
  const units: { start: number; header: number }[] = [];
  const code = Buffer.from([0, 0, 1]);
  for (let at = bytes.indexOf(code); at >= 0 && at + 3 < bytes.length; at = bytes.indexOf(code, at + 3)) {
    units.push({ start: at > 0 && bytes[at - 1] === 0 ? at - 1 : at, header: at + 3 });
  }
  return units;
};

/** What a NAL unit is, as far as cutting needs to know. */
type Unit = {
  readonly slice: boolean;
  readonly firstSlice: boolean;
  readonly key: boolean;
  readonly opens: boolean;
};

const avcUnit = (bytes: Buffer, header: number): Unit => {
  const type = bytes[header] & 31;
  const slice = type >= 1 && type <= 5;
  // first_mb_in_slice is an Exp-Golomb code: 0 is a single 1.
  const firstSlice = slice && type !== 3 && type !== 4 && (bytes[header + 1] & 0x80) !== 0;
  return {
    slice,
    firstSlice,
    key: type === 5,
    opens: (type >= 6 && type <= 9) || (type >= 14 && type <= 18),
  };
};
const hevcUnit = (bytes: Buffer, header: number): Unit => {
  const type = (bytes[header] >> 1) & 63;
  const slice = type <= 31;
  const opens =
    (type >= 32 && type <= 35) || type === 39 || (type >= 41 && type <= 44) || (type >= 48 && type <= 55);
  // first_slice_segment_in_pic_flag.
  const firstSlice = slice && (bytes[header + 2] & 0x80) !== 0;
  return { slice, firstSlice, key: type >= 16 && type <= 23, opens };
};

/** NAL units to access units: a new one begins with the first slice of a picture, or with what may only stand before one. */
const readAnnexB = (bytes: Buffer, codec: 'avc' | 'hevc', Packet: Packet): Elementary => {
  const kind = codec === 'avc' ? avcUnit : hevcUnit;
  const packets: EncodedPacket[] = [];
  let start: number | undefined;
  let [sliced, key] = [false, false];
  const end = (at: number): void => {
    if (start === undefined || !sliced) {
      return;
    }
    const n = packets.length;
    // Decode order is all that is known: the pictures' times are given out as they are shown.
    const type = key ? 'key' : 'delta';
    packets.push(new Packet(bytes.subarray(start, at), type, n / assumedRate, 1 / assumedRate, n));
  };
  for (const unit of unitsOf(bytes)) {
    const found = kind(bytes, unit.header);
    if (sliced && (found.firstSlice || found.opens)) {
      end(unit.start);
      [start, sliced, key] = [unit.start, false, false];
    }
    start ??= unit.start;
    sliced ||= found.slice;
    key ||= found.key;
  }
  end(bytes.length);
  return { codec, width: 0, height: 0, frameRate: assumedRate, reorders: true, packets };
};

/** Whether the first NAL units are parameter sets or delimiters of that codec, and nothing that it forbids. */
const looksLike = (bytes: Buffer, codec: 'avc' | 'hevc'): boolean => {
  const units = unitsOf(bytes.subarray(0, 4096)).slice(0, 4);
  const types = units.map(({ header }) => (codec === 'avc' ? bytes[header] & 31 : (bytes[header] >> 1) & 63));
  const sets = codec === 'avc' ? [7] : [32, 33];
  const clean = units.every(({ header }) => (bytes[header] & 0x80) === 0);
  return clean && units.length >= 2 && units[0].start === 0 && sets.some(type => types.includes(type));
};

const codecOf = (bytes: Buffer): 'avc' | 'hevc' | undefined =>
  // HEVC first: what H.264 would make of its parameter sets is no beginning of a stream.
  (['hevc', 'avc'] as const).find(codec => looksLike(bytes, codec));

const isIvf = (bytes: Buffer): boolean => bytes.length >= 32 && bytes.toString('latin1', 0, 4) === 'DKIF';

/** Whether the first bytes of a file are those of an elementary stream. */
export const looksElementary = (head: Uint8Array): boolean => {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  return isIvf(bytes) || codecOf(bytes) !== undefined;
};

/**
 * Cuts an elementary stream into packets.
 *
 * @throws {VideoError} If it holds another codec.
 */
export const readElementary = (data: Uint8Array, what: string, Packet: Packet): Elementary => {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return isIvf(bytes) ? readIvf(bytes, what, Packet) : readAnnexB(bytes, codecOf(bytes) ?? 'avc', Packet);
};
