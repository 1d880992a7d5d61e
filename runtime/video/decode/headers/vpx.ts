/** The headers of key frames of VP8 (RFC 6386, 9.1 and 9.2) and VP9 (VP9 bitstream specification, 6.2). */
import { colourOfCodes } from '../h273.js';
import { BitReader, HeaderError } from './bitReader.js';
import type { SequenceHeader } from './sequence.js';

/** A key frame of VP8; undefined for any other. */
export const readVp8Header = (frame: Uint8Array): SequenceHeader | undefined => {
  if (frame.length < 12 || ((frame[0] as number) & 1) !== 0) {
    return undefined;
  }
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint16(3) !== 0x9d01 || view.getUint8(5) !== 0x2a) {
    throw new HeaderError('a key frame has no start code');
  }
  const [width, height] = [view.getUint16(6, true) & 0x3fff, view.getUint16(8, true) & 0x3fff];
  return {
    ...uncropped(width, height),
    chroma: '4:2:0',
    bitDepth: 8,
    // Its only colour space is that of BT.601.
    colour: colourOfCodes({ matrix: 6, primaries: 2, transfer: 2, fullRange: isUnclamped(view) }),
    fields: false,
  };
};

// The second flag of the first partition, whose two are coded arithmetically with even chances (RFC 6386, 7.3 and 9.2): pixels
// need no clamping, which FFmpeg reads as full range.
const isUnclamped = (view: DataView): boolean => {
  const value = view.getUint16(10);
  const first = value >= 128 << 8;
  // After a 1 the rest of the range is 127, which is doubled before the next flag is read; after a 0 it is 128.
  const [rest, range] = first ? [(value - (128 << 8)) * 2, 254] : [value, 128];
  return rest >= (1 + (((range - 1) * 128) >> 8)) << 8;
};

// color_space of VP9 as a matrix of H.273.
const vp9Matrices = [2, 5, 1, 6, 7, 9, 2, 0];

/** A key frame of VP9, or the first of several in a packet; undefined for any other. */
export const readVp9Header = (frame: Uint8Array): SequenceHeader | undefined => {
  const bits = new BitReader(frame);
  if (bits.bits(2) !== 2) {
    throw new HeaderError('a frame has no marker');
  }
  const profile = bits.bits(1) + 2 * bits.bits(1);
  bits.skip(profile === 3 ? 1 : 0);
  if (bits.flag() || bits.flag()) {
    return undefined;
  }
  bits.skip(2);
  if (bits.bits(24) !== 0x498342) {
    throw new HeaderError('a key frame has no start code');
  }
  const bitDepth = profile >= 2 ? (bits.flag() ? 12 : 10) : 8;
  const space = bits.bits(3);
  const isRgb = space === 7;
  const fullRange = isRgb || bits.flag();
  let [across, down] = [true, true];
  if (profile % 2 === 1) {
    [across, down] = isRgb ? [false, false] : [bits.flag(), bits.flag()];
    bits.skip(1);
  }
  const width = bits.bits(16) + 1;
  const height = bits.bits(16) + 1;
  return {
    ...uncropped(width, height),
    chroma: across ? (down ? '4:2:0' : '4:2:2') : down ? '4:4:0' : '4:4:4',
    bitDepth,
    colour: colourOfCodes({ matrix: vp9Matrices[space] as number, primaries: 2, transfer: 2, fullRange }),
    fields: false,
  };
};

const uncropped = (width: number, height: number) => {
  if (width === 0 || height === 0) {
    throw new HeaderError('its pictures have no size');
  }
  return { width, height, codedWidth: width, codedHeight: height, left: 0, top: 0 };
};
