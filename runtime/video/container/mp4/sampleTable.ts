/** Where each sample of a track lies and when it is shown (ISO/IEC 14496-12, 8.6 and 8.7). */
import { beyondLimit } from '../../limits.js';
import { pause, pauses } from '../pauses.js';
import type { ContainerInput } from '../samples.js';
import { damaged, Fields, findBox } from './boxes.js';

// Ticks are counted in doubles.
const mostTicks = 2 ** 52;

/** Samples in decode order; times are in ticks of the track's own clock. */
export class SampleTable {
  #offsets = new Float64Array(64);
  #sizes = new Uint32Array(64);
  #times = new Float64Array(64);
  #durations = new Uint32Array(64);
  #keys = new Uint8Array(64);
  #descriptions = new Uint16Array(64);
  #inFile = 0;
  count = 0;

  constructor(private readonly input: ContainerInput) {}

  /** Checks, before any of them is stored, that the table may have `more` samples beside those that it has. */
  expect(more: number): void {
    const { what, limits, bytes } = this.input;
    if (this.count + more > limits.samples) {
      throw beyondLimit(what, 'samples', limits.samples, 'more');
    }
    // A table of the shortest fields has two samples a byte; those without bytes of their own need no more.
    if (this.count + more > 2 * bytes.size) {
      throw damaged(what, `it lists more samples than two for each of its ${bytes.size} bytes`);
    }
  }

  /** @param description Which of the track's descriptions it needs, from 0. */
  push(
    offset: number,
    size: number,
    time: number,
    duration: number,
    key: boolean,
    description: number,
  ): void {
    const { what, bytes } = this.input;
    this.expect(1);
    if (!(Math.abs(time) < mostTicks) || duration >= 2 ** 31) {
      throw damaged(what, `sample ${this.count} has a time that cannot be`);
    }
    // Samples that lie upon each other would make a small file long.
    if (offset + size <= bytes.size) {
      this.#inFile += size;
      if (this.#inFile > 2 * bytes.size) {
        throw damaged(what, 'its samples lie upon each other');
      }
    }
    if (this.count === this.#offsets.length) {
      this.#grow();
    }
    const n = this.count++;
    this.#offsets[n] = offset;
    this.#sizes[n] = size;
    this.#times[n] = time;
    this.#durations[n] = duration;
    this.#keys[n] = key ? 1 : 0;
    this.#descriptions[n] = description;
  }

  offset(n: number): number {
    return this.#offsets[n] as number;
  }
  size(n: number): number {
    return this.#sizes[n] as number;
  }
  time(n: number): number {
    return this.#times[n] as number;
  }
  duration(n: number): number {
    return this.#durations[n] as number;
  }
  isKey(n: number): boolean {
    return this.#keys[n] === 1;
  }
  description(n: number): number {
    return this.#descriptions[n] as number;
  }

  #grow(): void {
    const larger = <T extends Float64Array | Uint32Array | Uint8Array | Uint16Array>(
      old: T,
      made: new (length: number) => T,
    ): T => {
      const next = new made(2 * old.length);
      next.set(old);
      return next;
    };
    this.#offsets = larger(this.#offsets, Float64Array);
    this.#sizes = larger(this.#sizes, Uint32Array);
    this.#times = larger(this.#times, Float64Array);
    this.#durations = larger(this.#durations, Uint32Array);
    this.#keys = larger(this.#keys, Uint8Array);
    this.#descriptions = larger(this.#descriptions, Uint16Array);
  }
}

/** Fields behind the version and flags of a box of `stbl`. */
const tableOf = (stbl: Buffer, type: string, what: string): Fields | undefined => {
  const body = findBox(stbl, type);
  if (!body) {
    return undefined;
  }
  const fields = new Fields(body, type, what);
  fields.skip(4);
  return fields;
};

/** Numbers that stand in runs: the same `value` for `count` samples. */
class Runs {
  readonly #fields: Fields | undefined;
  #entries: number;
  #left = 0;
  #value = 0;

  constructor(
    fields: Fields | undefined,
    private readonly signed: boolean,
  ) {
    this.#fields = fields;
    this.#entries = fields?.count(8) ?? 0;
  }

  /** The next sample's; undefined: the runs are over. */
  next(): number | undefined {
    while (this.#left === 0) {
      if (this.#entries === 0 || !this.#fields) {
        return undefined;
      }
      this.#entries--;
      this.#left = this.#fields.u32();
      this.#value = this.signed ? this.#fields.i32() : this.#fields.u32();
    }
    this.#left--;
    return this.#value;
  }
}

