/** The tools of the other tests: a check that cannot fail checks nothing. */
import { describe, expect, it } from 'vitest';
import * as ops from '../../ops/index.js';
import {
  blankImage,
  fillImage,
  overwritten,
  type Pixels,
  randomImage,
  readPixels,
  readSample,
} from './images.js';
import { random } from './random.js';
import { reference, stored, storedPixels } from './reference.js';
import { f16FromBits, f16ToBits } from './scalars.js';
import { compare, exact, expectWithin, steepestStep, tiedNearest } from './tolerance.js';

const { linear, nchw, nearest, nhwc, nv12, pipeline, rgb8 } = ops;

/** A gray picture whose value at (x, y) is 10 y + x. */
const numbered = (width: number, height: number) =>
  fillImage(
    blankImage(nhwc('u8', { colour: 'gray' }), width, height, { padding: 3 }),
    (_, row, index) => 10 * row + index,
  );
const rows = ({ width, height, values }: Pixels): readonly number[][] =>
  Array.from({ length: height }, (_, y) => [...values.slice(y * width, (y + 1) * width)]);
const gray = nhwc('u8', { colour: 'gray' });

describe('images', () => {
  it('are the same for the same seed, and differ for another', () => {
    const make = (seed: number) => readPixels(randomImage(nv12(), 7, 5, random(seed)));
    expect(make(1)).toEqual(make(1));
    expect(make(1)).not.toEqual(make(2));
  });

  it('of odd size round chroma up, and padded rows keep their distance', () => {
    const image = randomImage(nv12(), 7, 5, random(3), { padding: 9 });
    expect(image.planes.map(({ rows, rowBytes, pitch }) => [rows, rowBytes, pitch])).toEqual([
      [5, 7, 16],
      [3, 8, 17],
    ]);
    const [, chroma] = image.planes;
    expect(readSample(image, 6, 4, 2)).toBe(chroma.data[2 * 17 + 7]);
    expect(() => readSample(image, 7, 0, 0)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: Expected a pixel inside 7×5 but received (7, 0).]`,
    );
  });

  it.each(['u8', 'f16', 'f32'] as const)('hold %s samples', dtype => {
    const image = fillImage(
      blankImage(nchw(dtype), 3, 2, { padding: 1 }),
      (plane, row, x) => plane * 64 + row * 8 + x,
    );
    expect([readSample(image, 2, 1, 0), readSample(image, 0, 0, 2)]).toEqual([10, 128]);
    expect(overwritten(image)).toBeUndefined();
  });

  it('name the first byte written outside', () => {
    const spoiled = (offset: number): string | undefined => {
      const image = blankImage(rgb8(), 4, 3, { padding: 5 });
      const [{ data, memory }] = image.planes;
      memory[data.byteOffset - memory.byteOffset + offset] ^= 255;
      return overwritten(image);
    };
    expect(spoiled(11)).toBeUndefined();
    expect(spoiled(12)).toMatchInlineSnapshot(
      `"plane rgb of rgb8 4×3: a byte was written in the padding of row 0, 1 bytes after its last"`,
    );
    expect(spoiled(-1)).toMatchInlineSnapshot(
      `"plane rgb of rgb8 4×3: a byte was written 1 bytes before its first"`,
    );
    expect(spoiled(2 * 17 + 12)).toMatchInlineSnapshot(
      `"plane rgb of rgb8 4×3: a byte was written 1 bytes after its last"`,
    );
  });
});

describe('halves', () => {
  it('survive the way there and back', () => {
    for (let bits = 0; bits <= 0x7c00; bits++) {
      if (f16ToBits(f16FromBits(bits)) !== bits) {
        expect.fail(`half ${bits}`);
      }
    }
    expect([65519, 65520, -1e9, 2 ** -25, 1.5 * 2 ** -25].map(f16ToBits)).toEqual([
      0x7bff, 0x7c00, 0xfc00, 0, 1,
    ]);
  });
});

describe('reference', () => {
  it('runs index maps exactly, in order', () => {
    const made = pipeline(
      gray,
      ops.crop({ rect: { x: 1, y: 0, width: 3, height: 2 } }),
      ops.flip({ direction: 'horizontal' }),
      nhwc('u8'),
    );
    expect(rows(reference(made, numbered(5, 4)))).toEqual([
      [3, 2, 1],
      [13, 12, 11],
    ]);
  });

  it('takes a border around the image that enters the map, not around the source', () => {
    const made = pipeline(
      gray,
      ops.crop({ rect: { x: 1, y: 1, width: 2, height: 2 } }),
      ops.warpAffine({
        matrix: { dstToSrc: [1, 0, -1, 0, 1, 0] },
        filter: nearest,
        border: ops.constant(99),
      }),
      nhwc('u8'),
    );
    expect(rows(reference(made, numbered(5, 4)))).toEqual([
      [99, 11],
      [99, 21],
    ]);
  });

  it('runs point operators before a map on every tap, the border not', () => {
    const doubled = ops.convertTo('f32', { scale: 2 });
    const half = {
      matrix: { dstToSrc: [1, 0, 0.5, 0, 1, 0] },
      filter: linear,
      border: ops.constant(8),
    } as const;
    const before = reference(pipeline(gray, doubled, ops.warpAffine(half), nhwc('f32')), numbered(2, 1));
    const after = reference(pipeline(gray, ops.warpAffine(half), doubled, nhwc('f32')), numbered(2, 1));
    expect(rows(before)).toEqual([[1, 5]]);
    expect(rows(after)).toEqual([[1, 9]]);
  });

  it('takes open and per-image parameters from the call', () => {
    const made = pipeline(gray, ops.crop({ rect: ops.open('part') }), nhwc('u8'));
    const part = [
      { x: 0, y: 0, width: 1, height: 1 },
      { x: 2, y: 3, width: 2, height: 1 },
    ];
    expect(rows(reference(made, numbered(5, 4), { part }, 1))).toEqual([[32, 33]]);
    expect(() => reference(made, numbered(5, 4))).toThrowErrorMatchingInlineSnapshot(
      `[Error: Expected a value for part but received none.]`,
    );
  });

  it('inverts a matrix that goes the other way', () => {
    const warped = (matrix: ops.Affine): Pixels =>
      reference(
        pipeline(gray, ops.warpAffine({ filter: linear, border: ops.replicate }), nhwc('f32')),
        numbered(6, 5),
        { matrix },
      );
    expect(warped({ srcToDst: [2, 0, 3, 0, 4, 1] })).toEqual(
      warped({ dstToSrc: [0.5, 0, -1.5, 0, 0.25, -0.25] }),
    );
  });

  it("asks for the image's own colours where the pipeline says auto", () => {
    const made = pipeline(nv12(), ops.yuvToRgb(), nhwc('f32'));
    const settled = pipeline(nv12(), ops.yuvToRgb({ matrix: 'bt2020', range: 'full' }), nhwc('f32'));
    const colour = { matrix: 'bt2020', range: 'full' } as const;
    const image = randomImage(nv12(), 4, 4, random(5), { colour });
    expect(reference(made, image)).toEqual(reference(settled, image));
    expect(() => reference(made, randomImage(nv12(), 4, 4, random(5)))).toThrowErrorMatchingInlineSnapshot(
      `[Error: Expected a colour description for the image, since the pipeline says auto.]`,
    );
  });

  it('stores as a sink does', () => {
    expect([0.5, 1.5, -4, 300, NaN].map(v => stored(v, 'u8'))).toEqual([0, 2, 0, 255, 0]);
    expect([2049, 65520].map(v => stored(v, 'f16'))).toEqual([2048, Infinity]);
    expect(stored(0.1, 'f32')).toBe(Math.fround(0.1));
  });
});

describe('comparison', () => {
  const pixels = (...values: number[]): Pixels => ({
    width: values.length,
    height: 1,
    channels: 1,
    values: Float64Array.from(values),
  });

  it('measures the worst place and the share of outliers', () => {
    const { worst, place, outliers } = compare(pixels(1, 2, 3, 4), pixels(1, 2, 5, 4.5), { absolute: 1 });
    expect({ worst, place, outliers }).toMatchInlineSnapshot(`
      {
        "outliers": 0.25,
        "place": "x 2, y 0, channel 0: 3 instead of 5",
        "worst": 2,
      }
    `);
  });

  it('refuses NaN for a number and another shape', () => {
    expect(() => expectWithin(pixels(NaN), pixels(1), { absolute: 1e9 })).toThrowErrorMatchingInlineSnapshot(
      `[Error: 100.00 % of the pixels differ by more than 1000000000 (allowed 0.00 %); the largest difference is Infinity at x 0, y 0, channel 0: NaN instead of 1]`,
    );
    expect(() => expectWithin(pixels(1), pixels(1, 2), exact)).toThrowErrorMatchingInlineSnapshot(
      `[Error: Expected an image of 2×1×1 but received 1×1×1.]`,
    );
    expectWithin(pixels(NaN, Infinity), pixels(NaN, Infinity), exact);
  });

  it('allows ties only where there are some', () => {
    expect(tiedNearest({ width: 64, height: 48 }, { width: 32, height: 24 }).outliers).toBe(0);
    expect(tiedNearest({ width: 53, height: 37 }, { width: 90, height: 120 }).outliers).toBe(0);
    expect(tiedNearest({ width: 1, height: 48 }, { width: 1, height: 120 }).outliers).toBeCloseTo(0.2, 9);
  });

  it('finds the steepest step', () => {
    const image = storedPixels({ ...pixels(1, 4, 2, 2), width: 2, height: 2 }, 'u8');
    expect(steepestStep(image)).toBe(3);
    expect(steepestStep(image, [9])).toBe(8);
  });
});
