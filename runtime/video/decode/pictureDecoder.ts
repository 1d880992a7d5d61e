import type { ColourDescription } from '../../device/videoColour.js';
import type { Packet, PacketTiming } from '../container/packet.js';

/** A decoded picture of a video, with the timing of its packet. Exactly one of `read` and `drop` is called, once. */
export type TimedPicture<Picture> = PacketTiming & {
  /** Its data was damaged: parts are made up by the decoder. */
  readonly damaged: boolean;
  /** The decoder's words about the damage, as the end of a sentence: `: error while decoding MB 14 0`. */
  readonly damage?: string;
  /** Its pixels, which are the caller's from then on. */
  readonly read: () => { readonly image: Picture; readonly colour: ColourDescription };
  readonly drop: () => void;
};

/** Packets that are decoded by themselves, and what is wanted of their pictures. */
export type Piece<Pick> = {
  /** From a key frame on, in decode order; the decoder gives all their pictures, and forgets them. It is called once. */
  readonly packets: () => AsyncGenerator<Packet, void, undefined>;
  /** What a picture is to the caller; undefined: nothing, and it is dropped. It is asked once for each, in the order of showing. */
  readonly pick: (picture: PacketTiming) => Pick | undefined;
};

/** What makes pictures of a file's packets. */
export type PictureDecoder<Picture> = {
  /**
   * The pictures from the key frame at or before `from` on (default: the first), in the order they are shown, each valid
   * until the next is asked for, unless it was read. Those before `from`, or from `to` on, may come along.
   *
   * @param choice.held How many pictures the caller keeps at a time, at most.
   */
  readonly decode: (
    from: number | undefined,
    to: number,
    choice: { readonly held: number },
  ) => AsyncGenerator<TimedPicture<Picture>, void, undefined>;
  /**
   * The pictures of pieces that are picked, in the order of the pieces, and within each in that of showing; valid as those of `decode`.
   * The next piece may be asked for as soon as the packets of one are read.
   */
  readonly decodePieces: <Pick>(
    pieces: AsyncGenerator<Piece<Pick>, void, undefined>,
    choice: { readonly held: number },
  ) => AsyncGenerator<readonly [TimedPicture<Picture>, Pick], void, undefined>;
  /** For several pieces at a time: the seconds of a video that are worth a piece. Undefined: one after the other. */
  readonly shortestPiece?: number;
  /** Gives back what it keeps between stretches; those under way end with an error. */
  readonly close?: () => void;
};
