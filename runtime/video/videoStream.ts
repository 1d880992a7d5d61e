/** The frames of a video in a stretch of its time, whatever decodes them. */

import type { Orientation } from '../../ops/spec.js';
import { type ColourDescription, describeColour } from '../device/videoColour.js';
import { CuweaveError, describe, expected } from '../errors.js';
import type { HostImage } from '../files/framePlanes.js';
import { type FrameIndex, firstAtOrAfter } from './container/frameIndex.js';
import { orderOf } from './container/pauses.js';
import { systemError } from './container/videoBytes.js';
import type { VideoFile } from './container/videoFile.js';
import type { PictureDecoder, TimedPicture } from './decode/pictureDecoder.js';
import type { Chosen } from './sampling/moments.js';
import type { FrameRange } from './sampling/options.js';
import { Selection } from './sampling/selection.js';
import { messageOf, VideoError } from './videoError.js';
import type { VideoWarning } from './videoWarning.js';

/** When a frame is shown. */
export type FrameTiming = {
  /** Seconds, as the container has it. */
  readonly timestamp: number;
  /** Seconds; 0 where the container does not say. */
  readonly duration: number;
  /** The frame's place in the video's list of frames, from 0, whatever stretch of it is read: `frameAt({ index })` gives the same frame. */
  readonly index: number;
};

/** A decoded frame. */
export type DecodedFrame<Picture = HostImage> = FrameTiming & {
  readonly orientation: Orientation;
  readonly image: Picture;
  readonly colour: ColourDescription;
  /** Belongs to no other frame of the video: that of its packet, or where frames are counted, its number. */
  readonly sequence: number;
  /** Parts of it are made up, since its data was damaged. */
  readonly damaged: boolean;
  /** At how many of the moments that were asked for it is shown; default 1. */
  readonly times?: number;
};

/** What happens at a frame whose data is damaged: the iteration ends with an error, or the frame comes marked. */
export type OnDamage = 'error' | 'keep';

/** What the caller does with the frames. */
export type FrameChoice = {
  /** How many it keeps at a time; default 1. */
  readonly held?: number;
  /** Whether it wants the frame with that {@link DecodedFrame.sequence}; default: as the range's `step` says. */
  readonly pick?: (sequence: number) => boolean;
};

/** What the caller does with frames that it chose from the list. */
export type SampleChoice = {
  /** How many it keeps at a time. */
  readonly held: number;
  /** They are key frames, and nothing else is decoded. */
  readonly keysOnly: boolean;
  /** They go on to the video's end: where that is cut off or damaged, an error follows. */
  readonly toEnd: boolean;
};

/** An open video with its decoder. */
export type VideoStream<Picture = HostImage> = {
  readonly width: number;
  readonly height: number;
  readonly duration: number;
  readonly frameRate?: number;
  readonly codec: string;
  readonly orientation: Orientation;
  readonly colour: ColourDescription;
  readonly decode: (
    range?: FrameRange,
    choice?: FrameChoice,
  ) => AsyncGenerator<DecodedFrame<Picture>, void, undefined>;
  /** Frames of the list, ascending, in one pass. */
  readonly decodeChosen: (
    chosen: Iterable<Chosen>,
    choice: SampleChoice,
  ) => AsyncGenerator<DecodedFrame<Picture>, void, undefined>;
  /** The list of frames; they are decoded for it only where the container does not tell their order. */
  readonly index: () => Promise<FrameIndex>;
  /** The list as the container tells it, where it has been read. */
  readonly listed: () => FrameIndex | undefined;
  readonly warnings: readonly VideoWarning[];
  readonly close: () => void;
};

/** The frames of a file as a decoder gives them. Closing it closes the file. */
export const videoStream = <Picture>(
  file: VideoFile,
  decoder: PictureDecoder<Picture>,
  onDamage: OnDamage = 'error',
): VideoStream<Picture> => {
  const { setup, frameRate, orientation } = file;
  const state: State<Picture> = { closed: false, active: new Set() };
  const damage: VideoWarning[] = [];
  const warn = (message: string): void => {
    if (damage.length < mostWarnings && !damage.some(warning => warning.message === message)) {
      damage.push({ code: 'damage', message });
    }
  };
  let ordered: Promise<FrameIndex> | undefined;
  const index = async (): Promise<FrameIndex> => {
    if (state.closed) {
      throw disposed();
    }
    const found = await indexOf(file).catch((error: unknown) => {
      throw state.closed ? disposed() : error;
    });
    if (!found.ambiguous) {
      return found;
    }
    ordered ??= inOrder(found, order => guard(decode(file, decoder, 'keep', {}, { pick: order }), state));
    return ordered.catch((error: unknown) => {
      ordered = undefined;
      throw error;
    });
  };
  return {
    width: setup.width,
    height: setup.height,
    get duration() {
      return file.duration;
    },
    ...(frameRate === undefined ? {} : { frameRate }),
    codec: setup.codec,
    orientation,
    get warnings() {
      return [...file.warnings, ...damage];
    },
    colour: describeColour(
      file.bitstreamColour ? [file.colour, file.bitstreamColour] : [file.colour],
      setup.height,
    ),
    decode: (range, choice) => guard(decode(file, decoder, onDamage, range, choice, warn), state),
    decodeChosen: (chosen, choice) =>
      guard(decodeChosen(file, decoder, index, chosen, choice, { onDamage, warn }), state),
    index,
    listed: file.listed,
    close: () => {
      if (state.closed) {
        return;
      }
      state.closed = true;
      decoder.close?.();
      file.close();
      // Gives back what an iteration holds that nobody goes on with.
      for (const frames of state.active) {
        frames.return().catch(() => {});
      }
    },
  };
};

