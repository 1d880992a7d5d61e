/**
 * Chosen frames as pieces of the file that are decoded in one pass: each begins with a key frame, and ends with the last packet that a
 * chosen frame of it needs. Groups of pictures without a chosen frame are in no piece, and no packet is in two, but for a key frame at the
 * seam of pieces that are decoded side by side.
 */
import type { FrameIndex } from '../container/frameIndex.js';
import type { Packet } from '../container/packet.js';
import type { VideoFile } from '../container/videoFile.js';
import type { Piece } from '../decode/pictureDecoder.js';
import { lastAtMost } from './address.js';
import type { Chosen } from './moments.js';

/** Chosen frames that are decoded from the same key frame. */
type Group = {
  /** The key frame's place in the list of key frames; -1: the file's first packet. */
  readonly key: number;
  readonly frames: readonly Chosen[];
  /** The last packet that they need. */
  readonly last: number;
};

/** A piece as far as it is known. */
type Stretch = {
  readonly wanted: Map<number, Chosen>;
  /** The number of the group that came to it last. */
  key: number;
  /** The last packet that it needs. */
  last: number;
  /** The last frame that is chosen of it. */
  index: number;
  /** No group comes to it any more. */
  closed: boolean;
};

/** How the frames are chosen and decoded. */
export type SelectionOptions = {
  /** Nothing but key frames is decoded. */
  readonly keysOnly: boolean;
  /** For pieces that are decoded side by side: groups that follow one another make one piece of up to this many seconds. */
  readonly shortestPiece?: number;
};

// The next group is decoded in the same go where no more frames than these lie between: a decoder that begins anew has nothing to show for
// about as many packets as it has threads.
const mostBetween = 8;
// A group of more chosen frames comes in parts, so that one of a whole day takes no more memory.
const mostTogether = 1024;
// How often a key frame is looked for again where its own bits deny it, though the container says so.
const mostTries = 64;

// Where times go back frames come a little out of order: one that this many others have passed does not come any more.
const mostPassed = 16;

/** The chosen frames of one iteration. */
export class Selection {
  readonly #file: VideoFile;
  readonly #list: FrameIndex;
  readonly #options: SelectionOptions;
  readonly #groups: Generator<Group, void, undefined>;
  /** Frames that pieces have and nobody was given, in order. */
  readonly #awaited = new Set<Chosen>();
  /** Frames that were given while the first of those was awaited. */
  #passed = 0;
  #exhausted = false;
  /** A group that begins the next piece. */
  #next: (Group & { readonly start?: number }) | undefined;

  /** @param chosen Ascending, none twice. */
  constructor(file: VideoFile, list: FrameIndex, chosen: Iterable<Chosen>, options: SelectionOptions) {
    this.#file = file;
    this.#list = list;
    this.#options = options;
    this.#groups = this.#groupsOf(chosen);
  }

  /** Whether all frames that are chosen were given out. */
  get done(): boolean {
    return this.#exhausted && this.#awaited.size === 0;
  }

  /** Takes note that a frame is given out. */
  give(chosen: Chosen): void {
    this.#passed = chosen === this.#first() ? 0 : this.#passed + 1;
    this.#awaited.delete(chosen);
  }

  /** A frame that should have come and did not. `isOver`: nothing comes any more. */
  missing(isOver: boolean): Chosen | undefined {
    return isOver || this.#passed > mostPassed ? this.#first() : undefined;
  }

