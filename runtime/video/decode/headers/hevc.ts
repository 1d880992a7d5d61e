/** The sequence parameter set of HEVC (ITU-T H.265, 7.3.2.2 and E.2.1). */
import { readSignal } from './avc.js';
import { type BitReader, HeaderError } from './bitReader.js';
import { chromaOf, cropped, rateOf, type SequenceHeader } from './sequence.js';

const skipProfileAndLevel = (bits: BitReader, subLayers: number): void => {
  bits.skip(96);
  const present: (readonly [profile: boolean, level: boolean])[] = [];
  for (let n = 0; n < subLayers; n++) {
    present.push([bits.flag(), bits.flag()]);
  }
  bits.skip(subLayers > 0 ? 2 * (8 - subLayers) : 0);
  for (const [profile, level] of present) {
    bits.skip((profile ? 88 : 0) + (level ? 8 : 0));
  }
};

const skipScalingLists = (bits: BitReader): void => {
  for (let size = 0; size < 4; size++) {
    for (let matrix = 0; matrix < 6; matrix += size === 3 ? 3 : 1) {
      if (!bits.flag()) {
        bits.ue(5);
        continue;
      }
      const coefficients = Math.min(64, 1 << (4 + 2 * size)) + (size > 1 ? 1 : 0);
      for (let n = 0; n < coefficients; n++) {
        bits.se();
      }
    }
  }
};

/** The sets of reference pictures; each may build on the one before (7.3.7). */
const skipReferences = (bits: BitReader): void => {
  let before = 0;
  for (let count = bits.ue(64), n = 0; n < count; n++) {
    let pictures = 0;
    if (n > 0 && bits.flag()) {
      bits.skip(1);
      bits.ue();
      for (let j = 0; j <= before; j++) {
        pictures += bits.flag() || bits.flag() ? 1 : 0;
      }
    } else {
      pictures = bits.ue(16) + bits.ue(16);
      for (let j = 0; j < pictures; j++) {
        bits.ue();
        bits.skip(1);
      }
    }
    before = pictures;
  }
};

/** The parameter set without its NAL unit's header, and the number by which pictures name it. */
export const readHevcSequence = (
  bits: BitReader,
): { readonly id: number; readonly header: SequenceHeader } => {
  bits.skip(4);
  const subLayers = bits.bits(3);
  bits.skip(1);
  skipProfileAndLevel(bits, subLayers);
  const id = bits.ue(15);
  const chroma = bits.ue(3);
  const separate = chroma === 3 && bits.flag();
  const [codedWidth, codedHeight] = [bits.ue(65535), bits.ue(65535)];
  if (codedWidth === 0 || codedHeight === 0) {
    throw new HeaderError('its pictures have no size');
  }
  const window = bits.flag() ? [bits.ue(), bits.ue(), bits.ue(), bits.ue()] : [0, 0, 0, 0];
  const across = separate || chroma === 0 || chroma === 3 ? 1 : 2;
  const down = separate || chroma !== 1 ? 1 : 2;
  const bitDepth = 8 + bits.ue(8);
  bits.ue(8);
  const orderBits = 4 + bits.ue(12);
  for (let n = bits.flag() ? 0 : subLayers; n <= subLayers; n++) {
    bits.ue();
    bits.ue();
    bits.ue();
  }
  for (let n = 0; n < 6; n++) {
    bits.ue();
  }
  if (bits.flag() && bits.flag()) {
    skipScalingLists(bits);
  }
  bits.skip(2);
  if (bits.flag()) {
    bits.skip(8);
    bits.ue();
    bits.ue();
    bits.skip(1);
  }
  skipReferences(bits);
  if (bits.flag()) {
    bits.skip(bits.ue(32) * (orderBits + 1));
  }
  bits.skip(2);
  return {
    id,
    header: {
      ...cropped(codedWidth, codedHeight, window, across, down),
      chroma: chromaOf(chroma),
      bitDepth,
      ...(bits.flag() ? readUsability(bits) : { fields: false, colour: {} }),
    },
  };
};

const readUsability = (bits: BitReader): Pick<SequenceHeader, 'colour' | 'frameRate' | 'fields'> => {
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
  bits.skip(1);
  const fields = bits.flag();
  bits.skip(1);
  // The default display window is advice for displays, which decoders and players leave alone: pictures have the size of the
  // conformance window.
  if (bits.flag()) {
    for (let n = 0; n < 4; n++) {
      bits.ue();
    }
  }
  // A tick is the time of a picture.
  return { colour, fields, ...(bits.flag() ? rateOf(bits.bits(32), bits.bits(32), 1) : {}) };
};
