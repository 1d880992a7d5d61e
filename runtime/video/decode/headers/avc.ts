/** The sequence parameter set of H.264 (ITU-T H.264, 7.3.2.1 and E.1). */
import { colourOfCodes } from '../h273.js';
import type { BitReader } from './bitReader.js';
import { chromaOf, cropped, rateOf, type SequenceHeader } from './sequence.js';

// Profiles whose parameter sets tell chroma and depth; the others are 4:2:0 of 8 bits.
const highProfiles = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

const skipScalingList = (bits: BitReader, size: number): void => {
  let [last, next] = [8, 8];
  for (let n = 0; n < size && next !== 0; n++) {
    next = (last + bits.se() + 256) % 256;
    last = next === 0 ? last : next;
  }
};

/** A parameter set: its description of pictures, the number by which they name it, and what tells how to read their slices. */
export type AvcSequence = {
  readonly id: number;
  readonly header: SequenceHeader;
  /** Bits of `frame_num`. */
  readonly frameNumberBits: number;
  /** Colour planes are coded apart, and slices say which they are of. */
  readonly separatePlanes: boolean;
};

/** Reads a parameter set without its NAL unit's header. */
export const readAvcSequence = (bits: BitReader): AvcSequence => {
  const profile = bits.bits(8);
  bits.skip(16);
  const id = bits.ue(31);
  let [chroma, bitDepth, separate] = [1, 8, false];
  if (highProfiles.includes(profile)) {
    chroma = bits.ue(3);
    separate = chroma === 3 && bits.flag();
    bitDepth = 8 + bits.ue(6);
    bits.ue(6);
    bits.skip(1);
    if (bits.flag()) {
      for (let n = 0; n < (chroma === 3 ? 12 : 8); n++) {
        if (bits.flag()) {
          skipScalingList(bits, n < 6 ? 16 : 64);
        }
      }
    }
  }
  const frameNumberBits = bits.ue(12) + 4;
  const orderType = bits.ue(2);
  if (orderType === 0) {
    bits.ue(12);
  } else if (orderType === 1) {
    bits.skip(1);
    bits.se();
    bits.se();
    for (let n = bits.ue(255); n > 0; n--) {
      bits.se();
    }
  }
  bits.ue(16);
  bits.skip(1);
  const codedWidth = 16 * (bits.ue(4095) + 1);
  const mapUnits = bits.ue(4095) + 1;
  const framesOnly = bits.flag();
  const codedHeight = 16 * mapUnits * (framesOnly ? 1 : 2);
  bits.skip(framesOnly ? 1 : 2);
  // Cropping counts in samples of chroma, and of one field where pictures may be fields (7.4.2.1.1).
  const across = separate || chroma === 0 || chroma === 3 ? 1 : 2;
  const down = (separate || chroma !== 1 ? 1 : 2) * (framesOnly ? 1 : 2);
  const crop = bits.flag() ? [bits.ue(), bits.ue(), bits.ue(), bits.ue()] : [0, 0, 0, 0];
  return {
    id,
    frameNumberBits,
    separatePlanes: separate,
    header: {
      ...cropped(codedWidth, codedHeight, crop, across, down),
      chroma: chromaOf(chroma),
      bitDepth,
      fields: !framesOnly,
      ...(bits.flag() ? readUsability(bits) : { colour: {} }),
    },
  };
};

const readUsability = (bits: BitReader): Pick<SequenceHeader, 'colour' | 'frameRate'> => {
  if (bits.flag() && bits.bits(8) === 255) {
    bits.skip(32);
  }
  if (bits.flag()) {
    bits.skip(1);
  }
  const colour = bits.flag() ? readSignal(bits) : {};
  if (bits.flag()) {
    bits.ue();
    bits.ue();
  }
  // A tick is the time of a field.
  return { colour, ...(bits.flag() ? rateOf(bits.bits(32), bits.bits(32), 2) : {}) };
};

/** `video_signal_type` of H.264 and HEVC: the range, and codes of ITU-T H.273 where they are there. */
export const readSignal = (bits: BitReader): SequenceHeader['colour'] => {
  bits.skip(3);
  const fullRange = bits.flag();
  const [primaries, transfer, matrix] = bits.flag() ? [bits.bits(8), bits.bits(8), bits.bits(8)] : [2, 2, 2];
  return colourOfCodes({ matrix, primaries, transfer, fullRange });
};
