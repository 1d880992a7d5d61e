/** Changes of PNG files, chunk by chunk with right checksums, and of JPEG files, segment by segment. */
import { crc32 } from 'node:zlib';
import type { Random } from '../../support/random.js';
import { concat, edgeNumber, writeNumber } from './bytes.js';

type Piece = { readonly start: number; readonly body: number; readonly end: number };

const chunksOf = (bytes: Uint8Array): Piece[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Piece[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) {
      break;
    }
    found.push({ start: at, body: at + 8, end });
    at = end;
  }
  return found;
};

const segmentsOf = (bytes: Uint8Array): Piece[] => {
  const found: Piece[] = [];
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda; ) {
    const end = at + 2 + bytes[at + 2] * 256 + bytes[at + 3];
    if (end > bytes.length) {
      break;
    }
    found.push({ start: at, body: at + 4, end });
    at = end;
  }
  return found;
};

/** Changes one chunk or segment; a file of another kind is left as it is. */
export const changePieces = (random: Random, bytes: Uint8Array): Uint8Array => {
  const isPng = bytes[0] === 0x89 && bytes[1] === 0x50;
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  const pieces = isPng ? chunksOf(bytes) : isJpeg ? segmentsOf(bytes) : [];
  if (pieces.length === 0) {
    return bytes;
  }
  const { start, body, end } = random.pick(pieces);
  switch (random.int(0, 3)) {
    case 0:
      return concat([bytes.subarray(0, start), bytes.subarray(end)]);
    case 1:
      return concat([bytes.subarray(0, end), bytes.subarray(start)]);
    case 2: {
      const other = random.pick(pieces);
      return concat([bytes.subarray(0, start), bytes.subarray(other.start, other.end), bytes.subarray(end)]);
    }
    default: {
      const out = bytes.slice();
      const size = random.pick([1, 2, 4]);
      const last = isPng ? end - 4 : end;
      writeNumber(
        out,
        body + random.int(0, Math.max(0, Math.min(32, last - body - 1))),
        size,
        edgeNumber(random, size),
      );
      if (isPng) {
        writeNumber(out, last, 4, crc32(out.subarray(start + 4, last)));
      }
      return out;
    }
  }
};
