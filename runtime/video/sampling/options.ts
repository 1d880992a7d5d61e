/** Which frames of a video a caller asks for. */
import { ArgumentError, describe, expected } from '../../errors.js';
import { requireKnown } from '../../options.js';
import type { FrameIndex } from '../container/frameIndex.js';
import { startOf } from './address.js';

/** The stretch of a video to read, in seconds of its own clock: frames with `from` ≤ timestamp < `to`. */
export type FrameRange = {
  /** Default: the first frame. */
  readonly from?: number;
  /** Default: the end. */
  readonly to?: number;
  /** Every n-th frame of the stretch, from its first on. Default 1: all. */
  readonly step?: number;
};

/**
 * Moments or places to take frames at, instead of all frames of a stretch: one way at most, and none beside `step`. A moment is worth
 * the frame that a player shows then: the last one whose timestamp is not above it.
 */
export type Sampling = {
  /** Seconds between moments, from `from` (default: the first frame) on; at least 0.000001. */
  readonly every?: number;
  /** Moments a second, from `from` (default: the first frame) on; at most 1,000,000. */
  readonly fps?: number;
  /** Moments in seconds, ascending; the same one may come again. None before the first frame, nor behind the end of the last one. */
  readonly times?: ArrayLike<number>;
  /** Numbers in the list of all frames, from 0, ascending; the same one may come again. */
  readonly indices?: ArrayLike<number>;
  /** So many moments, 1..1,000,000, one in each of as many equal parts of the stretch. */
  readonly count?: number;
  /** Where in its part a moment of `count` lies: in the middle (`uniform`, the default), or drawn by `seed`. */
  readonly spread?: 'uniform' | 'random';
  /** A whole number, for `spread: 'random'`: the same one gives the same moments of a stretch on every machine. */
  readonly seed?: number;
  /** Key frames and no others, which are not decoded either. */
  readonly keyFrames?: boolean;
};

/** Which frames, and for how long they live. */
export type FrameOptions = FrameRange &
  Sampling & {
    /**
     * By default a frame or batch is disposed of when the loop asks for the next one, or ends; work that was enqueued on it is
     * done all the same. With `keep` it lives until you dispose of it.
     */
    readonly keep?: boolean;
    /** Ends the iteration, also while it waits for a frame: it rejects with the signal's reason, and frames that nobody has got are disposed of. */
    readonly signal?: AbortSignal;
  };

/** The ways to choose frames. */
const ways = ['step', 'every', 'fps', 'times', 'indices', 'count', 'keyFrames'] as const;
/** One of them that a caller names; undefined: all frames, or every `step`-th. */
export type Way = Exclude<(typeof ways)[number], 'step'>;

const known = ['from', 'to', ...ways, 'spread', 'seed', 'keep', 'signal'];
/** `count` may be no larger. */
const mostMoments = 1_000_000;
/** Seconds between moments are no less: rounding would place several at one. */
const shortest = 1e-6;

/**
 * Checks what can be checked without a video's frames, and says which way the frames are chosen.
 *
 * @throws {ArgumentError} With the path of the option that does not fit.
 */
export const wayOf = (options: FrameOptions): Way | undefined => {
  requireKnown(options, known, 'options');
  const { every, fps, count, spread = 'uniform', seed, keyFrames = false } = options;
  if (typeof keyFrames !== 'boolean') {
    throw expected('true or false', 'options.keyFrames', describe(keyFrames));
  }
  const named = ways.filter(way => options[way] !== undefined && options[way] !== false);
  if (named.length > 1) {
    const list = `${ways.slice(0, -1).join(', ')} and ${ways.at(-1)}`;
    throw expected(`at most one of ${list}`, `options.${named[1]}`, `${named.join(' and ')}`);
  }
  const way = named[0] === 'step' ? undefined : named[0];
  if (every !== undefined && !(Number.isFinite(every) && every >= shortest)) {
    throw expected(`seconds of at least ${shortest.toFixed(6)}`, 'options.every', describe(every));
  }
  if (fps !== undefined && !(typeof fps === 'number' && fps > 0 && fps <= 1 / shortest)) {
    throw expected(`a number above 0, at most ${1 / shortest}`, 'options.fps', describe(fps));
  }
  if (count !== undefined && !(Number.isInteger(count) && count >= 1 && count <= mostMoments)) {
    throw expected(`a whole number of 1 to ${mostMoments}`, 'options.count', describe(count));
  }
  for (const name of ['times', 'indices'] as const) {
    if (options[name] !== undefined) {
      requireList(options, name);
    }
  }
  requireSpread(way, spread, seed, options);
  return way;
};

const requireSpread = (
  way: Way | undefined,
  spread: unknown,
  seed: unknown,
  { spread: named }: FrameOptions,
): void => {
  if (spread !== 'uniform' && spread !== 'random') {
    throw expected("'uniform' or 'random'", 'options.spread', describe(spread));
  }
  if (named !== undefined && way !== 'count') {
    throw new ArgumentError(
      'Expected options.count beside options.spread, which spreads it.',
      'options.spread',
    );
  }
  if (spread === 'random' && !Number.isSafeInteger(seed)) {
    throw expected("a whole number, since spread is 'random',", 'options.seed', describe(seed));
  }
  if (seed !== undefined && spread !== 'random') {
    throw new ArgumentError(
      "Expected spread: 'random' beside options.seed, which is its seed.",
      'options.seed',
    );
  }
};

const requireList = (options: FrameOptions, name: 'times' | 'indices'): void => {
  const values: unknown = options[name];
  const isList = Array.isArray(values) || (ArrayBuffer.isView(values) && !(values instanceof DataView));
  if (!isList || (values as ArrayLike<number>).length === 0) {
    const what = name === 'times' ? 'seconds' : 'whole numbers';
    throw expected(`an array of ${what}`, `options.${name}`, describe(values));
  }
  for (const end of ['from', 'to'] as const) {
    if (options[end] !== undefined) {
      throw new ArgumentError(
        `Expected no options.${end} beside options.${name}, which says alone which frames are meant.`,
        `options.${end}`,
      );
    }
  }
};

/**
 * Checks the stretch that options name.
 *
 * @param index Asked where a container may begin before 0.
 * @throws {ArgumentError} If it begins too early or ends before it begins.
 */
export const checkRange = async (
  { from, to }: FrameRange,
  index: () => Promise<FrameIndex>,
): Promise<void> => {
  for (const [name, seconds] of Object.entries({ from, to })) {
    if (seconds === undefined) {
      continue;
    }
    if (!Number.isFinite(seconds)) {
      throw expected('seconds', `options.${name}`, describe(seconds));
    }
    // Some containers begin before 0.
    const first = seconds < 0 ? Math.min(0, startOf(await index())) : 0;
    if (seconds < first) {
      throw expected(`seconds of at least ${first.toFixed(3)}`, `options.${name}`, describe(seconds));
    }
  }
  if (from !== undefined && to !== undefined && to < from) {
    throw expected(`seconds of at least ${from} (options.from)`, 'options.to', String(to));
  }
};
