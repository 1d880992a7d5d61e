/** Samples that movie fragments list (ISO/IEC 14496-12, 8.8). */
import { pause, pauses } from '../pauses.js';
import type { ContainerInput } from '../samples.js';
import { boxesIn, damaged, Fields, findBox } from './boxes.js';
import type { SampleTable } from './sampleTable.js';

type Defaults = {
  readonly description: number;
  readonly duration: number;
  readonly size: number;
  readonly flags: number;
};

/** What samples of a track have where its fragments say nothing (`trex`). */
export const readDefaults = (moov: Buffer, track: number, what: string): Defaults => {
  for (const { type, body } of boxesIn(findBox(moov, 'mvex') ?? Buffer.alloc(0))) {
    if (type !== 'trex') {
      continue;
    }
    const fields = new Fields(body, 'trex', what);
    fields.skip(4);
    if (fields.u32() === track) {
      const description = fields.u32();
      return { description, duration: fields.u32(), size: fields.u32(), flags: fields.u32() };
    }
  }
  return { description: 1, duration: 0, size: 0, flags: 0 };
};

/** Reads the fragments of one track, one after the other. */
export class FragmentReader {
  #decodeTime: number;
  /** Boxes and samples so far. */
  #turns = 0;

  constructor(
    private readonly track: number,
    private readonly defaults: Defaults,
    private readonly table: SampleTable,
    private readonly input: ContainerInput,
    /** When the samples before the first fragment end, in ticks. */
    decodeTime: number,
  ) {
    this.#decodeTime = decodeTime;
  }

  /** @param moof The body of a `moof` that begins at byte `start` of the file. */
  async read(moof: Buffer, start: number): Promise<void> {
    // Where data of a track fragment without an address of its own begins: behind that of the one before.
    let follow = start;
    for (const { type, body } of boxesIn(moof)) {
      if (type === 'traf') {
        follow = await this.#readTrack(body, start, follow);
      }
    }
  }

  async #readTrack(traf: Buffer, start: number, follow: number): Promise<number> {
    const { what } = this.input;
    const header = findBox(traf, 'tfhd');
    if (!header) {
      throw damaged(what, 'a fragment names no track');
    }
    const fields = new Fields(header, 'tfhd', what);
    const flags = fields.u32();
    const mine = fields.u32() === this.track;
    const base = flags & 1 ? fields.u64() : flags & 0x20000 ? start : follow;
    const own = {
      description: flags & 2 ? fields.u32() : this.defaults.description,
      duration: flags & 8 ? fields.u32() : this.defaults.duration,
      size: flags & 16 ? fields.u32() : this.defaults.size,
      flags: flags & 32 ? fields.u32() : this.defaults.flags,
    };
    const clock = findBox(traf, 'tfdt');
    if (mine && clock) {
      const time = new Fields(clock, 'tfdt', what);
      this.#decodeTime = time.u32() >>> 24 === 1 ? time.u64() : time.u32();
    }
    let at = base;
    for (const { type, body } of boxesIn(traf)) {
      if (type === 'trun') {
        at = await this.#readRun(new Fields(body, 'trun', what), base, at, own, mine);
      }
      if (pauses(this.#turns++)) {
        await pause();
      }
    }
    return at;
  }

  async #readRun(
    fields: Fields,
    base: number,
    follow: number,
    own: Defaults,
    mine: boolean,
  ): Promise<number> {
    const { what, bytes } = this.input;
    const flags = fields.u32();
    const present = [0x100, 0x200, 0x400, 0x800].filter(bit => (flags & bit) !== 0).length;
    const count = fields.u32();
    if (present > 0) {
      const before = (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0);
      if (count * 4 * present + before > fields.left) {
        throw damaged(
          what,
          `a trun announces ${count} samples and holds ${Math.floor((fields.left - before) / 4 / present)}`,
        );
      }
    } else if (count * Math.max(own.size, 1) > bytes.size) {
      // Samples without fields of their own: only the file's size tells whether they can be.
      throw damaged(what, `a trun announces ${count} samples of ${own.size} bytes in ${bytes.size}`);
    }
    if (mine) {
      this.table.expect(count);
    }
    let at = flags & 1 ? base + fields.i32() : follow;
    if (!mine && (flags & 0x200) === 0) {
      return at + count * own.size;
    }
    const firstFlags = flags & 4 ? fields.u32() : undefined;
    for (let n = 0; n < count; n++) {
      const duration = flags & 0x100 ? fields.u32() : own.duration;
      const size = flags & 0x200 ? fields.u32() : own.size;
      const sampleFlags =
        flags & 0x400 ? fields.u32() : n === 0 && firstFlags !== undefined ? firstFlags : own.flags;
      const shift = flags & 0x800 ? fields.i32() : 0;
      if (mine) {
        const key = (sampleFlags & 0x10000) === 0;
        this.table.push(at, size, this.#decodeTime + shift, duration, key, Math.max(own.description, 1) - 1);
        this.#decodeTime += duration;
      }
      at += size;
      if (pauses(this.#turns++)) {
        await pause();
      }
    }
    return at;
  }
}
