/**
 * What of H.264 and HEVC streams tells pictures apart: NAL units, the parameter sets' first fields and slice headers (ITU-T H.264
 * and H.265, 7.3 and 7.4).
 */

/** Bits of a NAL unit's payload, without the bytes that keep start codes out of it. */
class Bits {
  #at = 0;
  readonly #bytes: number[] = [];

  /** @param most How many bytes are looked at. */
  constructor(bytes: Uint8Array, start: number, most: number) {
    let zeros = 0;
    for (let n = start; n < bytes.length && this.#bytes.length < most; n++) {
      const byte = bytes[n] as number;
      if (zeros >= 2 && byte === 3) {
        zeros = 0;
        continue;
      }
      zeros = byte === 0 ? zeros + 1 : 0;
      this.#bytes.push(byte);
    }
  }

  /** Zeros beyond the end. */
  u(count: number): number {
    let value = 0;
    for (let n = 0; n < count; n++, this.#at++) {
      value = value * 2 + ((((this.#bytes[this.#at >> 3] ?? 0) >> (7 - (this.#at & 7))) & 1) as number);
    }
    return value;
  }
  ue(): number {
    let zeros = 0;
    while (zeros < 32 && this.u(1) === 0) {
      zeros++;
    }
    return 2 ** zeros - 1 + this.u(zeros);
  }
  se(): number {
    const code = this.ue();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}

/** Of a sequence parameter set. */
export type Sequence = {
  readonly width: number;
  readonly height: number;
  readonly frameRate?: number;
  /** H.264: bits of `frame_num`; 0 for HEVC. */
  readonly frameNumberBits: number;
  /** Colour planes are coded apart, and slices say which they are of. */
  readonly separatePlanes: boolean;
  /** Pictures may be fields. */
  readonly fields: boolean;
};

// Profiles whose parameter sets tell chroma and depth.
const highProfiles = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

const skipScalingLists = (bits: Bits, lists: number): void => {
  for (let list = 0; list < lists; list++) {
    if (bits.u(1) === 0) {
      continue;
    }
    let [last, next] = [8, 8];
    for (let n = 0; n < (list < 6 ? 16 : 64) && next !== 0; n++) {
      next = (last + bits.se() + 256) % 256;
      last = next === 0 ? last : next;
    }
  }
};

/** @param header Where the unit's header begins. */
export const avcSequence = (
  bytes: Uint8Array,
  header: number,
): { readonly id: number; readonly sequence: Sequence } => {
  const bits = new Bits(bytes, header + 1, 512);
  const profile = bits.u(8);
  bits.u(16);
  const id = bits.ue();
  let [chroma, separatePlanes] = [1, false];
  if (highProfiles.includes(profile)) {
    chroma = bits.ue();
    separatePlanes = chroma === 3 && bits.u(1) === 1;
    bits.ue();
    bits.ue();
    bits.u(1);
    if (bits.u(1) === 1) {
      skipScalingLists(bits, chroma === 3 ? 12 : 8);
    }
  }
  const frameNumberBits = bits.ue() + 4;
  const orderType = bits.ue();
  if (orderType === 0) {
    bits.ue();
  } else if (orderType === 1) {
    bits.u(1);
    bits.se();
    bits.se();
    for (let n = Math.min(bits.ue(), 255); n > 0; n--) {
      bits.se();
    }
  }
  bits.ue();
  bits.u(1);
  const columns = bits.ue() + 1;
  const rows = bits.ue() + 1;
  const fields = bits.u(1) === 0;
  bits.u(fields ? 2 : 1);
  const across = chroma === 0 || chroma === 3 ? 1 : 2;
  const down = (chroma === 1 ? 2 : 1) * (fields ? 2 : 1);
  const [left, right, top, bottom] =
    bits.u(1) === 1 ? [bits.ue(), bits.ue(), bits.ue(), bits.ue()] : [0, 0, 0, 0];
  return {
    id,
    sequence: {
      width: 16 * columns - across * (left + right),
      height: 16 * rows * (fields ? 2 : 1) - down * (top + bottom),
      ...(bits.u(1) === 1 ? avcRate(bits) : {}),
      frameNumberBits,
      separatePlanes,
      fields,
    },
  };
};

/** The rate that the usability information tells (ITU-T H.264, E.1.1); a tick is the time of a field. */
const avcRate = (bits: Bits): { readonly frameRate?: number } => {
  if (bits.u(1) === 1 && bits.u(8) === 255) {
    bits.u(32);
  }
  if (bits.u(1) === 1) {
    bits.u(1);
  }
  if (bits.u(1) === 1) {
    bits.u(4);
    if (bits.u(1) === 1) {
      bits.u(24);
    }
  }
  if (bits.u(1) === 1) {
    bits.ue();
    bits.ue();
  }
  if (bits.u(1) === 0) {
    return {};
  }
  const [ticks, scale] = [bits.u(32), bits.u(32)];
  const rate = scale / (2 * ticks);
  return rate >= 1 && rate <= 1000 ? { frameRate: rate } : {};
};

/** @param header Where the unit's header begins. */
export const hevcSequence = (
  bytes: Uint8Array,
  header: number,
): { readonly id: number; readonly sequence: Sequence } => {
  const bits = new Bits(bytes, header + 2, 256);
  bits.u(4);
  const layers = bits.u(3);
  bits.u(1);
  bits.u(96);
  const present = Array.from({ length: layers }, () => [bits.u(1), bits.u(1)] as const);
  bits.u(layers > 0 ? 2 * (8 - layers) : 0);
  for (const [profile, level] of present) {
    bits.u(88 * profile);
    bits.u(8 * level);
  }
  const id = bits.ue();
  const chroma = bits.ue();
  if (chroma === 3) {
    bits.u(1);
  }
  const [width, height] = [bits.ue(), bits.ue()];
  const [left, right, top, bottom] =
    bits.u(1) === 1 ? [bits.ue(), bits.ue(), bits.ue(), bits.ue()] : [0, 0, 0, 0];
  const across = chroma === 1 || chroma === 2 ? 2 : 1;
  const down = chroma === 1 ? 2 : 1;
  return {
    id,
    sequence: {
      width: width - across * (left + right),
      height: height - down * (top + bottom),
      frameNumberBits: 0,
      separatePlanes: false,
      fields: false,
    },
  };
};

/** A picture parameter set of H.264: its own number, and that of its sequence. */
export const avcPictureSet = (
  bytes: Uint8Array,
  header: number,
): { readonly id: number; readonly sequence: number } => {
  const bits = new Bits(bytes, header + 1, 16);
  return { id: bits.ue(), sequence: bits.ue() };
};

/** A field of a picture, by the first slice of H.264. */
export type Field = { readonly frameNumber: number; readonly bottom: boolean; readonly idr: boolean };

/** What the first slice says of its picture; undefined: it is a whole frame. */
export const avcField = (
  bytes: Uint8Array,
  header: number,
  sequenceOf: (pictureSet: number) => Sequence | undefined,
): Field | undefined => {
  const bits = new Bits(bytes, header + 1, 32);
  bits.ue();
  bits.ue();
  const sequence = sequenceOf(bits.ue());
  if (!sequence?.fields) {
    return undefined;
  }
  bits.u(sequence.separatePlanes ? 2 : 0);
  const frameNumber = bits.u(sequence.frameNumberBits);
  return bits.u(1) === 1
    ? { frameNumber, bottom: bits.u(1) === 1, idr: ((bytes[header] as number) & 31) === 5 }
    : undefined;
};

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

/** A NAL unit: where its start code begins, and its header behind it. */
export type Unit = { readonly start: number; readonly header: number };

const code = Buffer.from([0, 0, 1]);

/** The units behind start codes, from byte `from` on. */
export const unitsOf = (bytes: Buffer, from = 0): readonly Unit[] => {
  const units: Unit[] = [];
  for (
    let at = bytes.indexOf(code, from);
    at >= 0 && at + 3 < bytes.length;
    at = bytes.indexOf(code, at + 3)
  ) {
    units.push({ start: at > 0 && bytes[at - 1] === 0 ? at - 1 : at, header: at + 3 });
  }
  return units;
};

/** The units behind their lengths, as packets of MP4 and Matroska hold them. */
export const unitsBehindLengths = (bytes: Uint8Array, lengthSize: number): readonly Unit[] => {
  const units: Unit[] = [];
  for (let at = 0; at + lengthSize < bytes.length; ) {
    let length = 0;
    for (let n = 0; n < lengthSize; n++) {
      length = length * 256 + (bytes[at + n] as number);
    }
    units.push({ start: at, header: at + lengthSize });
    at += lengthSize + length;
  }
  return units;
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