/** The size of each sample, from `stsz` or `stz2`. */
const readSizes = (
  stbl: Buffer,
  what: string,
): { readonly count: number; readonly listed: boolean; readonly next: () => number } => {
  const sizes = tableOf(stbl, 'stsz', what);
  if (sizes) {
    const same = sizes.u32();
    if (same === 0) {
      return { count: sizes.count(4), listed: true, next: () => sizes.u32() };
    }
    return { count: sizes.u32(), listed: false, next: () => same };
  }
  const compact = tableOf(stbl, 'stz2', what);
  if (!compact) {
    return { count: 0, listed: true, next: () => 0 };
  }
  compact.skip(3);
  const bits = compact.u8();
  if (bits === 8 || bits === 16) {
    return {
      count: compact.count(bits / 8),
      listed: true,
      next: () => (bits === 8 ? compact.u8() : compact.u16()),
    };
  }
  if (bits !== 4) {
    throw damaged(what, `its stz2 has fields of ${bits} bits`);
  }
  const count = compact.count(0.5);
  let pending: number | undefined;
  const next = (): number => {
    if (pending !== undefined) {
      const low = pending;
      pending = undefined;
      return low;
    }
    const both = compact.u8();
    pending = both & 15;
    return both >> 4;
  };
  return { count, listed: true, next };
};

/** Where each chunk begins, from `stco` or `co64`. */
const readChunks = (stbl: Buffer, what: string): { readonly count: number; readonly next: () => number } => {
  const short = tableOf(stbl, 'stco', what);
  if (short) {
    return { count: short.count(4), next: () => short.u32() };
  }
  const long = tableOf(stbl, 'co64', what);
  return long ? { count: long.count(8), next: () => long.u64() } : { count: 0, next: () => 0 };
};

/** Appends the samples that a track's `stbl` lists. */
export const readSampleTable = async (
  stbl: Buffer,
  table: SampleTable,
  input: ContainerInput,
): Promise<void> => {
  const { what, bytes } = input;
  const sizes = readSizes(stbl, what);
  if (sizes.count === 0) {
    return;
  }
  const chunks = readChunks(stbl, what);
  const perChunk = tableOf(stbl, 'stsc', what);
  let runsLeft = perChunk?.count(12) ?? 0;
  if (!perChunk || runsLeft === 0 || chunks.count === 0) {
    throw damaged(what, 'it has samples and no chunks that hold them');
  }
  const durations = new Runs(tableOf(stbl, 'stts', what), false);
  const offsets = new Runs(tableOf(stbl, 'ctts', what), true);
  const keys = tableOf(stbl, 'stss', what);
  let keysLeft = keys?.count(4) ?? 0;
  // Sync samples are counted from 1. Without the table every sample is one.
  let nextKey = keys && keysLeft > 0 ? keys.u32() : 0;

  let [samples, description] = [0, 0];
  let [nextFirst, nextSamples, nextDescription] = [perChunk.u32(), perChunk.u32(), perChunk.u32()];
  let [n, decodeTime] = [0, 0];
  for (let chunk = 1; chunk <= chunks.count && n < sizes.count; chunk++) {
    if (chunk === nextFirst) {
      [samples, description] = [nextSamples, nextDescription];
      runsLeft--;
      if (runsLeft > 0) {
        [nextFirst, nextSamples, nextDescription] = [perChunk.u32(), perChunk.u32(), perChunk.u32()];
        if (nextFirst <= chunk) {
          throw damaged(what, 'the chunks of its stsc are out of order');
        }
      }
    }
    if (samples === 0 || description === 0) {
      throw damaged(what, `its stsc puts no samples into chunk ${chunk}`);
    }
    let at = chunks.next();
    for (let k = 0; k < samples && n < sizes.count; k++, n++) {
      const size = sizes.next();
      const duration = durations.next();
      if (duration === undefined) {
        throw damaged(what, `its stts gives times to ${n} of ${sizes.count} samples`);
      }
      const isKey = !keys || nextKey === n + 1;
      if (keys && isKey) {
        keysLeft--;
        nextKey = keysLeft > 0 ? keys.u32() : 0;
      }
      table.push(at, size, decodeTime + (offsets.next() ?? 0), duration, isKey, description - 1);
      at += size;
      decodeTime += duration;
      if (pauses(n)) {
        await pause();
      }
      // Sizes that no table lists have no bound but the file's end; the first sample behind it says that the file is cut off.
      if (!sizes.listed && at > bytes.size) {
        return;
      }
    }
  }
  if (n < sizes.count) {
    throw damaged(what, `its chunks hold ${n} of ${sizes.count} samples`);
  }
};
