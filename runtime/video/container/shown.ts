/** Frames of VP8, VP9 and AV1 that are decoded for the sake of others and not shown; and where decoding can begin. */
import { unitsOfPacket } from '../decode/headers/nalUnits.js';
import type { ContainedCodec } from './codecs.js';
import { avcRecovers, avcUnit, hevcUnit } from './pictureUnits.js';

/** Codecs with frames that are not shown. */
export const hidesFrames = (codec: ContainedCodec): boolean =>
  codec === 'vp8' || codec === 'vp9' || codec === 'av1';

/** VP9, annex B: the frames of a packet; several where its last byte says so. */
const vp9Frames = (data: Uint8Array): readonly Uint8Array[] => {
  const marker = data[data.length - 1] ?? 0;
  const count = (marker & 7) + 1;
  const bytes = ((marker >> 3) & 3) + 1;
  const indexSize = 2 + count * bytes;
  if ((marker & 0xe0) !== 0xc0 || data.length < indexSize || data[data.length - indexSize] !== marker) {
    return [data];
  }
  const frames: Uint8Array[] = [];
  let at = 0;
  for (let n = 0; n < count; n++) {
    let size = 0;
    for (let k = 0; k < bytes; k++) {
      size += (data[data.length - indexSize + 1 + n * bytes + k] as number) * 256 ** k;
    }
    frames.push(data.subarray(at, Math.min(at + size, data.length - indexSize)));
    at += size;
  }
  return frames;
};

/** VP9, 6.2: frame_marker (2 bits), profile (2, low bit first; 3 has one bit more), show_existing_frame, frame_type, show_frame. */
const vp9Header = (
  frame: Uint8Array,
): { readonly existing: boolean; readonly key: boolean; readonly shown: boolean } => {
  const first = frame[0] ?? 0;
  const bits = ((first << 8) | (frame[1] ?? 0)) >> 0;
  const profile = ((first >> 5) & 1) | ((first >> 3) & 2);
  const at = profile === 3 ? 10 : 11;
  const bit = (n: number): boolean => ((bits >> (at - n)) & 1) === 1;
  return { existing: bit(0), key: !bit(0) && !bit(1), shown: bit(0) || bit(2) };
};

/** AV1, 5.3 and 5.9.2: whether one of a packet's frames is shown, and whether a sequence header stands before the first. */
const av1Packet = (data: Uint8Array): { readonly shown: boolean; readonly key: boolean } => {
  let [shown, frames, sequence, reduced] = [false, 0, false, false];
  for (let at = 0; at < data.length; ) {
    const head = data[at] as number;
    const type = (head >> 3) & 15;
    at += head & 4 ? 2 : 1;
    let size = data.length - at;
    if (head & 2) {
      size = 0;
      for (let n = 0; n < 8; n++) {
        const byte = data[at++] ?? 0;
        size += (byte & 127) * 2 ** (7 * n);
        if (byte < 128) {
          break;
        }
      }
    }
    const first = data[at] ?? 0;
    if (type === 1) {
      sequence ||= frames === 0;
      // seq_profile (3 bits), still_picture, reduced_still_picture_header.
      reduced = (first & 0x08) !== 0;
    }
    if (type === 3 || type === 6) {
      frames++;
      // show_existing_frame, frame_type (2 bits), show_frame.
      shown ||= reduced || (first & 0x80) !== 0 || (first & 0x10) !== 0;
    }
    at += size;
  }
  return { shown: shown || frames === 0, key: sequence };
};

/** Whether a packet has a frame that is shown. */
export const isShown = (codec: ContainedCodec, data: Uint8Array): boolean => {
  switch (codec) {
    case 'vp8':
      // RFC 6386, 9.1: a bit that is 0 for a key frame, the version (3 bits), show_frame.
      return ((data[0] ?? 0x10) & 0x10) !== 0;
    case 'vp9':
      return vp9Frames(data).some(frame => vp9Header(frame).shown);
    case 'av1':
      return av1Packet(data).shown;
    default:
      return true;
  }
};

/**
 * Whether decoding can begin with a packet, as its own bits say.
 *
 * @param lengthSize H.264 and HEVC: bytes of the length before each NAL unit; 0: start codes.
 */
export const isKeyPacket = (codec: ContainedCodec, data: Uint8Array, lengthSize: number): boolean => {
  switch (codec) {
    case 'vp8':
      return data.length > 0 && ((data[0] as number) & 1) === 0;
    case 'vp9':
      return data.length > 0 && vp9Header(vp9Frames(data)[0] ?? data).key;
    case 'av1':
      return av1Packet(data).key;
    default:
      return unitsOfPacket(data, lengthSize).some(({ header, end }) => {
        if (codec === 'hevc') {
          return hevcUnit(data, header).key;
        }
        const { key, recovers } = avcUnit(data, header);
        return key || (recovers && avcRecovers(data, header, end));
      });
  }
};
