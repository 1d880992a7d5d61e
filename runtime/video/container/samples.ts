/** What every container comes down to: tracks, and the samples of a track in decode order. */
import type { StreamColour } from '../../device/videoColour.js';
import type { VideoLimits } from '../limits.js';
import type { VideoWarningCode } from '../videoWarning.js';
import type { ContainedCodec } from './codecs.js';
import type { VideoBytes } from './videoBytes.js';

/** Where reading can go on; only the source that gave it knows what it is. */
export type Place = unknown;

/** One coded picture, or what a container counts as one, where it lies in the file. */
export type Sample = {
  /** Grows in decode order, and belongs to no other sample of the track. */
  readonly sequence: number;
  /** When it is shown, in seconds. */
  readonly time: number;
  /** The container does not say when it is shown: its time is near the right one, and its place among the others may be wrong. */
  readonly estimated?: true;
  /** Seconds; 0: the container does not say. */
  readonly duration: number;
  /** Decoding can begin here. */
  readonly key: boolean;
  /** False: it is decoded for the sake of others only. */
  readonly shown: boolean;
  readonly offset: number;
  readonly size: number;
  /** Its bytes, where they are at hand or lie in several pieces. */
  readonly data?: Uint8Array;
  /** Makes its bytes of those that lie in the file, where they are packed. */
  readonly unpack?: (data: Uint8Array) => Promise<Uint8Array>;
  /** What the decoder must read before it: parameter sets that stand elsewhere. */
  readonly before?: Uint8Array;
  /** The coded picture of its alpha channel. */
  readonly alpha?: Uint8Array;
  readonly place: Place;
};

/** Samples in groups, so that no promise is needed for each. */
export type SampleGroups = AsyncGenerator<readonly Sample[], void, undefined>;

/** The samples of one track. */
export type SampleSource = {
  /** Samples in decode order from a place on; without one, from the beginning. */
  readonly read: (from?: Place) => SampleGroups;
  /** Places of key frames at or before a moment, the last first, where the container's own index tells them. */
  readonly find?: (seconds: number) => AsyncIterable<Place>;
  /** Seconds from a moment to the last frame that is shown, found without reading all of the file. */
  readonly untilLast?: (from: number) => Promise<number | undefined>;
  /** Why the file is cut off, once {@link read} has ended. */
  readonly cut: () => string | undefined;
};

/** A video track as the container describes it. */
export type Track = {
  /** Undefined: it is not decoded here. */
  readonly codec?: ContainedCodec;
  /** How messages name the codec. */
  readonly codecName: string;
  /** Why it cannot be read although its codec is known, as the second half of a sentence about the file. */
  readonly refusal?: string;
  readonly width: number;
  readonly height: number;
  readonly description?: Uint8Array;
  readonly colour: StreamColour;
  /** How a player turns the picture: by rows, x' = m[0]·x + m[3]·y + m[6], y' = m[1]·x + m[4]·y + m[7]. Default: not at all. */
  readonly matrix?: readonly number[];
  /** Its pictures come with others of their transparency. */
  readonly transparent?: boolean;
  /** False: players leave it out unless it is asked for. */
  readonly enabled: boolean;
  /** Frames a second, where the container or the bitstream says so. */
  readonly frameRate?: number;
  /** When its last frame ends, in seconds, as the container says. */
  readonly duration?: number;
  /** Samples have no times: frames are counted as they are shown, at this rate, in frames a second. */
  readonly counted?: number;
  /** The length of the whole is counted from its first frame: its clock begins anywhere. */
  readonly ownClock?: true;
  readonly open: () => SampleSource | Promise<SampleSource>;
};

/** The video tracks of a file, and the kinds of its other ones, such as audio. */
export type Tracks = { readonly video: readonly Track[]; readonly others: readonly string[] };

/** What a container is read from. */
export type ContainerInput = {
  readonly bytes: VideoBytes;
  /** How messages name it. */
  readonly what: string;
  /** How a command line names it. */
  readonly file: string;
  readonly limits: Required<VideoLimits>;
  /** Takes what a caller should know, although reading goes on. */
  readonly warn: (code: VideoWarningCode, message: string) => void;
};

/** How many samples a source gives at a time. */
export const groupSize = 64;
/** Bytes of samples that it gives at a time from what it holds: it stops once it has this much. */
export const groupBytes = 2 ** 24;

/** The bytes of a sample as a decoder takes them, at once where they are at hand; undefined: the file became shorter. */
export const bytesOf = (
  sample: Sample,
  bytes: VideoBytes,
): Uint8Array | undefined | Promise<Uint8Array | undefined> => {
  const { data, offset, size, unpack } = sample;
  if (data) {
    return data;
  }
  const whole = (found: Uint8Array): Uint8Array | undefined | Promise<Uint8Array> =>
    found.length < size ? undefined : unpack ? unpack(found) : found;
  const found = bytes.read(offset, size);
  return found instanceof Uint8Array ? whole(found) : found.then(whole);
};
