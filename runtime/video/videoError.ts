import { CuweaveError, type UnavailableReason } from '../errors.js';

/**
 * What may be wrong with a video.
 * - `notFound`, `unreadable`: the file is not there, or cannot be read.
 * - `notVideo`: no container that is known, such as MP4, MOV, Matroska, WebM or MPEG-TS; or an empty file.
 * - `unsupportedContainer`: a container, or something in one, that is known but not read: FLV, AVI, a playlist, encryption, an edit
 *   list that repeats a stretch. The message says what to do.
 * - `noVideoTrack`: a container with sound or subtitles only.
 * - `unsupportedCodec`, `unsupportedPixels`: a video that is not decoded here.
 * - `truncated`: the file ends before its own index says so, or before its index.
 * - `corrupt`: the container contradicts itself, or the decoder refused a packet.
 * - `limit`: it goes beyond `options.limits`.
 * - `noDecoder`: the decoder's own binary does not load on this machine.
 * - `nvdecUnavailable`: NVDEC was asked for and cannot decode this video here; `reason` says why.
 * - `disposed`: the reader was disposed of, perhaps in the middle of an iteration.
 */
export type VideoErrorCode =
  | 'notFound'
  | 'unreadable'
  | 'notVideo'
  | 'unsupportedContainer'
  | 'noVideoTrack'
  | 'unsupportedCodec'
  | 'unsupportedPixels'
  | 'truncated'
  | 'corrupt'
  | 'limit'
  | 'noDecoder'
  | 'nvdecUnavailable'
  | 'disposed';

/** A video cannot be read, or not to its end. */
export class VideoError extends CuweaveError {
  override readonly name = 'VideoError';
  constructor(
    readonly code: VideoErrorCode,
    message: string,
    options?: ErrorOptions & { readonly reason?: UnavailableReason },
  ) {
    super(message);
    this.cause = options?.cause;
    this.reason = options?.reason;
  }
  /** Only with `nvdecUnavailable`. */
  readonly reason: UnavailableReason | undefined;
}

/** The text of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
