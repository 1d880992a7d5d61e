import { CuweaveError } from './errors.js';

/**
 * What may be wrong with a video.
 * - `notFound`, `unreadable`: the file is not there, or cannot be read.
 * - `notVideo`: no container that is known, such as MP4, MOV, Matroska, WebM or MPEG-TS.
 * - `noVideoTrack`: a container with sound or subtitles only.
 * - `unsupportedCodec`, `unsupportedPixels`: a video that is not decoded here.
 * - `truncated`: the file ends before its own index says so, or before its index.
 * - `corrupt`: the decoder refused a packet.
 * - `noDecoder`: the decoder's own binary does not load on this machine.
 * - `disposed`: the reader was disposed of, perhaps in the middle of an iteration.
 */
export type VideoErrorCode =
  | 'notFound'
  | 'unreadable'
  | 'notVideo'
  | 'noVideoTrack'
  | 'unsupportedCodec'
  | 'unsupportedPixels'
  | 'truncated'
  | 'corrupt'
  | 'noDecoder'
  | 'disposed';

/** A video cannot be read, or not to its end. */
export class VideoError extends CuweaveError {
  override readonly name = 'VideoError';
  constructor(
    readonly code: VideoErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message);
    this.cause = options?.cause;
  }
}
