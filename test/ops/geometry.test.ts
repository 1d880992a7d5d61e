/** Maps, borders and filters as plain functions, against values worked out by hand. */
import { describe, expect, it } from 'vitest';
import * as ops from '../../ops/index.js';

const sizes = (src: readonly [number, number], dst: readonly [number, number] = src): ops.Sizes => ({
  src: { width: src[0], height: src[1] },
  dst: { width: dst[0], height: dst[1] },
});
/** `map` as it stands in a pipeline: where the output pixel comes from. */
const from = (
  op: ops.MapOp | ops.IndexMapOp,
  at: readonly [number, number],
  params: object,
  around: ops.Sizes,
): readonly number[] => op.apply(at, params as never, around);

describe('borders', () => {
  const indexOf = (border: ops.Border, i: number, size: number): number => {
    if (border.kind !== 'indexBorder') {
      throw new Error('Expected a border of indices.');
    }
    return border.apply(i, size);
  };
  /** What the border shows around `abcd`, from 6 pixels before it to 6 behind it. */
  const around = (border: ops.Border): string =>
    Array.from({ length: 16 }, (_, n) => 'abcd'[indexOf(border, n - 6, 4)]).join('');

  it('show what OpenCV shows', () => {
    expect(around(ops.replicate)).toBe('aaaaaaabcddddddd');
    expect(around(ops.reflect)).toBe('cddcbaabcddcbaab');
    expect(around(ops.reflect101)).toBe('abcdcbabcdcbabcd');
    expect(around(ops.wrap)).toBe('cdabcdabcdabcdab');
  });

  const { replicate, reflect, reflect101, wrap } = ops;
  it.each(Object.entries({ replicate, reflect, reflect101, wrap }))(
    '%s stays inside, however far the pixel and however small the image',
    (_, border) => {
      for (const size of [1, 2, 3, 65535]) {
        for (const i of [-2147483648, -2147483647, -65536, -3, -1, 0, 1, 2, 65535, 2147483647]) {
          const at = indexOf(border, i, size);
          expect(Number.isInteger(at) && at >= 0 && at < size, `${i} of ${size} gives ${at}`).toBe(true);
        }
      }
    },
  );
});

