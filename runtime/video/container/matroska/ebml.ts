/** Elements of EBML (RFC 8794), the form that Matroska and WebM have. */
import { VideoError } from '../../videoError.js';

/** What stands before an element's body. */
export type ElementHeader = {
  readonly id: number;
  /** Bytes of the ID and the size together. */
  readonly header: number;
  /** The size of the body; undefined where it ends with the next element of its level. */
  readonly size: number | undefined;
};

/** The most bytes that stand before a body. */
export const mostHeader = 12;

/** The error of a file whose elements lead nowhere. */
export const broken = (what: string, at: number, found: string): VideoError =>
  new VideoError('corrupt', `Cannot read ${what}: at byte ${at} ${found}`);

/** Bytes of a number whose first byte has that many zeros in front; 9 where it is not a number. */
const lengthOf = (first: number): number => (first === 0 ? 9 : Math.clz32(first) - 23);

/** A number of EBML at a place, with the bit that marks its length taken off; `undefined`: all ones, which means unknown. */
export const readSize = (
  bytes: Uint8Array,
  at: number,
): { readonly length: number; readonly value: number | undefined } | undefined => {
  const first = bytes[at];
  const length = first === undefined ? 9 : lengthOf(first);
  if (length > 8 || at + length > bytes.length) {
    return undefined;
  }
  let value = (first as number) & (0xff >> length);
  let ones = value === 0xff >> length;
  for (let n = 1; n < length; n++) {
    const byte = bytes[at + n] as number;
    ones &&= byte === 0xff;
    value = value * 256 + byte;
  }
  return { length, value: ones ? undefined : value };
};

/** The header of the element that begins with these bytes; undefined: none does. */
export const elementHeader = (bytes: Uint8Array, at = 0): ElementHeader | undefined => {
  const first = bytes[at];
  const idLength = first === undefined ? 9 : lengthOf(first);
  if (idLength > 4 || at + idLength > bytes.length) {
    return undefined;
  }
  let id = 0;
  for (let n = 0; n < idLength; n++) {
    id = id * 256 + (bytes[at + n] as number);
  }
  const size = readSize(bytes, at + idLength);
  return size && { id, header: idLength + size.length, size: size.value };
};

/** An element of a body that is at hand. */
export type Element = { readonly id: number; readonly body: Buffer };

/**
 * The elements of a body.
 *
 * @param place Where it lies in the file, for the message.
 * @throws {VideoError} `corrupt`, if one is larger than the body.
 */
export function* elementsIn(bytes: Buffer, what: string, place: number): Generator<Element> {
  for (let at = 0; at < bytes.length; ) {
    const found = elementHeader(bytes, at);
    const end = found?.size === undefined ? undefined : at + found.header + found.size;
    if (!found || end === undefined || end > bytes.length) {
      throw broken(what, place + at, 'an element is larger than that which holds it');
    }
    yield { id: found.id, body: bytes.subarray(at + found.header, end) };
    at = end;
  }
}

/** An unsigned whole number. */
export const uintOf = (body: Buffer): number => {
  let value = 0;
  for (const byte of body.subarray(0, 8)) {
    value = value * 256 + byte;
  }
  return value;
};

/** A number of 4 or 8 bytes; 0 for another. */
export const floatOf = (body: Buffer): number =>
  body.length === 4 ? body.readFloatBE(0) : body.length === 8 ? body.readDoubleBE(0) : 0;
