/** Where one scene gives way to another: a frame whose luma, seen small, differs from that of the frame before. */
import { abortable } from '../../abort.js';
import { byteSize, newHostArray } from '../../device/dtype.js';
import { codeBits } from '../../device/formats.js';
import { describe, expected, guardedAsync } from '../../errors.js';
import { requireKnown } from '../../options.js';
import type { VideoFrame } from '../videoFrame.js';

/** A frame that begins a scene. */
export type SceneChange = {
  /** Its number in the list of all frames. */
  readonly index: number;
  /** When it is shown, in seconds. */
  readonly timestamp: number;
  /** How much it differs from the frame before, 0..255: see {@link SceneOptions.threshold}. */
  readonly difference: number;
};

/** Where scenes are looked for, and what counts as one. */
export type SceneOptions = {
  /** First moment, in seconds, inclusive; default: the first frame. */
  readonly from?: number;
  /** Last moment, in seconds, exclusive; default: the end. */
  readonly to?: number;
  /**
   * The least difference, above 0 and at most 255; default 15. With d(n) as the mean of |luma of frame n − luma of frame n − 1| on a scale
   * of 0..255, over means of 64 × 36 cells, the difference is min(d(n), |d(n) − d(n − 1)|), so that motion which goes on is none. FFmpeg's
   * filter `select` has the same measure of whole pixels, divided by 100 (libavfilter/vf_select.c), and names 0.3 to 0.5 for it; means of cells
   * differ less.
   */
  readonly threshold?: number;
  /** Ends the iteration: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
};

const [columns, rows] = [64, 36];

/** Checks the threshold and the names. */
export const thresholdOf = (options: SceneOptions): number => {
  requireKnown(options, ['from', 'to', 'threshold', 'signal'], 'options');
  const { threshold = 15 } = options;
  if (!(typeof threshold === 'number' && threshold > 0 && threshold <= 255)) {
    throw expected('a number above 0, at most 255', 'options.threshold', describe(threshold));
  }
  return threshold;
};

/** Luma of a frame, 0..255: means over stretches of some of its rows, evenly spaced, which alone leave the device. */
const smallLuma = async (frame: VideoFrame): Promise<Float64Array> => {
  const { width, height, device, _format: format } = frame;
  const [luma] = frame._placed();
  if (luma === undefined) {
    throw new TypeError('a frame without planes');
  }
  const { memory, address, pitch } = luma;
  const step = Math.max(1, Math.floor(height / rows));
  const first = step >> 1;
  const taken = Math.ceil((height - first) / step);
  const rowBytes = width * byteSize[format.dtype];
  const data = newHostArray(format.dtype, width * taken);
  const offset = address + first * pitch - Number(memory.pointer);
  const stream = device.stream._native();
  await guardedAsync(() =>
    stream.download(data, 0, rowBytes, memory, offset, pitch * step, rowBytes, taken, true),
  );
  // Codes in the upper bits of 16 count as 16; others have as many as the signal.
  const bits = format.code?.shift ? 16 : (frame.colour?.bitDepth ?? codeBits(format));
  const scale = 2 ** (bits - 8);
  const means = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const start = Math.floor(((row + 0.5) * taken) / rows) * width;
    for (let column = 0; column < columns; column++) {
      const left = Math.floor((column * width) / columns);
      const right = Math.max(left + 1, Math.floor(((column + 1) * width) / columns));
      let sum = 0;
      for (let x = left; x < right; x++) {
        sum += data[start + x] as number;
      }
      means[row * columns + column] = sum / ((right - left) * scale);
    }
  }
  return means;
};

const meanDifference = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, n) => sum + Math.abs(value - (b[n] as number)), 0) / a.length;

/** The frames that begin a scene; the first one of the stretch does not count. */
export async function* changesOf(
  frames: AsyncIterable<VideoFrame>,
  threshold: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<SceneChange, void, undefined> {
  let last: Float64Array | undefined;
  let before = 0;
  for await (const frame of frames) {
    const luma = await abortable(smallLuma(frame), signal);
    if (last) {
      const mean = meanDifference(luma, last);
      const difference = Math.min(mean, Math.abs(mean - before));
      before = mean;
      if (difference >= threshold) {
        yield { index: frame.index, timestamp: frame.timestamp, difference };
      }
    }
    last = luma;
  }
}
