/** Streams of NAL units behind start codes (ITU-T H.264 and H.265, annex B), cut into pictures. Fields of a frame stay together. */
import type { AvcSequence } from '../decode/headers/avc.js';
import { unitsOf } from '../decode/headers/nalUnits.js';
import { VideoError } from '../videoError.js';
import {
  avcField,
  avcPictureSet,
  avcRecovers,
  avcSequence,
  avcUnit,
  type Field,
  hevcSequence,
  hevcUnit,
  secondField,
  type UnitKind,
} from './pictureUnits.js';
import { bufferOf } from './videoBytes.js';

/** A picture of such a stream. */
export type AccessUnit = {
  readonly data: Uint8Array;
  readonly key: boolean;
  /** It precedes its key frame and needs what was before that (HEVC: RASL). */
  readonly skipped: boolean;
  /** The parameter sets that hold for it, where it is a key frame and does not bring them along. */
  readonly before?: Uint8Array;
  /** What came with the piece in which it begins. */
  readonly mark: unknown;
};

/** Parameter sets as they stand in the stream, by their kind and number. */
export type ParameterSets = ReadonlyMap<string, Uint8Array>;

/** The picture that is being put together. */
type Open = {
  readonly mark: unknown;
  readonly parts: Uint8Array[];
  size: number;
  sliced: boolean;
  key: boolean;
  skipped: boolean;
  hasSets: boolean;
  field: Field | undefined;
};

/** Bytes of a unit that tell what it is: those of its header and the first of a slice's. */
const headerNeeds = 34;

// Sets that change are copied, with those that do not, for the key frames behind them: no more than twice the stream, and a little. `entryBytes` is
// what an entry of the list counts as, beside the bytes that it copies.
const [mostTimes, freeBytes, entryBytes] = [2, 2 ** 20, 64];

/** The error of a stream whose parameter sets change again and again. */
export const restlessSets = (what: string): VideoError =>
  new VideoError(
    'corrupt',
    `The parameter sets of ${what} change often: keeping them takes more than ${mostTimes} times its bytes`,
  );

/** Takes pieces of a stream, gives its pictures. */
export class AccessUnits {
  #sets = new Map<string, Uint8Array>();
  #joined: Uint8Array | undefined;
  /** Bytes that may still be copied for parameter sets. */
  #left = freeBytes;
  readonly #sequences = new Map<number, AvcSequence>();
  readonly #pictureSets = new Map<number, number>();
  /** The end of the last piece, where a unit may begin. */
  #tail: Uint8Array = new Uint8Array(0);
  #tailMark: unknown;
  #open: Open | undefined;
  /** A first field whose second one may follow. */
  #held: (AccessUnit & { readonly field: Field }) | undefined;

  /**
   * @param most Bytes of one picture.
   * @param refuse Makes the error of a picture that is larger, or of parameter sets that change too often ({@link restlessSets}).
   * @param sets Parameter sets of an earlier part of the stream.
   */
  constructor(
    private readonly codec: 'avc' | 'hevc',
    private readonly most: number,
    private readonly refuse: (found: 'size' | 'sets') => Error,
    sets: ParameterSets = new Map(),
  ) {
    for (const unit of sets.values()) {
      const bytes = bufferOf(unit);
      for (const { header } of unitsOf(bytes)) {
        this.#remember(bytes, header, bytes.length, this.#kind(bytes, header));
      }
    }
  }

  /** The parameter sets so far. */
  get sets(): ParameterSets {
    return this.#sets;
  }

