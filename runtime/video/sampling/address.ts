/** Single frames of a video, by their number or by a moment. */
import { describe, expected } from '../../errors.js';
import { requireKnown } from '../../options.js';
import type { FrameIndex } from '../container/frameIndex.js';

/** A frame by its number in the order of showing, from 0, or the one that is shown at a moment, in seconds. */
export type FrameAddress = { readonly index: number } | { readonly time: number };

/** The place of the last of ascending values that is at most `value`; -1: none. */
export const lastAtMost = (values: Float64Array, value: number): number => {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Number(values[middle]) <= value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
};

/** When a video's last frame is over. */
export const endOf = ({ timestamps, end }: FrameIndex): number => Math.max(end, timestamps.at(-1) ?? end);

/** When a video's first frame is shown; a list of frames has one. */
export const startOf = ({ timestamps: [first = 0] }: FrameIndex): number => first;

/** The number of a frame that is named by it. */
export const numberByIndex = (index: unknown, { timestamps }: FrameIndex, path: string): number => {
  if (!(Number.isInteger(index) && (index as number) >= 0 && (index as number) < timestamps.length)) {
    throw expected(`a whole number of 0 to ${timestamps.length - 1}`, path, describe(index));
  }
  return index as number;
};

/** The number of the frame that is shown at a moment. */
export const numberByTime = (time: unknown, list: FrameIndex, path: string): number => {
  const { timestamps } = list;
  const [start, end] = [startOf(list), endOf(list)];
  if (typeof time !== 'number' || !(time >= start && time <= end)) {
    const range = `seconds of ${start.toFixed(3)} to ${end.toFixed(3)}`;
    throw expected(range, path, describe(time));
  }
  return lastAtMost(timestamps, time);
};

/** The number of the frame that is meant. */
export const frameNumber = (address: FrameAddress, list: FrameIndex, path: string): number => {
  if (typeof address !== 'object' || address === null || 'index' in address === 'time' in address) {
    throw expected('{ index } or { time }', path, describe(address));
  }
  requireKnown(address, ['index', 'time'], path);
  return 'index' in address
    ? numberByIndex(address.index, list, `${path}.index`)
    : numberByTime(address.time, list, `${path}.time`);
};
