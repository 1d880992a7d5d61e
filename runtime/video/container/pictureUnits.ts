/**
 * What of NAL units tells pictures of H.264 and HEVC apart: their kinds, the parameter sets' first fields and slice headers (ITU-T H.264
 * and H.265, 7.3 and 7.4).
 */

import { type AvcSequence, readAvcSequence } from '../decode/headers/avc.js';
import { BitReader, HeaderError, unescaped } from '../decode/headers/bitReader.js';
import { readHevcSequence } from '../decode/headers/hevc.js';

/** What a unit's payload says; undefined: it is damaged. */
const read = <Found>(
  bytes: Uint8Array,
  start: number,
  most: number,
  reader: (bits: BitReader) => Found,
): Found | undefined => {
  try {
    return reader(new BitReader(unescaped(bytes.subarray(start, start + most))));
  } catch (error) {
    if (error instanceof HeaderError) {
      return undefined;
    }
    throw error;
  }
};

// Parameter sets fit; they are rarely longer than a hundred bytes.
const mostSet = 4096;

/** @param header Where the unit's header begins. */
export const avcSequence = (bytes: Uint8Array, header: number): AvcSequence | undefined =>
  read(bytes, header + 1, mostSet, readAvcSequence);

/** The number of a sequence parameter set of HEVC. */
export const hevcSequence = (bytes: Uint8Array, header: number): { readonly id: number } | undefined =>
  read(bytes, header + 2, mostSet, readHevcSequence);

/** A picture parameter set of H.264: its own number, and that of its sequence. */
export const avcPictureSet = (
  bytes: Uint8Array,
  header: number,
): { readonly id: number; readonly sequence: number } | undefined =>
  read(bytes, header + 1, 16, bits => ({ id: bits.ue(255), sequence: bits.ue(31) }));

/** A field of a picture, by the first slice of H.264. */
export type Field = { readonly frameNumber: number; readonly bottom: boolean; readonly idr: boolean };

/** The first slice's description of its picture; undefined for a whole frame. */
export const avcField = (
  bytes: Uint8Array,
  header: number,
  sequenceOf: (pictureSet: number) => AvcSequence | undefined,
): Field | undefined =>
  read(bytes, header + 1, 32, bits => {
    bits.ue();
    bits.ue();
    const sequence = sequenceOf(bits.ue());
    if (!sequence?.header.fields) {
      return undefined;
    }
    bits.skip(sequence.separatePlanes ? 2 : 0);
    const frameNumber = bits.bits(sequence.frameNumberBits);
    const idr = ((bytes[header] as number) & 31) === 5;
    return bits.flag() ? { frameNumber, bottom: bits.flag(), idr } : undefined;
  });

/** Whether two fields that follow one another are those of one frame (ITU-T H.264, 3.30 and 7.4.1.2.4). */
export const secondField = (first: Field | undefined, second: Field | undefined): boolean =>
  first !== undefined &&
  second !== undefined &&
  first.bottom !== second.bottom &&
  first.frameNumber === second.frameNumber &&
  (first.idr || !second.idr);

/** Whether a supplemental unit of H.264 says that decoding can begin here, with the very next picture (D.1.8). */
export const avcRecovers = (bytes: Uint8Array, header: number, end: number): boolean => {
  for (let at = header + 1; at + 2 < end; ) {
    let [type, size] = [0, 0];
    while (at < end && bytes[at] === 255) {
      type += 255;
      at++;
    }
    type += bytes[at++] ?? 0;
    while (at < end && bytes[at] === 255) {
      size += 255;
      at++;
    }
    size += bytes[at++] ?? 0;
    if (type === 6) {
      // recovery_frame_cnt 0 is a single 1.
      return ((bytes[at] ?? 0) & 0x80) !== 0;
    }
    at += size;
  }
  return false;
};

/** What a unit is, as far as cutting needs to know. */
export type UnitKind = {
  readonly slice: boolean;
  /** It begins a picture. */
  readonly firstSlice: boolean;
  /** Decoding can begin with its picture. */
  readonly key: boolean;
  /** It may only stand before a picture's slices. */
  readonly opens: boolean;
  /** A supplemental unit of H.264, which may say that decoding can begin here. */
  readonly recovers: boolean;
  readonly set: 'sequence' | 'picture' | 'video' | undefined;
  /** A picture that precedes its key frame and needs what was before that (HEVC: RASL). */
  readonly skipped: boolean;
};

export const avcUnit = (bytes: Uint8Array, header: number): UnitKind => {
  const type = (bytes[header] as number) & 31;
  const slice = type >= 1 && type <= 5;
  return {
    slice,
    // first_mb_in_slice is an Exp-Golomb code: 0 is a single 1.
    firstSlice: slice && type !== 3 && type !== 4 && ((bytes[header + 1] ?? 0) & 0x80) !== 0,
    key: type === 5,
    opens: (type >= 6 && type <= 9) || (type >= 14 && type <= 18),
    recovers: type === 6,
    set: type === 7 ? 'sequence' : type === 8 ? 'picture' : undefined,
    skipped: false,
  };
};

export const hevcUnit = (bytes: Uint8Array, header: number): UnitKind => {
  const type = ((bytes[header] as number) >> 1) & 63;
  const slice = type <= 31;
  return {
    slice,
    // first_slice_segment_in_pic_flag.
    firstSlice: slice && ((bytes[header + 2] ?? 0) & 0x80) !== 0,
    key: type >= 16 && type <= 23,
    opens:
      (type >= 32 && type <= 35) || type === 39 || (type >= 41 && type <= 44) || (type >= 48 && type <= 55),
    recovers: false,
    set: type === 33 ? 'sequence' : type === 34 ? 'picture' : type === 32 ? 'video' : undefined,
    skipped: type === 8 || type === 9,
  };
};
