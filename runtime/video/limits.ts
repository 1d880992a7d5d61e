/** How much of a file's own claims is believed: what a damaged or hostile file can make a reader do has bounds. */
import { describe, expected } from '../errors.js';
import { requireKnown } from '../options.js';
import { VideoError } from './videoError.js';

/** Bounds of one video. More than they allow is a {@link VideoError} `limit`. */
export type VideoLimits = {
  /** Samples (coded pictures) of the track that is read; default 8,388,608, which is 38 hours at 60 frames a second. */
  readonly samples?: number;
  /** Seconds from the first frame to the last; default 1,000,000, which is eleven days. */
  readonly seconds?: number;
  /**
   * Megabytes (10⁶ bytes) that are held at once of a container's index, or of a stream without one, or that packed frames become
   * beyond 16 times the file's size; default 2048.
   */
  readonly megabytes?: number;
  /** Width × height of a picture; default 67,108,864 (8192 × 8192, which is what NVDEC decodes at most). */
  readonly pixels?: number;
  /** Frames that one call holds at a time: a batch, or what `framesAt` gives; default 4096. */
  readonly frames?: number;
};

/** The bounds that hold where the caller names none. */
export const defaultLimits: Required<VideoLimits> = {
  samples: 2 ** 23,
  seconds: 1e6,
  megabytes: 2048,
  pixels: 2 ** 26,
  frames: 4096,
};

/**
 * The caller's bounds, and the default ones where it names none.
 *
 * @throws {ArgumentError} If one is not a number above 0, or its name is not known.
 */
export const limitsOf = (given: VideoLimits = {}): Required<VideoLimits> => {
  requireKnown(given, Object.keys(defaultLimits), 'options.limits');
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && !(typeof value === 'number' && value > 0)) {
      throw expected('a number above 0', `options.limits.${name}`, describe(value));
    }
  }
  const named = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaultLimits, ...Object.fromEntries(named) };
};

/** The error of a video that goes beyond a limit. */
export const beyondLimit = (what: string, name: keyof VideoLimits, most: number, found: string): VideoError =>
  new VideoError(
    'limit',
    `${what} has ${found} ${name}, and options.limits.${name} allows ${most}: ` +
      'raise the limit if the file is to be trusted',
  );
