import type { ColourDescription } from '../../device/videoColour.js';
import type { PacketTiming } from '../container/packet.js';

/** A decoded picture of a video, with the timing of its packet. Exactly one of `read` and `drop` is called, once. */
export type TimedPicture<Picture> = PacketTiming & {
  /** Its data was damaged: parts are made up by the decoder. */
  readonly damaged: boolean;
  /** What the decoder says of the damage, as the end of a sentence: `: error while decoding MB 14 0`. */
  readonly damage?: string;
  /** Its pixels, which are the caller's from then on. */
  readonly read: () => { readonly image: Picture; readonly colour: ColourDescription };
  readonly drop: () => void;
};

/** What makes pictures of a file's packets. */
export type PictureDecoder<Picture> = {
  /**
   * The pictures from the key frame at or before `from` on (default: the first), in the order they are shown, each valid
   * until the next is asked for, unless it was read. Those before `from`, or from `to` on, may come along.
   *
   * @param choice.held How many pictures the caller keeps at a time, at most.
   * @param choice.few The caller will stop after few pictures: nothing is decoded ahead.
   */
  readonly decode: (
    from: number | undefined,
    to: number,
    choice: { readonly held: number; readonly few: boolean },
  ) => AsyncGenerator<TimedPicture<Picture>, void, undefined>;
  /** Gives back what it keeps between stretches; those under way end with an error. */
  readonly close?: () => void;
};
