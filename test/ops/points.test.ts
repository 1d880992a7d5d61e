/** Point operators as plain functions: values from the standards, from the peers' documentation, and by hand. */
import { describe, expect, it } from 'vitest';
import { rgbToYuvCoefficients, yuvToRgbCoefficients } from '../../ops/colour/colour.js';
import * as ops from '../../ops/index.js';

const close = (actual: readonly number[], expected: readonly number[], digits = 9): void => {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, n) => {
    expect(actual[n]).toBeCloseTo(value, digits);
  });
};
type Triple = readonly [number, number, number];

describe('arithmetic', () => {
  it('rgbToGray weighs, grayToRgb repeats', () => {
    close(ops.rgbToGray.apply([255, 100, 10], { weights: [0.299, 0.587, 0.114] }), [136.085]);
    close(ops.rgbToGray.apply([255, 255, 255], { weights: [0.2126, 0.7152, 0.0722] }), [255]);
    expect(ops.grayToRgb.apply([7], {})).toEqual([7, 7, 7]);
  });

  it('swapChannels leaves alpha where it is', () => {
    expect(ops.swapChannels.apply([1, 2, 3], {})).toEqual([3, 2, 1]);
    expect(ops.swapChannels.apply([1, 2, 3, 4], {})).toEqual([3, 2, 1, 4]);
  });

  it('invert, clamp, scaleOffset', () => {
    expect(ops.invert.apply([0, 55, 255], { most: 255 })).toEqual([255, 200, 0]);
    expect(ops.clamp.apply([-1, 5, 300], { least: 0, most: 255 })).toEqual([0, 5, 255]);
    expect(ops.clamp.apply([-1, 5, 300], { least: 9, most: 3 })).toEqual([3, 3, 3]);
    const params = { scale: [2, 0, -1], offset: [1, 2, 3] };
    expect(ops.scaleOffset.apply([1, 2, 3], params)).toEqual([3, 2, 0]);
  });

  it('NaN stays NaN where numbers are compared, as it does in JavaScript', () => {
    expect(ops.clamp.apply([NaN, 5, NaN], { least: 0, most: 255 })).toEqual([NaN, 5, NaN]);
    expect(ops.gamma.apply([NaN], { exponent: 2 })).toEqual([NaN]);
    expect(ops.rgbToHsv.apply([1, NaN, 3], {})).toEqual([NaN, NaN, NaN]);
  });

  it('gamma keeps black and white, and takes negative values for black', () => {
    close(ops.gamma.apply([0, 255, -4], { exponent: 0.6 }), [0, 255, 0]);
    close(ops.gamma.apply([127.5], { exponent: 2 }), [63.75]);
  });

  it('brightnessContrast turns around its centre', () => {
    const at = (v: number, brightness: number, contrast: number, centre: number): number =>
      ops.brightnessContrast.apply([v], { brightness, contrast, centre })[0];
    expect([at(10, 5, 1, 0), at(10, 0, 3, 0), at(128, 0, 7, 128), at(130, 1, 2, 128)]).toEqual([
      15, 30, 128, 133,
    ]);
  });

  it('colorTwist multiplies rows and adds the fourth', () => {
    const matrix = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] as const;
    expect(ops.colorTwist.apply([1, 10, 100], { matrix })).toEqual([325, 773, 1221]);
  });

  it.each([
    ['binary', [0, 0, 200]],
    ['binaryInv', [200, 200, 0]],
    ['trunc', [20, 100, 100]],
    ['toZero', [0, 0, 101]],
    ['toZeroInv', [20, 100, 0]],
  ] as const)('threshold %s: the level itself is not above', (kind, expected) => {
    expect(ops.threshold.apply([20, 100, 101], { kind, level: 100, most: 200 })).toEqual(expected);
  });

  it("posterize keeps the upper bits, as Pillow's mask does", () => {
    for (const bits of [1, 2, 5, 8]) {
      for (const v of [0, 1, 63, 64, 127, 128, 200, 255]) {
        expect(ops.posterize.apply([v], { bits })).toEqual([v & (256 - 2 ** (8 - bits))]);
      }
    }
    expect([0, -3, 9, 40].map(bits => ops.posterize.apply([201.5], { bits })[0])).toEqual([0, 0, 201, 201]);
  });

  it('solarize turns what reaches the level', () => {
    expect(ops.solarize.apply([99, 100, 255], { level: 100 })).toEqual([99, 155, 0]);
  });

  it('premultiply and unpremultiply are each other’s inverse, where there is alpha', () => {
    expect(ops.premultiply.apply([255, 100, 10, 51], {})).toEqual([51, 20, 2, 51]);
    close(ops.unpremultiply.apply([51, 20, 2, 51], {}), [255, 100, 10, 51]);
    expect(ops.unpremultiply.apply([9, 9, 9, 0], {})).toEqual([0, 0, 0, 0]);
  });
});

