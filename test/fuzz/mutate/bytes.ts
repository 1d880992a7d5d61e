/** Changes that need to know nothing of a format. */
import type { Random } from '../../support/random.js';

/** Numbers that programs get wrong: by bytes. */
export const edgeNumber = (random: Random, size: number): number => {
  const top = 2 ** (8 * Math.min(size, 6));
  return random.pick([
    0,
    1,
    2,
    top - 1,
    top - 2,
    top / 2,
    top / 2 - 1,
    random.int(0, 16),
    random.int(0, 255),
    random.int(0, 65535),
    Math.floor(random.next() * top),
  ]);
};

/** Writes a number of up to 8 bytes; what does not fit is cut off. */
export const writeNumber = (
  bytes: Uint8Array,
  at: number,
  size: number,
  value: number,
  littleEndian = false,
): void => {
  let rest = value;
  for (let n = 0; n < size; n++) {
    const place = littleEndian ? at + n : at + size - 1 - n;
    if (place < bytes.length) {
      bytes[place] = rest % 256;
    }
    rest = Math.floor(rest / 256);
  }
};

export const concat = (parts: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};

type Change = (random: Random, bytes: Uint8Array) => Uint8Array;

const stretch = (random: Random, { length }: Uint8Array, most: number): [number, number] => {
  const start = random.int(0, length - 1);
  return [start, Math.min(length, start + random.int(1, most))];
};

const changes: readonly Change[] = [
  // One bit.
  (random, bytes) => {
    bytes[random.int(0, bytes.length - 1)] ^= 1 << random.int(0, 7);
    return bytes;
  },
  // A number somewhere.
  (random, bytes) => {
    const size = random.pick([1, 2, 4, 8]);
    const at = random.int(0, bytes.length - 1);
    writeNumber(bytes, at, size, edgeNumber(random, size), random.next() < 0.3);
    return bytes;
  },
  // Noise.
  (random, bytes) => {
    const [start, end] = stretch(random, bytes, 16);
    for (let at = start; at < end; at++) {
      bytes[at] = random.int(0, 255);
    }
    return bytes;
  },
  // Less.
  (random, bytes) => {
    const [start, end] = stretch(random, bytes, random.pick([4, 64, 4096]));
    return concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  // More.
  (random, bytes) => {
    const [start, end] = stretch(random, bytes, random.pick([4, 64, 1024]));
    const at = random.int(0, bytes.length);
    return concat([bytes.subarray(0, at), bytes.subarray(start, end), bytes.subarray(at)]);
  },
  // Cut off.
  (random, bytes) => bytes.slice(0, random.int(1, bytes.length)),
];

/** Some such change. */
export const changeBytes: Change = (random, bytes) =>
  bytes.length === 0 ? bytes : random.pick(changes)(random, bytes);