/** Whoever reads on knows by then that a file is damaged. */
const mostWarnings = 20;

type Frames<Picture> = AsyncGenerator<DecodedFrame<Picture>, void, undefined>;
type State<Picture> = { closed: boolean; readonly active: Set<Frames<Picture>> };

const disposed = (): VideoError => new VideoError('disposed', 'The VideoReader was disposed of');

/** Makes an iteration end with an error, and not as if the video were over, when its video is closed. */
async function* guard<Picture>(frames: Frames<Picture>, state: State<Picture>): Frames<Picture> {
  if (state.closed) {
    throw disposed();
  }
  state.active.add(frames);
  try {
    for await (const frame of frames) {
      if (state.closed) {
        break;
      }
      yield frame;
    }
  } catch (error) {
    throw state.closed ? disposed() : error;
  } finally {
    state.active.delete(frames);
  }
  if (state.closed) {
    throw disposed();
  }
}

async function* decode<Picture>(
  file: VideoFile,
  decoder: PictureDecoder<Picture>,
  onDamage: OnDamage,
  range: FrameRange = {},
  { held = 1, pick }: FrameChoice = {},
  warn: (message: string) => void = () => {},
): Frames<Picture> {
  const { what, counted, orientation } = file;
  let shown = 0;
  let latest = Number.NEGATIVE_INFINITY;
  let back = false;
  const { from, to = Number.POSITIVE_INFINITY, step = 1 } = checkRange(range);
  const first = from === undefined ? 0 : firstAtOrAfter((await indexOf(file)).timestamps, from);
  let index = first;
  let end = Number.NEGATIVE_INFINITY;
  // A decoder's errors and the container's, but not those of the loop's own body, are about a corrupt video.
  const pictures = decoder.decode(from, to, { held });
  try {
    for (;;) {
      const next = await pictures.next().catch((cause: unknown) => {
        throw decodeError(cause, what, end);
      });
      if (next.done) {
        break;
      }
      const picture = next.value;
      if (!picture.shown) {
        picture.drop();
        continue;
      }
      const sequence = counted === undefined ? picture.sequenceNumber : shown++;
      // Times that go back cannot be right: frames come in the order of showing.
      const told = counted === undefined ? picture.timestamp : sequence / counted;
      if (told < latest && !back) {
        back = true;
        file.warn(
          'order',
          `Times of ${what} go back in the order in which its frames are shown: such a frame has the latest time before it.`,
        );
      }
      const timestamp = Math.max(latest, told);
      latest = timestamp;
      if (timestamp >= to) {
        picture.drop();
        return;
      }
      end = timestamp + picture.duration;
      if (from !== undefined && timestamp < from) {
        picture.drop();
        continue;
      }
      if (pick ? !pick(sequence) : (index - first) % step !== 0) {
        picture.drop();
      } else {
        checkDamage(picture, timestamp, what, { onDamage, warn });
        const { duration, damaged } = picture;
        yield { timestamp, duration, index, sequence, damaged, orientation, ...read(picture, what, end) };
      }
      index++;
    }
  } finally {
    await pictures.return();
  }
  // A file that is cut off decodes to where it ends, without an error.
  const cut = file.cut();
  if (end === Number.NEGATIVE_INFINITY) {
    throw new VideoError('truncated', `${what} has no frames: ${cut ?? 'is the file cut off?'}`);
  }
  if (cut !== undefined) {
    throw cutError(cut, what, end);
  }
}