describe('rgbToYuv', () => {
  const encode = (rgb: Triple, matrix: ops.YuvMatrix, range: ops.YuvRange): readonly number[] => {
    const { op } = ops.rgbToYuv({ matrix, range });
    const coding = rgbToYuvCoefficients({ matrix, range });
    return (op as ops.PointOp).apply(rgb as never, { coding } as never);
  };

  // The bars of 100 % in 8 bits.
  it.each([
    ['bt601', [255, 255, 255], [235, 128, 128]],
    ['bt601', [255, 0, 0], [81, 90, 240]],
    ['bt601', [0, 255, 0], [145, 54, 34]],
    ['bt601', [0, 0, 255], [41, 240, 110]],
    ['bt709', [255, 255, 0], [219, 16, 138]],
    ['bt709', [0, 255, 255], [188, 154, 16]],
    ['bt709', [255, 0, 0], [63, 102, 240]],
    ['bt709', [0, 255, 0], [173, 42, 26]],
    ['bt709', [0, 0, 255], [32, 240, 118]],
    ['bt2020', [0, 0, 0], [16, 128, 128]],
  ] as const)('%s %j is %j', (matrix, rgb, yuv) => {
    expect(encode(rgb, matrix, 'limited').map(Math.round)).toEqual(yuv);
  });

  it.each(['bt601', 'bt709', 'bt2020'] as const)('yuvToRgb is its inverse: %s', matrix => {
    for (const range of ['limited', 'full'] as const) {
      const { op } = ops.yuvToRgb({ matrix, range });
      for (const rgb of [
        [255, 0, 0],
        [12, 200, 77],
        [-20, 300, 128],
      ] as const) {
        const colour = yuvToRgbCoefficients(matrix, range);
        const yuv = encode(rgb, matrix, range);
        close((op as ops.PointOp).apply(yuv as never, { colour } as never), rgb);
      }
    }
  });
});