describe('filters', () => {
  const { linear, cubic, catmullRom, lanczos4 } = ops;
  const footprint = { scale: [1, 1], size: { width: 99, height: 99 } } as const;
  const run = (filter: ops.Filter, x: number, value: (x: number) => number): number =>
    filter.apply((column, row) => [value(column) + 0 * row], [x, 3], footprint)[0];
  /** The weight of the pixel at `d` from the point. */
  const weight = (filter: ops.Filter, d: number): number => run(filter, d + 20, x => (x === 20 ? 1 : 0));

  it.each(Object.entries({ linear, cubic, catmullRom, lanczos4 }))(
    '%s keeps what is flat, and the pixel where the point is on one',
    (_, filter) => {
      for (const x of [7, 7.125, 7.5, 7.999]) {
        expect(run(filter, x, () => 5)).toBeCloseTo(5, 12);
      }
      for (const x of [-3, 0, 9]) {
        expect(run(filter, x, v => v * v)).toBe(x * x);
      }
    },
  );

  it("cubic is Keys' kernel for a = −0.75, catmullRom for −0.5", () => {
    const keys = (a: number, d: number): number =>
      d < 1 ? (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1 : a * (d ** 3 - 5 * d ** 2 + 8 * d - 4);
    for (const d of [0.1, 0.5, 0.9, 1.25, 1.75]) {
      expect(weight(cubic, d)).toBeCloseTo(keys(-0.75, d), 12);
      expect(weight(cubic, -d)).toBeCloseTo(keys(-0.75, d), 12);
      expect(weight(catmullRom, d)).toBeCloseTo(keys(-0.5, d), 12);
    }
    expect(run(catmullRom, 4.3, x => x * x)).toBeCloseTo(4.3 ** 2, 12);
  });

  it("lanczos4 is Lanczos' kernel, its weights divided by their sum", () => {
    const lanczos = (d: number): number =>
      d === 0 ? 1 : (4 * Math.sin(Math.PI * d) * Math.sin((Math.PI * d) / 4)) / (Math.PI * d) ** 2;
    for (const t of [1e-7, 0.125, 0.5, 0.75, 1 - 2 ** -24]) {
      const distances = [3, 2, 1, 0, -1, -2, -3, -4].map(k => t + k);
      const sum = distances.map(lanczos).reduce((all, one) => all + one);
      for (const d of distances) {
        expect(weight(lanczos4, d)).toBeCloseTo(lanczos(d) / sum, 8);
      }
    }
  });
});

describe('maps', () => {
  it('rotate90 turns clockwise', () => {
    // a b c        d a        f e d        c f
    // d e f   90°: e b  180°: c b a  270°: b e
    //              f c                     a d
    const picture = ['abc', 'def'];
    const turned = (clockwise: '90' | '180' | '270'): string[] => {
      const { src } = sizes([3, 2]);
      const dst = ops.rotate90.size?.({ clockwise } as never, src) ?? src;
      return Array.from({ length: dst.height }, (_, y) =>
        Array.from({ length: dst.width }, (_, x) => {
          const [sx, sy] = from(ops.rotate90, [x, y], { clockwise }, { src, dst });
          return picture[sy]?.[sx];
        }).join(''),
      );
    };
    expect(turned('90')).toEqual(['da', 'eb', 'fc']);
    expect(turned('180')).toEqual(['fed', 'cba']);
    expect(turned('270')).toEqual(['cf', 'be', 'ad']);
  });

  it('centerCrop leaves the larger rest to the right and below, and has no size where the image is too small', () => {
    const rounding = 'down';
    expect(from(ops.centerCrop, [0, 0], { rounding }, sizes([10, 7], [5, 4]))).toEqual([2, 1]);
    expect(from(ops.centerCrop, [4, 3], { rounding }, sizes([5, 4]))).toEqual([4, 3]);
    const size = (width: number, height: number) =>
      ops.centerCrop.size?.({ width, height } as never, { width: 10, height: 7 });
    expect(size(10, 7)).toEqual({ width: 10, height: 7 });
    expect(size(11, 7)).toEqual({ width: 0, height: 7 });
    expect(size(3, 8)).toEqual({ width: 3, height: 0 });
  });

  it("centerCrop has torchvision's corner, int(round((input − output) / 2.0)), where it is asked for", () => {
    const corners = (rounding: string): number[] =>
      [4, 5, 6, 7, 8, 9].map(
        width => from(ops.centerCrop, [0, 0], { rounding }, sizes([width, 4], [4, 4]))[0] as number,
      );
    // round(0.5), round(1.5), round(2.5) are 0, 2 and 2 in Python.
    expect(corners('halfEven')).toEqual([0, 0, 1, 2, 2, 2]);
    expect(corners('down')).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it('rotate turns counter-clockwise around the centre', () => {
    const quarter = { degrees: { cos: 0, sin: 1 } };
    // The right end of the upper row goes to the left end.
    expect(from(ops.rotate, [0, 0], quarter, sizes([5, 5]))).toEqual([4, 0]);
    expect(from(ops.rotate, [2, 2], quarter, sizes([5, 5]))).toEqual([2, 2]);
    const third = { degrees: { cos: Math.cos(Math.PI / 3), sin: Math.sin(Math.PI / 3) } };
    const [x, y] = from(ops.rotate, [4, 1], third, sizes([8, 4]));
    expect([x, y].map(v => v.toFixed(9))).toEqual(['4.183012702', '1.683012702']);
  });

  it('resize keeps the edges or the corners', () => {
    const at = (x: number, align: 'edges' | 'corners', to: number) =>
      from(ops.resize, [x, 0], { align }, sizes([9, 1], [to, 1]))[0];
    expect([0, 1, 4].map(x => at(x, 'corners', 5))).toEqual([0, 2, 8]);
    expect(at(0, 'corners', 1)).toBe(0);
    expect([0, 2].map(x => at(x, 'edges', 3))).toEqual([1, 7]);
  });

  it('warpPerspective divides by w, and takes (0, 0) on the horizon', () => {
    const matrix = [2, 0, 4, 0, 4, 2, 0.5, 0, 1];
    expect(from(ops.warpPerspective, [2, 3], { matrix }, sizes([9, 9]))).toEqual([4, 7]);
    expect(from(ops.warpPerspective, [-2, 3], { matrix }, sizes([9, 9]))).toEqual([0, 0]);
    expect(from(ops.warpPerspective, [-4, 0], { matrix }, sizes([9, 9]))).toEqual([4, -2]);
  });

  it('letterbox fills the longer side and centres the other', () => {
    // 1920×1080 into 640×640: 640×360, from row 140 on.
    const around = sizes([1920, 1080], [640, 640]);
    const y = (row: number): number => from(ops.letterbox, [0, row], {}, around)[1];
    expect(y(140)).toBe(1);
    expect(y(499)).toBe(1078);
    expect(y(139)).toBeLessThan(-8);
    expect(y(500)).toBeGreaterThan(1079 + 8);
    expect(from(ops.letterbox, [639, 140], {}, around)[0]).toBe(1918);
    // Enlarged, the edge is not mixed with what lies outside.
    expect(from(ops.letterbox, [0, 2], {}, sizes([2, 1], [8, 8]))).toEqual([0, 0]);
    // Never less than a pixel: 1000×1 into 10×10.
    expect(from(ops.letterbox, [3, 4], {}, sizes([1000, 1], [10, 10]))).toEqual([349.5, 0]);
  });

  it('pad moves the image, and takes away where a number is negative', () => {
    const op = ops.pad({ border: ops.wrap }).op as ops.MapOp;
    const params = { left: 3, top: -2, right: 1, bottom: 0 };
    expect(op.size?.(params as never, { width: 5, height: 5 })).toEqual({ width: 9, height: 3 });
    expect(from(op, [0, 0], params, sizes([5, 5], [9, 3]))).toEqual([-3, 2]);
  });
});
