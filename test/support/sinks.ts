/** What a sink keeps of pixels: values rounded to its dtype or code, and means where pixels share a sample. */
import type { Format } from '../../ops/spec.js';
import { blankImage, codesPerUnit, fillImage, type Pixels, readPixels, type TestImage } from './images.js';
import { stored } from './reference.js';

type PixelAt = (x: number, y: number) => readonly number[];

const f = Math.fround;
const storedIn = ({ dtype, code }: Format, value: number): number => {
  if (!code) {
    return stored(value, dtype);
  }
  const most = 2 ** code.bits - 1;
  return Math.min(stored(f(value * codesPerUnit(code)), 'u16'), most) * 2 ** code.shift;
};

/**
 * Writes pixels into an image.
 * @param mean Of the pixels that share a sample, row by row; where some of them are outside, the nearest stand for them.
 */
const store = (out: TestImage, pixel: PixelAt, mean: (values: readonly number[]) => number): TestImage => {
  const { format, width, height } = out;
  const value = (x: number, y: number, channel: number): number =>
    pixel(Math.min(x, width - 1), Math.min(y, height - 1))[channel]!;
  const lanesOf = format.planes.map(({ channels }, plane) =>
    Array.from({ length: channels }, (_, lane) => laneOf(format, plane, lane)),
  );
  return fillImage(out, (plane, row, index) => {
    const lanes = lanesOf[plane]!;
    const [across, down] = format.planes[plane]!.subsampling;
    const [left, top] = [Math.floor(index / lanes.length) * across, row * down];
    const { channel, x } = lanes[index % lanes.length]!;
    if (x !== undefined) {
      return storedIn(format, value(left + x, top, channel));
    }
    const values: number[] = [];
    for (let n = 0; n < across * down; n++) {
      values.push(value(left + (n % across), top + Math.floor(n / across), channel));
    }
    return storedIn(format, mean(values));
  });
};

/** The channel in a lane of a plane; where a sample holds several pixels of a channel side by side, which of them it is. */
const laneOf = (
  format: Format,
  plane: number,
  lane: number,
): { readonly channel: number; readonly x?: number } => {
  for (const [channel, { plane: own, lane: first, next }] of format.channels.entries()) {
    const x = next === undefined ? 0 : (lane - first) / next;
    if (own === plane && (lane === first || (next !== undefined && x === 1))) {
      return next === undefined ? { channel } : { channel, x };
    }
  }
  throw new Error(`Expected a channel in lane ${lane} of plane ${plane} of ${format.name}.`);
};

/** In the order in which generated code adds. */
const meanInF32 = (values: readonly number[]): number => {
  if (values.length === 1) {
    return values[0]!;
  }
  if (values.length === 2) {
    return f(0.5 * f(values[0]! + values[1]!));
  }
  return f(0.25 * f(f(values[0]! + values[1]!) + f(values[2]! + values[3]!)));
};

/** Writes what the oracle computes, in the kernel's own arithmetic. */
export const storeLikeKernel = (out: TestImage, pixel: PixelAt): TestImage => store(out, pixel, meanInF32);

/** What should be in an image of that format in the end, in float64, as a source reads it. */
export const storedAs = (pixels: Pixels, format: Format): Pixels => {
  const { width, height, channels, values } = pixels;
  const pixel: PixelAt = (x, y) =>
    values.subarray((y * width + x) * channels, (y * width + x + 1) * channels) as never;
  const mean = (of: readonly number[]): number => of.reduce((sum, value) => sum + value, 0) / of.length;
  return readPixels(store(blankImage(format, width, height), pixel, mean));
};
