/** Single frames of a video, exact to the frame: which one is meant, and how to come by it with little decoding. */
import { describe, expected } from '../errors.js';
import { requireKnown } from '../options.js';
import type { FrameIndex } from './container/frameIndex.js';
import type { DecodedFrame, VideoStream } from './videoStream.js';

/** A frame by its number in the order of showing, from 0, or the one that is shown at a moment, in seconds. */
export type FrameAddress = { readonly index: number } | { readonly time: number };

/** The number of the last frame with a timestamp of at most `time`; -1: none. */
const lastAtOrBefore = (timestamps: Float64Array, time: number): number => {
  let low = 0;
  let high = timestamps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timestamps[middle] <= time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
};

/** The number of the frame that is meant. */
export const frameNumber = (
  address: FrameAddress,
  { timestamps, end: ends }: FrameIndex,
  path: string,
): number => {
  if (typeof address !== 'object' || address === null || 'index' in address === 'time' in address) {
    throw expected('{ index } or { time }', path, describe(address));
  }
  requireKnown(address, ['index', 'time'], path);
  if ('index' in address) {
    const { index } = address;
    if (!Number.isInteger(index) || index < 0 || index >= timestamps.length) {
      throw expected(`a whole number of 0 to ${timestamps.length - 1}`, `${path}.index`, describe(index));
    }
    return index;
  }
  const { time } = address;
  const end = Math.max(ends, timestamps[timestamps.length - 1]);
  if (typeof time !== 'number' || !(time >= timestamps[0] && time <= end)) {
    const range = `seconds of ${timestamps[0].toFixed(3)} to ${end.toFixed(3)}`;
    throw expected(range, `${path}.time`, describe(time));
  }
  return lastAtOrBefore(timestamps, time);
};

/** Frames that are decoded in one go: `first` to `last` of the ascending numbers. */
type Run = { readonly first: number; readonly last: number };

/** Groups ascending numbers of frames by the key frame they are decoded from. */
const runsOf = (numbers: readonly number[], timestamps: Float64Array, keys: Float64Array): readonly Run[] => {
  const keyOf = (n: number): number => lastAtOrBefore(keys, timestamps[numbers[n]]);
  const runs: Run[] = [];
  for (let first = 0; first < numbers.length; ) {
    let last = first;
    while (last + 1 < numbers.length && keyOf(last + 1) === keyOf(first)) {
      last++;
    }
    runs.push({ first, last });
    first = last + 1;
  }
  return runs;
};

/**
 * Decodes single frames.
 *
 * @param numbers Ascending, none twice.
 * @param atOnce How many runs of frames to decode at a time.
 * @param found Takes each frame, in any order, before the next of its run is decoded.
 */
export const findFrames = async <Picture>(
  stream: VideoStream<Picture>,
  numbers: readonly number[],
  atOnce: number,
  found: (frame: DecodedFrame<Picture>, number: number) => void,
): Promise<void> => {
  const { timestamps, sequences, keys } = await stream.index();
  const runs = runsOf(numbers, timestamps, keys);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < runs.length) {
      const { first, last } = runs[next++];
      const wanted = new Map(numbers.slice(first, last + 1).map(n => [sequences[n], n]));
      const from = timestamps[numbers[first]];
      const pick = (sequence: number): boolean => wanted.has(sequence);
      for await (const frame of stream.decode({ from }, { few: true, pick })) {
        found(frame, wanted.get(frame.sequence) as number);
        wanted.delete(frame.sequence);
        if (wanted.size === 0) {
          break;
        }
      }
    }
  };
  const works = await Promise.allSettled(Array.from({ length: Math.min(atOnce, runs.length) }, work));
  for (const outcome of works) {
    if (outcome.status === 'rejected') {
      throw outcome.reason;
    }
  }
};