describe('yCrCb and HSV', () => {
  it("rgbToYCrCb has OpenCV's order, and yCrCbToRgb leads back to 0.2 levels", () => {
    close(ops.rgbToYCrCb.apply([255, 0, 0], {}), [76.245, 255.452315, 84.99782], 5);
    for (const rgb of [
      [255, 255, 255],
      [255, 0, 0],
      [3, 250, 128],
    ] as const) {
      const [y, cr, cb] = ops.rgbToYCrCb.apply(rgb, {});
      ops.yCrCbToRgb.apply([y, cr, cb], {}).forEach((value, c) => {
        expect(Math.abs(value - rgb[c])).toBeLessThan(0.2);
      });
    }
  });

  it.each([
    [
      [255, 0, 0],
      [0, 1, 255],
    ],
    [
      [255, 255, 0],
      [60, 1, 255],
    ],
    [
      [0, 255, 0],
      [120, 1, 255],
    ],
    [
      [0, 200, 200],
      [180, 1, 200],
    ],
    [
      [0, 0, 255],
      [240, 1, 255],
    ],
    [
      [100, 50, 100],
      [300, 0.5, 100],
    ],
    [
      [255, 0, 51],
      [348, 1, 255],
    ],
    [
      [80, 80, 80],
      [0, 0, 80],
    ],
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
  ] as const)('rgb %j is hsv %j, and back', (rgb, hsv) => {
    close(ops.rgbToHsv.apply(rgb, {}), hsv);
    close(ops.hsvToRgb.apply(hsv, {}), rgb);
  });

  it('a hue stays below 360, also where f32 rounds it up', () => {
    for (const blue of [1e-3, 1e-5, 1e-7, 1e-20]) {
      const [hue] = ops.rgbToHsv.apply([200, 0, blue].map(Math.fround) as never, {});
      expect(hue, `${blue}`).toBeLessThan(360);
    }
  });

  it('hue goes round', () => {
    for (const turns of [-720, -360, 360, 1080]) {
      close(ops.hsvToRgb.apply([48 + turns, 0.5, 200], {}), ops.hsvToRgb.apply([48, 0.5, 200], {}));
    }
  });
});

describe('toneMap', () => {
  it.each(['reinhard', 'hable'] as const)('%s keeps black, takes white to 1 and rises', curve => {
    const at = (light: number, exposure = 1): number =>
      ops.toneMap.apply([light, light, light], { curve, exposure, white: 8 })[0];
    close([at(0), at(-1), at(8), at(2, 4)], [0, 0, 1, 1]);
    const steps = Array.from({ length: 100 }, (_, n) => at(n / 10));
    expect(steps.every((value, n) => n === 0 || value > steps[n - 1])).toBe(true);
  });

  it("reinhard without an end of the range is v / (1 + v); hable is the talk's", () => {
    const reinhard = { curve: 'reinhard', exposure: 1, white: 1e9 } as const;
    close(ops.toneMap.apply([1, 3, 0.25], reinhard), [0.5, 0.75, 0.2]);
    // f(1) / f(11.2), with the six constants written out.
    const f = (x: number): number =>
      (x * (0.15 * x + 0.1 * 0.5) + 0.2 * 0.02) / (x * (0.15 * x + 0.5) + 0.2 * 0.3) - 0.02 / 0.3;
    const [value] = ops.toneMap.apply([1, 1, 1], { curve: 'hable', exposure: 1, white: 11.2 });
    expect(value).toBeCloseTo(f(1) / f(11.2), 12);
  });
});

describe('erase', () => {
  const none = { x: 0, y: 0, width: 0, height: 0 };
  const size = { width: 20, height: 10 };
  const at = (x: number, y: number, ...given: readonly ops.Rect[]): readonly number[] => {
    const [a = none, b = none, c = none, d = none] = given;
    return ops.erase.apply([7], { areas: [a, b, c, d], value: [0] }, { at: [x, y], size });
  };

  it('fills what is inside of any rectangle, its last row and column included', () => {
    const rect = { x: 3, y: 2, width: 4, height: 5 };
    for (const [x, y, expected] of [
      [3, 2, 0],
      [6, 6, 0],
      [2, 2, 7],
      [7, 6, 7],
      [6, 7, 7],
      [3, 1, 7],
    ] as const) {
      expect(at(x, y, rect)).toEqual([expected]);
      expect(at(x, y, none, none, none, rect)).toEqual([expected]);
    }
    expect(at(0, 0)).toEqual([7]);
  });
});

describe('lut', () => {
  const table = Array.from({ length: 256 }, (_, n) => 1000 + n);

  it('rounds halves to even, holds to 0..255, and takes a table for each channel', () => {
    const read = (v: number): number => ops.lut.apply([v], { table: [table] })[0];
    expect([-5, -0.5, 0.5, 1.5, 254.5, 255.5, 1e12, Number.NaN].map(read)).toEqual([
      1000, 1000, 1000, 1002, 1254, 1255, 1255, 1000,
    ]);
    const negative = table.map(v => -v);
    expect(ops.lut.apply([1, 2, 3], { table: [table, negative, table] })).toEqual([1001, -1002, 1003]);
  });
});