/** Frames of the list, in the order of showing, by decoding as little as they need. */
async function* decodeChosen<Picture>(
  file: VideoFile,
  decoder: PictureDecoder<Picture>,
  index: () => Promise<FrameIndex>,
  chosen: Iterable<Chosen>,
  { held, keysOnly, toEnd }: SampleChoice,
  damage: Damage,
): Frames<Picture> {
  const { what, orientation } = file;
  if (keysOnly && file.counted !== undefined) {
    throw new VideoError(
      'unsupportedContainer',
      `options.keyFrames needs a container with times, and ${what} has none: only decoding tells when its key frames are ` +
        'shown. Put it into one: ffmpeg -i FILE -c copy new.mp4',
    );
  }
  const list = await index();
  const { shortestPiece } = decoder;
  const selection = new Selection(file, list, chosen, {
    keysOnly,
    ...(shortestPiece === undefined ? {} : { shortestPiece }),
  });
  const checkComplete = (isOver: boolean): void => {
    const missing = selection.missing(isOver);
    if (missing) {
      const at = (list.timestamps[missing.index] as number).toFixed(3);
      throw new VideoError(
        'corrupt',
        `The decoder gave no picture for frame ${missing.index} at ${at} s in ${what}`,
      );
    }
  };
  let end = Number.NEGATIVE_INFINITY;
  const pictures = decoder.decodePieces(selection.pieces(), { held });
  try {
    // The decoder need not finish what is behind the last of them.
    while (!selection.done) {
      const next = await pictures.next().catch((cause: unknown) => {
        throw decodeError(cause, what, end);
      });
      if (next.done) {
        break;
      }
      const [picture, one] = next.value;
      const timestamp = list.timestamps[one.index] as number;
      const sequence = list.sequences[one.index] as number;
      checkDamage(picture, timestamp, what, damage);
      const { duration, damaged } = picture;
      end = timestamp + duration;
      const facts = { timestamp, duration, index: one.index, times: one.times, sequence, damaged };
      selection.give(one);
      yield { ...facts, orientation, ...read(picture, what, end) };
      checkComplete(false);
    }
  } finally {
    await pictures.return();
  }
  checkComplete(true);
  const cut = file.cut();
  if (toEnd && (list.error || cut !== undefined)) {
    throw list.error ?? cutError(cut as string, what, list.end);
  }
}

/** What happens to damaged pictures, and who is told of those that are kept. */
type Damage = { readonly onDamage: OnDamage; readonly warn: (message: string) => void };

/** Drops a damaged picture with an error, or lets it pass with a warning. */
const checkDamage = (
  picture: TimedPicture<unknown>,
  timestamp: number,
  what: string,
  { onDamage, warn }: Damage,
): void => {
  if (!picture.damaged) {
    return;
  }
  const { damage = '' } = picture;
  if (onDamage === 'error') {
    picture.drop();
    throw new VideoError(
      'corrupt',
      `The picture at ${timestamp.toFixed(3)} s in ${what} is damaged${damage}`,
    );
  }
  warn(`The picture at ${timestamp.toFixed(3)} s is damaged${damage}`);
};

const cutError = (cut: string, what: string, end: number): VideoError =>
  new VideoError('truncated', `${what} is cut off behind ${Math.max(end, 0).toFixed(3)} s: ${cut}`);

const read = <Picture>(
  picture: TimedPicture<Picture>,
  what: string,
  end: number,
): ReturnType<TimedPicture<Picture>['read']> => {
  try {
    return picture.read();
  } catch (cause) {
    throw decodeError(cause, what, end);
  }
};

const indexError = (cause: unknown, what: string): unknown =>
  cause instanceof CuweaveError
    ? cause
    : (systemError(cause, what) ??
      new VideoError('corrupt', `Cannot read the index of frames of ${what}: ${messageOf(cause)}`, {
        cause,
      }));

const indexOf = (file: VideoFile): Promise<FrameIndex> =>
  file.index().catch((error: unknown) => {
    throw indexError(error, file.what);
  });

/** The list in the order in which a decoder gives frames, which alone knows it where several have the same time. */
const inOrder = async <Picture>(
  found: FrameIndex,
  decodeAll: (seen: (sequence: number) => boolean) => Frames<Picture>,
): Promise<FrameIndex> => {
  const ranks = new Map<number, number>();
  const seen = (sequence: number): boolean => {
    ranks.set(sequence, ranks.size);
    return false;
  };
  try {
    for await (const _ of decodeAll(seen)) {
      // No picture is asked for.
    }
  } catch (error) {
    // A file that is damaged or cut off has its frames up to there; whoever reads them is told.
    if (!(error instanceof VideoError) || error.code === 'disposed') {
      throw error;
    }
  }
  const { timestamps, sequences } = found;
  const rankOf = (n: number): number => ranks.get(sequences[n] as number) ?? ranks.size + n;
  const order = await orderOf(timestamps.map((_, n) => rankOf(n)));
  let latest = Number.NEGATIVE_INFINITY;
  return {
    ...found,
    timestamps: Float64Array.from(order, n => {
      latest = Math.max(latest, timestamps[n] as number);
      return latest;
    }),
    sequences: Float64Array.from(order, n => sequences[n] as number),
    ambiguous: false,
  };
};

const decodeError = (cause: unknown, what: string, end: number): unknown =>
  cause instanceof CuweaveError
    ? cause
    : (systemError(cause, what) ??
      new VideoError(
        'corrupt',
        `The decoder refused ${what} ${
          end === Number.NEGATIVE_INFINITY ? 'at its start' : `near ${end.toFixed(3)} s`
        }: ${messageOf(cause)}`,
        { cause },
      ));

const checkRange = (range: FrameRange): FrameRange => {
  for (const key of ['from', 'to'] as const) {
    const value = range[key];
    if (value !== undefined && !(typeof value === 'number' && !Number.isNaN(value))) {
      throw expected('seconds', `options.${key}`, describe(value));
    }
  }
  if (range.step !== undefined && !(Number.isInteger(range.step) && range.step >= 1)) {
    throw expected('a whole number of at least 1', 'options.step', describe(range.step));
  }
  return range;
};