  /** The pictures that end in a piece. `mark` goes with those that begin in it. */
  push(piece: Uint8Array, mark: unknown): readonly AccessUnit[] {
    this.#left += mostTimes * piece.length;
    const fromTail = this.#tail.length;
    const tailMark = this.#tailMark;
    const bytes = bufferOf(fromTail === 0 ? piece : Buffer.concat([this.#tail, piece]));
    const units = unitsOf(bytes);
    const last = units[units.length - 1];
    const keep = last && last.header + headerNeeds > bytes.length ? last.start : endOf(bytes);
    const done: AccessUnit[] = [];
    let start = 0;
    for (const [n, unit] of units.entries()) {
      if (unit.start >= keep) {
        break;
      }
      const end = Math.min(units[n + 1]?.start ?? keep, keep);
      start = this.#take(bytes, start, unit, end, unit.start < fromTail ? tailMark : mark, done);
    }
    this.#append(bytes.subarray(start, keep));
    this.#tail = bytes.subarray(keep);
    this.#tailMark = keep < fromTail ? tailMark : mark;
    return done;
  }

  /** The pictures that the end of the stream ends. */
  end(): readonly AccessUnit[] {
    const done: AccessUnit[] = [];
    const bytes = bufferOf(this.#tail);
    let start = 0;
    const units = unitsOf(bytes);
    for (const [n, unit] of units.entries()) {
      start = this.#take(bytes, start, unit, units[n + 1]?.start ?? bytes.length, this.#tailMark, done);
    }
    this.#append(bytes.subarray(start));
    this.#tail = new Uint8Array(0);
    this.#close(done);
    if (this.#held) {
      done.push(this.#held);
      this.#held = undefined;
    }
    return done;
  }

  /** Forgets the picture that is under way: parts of it are missing. */
  drop(): void {
    this.#open = undefined;
    this.#tail = new Uint8Array(0);
  }

  #kind(bytes: Buffer, header: number): UnitKind {
    return this.codec === 'avc' ? avcUnit(bytes, header) : hevcUnit(bytes, header);
  }

  /** Takes one unit; gives where the bytes that belong to no picture yet begin. */
  #take(
    bytes: Buffer,
    from: number,
    unit: { readonly start: number; readonly header: number },
    end: number,
    mark: unknown,
    done: AccessUnit[],
  ): number {
    const kind = this.#kind(bytes, unit.header);
    let start = from;
    if (this.#open?.sliced && (kind.firstSlice || kind.opens)) {
      this.#append(bytes.subarray(start, unit.start));
      this.#close(done);
      start = unit.start;
    }
    if (!this.#open) {
      // What stands before the first unit of a picture belongs to none.
      if (!kind.firstSlice && !kind.opens) {
        return end;
      }
      start = unit.start;
      this.#open = {
        mark,
        parts: [],
        size: 0,
        sliced: false,
        key: false,
        skipped: false,
        hasSets: false,
        field: undefined,
      };
    }
    const open = this.#open;
    if (kind.firstSlice && !open.sliced && this.codec === 'avc') {
      open.field = avcField(bytes, unit.header, set => this.#sequences.get(this.#pictureSets.get(set) ?? -1));
    }
    open.sliced ||= kind.slice;
    open.key ||= kind.key || (kind.recovers && avcRecovers(bytes, unit.header, end));
    open.skipped ||= kind.skipped;
    open.hasSets ||= kind.set === 'sequence';
    this.#remember(bytes, unit.header, end, kind);
    return start;
  }

  #remember(bytes: Buffer, header: number, end: number, { set }: UnitKind): void {
    if (set === undefined) {
      return;
    }
    let id: number | undefined = 0;
    if (set === 'sequence' && this.codec === 'avc') {
      const found = avcSequence(bytes, header);
      id = found?.id;
      if (found) {
        this.#sequences.set(found.id, found);
      }
    } else if (set === 'sequence') {
      id = hevcSequence(bytes, header)?.id;
    } else if (set === 'picture') {
      // In HEVC the unit's header has a byte more.
      const found = avcPictureSet(bytes, this.codec === 'avc' ? header : header + 1);
      id = found?.id;
      if (found) {
        this.#pictureSets.set(found.id, found.sequence);
      }
    }
    // One that is damaged is nothing to go back to.
    if (id === undefined) {
      return;
    }
    const unit = Buffer.concat([Buffer.from([0, 0, 0, 1]), bytes.subarray(header, end)]);
    const name = `${set === 'video' ? 0 : set === 'sequence' ? 1 : 2} ${id}`;
    if (!this.#sets.get(name) || Buffer.compare(this.#sets.get(name) as Uint8Array, unit) !== 0) {
      // Whoever was given the sets keeps them as they were.
      this.#sets = new Map(this.#sets).set(name, unit);
      this.#spend(unit.length + entryBytes * this.#sets.size);
      this.#joined = undefined;
    }
  }

  #append(bytes: Uint8Array): void {
    if (this.#open && bytes.length > 0) {
      this.#open.parts.push(bytes);
      this.#open.size += bytes.length;
      if (this.#open.size > this.most) {
        throw this.refuse('size');
      }
    }
  }

  #close(done: AccessUnit[]): void {
    const open = this.#open;
    this.#open = undefined;
    if (!open?.sliced) {
      return;
    }
    const { key, skipped, mark, parts, field } = open;
    const data = parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
    const before = key && !open.hasSets ? this.#allSets() : undefined;
    const unit = { data, key, skipped, mark, ...(before ? { before } : {}) };
    const first = this.#held;
    this.#held = undefined;
    if (first && secondField(first.field, field)) {
      done.push({ ...first, data: Buffer.concat([first.data, data]) });
      return;
    }
    if (first) {
      done.push(first);
    }
    if (field) {
      this.#held = { ...unit, field };
    } else {
      done.push(unit);
    }
  }

  #allSets(): Uint8Array | undefined {
    if (this.#sets.size === 0) {
      return undefined;
    }
    // A set of the sequence stands before those of pictures that name it.
    if (!this.#joined) {
      const units = [...this.#sets].sort(([a], [b]) => a.localeCompare(b)).map(([, unit]) => unit);
      this.#spend(units.reduce((sum, { length }) => sum + length, 0));
      this.#joined = Buffer.concat(units);
    }
    return this.#joined;
  }

  #spend(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) {
      throw this.refuse('sets');
    }
  }
}

/** Where the zeros, or the beginning of a start code, at the end of a piece begin. */
const endOf = (bytes: Buffer): number => {
  let end = bytes.length;
  if (end >= 3 && bytes[end - 1] === 1 && bytes[end - 2] === 0 && bytes[end - 3] === 0) {
    end -= 1;
  }
  for (let n = 0; n < 3 && end > 0 && bytes[end - 1] === 0; n++) {
    end--;
  }
  return end;
};
