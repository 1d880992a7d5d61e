/** Blocks of a Matroska file: one frame, or several laced together (RFC 9559, 10). */
import { broken, elementsIn, readSize, uintOf } from './ebml.js';

/** A frame in a block; `offset` counts from the block's first byte. */
export type Lace = { readonly offset: number; readonly size: number };

/** What stands at the beginning of a block. */
export type BlockHead = {
  readonly track: number;
  /** Ticks from the cluster's time. */
  readonly time: number;
  readonly flags: number;
  /** Bytes before the frames. */
  readonly length: number;
};

/** The most bytes of {@link BlockHead}. */
export const mostBlockHead = 11;

export const blockHead = (bytes: Buffer): BlockHead | undefined => {
  const track = readSize(bytes, 0);
  if (track?.value === undefined || bytes.length < track.length + 3) {
    return undefined;
  }
  return {
    track: track.value,
    time: bytes.readInt16BE(track.length),
    flags: bytes[track.length + 2] as number,
    length: track.length + 3,
  };
};

/** Whether a block holds several frames. */
export const isLaced = ({ flags }: BlockHead): boolean => (flags & 6) !== 0;

/**
 * The frames of a laced block.
 *
 * @param place Where the block lies in the file, for messages.
 */
export const lacesOf = (block: Buffer, head: BlockHead, what: string, place: number): readonly Lace[] => {
  const wrong = (): Error => broken(what, place, 'the frames of a block are larger than it is');
  let at = head.length;
  const more = block[at++] ?? 0;
  const sizes: number[] = [];
  const kind = head.flags & 6;
  if (kind === 2) {
    for (let n = 0; n < more; n++) {
      let size = 0;
      let byte: number;
      do {
        byte = block[at++] ?? 0;
        size += byte;
      } while (byte === 255);
      sizes.push(size);
    }
  } else if (kind === 6) {
    for (let n = 0; n < more; n++) {
      const found = readSize(block, at);
      if (found?.value === undefined) {
        throw wrong();
      }
      at += found.length;
      // All but the first are differences, with half of their range below 0.
      const previous = sizes[n - 1];
      sizes.push(
        previous === undefined ? found.value : previous + found.value - (2 ** (7 * found.length - 1) - 1),
      );
    }
  } else {
    sizes.push(...Array.from({ length: more }, () => (block.length - at) / (more + 1)));
  }
  const last = block.length - at - sizes.reduce((sum, size) => sum + size, 0);
  const laces: Lace[] = [];
  for (const size of [...sizes, last]) {
    if (!Number.isInteger(size) || size < 0 || at + size > block.length) {
      throw wrong();
    }
    laces.push({ offset: at, size });
    at += size;
  }
  return laces;
};

/** What a `BlockGroup` says beside its block. */
export type GroupFacts = {
  /** Where its block's body lies in the group. */
  readonly block?: { readonly at: number; readonly body: Buffer };
  /** Ticks. */
  readonly duration?: number;
  readonly refers: boolean;
  readonly alpha?: Buffer;
};

export const readGroup = (group: Buffer, what: string, place: number): GroupFacts => {
  const facts: { -readonly [K in keyof GroupFacts]: GroupFacts[K] } = { refers: false };
  for (const { id, body } of elementsIn(group, what, place)) {
    if (id === 0xa1) {
      facts.block = { at: body.byteOffset - group.byteOffset, body };
    } else if (id === 0x9b) {
      facts.duration = uintOf(body);
    } else if (id === 0xfb) {
      facts.refers = true;
    } else if (id === 0x75a1) {
      facts.alpha ??= readAlpha(body, what, place);
    }
  }
  return facts;
};

/** The addition numbered 1, which is the alpha channel of VP8 and VP9. */
const readAlpha = (additions: Buffer, what: string, place: number): Buffer | undefined => {
  for (const { id, body } of elementsIn(additions, what, place)) {
    if (id !== 0xa6) {
      continue;
    }
    const parts = [...elementsIn(body, what, place)];
    const number = parts.find(part => part.id === 0xee);
    const data = parts.find(part => part.id === 0xa5);
    if (data && (number ? uintOf(number.body) : 1) === 1) {
      return data.body;
    }
  }
  return undefined;
};
