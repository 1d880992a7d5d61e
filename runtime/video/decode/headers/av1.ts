/** The sequence header of AV1 (AV1 bitstream specification, 5.5). */
import { colourOfCodes } from '../h273.js';
import { BitReader } from './bitReader.js';
import { rateOf, type SequenceHeader } from './sequence.js';

/** The first sequence header among the OBUs of a packet, or of a container's description; undefined: it has none. */
export const readAv1Header = (packet: Uint8Array): SequenceHeader | undefined => {
  for (let at = 0; at < packet.length; ) {
    const first = packet[at] as number;
    at += first & 4 ? 2 : 1;
    let size = packet.length - at;
    if (first & 2) {
      size = 0;
      for (let n = 0; n < 8; n++) {
        const byte = packet[at++] ?? 0;
        size += (byte & 127) * 2 ** (7 * n);
        if (byte < 128) {
          break;
        }
      }
    }
    if (((first >> 3) & 15) === 1) {
      return readSequence(new BitReader(packet.subarray(at, at + size)));
    }
    at += size;
  }
  return undefined;
};

const readSequence = (bits: BitReader): SequenceHeader => {
  const profile = bits.bits(3);
  bits.skip(1);
  const reduced = bits.flag();
  let rate: Pick<SequenceHeader, 'frameRate'> = {};
  if (reduced) {
    bits.skip(5);
  } else {
    let delayBits = 0;
    if (bits.flag()) {
      const [ticks, scale] = [bits.bits(32), bits.bits(32)];
      rate = bits.flag() ? rateOf(ticks, scale, bits.ue() + 1) : {};
      if (bits.flag()) {
        delayBits = bits.bits(5) + 1;
        bits.skip(42);
      }
    }
    skipOperatingPoints(bits, delayBits);
  }
  const [widthBits, heightBits] = [bits.bits(4) + 1, bits.bits(4) + 1];
  const [width, height] = [bits.bits(widthBits) + 1, bits.bits(heightBits) + 1];
  if (!reduced && bits.flag()) {
    bits.skip(7);
  }
  bits.skip(3);
  if (!reduced) {
    skipTools(bits);
  }
  bits.skip(3);
  return {
    ...{ width, height, codedWidth: width, codedHeight: height, left: 0, top: 0 },
    ...readColour(bits, profile),
    ...rate,
    fields: false,
  };
};

const skipOperatingPoints = (bits: BitReader, delayBits: number): void => {
  const displayDelays = bits.flag();
  for (let points = bits.bits(5) + 1; points > 0; points--) {
    bits.skip(12);
    bits.skip(bits.bits(5) > 7 ? 1 : 0);
    if (delayBits > 0 && bits.flag()) {
      bits.skip(2 * delayBits + 1);
    }
    if (displayDelays && bits.flag()) {
      bits.skip(4);
    }
  }
};

const skipTools = (bits: BitReader): void => {
  bits.skip(4);
  const ordered = bits.flag();
  bits.skip(ordered ? 2 : 0);
  // 2: each frame says whether it uses tools for screen content, or whole-pixel motion.
  const screen = bits.flag() ? 2 : bits.bits(1);
  if (screen > 0 && !bits.flag()) {
    bits.skip(1);
  }
  bits.skip(ordered ? 3 : 0);
};

const readColour = (
  bits: BitReader,
  profile: number,
): Pick<SequenceHeader, 'chroma' | 'bitDepth' | 'colour'> => {
  const deep = bits.flag();
  const bitDepth = deep ? (profile === 2 && bits.flag() ? 12 : 10) : 8;
  const monochrome = profile !== 1 && bits.flag();
  const [primaries, transfer, matrix] = bits.flag() ? [bits.bits(8), bits.bits(8), bits.bits(8)] : [2, 2, 2];
  const isRgb = primaries === 1 && transfer === 13 && matrix === 0;
  const fullRange = isRgb && !monochrome ? true : bits.flag();
  const colour = colourOfCodes({ matrix, primaries, transfer, fullRange });
  if (monochrome) {
    return { chroma: '4:0:0', bitDepth, colour };
  }
  if (isRgb || profile === 1) {
    return { chroma: '4:4:4', bitDepth, colour };
  }
  if (profile === 0) {
    return { chroma: '4:2:0', bitDepth, colour };
  }
  const across = bitDepth < 12 || bits.flag();
  const down = bitDepth === 12 && across && bits.flag();
  return { chroma: across ? (down ? '4:2:0' : '4:2:2') : '4:4:4', bitDepth, colour };
};
