/**
 * Pictures that name their colours by the code points of ITU-T H.273 and not by a profile: PNG's cICP chunk, the `nclx` box of AVIF and
 * HEIF. The library that decodes pictures does not look at them.
 */
import { primariesMatrix } from '../../ops/colour/colour.js';
import type { Primaries } from '../../ops/spec.js';
import type { PictureKind } from './pictureKind.js';

/** Code points of H.273. */
export type ColourCodes = { readonly primaries: number; readonly transfer: number; readonly full: boolean };

/**
 * @internal The codes in the first bytes of a picture, if it has some.
 * Source: PNG (third edition) 11.3.2.6; ISO/IEC 23008-12 6.5.5 and ISO/IEC 14496-12 12.1.5.
 */
export const colourCodes = (head: Uint8Array, kind: PictureKind): ColourCodes | undefined => {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  return kind === 'png' ? ofPng(bytes) : kind === 'heif' ? ofHeif(bytes) : undefined;
};

const ofPng = (bytes: Buffer): ColourCodes | undefined => {
  for (let at = 8; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (type === 'IDAT') {
      return undefined;
    }
    if (type === 'cICP' && bytes.readUInt32BE(at) === 4) {
      return {
        primaries: bytes.readUInt8(at + 8),
        transfer: bytes.readUInt8(at + 9),
        full: bytes[at + 11] === 1,
      };
    }
  }
  return undefined;
};

type Box = { readonly type: string; readonly start: number; readonly end: number };

/** The boxes of a stretch; one that is longer than it ends with it. */
const boxesOf = (bytes: Buffer, from: number, to: number): readonly Box[] => {
  const boxes: Box[] = [];
  for (let at = from; at + 8 <= to; ) {
    const size = bytes.readUInt32BE(at);
    // A size of 0 says "to the end"; 64-bit sizes are those of pixels, which come after what is looked for.
    const end = size < 8 ? to : Math.min(at + size, to);
    boxes.push({ type: bytes.toString('latin1', at + 4, at + 8), start: at + 8, end });
    at = end;
  }
  return boxes;
};

const ofHeif = (bytes: Buffer): ColourCodes | undefined => {
  const inside = (boxes: readonly Box[], type: string, skip = 0): readonly Box[] =>
    boxes.filter(box => box.type === type).flatMap(({ start, end }) => boxesOf(bytes, start + skip, end));
  // `meta` has a version and flags before its boxes.
  const meta = inside(boxesOf(bytes, 0, bytes.length), 'meta', 4);
  const properties = inside(inside(meta, 'iprp'), 'ipco');
  const found = properties.find(
    ({ type, start, end }) =>
      type === 'colr' && end - start >= 11 && bytes.toString('latin1', start, start + 4) === 'nclx',
  );
  if (!found) {
    return undefined;
  }
  const { start } = found;
  return {
    primaries: bytes.readUInt16BE(start + 4),
    transfer: bytes.readUInt16BE(start + 6),
    full: (bytes.readUInt8(start + 10) & 0x80) !== 0,
  };
};

// 2 is "unspecified": such pictures are shown as sRGB.
const primariesOf: Readonly<Record<number, Primaries>> = {
  1: 'bt709',
  2: 'bt709',
  5: 'bt601-625',
  6: 'bt601-525',
  7: 'bt601-525',
  9: 'bt2020',
  12: 'p3',
};
/** From a coded value in 0..1 to light. */
type Curve = (value: number) => number;
const srgb: Curve = v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
// Pictures coded for BT.709 and its kin are shown as those of sRGB are.
const curves: Readonly<Record<number, Curve>> = {
  1: srgb,
  2: srgb,
  4: v => v ** 2.2,
  5: v => v ** 2.8,
  6: srgb,
  8: v => v,
  13: srgb,
  14: srgb,
  15: srgb,
};
const fromLight = (v: number): number => (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055);

/** How to make sRGB of a picture's values. */
export type ToSrgb = (pixels: Uint16Array, channels: number) => void;

/**
 * @internal How the values of a picture with such codes become sRGB, or as a text why they cannot; undefined: they are sRGB. It works in place on
 * RGB of 16 bits and leaves a fourth channel. What lies outside of sRGB's gamut is clipped, channel by channel.
 */
export const toSrgb = ({ primaries, transfer }: ColourCodes): ToSrgb | string | undefined => {
  if (transfer === 16 || transfer === 18) {
    const name = transfer === 16 ? 'PQ' : 'HLG';
    return `it is an HDR picture (${name}), which has no one form in sRGB: tone-map it to an SDR picture first`;
  }
  const from = primariesOf[primaries];
  const curve = curves[transfer];
  if (!from || !curve) {
    return `its colours have ${from ? `the transfer ${transfer}` : `the primaries ${primaries}`} of H.273, which are not converted here: convert it to sRGB first`;
  }
  if (from === 'bt709' && curve === srgb) {
    return undefined;
  }
  const light = Float64Array.from({ length: 65536 }, (_, n) => curve(n / 65535));
  // The curve is steep near black: entries lie apart by the root.
  const steps = 16384;
  const coded = Uint16Array.from({ length: steps + 1 }, (_, n) =>
    Math.round(65535 * fromLight((n / steps) ** 2)),
  );
  const back = (v: number): number =>
    coded[Math.round(Math.sqrt(Math.min(Math.max(v, 0), 1)) * steps)] as number;
  const m = primariesMatrix({ from, to: 'bt709' });
  return (pixels, channels) => {
    const lightAt = (at: number): number => light[pixels[at] as number] as number;
    for (let at = 0; at < pixels.length; at += channels) {
      const [r, g, b] = [lightAt(at), lightAt(at + 1), lightAt(at + 2)];
      pixels[at] = back(m[0] * r + m[1] * g + m[2] * b);
      pixels[at + 1] = back(m[3] * r + m[4] * g + m[5] * b);
      pixels[at + 2] = back(m[6] * r + m[7] * g + m[8] * b);
    }
  };
};
