/** From the planes that a decoder leaves to those of a format: every sample, with rows that are longer than the picture. */
import { describe, expect, it } from 'vitest';
import { type DecodedPlane, type HostImage, toHostImage } from '../../runtime/files/framePlanes.js';

const size = { width: 5, height: 3 };

/** A plane of 8-bit samples `start`, `start + 1` …, in rows with a rest. */
const bytes = (start: number, width: number, height: number): DecodedPlane => {
  const stride = width + 3;
  const data = new Uint8Array(stride * height).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[y * stride + x] = start + y * width + x;
    }
  }
  return { data, stride };
};
/** The same of 16-bit samples, from code 1000 on where `shift` is 0. */
const words = (start: number, width: number, height: number, shift: number): DecodedPlane => {
  const stride = width + 3;
  const data = new Uint16Array(stride * height).fill(0xffff);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[y * stride + x] = (start + y * width + x) << shift;
    }
  }
  return { data: new Uint8Array(data.buffer), stride: 2 * stride };
};
/** The values of every plane, row by row. */
const valuesOf = ({ planes, height }: HostImage, chromaRows: number): number[][] =>
  planes.map(({ data, pitch, offset }, n) => {
    const unit = data.BYTES_PER_ELEMENT;
    return Array.from(
      data.subarray(offset / unit, (offset + pitch * (n === 0 ? height : chromaRows)) / unit),
    );
  });
const count = (start: number, length: number, shift = 0): number[] =>
  Array.from({ length }, (_, n) => (start + n) << shift);

describe('toHostImage', () => {
  it('4:2:2 stays in three planes, odd widths rounded up', () => {
    const image = toHostImage('yuv422p', size, [bytes(0, 5, 3), bytes(100, 3, 3), bytes(200, 3, 3)]);
    expect(image.format).toBe('yuv422p');
    expect(valuesOf(image, 3)).toEqual([count(0, 15), count(100, 9), count(200, 9)]);
  });

  it('10-bit planes become p010: codes in the upper bits, chroma interleaved', () => {
    const image = toHostImage('yuv420p10le', size, [
      words(1000, 5, 3, 0),
      words(100, 3, 2, 0),
      words(200, 3, 2, 0),
    ]);
    expect(image.format).toBe('p010');
    const chroma = count(100, 6, 6).flatMap((u, n) => [u, (200 + n) << 6]);
    expect(valuesOf(image, 2)).toEqual([count(1000, 15, 6), chroma]);
    expect(image.planes[1].offset % 64).toBe(0);
  });

  it('p010 is taken as it is', () => {
    const image = toHostImage('p010le', size, [words(1000, 5, 3, 6), words(100, 6, 2, 6)]);
    expect(valuesOf(image, 2)).toEqual([count(1000, 15, 6), count(100, 12, 6)]);
  });
});
