/** The list of a video's frames: those that are shown, in the order of showing. */
import type { CuweaveError } from '../../errors.js';
import { orderOf, pause, pauses } from './pauses.js';
import type { Place, SampleGroups } from './samples.js';

/** One list for iteration, batches and single frames. Times are in seconds. */
export type FrameIndex = {
  /** When each frame is shown, ascending. */
  readonly timestamps: Float64Array;
  /** The number of each frame's packet. */
  readonly sequences: Float64Array;
  /** When each key frame is shown, ascending. */
  readonly keys: Float64Array;
  /** The number of each key frame's packet. */
  readonly keySequences: Float64Array;
  /** Where each key frame lies. */
  readonly places: readonly Place[];
  /** When the last frame ends. */
  readonly end: number;
  /** Frames have the same time, or none of their own: only a decoder knows their order. */
  readonly ambiguous: boolean;
  /** What ended the list before the video's end. */
  readonly error?: CuweaveError;
};

/** The number of the first frame with a timestamp of at least `seconds`; behind the last one: how many there are. */
export const firstAtOrAfter = (timestamps: Float64Array, seconds: number): number => {
  let low = 0;
  let high = timestamps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((timestamps[middle] as number) < seconds) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
};

const inOrder = async (order: Uint32Array, values: readonly number[]): Promise<Float64Array> => {
  const found = new Float64Array(order.length);
  for (let n = 0; n < order.length; n++) {
    found[n] = values[order[n] as number] as number;
    if (pauses(n)) {
      await pause();
    }
  }
  return found;
};

/**
 * Lists frames.
 *
 * @param step Seconds of a frame whose duration the container does not say.
 * @param isError Whether an error ends the list, as one of the file does, instead of being thrown.
 */
export const indexOf = async (
  samples: SampleGroups,
  step: () => number,
  isError: (error: unknown) => error is CuweaveError,
): Promise<FrameIndex> => {
  const times: number[] = [];
  const sequences: number[] = [];
  const keys: number[] = [];
  const keySequences: number[] = [];
  const places: Place[] = [];
  let [end, known, estimated] = [Number.NEGATIVE_INFINITY, true, false];
  let failure: { readonly error?: CuweaveError } = {};
  try {
    for await (const group of samples) {
      for (const sample of group) {
        const { time, duration, key, shown, sequence, place } = sample;
        if (key) {
          keys.push(time);
          keySequences.push(sequence);
          places.push(place);
        }
        if (!shown) {
          continue;
        }
        times.push(time);
        sequences.push(sequence);
        estimated ||= sample.estimated === true;
        if (time + duration >= end) {
          [end, known] = [time + duration, duration > 0];
        }
      }
    }
  } catch (error) {
    if (!isError(error)) {
      throw error;
    }
    failure = { error };
  }
  // What has the same time stays in decode order.
  const order = await orderOf(times);
  const keyOrder = await orderOf(keys);
  const timestamps = await inOrder(order, times);
  let same = false;
  for (let n = 1; n < timestamps.length; n++) {
    same ||= timestamps[n] === timestamps[n - 1];
  }
  return {
    timestamps,
    sequences: await inOrder(order, sequences),
    keys: await inOrder(keyOrder, keys),
    keySequences: await inOrder(keyOrder, keySequences),
    places: Array.from(keyOrder, n => places[n]),
    end: known ? end : end + step(),
    ambiguous: estimated || same,
    ...failure,
  };
};
