/** Changes of MP4 files, box by box (ISO/IEC 14496-12), and of Matroska files, element by element (RFC 8794). */
import type { Random } from '../../support/random.js';
import { concat, edgeNumber, writeNumber } from './bytes.js';

/** A part of a file that has a size of its own in front. */
type Part = {
  readonly start: number;
  /** Where its content begins. */
  readonly body: number;
  readonly end: number;
  /** Where its size stands, and in how many bytes. */
  readonly size: readonly [at: number, bytes: number];
  /** Whether its size is written as in EBML: with a bit that tells its length. */
  readonly vint: boolean;
  readonly parents: readonly Part[];
};

const containers = new Set(
  'moov trak mdia minf stbl edts dinf udta mvex moof traf mfra meta stsd avc1 hvc1 vp09 av01 encv sinf schi tref'.split(
    ' ',
  ),
);
// What stands in front of the boxes within these.
const headers: Readonly<Record<string, number>> = {
  stsd: 8,
  meta: 4,
  avc1: 78,
  hvc1: 78,
  vp09: 78,
  av01: 78,
  encv: 78,
};

const readUint = (bytes: Uint8Array, at: number, size: number): number => {
  let value = 0;
  for (let n = 0; n < size; n++) {
    value = value * 256 + (bytes[at + n] ?? 0);
  }
  return value;
};

const boxesOf = (bytes: Uint8Array, start = 0, end = bytes.length, parents: readonly Part[] = []): Part[] => {
  const found: Part[] = [];
  for (let at = start; at + 8 <= end && found.length < 2000; ) {
    const short = readUint(bytes, at, 4);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const length = short === 1 ? readUint(bytes, at + 8, 8) : short === 0 ? end - at : short;
    const body = at + (short === 1 ? 16 : 8);
    if (length < body - at || at + length > end) {
      break;
    }
    const part: Part = { start: at, body, end: at + length, size: [at, 4], vint: false, parents };
    found.push(part);
    if (containers.has(type) && parents.length < 8) {
      found.push(...boxesOf(bytes, body + (headers[type] ?? 0), at + length, [...parents, part]));
    }
    at += length;
  }
  return found;
};

// EBML, Segment, SeekHead, Seek, Info, Tracks, TrackEntry, Video, Colour, Cluster, BlockGroup, Cues, CuePoint, CueTrackPositions.
const masters = new Set([
  0x1a45dfa3, 0x18538067, 0x114d9b74, 0x4dbb, 0x1549a966, 0x1654ae6b, 0xae, 0xe0, 0x55b0, 0x1f43b675, 0xa0,
  0x1c53bb6b, 0xbb, 0xb7,
]);

const elementsOf = (
  bytes: Uint8Array,
  start = 0,
  end = bytes.length,
  parents: readonly Part[] = [],
): Part[] => {
  const found: Part[] = [];
  for (let at = start; at < end && found.length < 2000; ) {
    const idBytes = Math.clz32(bytes[at]) - 23;
    const id = readUint(bytes, at, idBytes);
    const sizeAt = at + idBytes;
    const sizeBytes = Math.clz32(bytes[sizeAt] ?? 0) - 23;
    if (idBytes > 4 || sizeBytes > 8) {
      break;
    }
    const body = sizeAt + sizeBytes;
    const value = readUint(bytes, sizeAt, sizeBytes) - 2 ** (7 * sizeBytes);
    const unknown = value === 2 ** (7 * sizeBytes) - 1;
    const stop = unknown ? end : body + value;
    if (stop > end) {
      break;
    }
    const part: Part = { start: at, body, end: stop, size: [sizeAt, sizeBytes], vint: true, parents };
    found.push(part);
    if (masters.has(id) && parents.length < 8) {
      found.push(...elementsOf(bytes, body, stop, [...parents, part]));
    }
    at = stop;
  }
  return found;
};

const writeSize = (bytes: Uint8Array, { size: [at, count], vint }: Part, value: number): void => {
  writeNumber(bytes, at, count, vint ? value + 2 ** (7 * count) : value);
};

/** Puts something in the place of a stretch, and mends the sizes around it. */
const splice = (bytes: Uint8Array, part: Part, [from, to]: [number, number], by: Uint8Array): Uint8Array => {
  const out = concat([bytes.subarray(0, from), by, bytes.subarray(to)]);
  const more = by.length - (to - from);
  for (const parent of part.parents) {
    writeSize(out, parent, parent.vint ? parent.end - parent.body + more : parent.end - parent.start + more);
  }
  return out;
};

const changes: readonly ((
  random: Random,
  bytes: Uint8Array,
  part: Part,
  parts: readonly Part[],
) => Uint8Array)[] = [
  // A field of four, or another number of, bytes.
  (random, bytes, { body, end }) => {
    const size = random.pick([1, 2, 4, 4, 4, 8]);
    const fields = Math.max(1, Math.floor((end - body) / size));
    writeNumber(bytes, body + size * random.int(0, Math.min(fields, 40) - 1), size, edgeNumber(random, size));
    return bytes;
  },
  // Its size.
  (random, bytes, part) => {
    writeSize(bytes, part, edgeNumber(random, part.size[1]));
    return bytes;
  },
  // Its size by little.
  (random, bytes, part) => {
    writeSize(bytes, part, part.end - part.start + random.pick([-9, -8, -4, -1, 1, 4, 8]));
    return bytes;
  },
  // Its name.
  (random, bytes, { start, vint }) => {
    bytes[vint ? start : start + 4 + random.int(0, 3)] ^= 1 << random.int(0, 7);
    return bytes;
  },
  // Away with it.
  (_, bytes, part) => splice(bytes, part, [part.start, part.end], new Uint8Array(0)),
  // Twice.
  (_, bytes, part) =>
    part.end - part.start > 65536
      ? bytes
      : splice(bytes, part, [part.end, part.end], bytes.slice(part.start, part.end)),
  // Another in its place.
  (random, bytes, part, parts) => {
    const { start, end } = random.pick(parts);
    return end - start > 65536 ? bytes : splice(bytes, part, [part.start, part.end], bytes.slice(start, end));
  },
];

/** Changes one box or element; a file of another kind is left as it is. */
export const changeParts = (random: Random, bytes: Uint8Array): Uint8Array => {
  const isMatroska = readUint(bytes, 0, 4) === 0x1a45dfa3;
  const all = isMatroska ? elementsOf(bytes) : boxesOf(bytes);
  if (all.length === 0) {
    return bytes;
  }
  // Samples are many and say little: mostly what describes them.
  const described = all.filter(({ body, end }) => end - body < 4096);
  const part = random.pick(described.length > 0 && random.next() < 0.9 ? described : all);
  return random.pick(changes)(random, bytes, part, all);
};
