/** The boxes of MP4 and MOV (ISO/IEC 14496-12, 4.2). */
import { VideoError } from '../../videoError.js';

/** A box without its header. */
export type Box = { readonly type: string; readonly body: Buffer };

/** What the first bytes of a box say; `size` counts its header, too. Undefined: they are no box. */
export const boxHeader = (
  head: Buffer,
  left: number,
): { readonly type: string; readonly header: number; readonly size: number } | undefined => {
  if (head.length < 8) {
    return undefined;
  }
  const short = head.readUInt32BE(0);
  const large = short === 1;
  if (large && head.length < 16) {
    return undefined;
  }
  const size = large ? Number(head.readBigUInt64BE(8)) : short === 0 ? left : short;
  const header = large ? 16 : 8;
  return size < header ? undefined : { type: head.toString('latin1', 4, 8), header, size };
};

// The parser looks through 65,536 boxes in some 10 ms; a real film has a few hundred tracks and runs.
const mostBoxes = 2 ** 16;

/** The boxes that lie in the body of another. What follows the last whole header is passed over, as QuickTime's zeros at the end are. */
export function* boxesIn(bytes: Buffer): Generator<Box> {
  for (let [at, count] = [0, 0]; at + 8 <= bytes.length; count++) {
    if (count === mostBoxes) {
      throw new VideoError('corrupt', `A box of the video holds more than ${mostBoxes} boxes`);
    }
    const found = boxHeader(bytes.subarray(at, at + 16), bytes.length - at);
    if (!found) {
      return;
    }
    yield { type: found.type, body: bytes.subarray(at + found.header, at + found.size) };
    at += found.size;
  }
}

/** The body of the first box of a type, through boxes in boxes. */
export const findBox = (bytes: Buffer | undefined, ...path: readonly string[]): Buffer | undefined => {
  let body = bytes;
  for (const type of path) {
    const parent = body;
    if (!parent) {
      return undefined;
    }
    body = undefined;
    for (const box of boxesIn(parent)) {
      if (box.type === type) {
        body = box.body;
        break;
      }
    }
  }
  return body;
};

/** The error of a file whose fields contradict each other. */
export const damaged = (what: string, found: string): VideoError =>
  new VideoError('corrupt', `Cannot read the index of ${what}: ${found}`);

/** The fields of a box, one after the other. Reading beyond its end is an error of the file. */
export class Fields {
  #at = 0;

  constructor(
    private readonly body: Buffer,
    private readonly type: string,
    private readonly what: string,
  ) {}

  /** Bytes that are left. */
  get left(): number {
    return this.body.length - this.#at;
  }
  skip(bytes: number): void {
    this.#need(bytes);
    this.#at += bytes;
  }
  u8(): number {
    this.#need(1);
    return this.body[this.#at++] as number;
  }
  u16(): number {
    this.#need(2);
    this.#at += 2;
    return this.body.readUInt16BE(this.#at - 2);
  }
  u32(): number {
    this.#need(4);
    this.#at += 4;
    return this.body.readUInt32BE(this.#at - 4);
  }
  i32(): number {
    this.#need(4);
    this.#at += 4;
    return this.body.readInt32BE(this.#at - 4);
  }
  u64(): number {
    return this.u32() * 2 ** 32 + this.u32();
  }
  i64(): number {
    return this.i32() * 2 ** 32 + this.u32();
  }
  text(bytes: number): string {
    this.skip(bytes);
    return this.body.toString('latin1', this.#at - bytes, this.#at);
  }
  /** How many entries follow, which must lie in the box. */
  count(bytesEach: number): number {
    const entries = this.u32();
    if (entries * bytesEach > this.left) {
      throw damaged(
        this.what,
        `its ${this.type} announces ${entries} entries and holds ${Math.floor(this.left / bytesEach)}`,
      );
    }
    return entries;
  }

  #need(bytes: number): void {
    if (bytes > this.left) {
      throw damaged(this.what, `its ${this.type} ends within a field`);
    }
  }
}
