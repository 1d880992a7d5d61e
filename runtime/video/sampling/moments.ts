/** From what a caller asks for to places in the list of a video's frames. Decodes nothing. */
import { describe, expected } from '../../errors.js';
import { uniform } from '../../random.js';
import type { FrameIndex } from '../container/frameIndex.js';
import { endOf, lastAtMost, numberByIndex, numberByTime } from './address.js';
import type { FrameOptions, Way } from './options.js';

/** A frame that is wanted. */
export type Chosen = {
  /** Its place in the list. */
  readonly index: number;
  /** How many moments it is shown at. */
  readonly times: number;
};

// Moments are sums and products of floating-point numbers, which may fall a little short of the frame that they mean: they count as
// reached a nanosecond early. Containers tell times in larger steps, and rounding is below it up to 10^6 seconds.
const slack = 1e-9;

/**
 * The frames that are meant, ascending, none twice; each is found when it is asked for.
 *
 * @throws {ArgumentError} At once, if a named time or index has no frame.
 */
export const chosenFrames = (way: Way, options: FrameOptions, list: FrameIndex): Iterable<Chosen> => {
  switch (way) {
    case 'every':
      return regular(n => n * (options.every as number), options, list);
    case 'fps':
      return regular(n => n / (options.fps as number), options, list);
    case 'count':
      return spread(options.count as number, options, list);
    case 'keyFrames':
      return keyFrames(options, list);
    case 'times':
      return named(options.times as ArrayLike<number>, list, way);
    case 'indices':
      return named(options.indices as ArrayLike<number>, list, way);
  }
};

/** Joins moments at which the same frame is shown. */
function* joined(indices: Iterable<number>): Generator<Chosen, void, undefined> {
  let last: { readonly index: number; times: number } | undefined;
  for (const index of indices) {
    if (last?.index === index) {
      last.times++;
      continue;
    }
    if (last) {
      yield last;
    }
    last = { index, times: 1 };
  }
  if (last) {
    yield last;
  }
}

const named = (values: ArrayLike<number>, list: FrameIndex, way: 'times' | 'indices'): Iterable<Chosen> => {
  const numberOf = way === 'times' ? numberByTime : numberByIndex;
  const indices = new Float64Array(values.length);
  let before = Number.NEGATIVE_INFINITY;
  for (let n = 0; n < values.length; n++) {
    const path = `options.${way}[${n}]`;
    const value = values[n];
    indices[n] = numberOf(value, list, path);
    if (Number(value) < before) {
      throw expected(
        `at least ${before}, that before it,`,
        path,
        describe(value),
        'framesAt() takes any order.',
      );
    }
    before = Number(value);
  }
  return joined(indices);
};

/** The end of the stretch: behind the last frame that is meant. */
const limitOf = ({ to = Number.POSITIVE_INFINITY }: FrameOptions, list: FrameIndex): number =>
  // Where nobody knows how long the last frame is shown, it is shown at its own time.
  Math.min(to, Math.max(endOf(list), (list.timestamps[list.timestamps.length - 1] as number) + 2 * slack));

/** Frames at moments that follow one another evenly. */
function* regular(
  after: (n: number) => number,
  options: FrameOptions,
  list: FrameIndex,
): Generator<Chosen, void, undefined> {
  const { timestamps } = list;
  const { from = timestamps[0] as number } = options;
  const at = (n: number): number => from + after(n) + slack;
  const limit = limitOf(options, list);
  const period = after(1);
  /** The first moment, from that of a number on, which is not before a time. */
  const firstFrom = (time: number, least: number): number => {
    let n = Math.max(least, Math.ceil((time - from) / period));
    while (n > least && at(n - 1) >= time) {
      n--;
    }
    while (at(n) < time) {
      n++;
    }
    return n;
  };
  for (let n = firstFrom(timestamps[0] as number, 0); at(n) < limit; ) {
    const index = lastAtMost(timestamps, at(n));
    const next = firstFrom(Math.min(limit, timestamps[index + 1] ?? limit), n + 1);
    yield { index, times: next - n };
    n = next;
  }
}

/** Frames at a moment in each of `count` equal parts of the stretch. */
const spread = (count: number, options: FrameOptions, list: FrameIndex): Iterable<Chosen> => {
  const { timestamps } = list;
  const first = timestamps[0] as number;
  const from = Math.max(options.from ?? first, first);
  const to = limitOf(options, list);
  if (!(from < to)) {
    return [];
  }
  const draw = options.spread === 'random' ? uniform(options.seed as number, 0) : () => 0.5;
  let last = lastAtMost(timestamps, to);
  while (timestamps[last] === to) {
    last--;
  }
  const indices = function* (): Generator<number, void, undefined> {
    for (let n = 0; n < count; n++) {
      const moment = from + ((n + draw()) * (to - from)) / count;
      yield Math.min(last, lastAtMost(timestamps, moment + slack));
    }
  };
  return joined(indices());
};

/** The key frames of the stretch that are shown. */
function* keyFrames(
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: FrameOptions,
  { timestamps, sequences, keySequences }: FrameIndex,
): Generator<Chosen, void, undefined> {
  const wanted = new Set(keySequences);
  for (let index = Math.max(0, lastAtMost(timestamps, from)); index < timestamps.length; index++) {
    const time = timestamps[index] as number;
    if (time >= to) {
      return;
    }
    if (time >= from && wanted.has(sequences[index] as number)) {
      yield { index, times: 1 };
    }
  }
}
