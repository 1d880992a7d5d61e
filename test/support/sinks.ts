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
const store = (out: TestImage, pixel: PixelAt, mean: (values: readonly number[]) => number): TestImage =>
  fillImage(out, (plane, row, index) => {
    const { format, width, height } = out;
    const { channels: lanes, subsampling } = format.planes[plane]!;
    const [across, down] = subsampling;
    const lane = index % lanes;
    const [left, top] = [Math.floor(index / lanes) * across, row * down];
    const value = (x: number, y: number, channel: number): number =>
      pixel(Math.min(x, width - 1), Math.min(y, height - 1))[channel]!;
    for (const [channel, source] of format.channels.entries()) {
      if (source.plane !== plane) {
        continue;
      }
      const x = (lane - source.lane) / (source.next ?? Number.POSITIVE_INFINITY);
      if (lane === source.lane || x === 1) {
        if (source.next !== undefined) {
          return storedIn(format, value(left + x, top, channel));
        }
        const values = Array.from({ length: across * down }, (_, n) =>
          value(left + (n % across), top + Math.floor(n / across), channel),
        );
        return storedIn(format, mean(values));
      }
    }
    throw new Error(`Expected a channel in lane ${lane} of plane ${plane} of ${format.name}.`);
  });

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