  #first(): Chosen | undefined {
    return this.#awaited.values().next().value;
  }

  /** What is to be decoded; the next piece is known once the packets of one are read, or at once where pieces are decoded side by side. */
  async *pieces(): AsyncGenerator<Piece<Chosen>, void, undefined> {
    if (this.#file.counted !== undefined) {
      yield this.#counted();
      return;
    }
    const { keysOnly, shortestPiece } = this.#options;
    for (let group = this.#pull(); group; group = this.#next ?? this.#pull()) {
      const start = this.#next?.start ?? (await this.#startOf(group.key, -1));
      this.#next = undefined;
      if (keysOnly && start !== group.key) {
        // The container says so, and its bits do not.
        continue;
      }
      const stretch: Stretch = { wanted: new Map(), key: -1, last: -1, index: -1, closed: false };
      this.#add(stretch, group);
      const place = this.#list.places[start];
      if (shortestPiece !== undefined) {
        const until = (this.#list.keys[start] ?? Number.NEGATIVE_INFINITY) + shortestPiece;
        while (await this.#grow(stretch, until)) {
          // One group more.
        }
      }
      yield {
        packets: () => this.#packets(stretch, place),
        pick: ({ sequenceNumber }) => {
          const chosen = stretch.wanted.get(sequenceNumber);
          stretch.wanted.delete(sequenceNumber);
          return chosen;
        },
      };
    }
  }

  /** Frames that are known by their number among those that are shown: all are decoded, from the first one on. */
  #counted(): Piece<Chosen> {
    let wanted: Map<number, Chosen> | undefined;
    let shown = 0;
    const more = (): void => {
      const group = this.#pull();
      wanted = group && new Map(group.frames.map(one => [one.index, one]));
      for (const one of group?.frames ?? []) {
        this.#awaited.add(one);
      }
    };
    more();
    return {
      packets: () => this.#file.packetsAt(),
      pick: picture => {
        if (!picture.shown) {
          return undefined;
        }
        const found = wanted?.get(shown);
        wanted?.delete(shown++);
        if (wanted?.size === 0) {
          more();
        }
        return found;
      },
    };
  }

  #add(stretch: Stretch, { key, frames, last }: Group): void {
    for (const one of frames) {
      stretch.wanted.set(this.#list.sequences[one.index] as number, one);
      this.#awaited.add(one);
    }
    stretch.key = key;
    stretch.last = Math.max(stretch.last, last);
    stretch.index = (frames[frames.length - 1] as Chosen).index;
  }

  async *#packets(stretch: Stretch, place: unknown): AsyncGenerator<Packet, void, undefined> {
    for await (const packet of this.#file.packetsAt(place)) {
      // Frames that come to the piece are known before the packet is, behind which their pictures may come.
      while (packet.sequenceNumber >= stretch.last && (await this.#grow(stretch))) {
        // One group more.
      }
      if (packet.sequenceNumber <= stretch.last) {
        yield packet;
      }
      if (packet.sequenceNumber >= stretch.last) {
        break;
      }
    }
    // What is left of a file that became shorter.
    while (await this.#grow(stretch)) {
      // One group more.
    }
  }

  /**
   * Adds the next group to a piece, if it goes on there; else it begins the next piece.
   *
   * @param until A group from there on begins the next piece, if it can.
   */
  async #grow(stretch: Stretch, until = Number.POSITIVE_INFINITY): Promise<boolean> {
    if (stretch.closed) {
      return false;
    }
    const group = this.#pull();
    const start = group && (await this.#beginOf(group.key, stretch, until));
    if (group && start === stretch.key) {
      this.#add(stretch, group);
      return true;
    }
    stretch.closed = true;
    this.#next = group && { ...group, ...(start === undefined ? {} : { start }) };
    return false;
  }

  /** The key frame that a group begins a piece with; that of the piece before: it goes on there. Undefined: it is not known. */
  async #beginOf(key: number, stretch: Stretch, until: number): Promise<number | undefined> {
    const { timestamps, keys, keySequences } = this.#list;
    const { keysOnly } = this.#options;
    if (key === stretch.key) {
      return key;
    }
    const time = keys[key] as number;
    const isFed = (keySequences[key] as number) <= stretch.last;
    // Frames between the last one that is chosen and the key frame.
    const between = lastAtMost(timestamps, time) - 1 - stretch.index;
    const isNear = key === stretch.key + 1 && between <= (keysOnly ? 0 : mostBetween);
    const canGoOn = (isFed || isNear) && time < until;
    if (keysOnly) {
      return canGoOn && (await this.#file.isKeyAt(this.#list.places[key])) ? stretch.key : undefined;
    }
    return canGoOn ? stretch.key : this.#startOf(key, stretch.key);
  }

  /** The last key frame, down to a given one, which is one by its own bits, too, for a group to begin with; -1: the first packet. */
  async #startOf(key: number, least: number): Promise<number> {
    for (let at = key; at > least && key - at < mostTries; at--) {
      if (await this.#file.isKeyAt(this.#list.places[at])) {
        return at;
      }
    }
    return least;
  }

  #pull(): Group | undefined {
    const { value } = this.#groups.next();
    this.#exhausted ||= value === undefined;
    return value ?? undefined;
  }

  *#groupsOf(chosen: Iterable<Chosen>): Generator<Group, void, undefined> {
    let group: { key: number; frames: Chosen[]; last: number } | undefined;
    for (const one of chosen) {
      const key = this.#keyOf(one.index);
      if (group && (group.key !== key || group.frames.length === mostTogether)) {
        yield group;
        group = undefined;
      }
      group ??= { key, frames: [], last: 0 };
      group.frames.push(one);
      group.last = Math.max(group.last, this.#list.sequences[one.index] as number);
    }
    if (group) {
      yield group;
    }
  }

  /** The key frame that a frame is decoded from: the last one that is neither shown nor decoded behind it. */
  #keyOf(index: number): number {
    const { timestamps, sequences, keys, keySequences } = this.#list;
    const nearest = lastAtMost(keys, timestamps[index] as number);
    for (let key = nearest; key >= 0 && nearest - key < mostTries; key--) {
      if ((keySequences[key] as number) <= (sequences[index] as number)) {
        return key;
      }
    }
    return -1;
  }
}