describe('L*a*b*', () => {
  // Of sRGB's corners under D65 with two decimals, as colour calculators (B. Lindbloom's) give them.
  it.each([
    [
      [255, 255, 255],
      [100, 0, 0],
    ],
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
    [
      [255, 0, 0],
      [53.24, 80.09, 67.2],
    ],
    [
      [0, 255, 0],
      [87.73, -86.18, 83.18],
    ],
    [
      [0, 0, 255],
      [32.3, 79.19, -107.86],
    ],
  ] as const)('%j is %j', (rgb, lab) => {
    const found = ops.rgbToLab.apply(rgb, {});
    lab.forEach((value, n) => {
      expect(Math.abs(found[n] - value)).toBeLessThan(0.02);
    });
    close(ops.labToRgb.apply(found as Triple, {}), rgb, 5);
  });

  it('greys have no colour', () => {
    for (let v = 0; v <= 255; v += 5) {
      const [, a, b] = ops.rgbToLab.apply([v, v, v], {});
      expect(Math.hypot(a, b)).toBeLessThan(1e-9);
    }
  });
});

describe("other libraries' arithmetic", () => {
  it('OpenCV and CV-CUDA: black, white, and what is beyond them', () => {
    for (const op of [ops.opencvNv12ToRgb, ops.cvcudaNv12ToRgb]) {
      expect(op.apply([16, 128, 128], {})).toEqual([0, 0, 0]);
      expect(op.apply([235, 128, 128], {})).toEqual([255, 255, 255]);
      expect(op.apply([0, 0, 255], {})).toEqual([203, 0, 0]);
      expect(op.apply([255, 255, 0], {})).toEqual([74, 255, 255]);
    }
  });

  it('is at most one level from the formula in float, over all of the cube', () => {
    const k = yuvToRgbCoefficients('bt601', 'limited');
    const float = (ops.yuvToRgb().op as ops.PointOp).apply;
    let worst = 0;
    for (let y = 16; y <= 255; y += 7) {
      for (let u = 0; u <= 255; u += 5) {
        for (let v = 0; v <= 255; v += 5) {
          const exact = float([y, u, v] as never, { colour: k } as never);
          const found = ops.opencvNv12ToRgb.apply([y, u, v], {});
          exact.forEach((value, c) => {
            worst = Math.max(
              worst,
              Math.abs(found[c] - ops.roundHalfEven(Math.min(Math.max(value, 0), 255))),
            );
          });
        }
      }
    }
    expect(worst).toBeLessThanOrEqual(1);
  });

  it('torchcodec drops the fraction, and holds to 0..255', () => {
    const colour = yuvToRgbCoefficients('bt709', 'limited');
    const { op } = ops.torchcodecYuvToRgb();
    const run = (px: Triple): readonly number[] =>
      (op as ops.PointOp).apply(px as never, { colour } as never);
    // 255 / 219 · 100 = 116.4
    expect(run([116, 128, 128])).toEqual([116, 116, 116]);
    // 255 / 219 · 101 = 117.6
    expect(run([117, 128, 128])).toEqual([117, 117, 117]);
    expect(run([0, 128, 128])).toEqual([0, 0, 0]);
    expect(run([255, 128, 255])).toEqual([255, 210, 255]);
  });

  it("OpenCV's analog YUV: greys stay, both ways", () => {
    for (const v of [0, 1, 127, 128, 254, 255]) {
      expect(ops.opencvRgbToYuv.apply([v, v, v], {})).toEqual([v, 128, 128]);
      expect(ops.opencvYuvToRgb.apply([v, 128, 128], {})).toEqual([v, v, v]);
    }
  });
});
