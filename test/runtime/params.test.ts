import { describe, expect, it } from 'vitest';
import { yuvToRgbCoefficients } from '../../ops/colour/colour.js';
import type { Bounds } from '../../ops/spec.js';
import { packParam, valueOfImage } from '../../runtime/call/params.js';

const path = 'options.p';
const refusal = (run: () => unknown): string => {
  try {
    return `accepted: ${JSON.stringify(run())}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe('packParam', () => {
  it('rounds numbers to f32 and takes whole numbers for i32', () => {
    expect(packParam('f32', 0.1, { path })).toEqual([Math.fround(0.1)]);
    expect(packParam('i32', -2147483648, { path })).toEqual([-2147483648]);
    expect(packParam('vec2', [1, 2.5], { path })).toEqual([1, 2.5]);
  });

  it('takes one number for all channels, or one each', () => {
    expect(packParam('f32', 2, { path, channels: 3 })).toEqual([2, 2, 2]);
    expect(packParam('f32', [1, 2, 3], { path, channels: 3 })).toEqual([1, 2, 3]);
  });

  it('takes typed arrays wherever it takes arrays', () => {
    expect(packParam('f32', Float32Array.of(1, 2, 3), { path, channels: 3 })).toEqual([1, 2, 3]);
    expect(packParam('vec2', Int16Array.of(-1, 2), { path })).toEqual([-1, 2]);
    expect(packParam('mat2x3', { dstToSrc: Float64Array.of(1, 0, 0, 0, 1, 0) }, { path })).toEqual([
      1, 0, 0, 0, 1, 0,
    ]);
    const bytes = Uint8Array.from({ length: 256 }, (_, n) => 255 - n);
    expect(packParam('table', bytes, { path })).toEqual([...bytes]);
    expect(valueOfImage({ kind: 'f32', per: 'image' }, Float32Array.of(5, 6), 1, 2, path)).toEqual({
      value: 6,
      path: 'options.p[1]',
    });
  });

  it('refuses numbers beyond the bounds', () => {
    const refused = (value: unknown, bounds: Bounds, kind: 'f32' | 'i32' = 'f32', channels?: number) =>
      refusal(() => packParam(kind, value, { path, bounds, ...(channels ? { channels } : {}) }));
    expect([
      refused(0, { not: 0 }),
      // Of f32 this is 0.
      refused([1, 1e-60, 1], { not: 0 }, 'f32', 3),
      refused(0, { above: 0 }),
      refused(-5, { least: 0, most: 65535 }, 'i32'),
      refused(0, { least: 1 }, 'i32'),
    ]).toMatchInlineSnapshot(`
      [
        "Expected a number other than 0 for options.p but received 0.",
        "Expected a number other than 0 for options.p[1] but received 1e-60.",
        "Expected a number above 0 for options.p but received 0.",
        "Expected a whole number from 0 to 65535 for options.p but received -5.",
        "Expected a whole number of at least 1 for options.p but received 0.",
      ]
    `);
    expect(packParam('i32', 1, { path, bounds: { least: 1 } })).toEqual([1]);
  });

  it('inverts srcToDst in double precision', () => {
    expect(packParam('mat2x3', { dstToSrc: [1, 2, 3, 4, 5, 6] }, { path })).toEqual([1, 2, 3, 4, 5, 6]);
    const [a, b, c, d, e, f] = [0.8, -0.3, 12.5, 0.2, 1.1, -7];
    const m = packParam('mat2x3', { srcToDst: [a, b, c, d, e, f] }, { path });
    for (const [x, y] of [
      [0, 0],
      [100, 0],
      [13, 57],
    ]) {
      const [u, v] = [a * x + b * y + c, d * x + e * y + f];
      expect(m[0] * u + m[1] * v + m[2]).toBeCloseTo(x, 4);
      expect(m[3] * u + m[4] * v + m[5]).toBeCloseTo(y, 4);
    }
  });

  it('inverts a projective map, whatever its last number', () => {
    for (const m of [
      [0.8, -0.3, 12.5, 0.2, 1.1, -7, 0.001, -0.002, 1],
      [0.8, -0.3, 12.5, 0.2, 1.1, -7, 0.001, 0.02, 0],
      // Its inverse ends with 0.
      [1, 0, 4, 0, 0, 1, 0, 1, 0.5],
    ]) {
      const inverse = packParam('mat3x3', { srcToDst: m }, { path });
      const project = (n: readonly number[], x: number, y: number): [number, number] => {
        const w = n[6] * x + n[7] * y + n[8];
        return [(n[0] * x + n[1] * y + n[2]) / w, (n[3] * x + n[4] * y + n[5]) / w];
      };
      for (const [x, y] of [
        [1, 2],
        [30, 4],
        [13, 57],
      ]) {
        const back = project(inverse, ...project(m, x, y));
        expect(back[0]).toBeCloseTo(x, 3);
        expect(back[1]).toBeCloseTo(y, 3);
      }
    }
    const direct = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(packParam('mat3x3', { dstToSrc: direct }, { path })).toEqual(direct);
  });

  it('an angle is its cosine and sine, and what f32 loses of them; quarters are exact', () => {
    const quarters = [0, 90, 180, 270, 360, -90, 720090].map(degrees =>
      packParam('angle', degrees, { path }),
    );
    expect(quarters.map(numbers => numbers.slice(0, 2).map(value => value + 0))).toEqual([
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
      [1, 0],
      [0, -1],
      [0, 1],
    ]);
    expect(quarters.flatMap(numbers => numbers.slice(2)).every(value => value === 0)).toBe(true);
    const [cos, sin, cosMid, sinMid, cosLow, sinLow] = packParam('angle', 30, { path });
    expect([cos, sin]).toEqual([Math.fround(Math.sqrt(3) / 2), 0.5]);
    // What Python says of round(math.cos(math.radians(30)), 15), and of the sine.
    expect([cos! + cosMid! + cosLow!, sin! + sinMid! + sinLow!]).toEqual([0.866025403784439, 0.5]);
    expect([cosMid, cosLow].every(value => value === Math.fround(value!))).toBe(true);
  });

  it('takes weights, and makes those of a Gaussian', () => {
    const weights = (value: unknown, lanes = 3) => packParam('weights', value, { path, lanes });
    expect(weights([1, 0.1, -2])).toEqual([1, Math.fround(0.1), -2]);
    expect(weights(Float64Array.of(1, 2, 3))).toEqual([1, 2, 3]);
    const gaussian = (sigma: unknown, lanes: number, steps?: number) =>
      packParam('gaussian', sigma, { path, lanes, steps, bounds: steps ? { least: 0 } : { above: 0 } });
    // exp(−1 / 2) of the one in the middle on both sides.
    const side = Math.exp(-0.5);
    expect(gaussian(1, 3)).toEqual([side, 1, side].map(v => Math.fround(v / (1 + 2 * side))));
    // The smallest deviation there is.
    expect(gaussian(2 ** -149, 5)).toEqual([0, 0, 1, 0, 0]);
    expect(gaussian(2 ** -149, 4)).toEqual([0, 0.5, 0.5, 0]);
    expect(gaussian(3e38, 4)).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(gaussian(1.2, 5, 256)).toMatchInlineSnapshot(`
      [
        22,
        62,
        88,
        62,
        22,
      ]
    `);
    // OpenCV's own, for a deviation of 0.
    expect(gaussian(0, 5, 256)).toEqual([16, 64, 96, 64, 16]);
    expect(gaussian(0, 9, 256)).toEqual([4, 13, 30, 51, 60, 51, 30, 13, 4]);
    expect(gaussian(0, 11, 256)).toEqual(gaussian(2, 11, 256));
    expect(
      [
        () => weights([1, 2]),
        () => weights([1, 2, NaN]),
        () => weights({ 0: 1, length: 3 }),
        () => gaussian(0, 3),
        () => gaussian(-1, 3, 256),
        () => gaussian(NaN, 3),
        () => gaussian([1, 2], 3),
      ].map(refusal),
    ).toMatchInlineSnapshot(`
      [
        "Expected 3 numbers, row by row for options.p but received [1, 2].",
        "Expected a finite number for options.p[2] but received NaN.",
        "Expected 3 numbers, row by row for options.p but received { 0, length }.",
        "Expected a number above 0 for options.p but received 0.",
        "Expected a number of at least 0 for options.p but received -1.",
        "Expected a finite number for options.p but received NaN.",
        "Expected a finite number for options.p but received [1, 2].",
      ]
    `);
  });

  it("takes a signal's colours from the image where they are 'auto'", () => {
    const wanted = Object.values(yuvToRgbCoefficients('bt2020', 'full')).map(Math.fround);
    const colour = { matrix: 'bt2020', range: 'full', source: 'stream' } as const;
    expect(packParam('yuvToRgb', { matrix: 'auto', range: 'auto' }, { path, colour })).toEqual(wanted);
    expect(packParam('yuvToRgb', { matrix: 'bt2020', range: 'full' }, { path })).toEqual(wanted);
  });

  it('refuses what does not fit', () => {
    const src = { width: 20, height: 10 };
    const rect = (x: number, y: number, width: number, height: number) => () =>
      packParam('rect', { x, y, width, height }, { path, src });
    const auto = { matrix: 'auto', range: 'auto' };
    const cases: Record<string, () => unknown> = {
      'no number': () => packParam('f32', undefined, { path }),
      NaN: () => packParam('f32', Number.NaN, { path }),
      'too large for f32': () => packParam('f32', 1e39, { path }),
      'text for a number': () => packParam('f32', '1', { path }),
      fraction: () => packParam('i32', 1.5, { path }),
      'too large for i32': () => packParam('i32', 2147483648, { path }),
      'two channels of three': () => packParam('f32', [1, 2], { path, channels: 3 }),
      'a channel that is no number': () => packParam('f32', [1, null, 3], { path, channels: 3 }),
      'three numbers for vec2': () => packParam('vec2', [1, 2, 3], { path }),
      'bare matrix': () => packParam('mat2x3', [1, 0, 0, 0, 1, 0], { path }),
      'matrix without direction': () => packParam('mat2x3', {}, { path }),
      'two directions': () => packParam('mat2x3', { dstToSrc: [], srcToDst: [] }, { path }),
      'nine numbers': () => packParam('mat2x3', { dstToSrc: [1, 0, 0, 0, 1, 0, 0, 0, 1] }, { path }),
      'infinite entry': () => packParam('mat2x3', { dstToSrc: [1, 0, Infinity, 0, 1, 0] }, { path }),
      'nine numbers without direction': () => packParam('mat3x3', [1, 0, 0, 0, 1, 0, 0, 0, 1], { path }),
      'six numbers': () => packParam('mat3x3', { srcToDst: [1, 0, 0, 0, 1, 0] }, { path }),
      'singular of nine': () => packParam('mat3x3', { srcToDst: [1, 2, 3, 2, 4, 6, 0, 0, 1] }, { path }),
      'no angle': () => packParam('angle', '90', { path }),
      'infinite angle': () => packParam('angle', Infinity, { path }),
      singular: () => packParam('mat2x3', { srcToDst: [1, 2, 0, 2, 4, 0] }, { path }),
      'no rectangle': () => packParam('rect', 7, { path, src }),
      'rectangle without height': () => packParam('rect', { x: 0, y: 0, width: 1 }, { path, src }),
      'empty rectangle': rect(0, 0, 0, 5),
      'over the right edge': rect(15, 0, 6, 5),
      'over the left edge': rect(-1, 0, 6, 5),
      'more than a rectangle': () =>
        packParam('rect', { x: 0, y: 0, width: 1, height: 1, depth: 1 }, { path, src }),
      'unknown matrix': () => packParam('yuvToRgb', { matrix: 'bt470', range: 'full' }, { path }),
      'auto without colours': () => packParam('yuvToRgb', auto, { path }),
      'auto without a range': () =>
        packParam('yuvToRgb', auto, { path, colour: { matrix: 'bt709', source: 'stream' } }),
    };
    const table = Object.entries(cases).map(([name, run]) => `${name}: ${refusal(run)}`);
    expect(table.join('\n')).toMatchInlineSnapshot(`
      "no number: Expected a finite number for options.p but received undefined.
      NaN: Expected a finite number for options.p but received NaN.
      too large for f32: Expected a finite number for options.p but received 1e+39.
      text for a number: Expected a finite number for options.p but received '1'.
      fraction: Expected a whole number from -2147483648 to 2147483647 for options.p but received 1.5.
      too large for i32: Expected a whole number from -2147483648 to 2147483647 for options.p but received 2147483648.
      two channels of three: Expected one number, or 3 in an array for options.p but received [1, 2].
      a channel that is no number: Expected a finite number for options.p[1] but received null.
      three numbers for vec2: Expected two numbers for options.p but received [1, 2, 3].
      bare matrix: Expected { dstToSrc: [6 numbers] } or { srcToDst: [6 numbers] } for options.p but received [1, 0, 0, 0, 1, 0]. A bare matrix does not say its direction: OpenCV without WARP_INVERSE_MAP takes srcToDst.
      matrix without direction: Expected { dstToSrc: [6 numbers] } or { srcToDst: [6 numbers] } for options.p but received {}.
      two directions: Expected { dstToSrc: [6 numbers] } or { srcToDst: [6 numbers] } for options.p but received { dstToSrc, srcToDst }.
      nine numbers: Expected six numbers, row by row for options.p.dstToSrc but received [1, 0, 0, 0, 1, 0, 0, 0, … (9)].
      infinite entry: Expected a finite number for options.p.dstToSrc[2] but received Infinity.
      nine numbers without direction: Expected { dstToSrc: [9 numbers] } or { srcToDst: [9 numbers] } for options.p but received [1, 0, 0, 0, 1, 0, 0, 0, … (9)]. A bare matrix does not say its direction: OpenCV without WARP_INVERSE_MAP takes srcToDst.
      six numbers: Expected nine numbers, row by row for options.p.srcToDst but received [1, 0, 0, 0, 1, 0].
      singular of nine: Expected a matrix that can be inverted for options.p.srcToDst but received [1, 2, 3, 2, 4, 6, 0, 0, … (9)] with determinant 0.
      no angle: Expected a finite number of degrees for options.p but received '90'.
      infinite angle: Expected a finite number of degrees for options.p but received Infinity.
      singular: Expected a matrix that can be inverted for options.p.srcToDst but received [1, 2, 0, 2, 4, 0] with determinant 0.
      no rectangle: Expected { x, y, width, height } for options.p but received 7.
      rectangle without height: Expected a whole number from -2147483648 to 2147483647 for options.p.height but received undefined.
      empty rectangle: Expected at least 1 for options.p.width but received 0.
      over the right edge: Expected a rectangle inside the image of 20×10 for options.p but received { x: 15, y: 0, width: 6, height: 5 }.
      over the left edge: Expected a rectangle inside the image of 20×10 for options.p but received { x: -1, y: 0, width: 6, height: 5 }.
      more than a rectangle: Expected only x, y, width and height for options.p but received depth too.
      unknown matrix: Expected 'bt601', 'bt709', 'bt2020', 'smpte240m', 'fcc' or 'auto' for options.p.matrix but received 'bt470'.
      auto without colours: Expected an image that says its colours for options.p.matrix but received 'auto' and an image without them. Give one of 'bt601', 'bt709', 'bt2020', 'smpte240m', 'fcc' in the pipeline, or colour: { matrix, range, source } with the image.
      auto without a range: Expected an image that says its colours for options.p.range but received 'auto' and an image without them. Give one of 'limited', 'full' in the pipeline, or colour: { matrix, range, source } with the image."
    `);
  });
});

describe('valueOfImage', () => {
  it('takes one value for all, or one for each', () => {
    const param = { kind: 'f32', per: 'image' } as const;
    expect(valueOfImage(param, 4, 1, 2, path)).toEqual({ value: 4, path });
    expect(valueOfImage(param, [4, 5], 1, 2, path)).toEqual({ value: 5, path: 'options.p[1]' });
    expect(() => valueOfImage(param, [4, 5], 0, 3, path)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: Expected one value, or an array of 3 (one per image) for options.p but received an array of 2.]`,
    );
    expect(() => valueOfImage(param, [], 0, 1, path)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: Expected one value for options.p but received an array of 0.]`,
    );
  });

  it('knows a pair from an array of pairs', () => {
    const param = { kind: 'vec2', per: 'image' } as const;
    expect(valueOfImage(param, [1, 2], 1, 2, path).value).toEqual([1, 2]);
    expect(
      valueOfImage(
        param,
        [
          [1, 2],
          [3, 4],
        ],
        1,
        2,
        path,
      ).value,
    ).toEqual([3, 4]);
  });
});
