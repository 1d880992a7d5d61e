import { describe, expect, it } from 'vitest';
import { lumaWeights, rgbToYuvCoefficients, yuvToRgbCoefficients } from '../../ops/colour/colour.js';
import type { YuvRange } from '../../ops/index.js';
import { gbrToRgb, ycgcoToRgb } from '../../ops/index.js';

// Computed from Kr and Kb of the standards with another program; codes and colours in 0..255.
const table: readonly [keyof typeof lumaWeights, YuvRange, readonly number[]][] = [
  ['bt601', 'limited', [16, 128, 1.164384, 1.596027, -0.391762, -0.812968, 2.017232]],
  ['bt601', 'full', [0, 128, 1, 1.402, -0.344136, -0.714136, 1.772]],
  ['bt709', 'limited', [16, 128, 1.164384, 1.792741, -0.213249, -0.532909, 2.112402]],
  ['bt709', 'full', [0, 128, 1, 1.5748, -0.187324, -0.468124, 1.8556]],
  ['bt2020', 'limited', [16, 128, 1.164384, 1.678674, -0.187326, -0.650424, 2.141772]],
  ['bt2020', 'full', [0, 128, 1, 1.4746, -0.164553, -0.571353, 1.8814]],
  ['smpte240m', 'limited', [16, 128, 1.164384, 1.794107, -0.257985, -0.542583, 2.078705]],
  ['fcc', 'full', [0, 128, 1, 1.4, -0.331864, -0.711864, 1.78]],
];

describe('yuvToRgbCoefficients', () => {
  it.each(table)('%s %s', (matrix, range, expected) => {
    const k = yuvToRgbCoefficients(matrix, range);
    const found = [k.yOffset, k.cOffset, k.yScale, k.rv, k.gu, k.gv, k.bu];
    found.forEach((value, at) => {
      // The table has six digits after the point.
      expect(Math.abs(value - expected[at])).toBeLessThanOrEqual(0.5000001e-6);
    });
  });

  it.each(table)('%s %s brings back the colours that the standard encodes', (matrix, range) => {
    const { kr, kb } = lumaWeights[matrix];
    const k = yuvToRgbCoefficients(matrix, range);
    const [luma, chroma] = range === 'limited' ? [219 / 255, 224 / 255] : [1, 1];
    for (const [r, g, b] of [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [255, 255, 255],
      [12, 200, 77],
    ]) {
      const light = kr * r + (1 - kr - kb) * g + kb * b;
      const y = k.yOffset + luma * light;
      const u = ((b - light) / (2 * (1 - kb))) * chroma;
      const v = ((r - light) / (2 * (1 - kr))) * chroma;
      const base = k.yScale * (y - k.yOffset);
      expect(base + k.rv * v).toBeCloseTo(r, 9);
      expect(base + k.gu * u + k.gv * v).toBeCloseTo(g, 9);
      expect(base + k.bu * u).toBeCloseTo(b, 9);
    }
  });

  // ITU-T H.273, section 8.3: the codes of R, G and B go through the transform, whose results are codes.
  it.each([
    ['ycgco', 'full', [0, 255, 0], [127.5, 255.5, 128]],
    ['ycgco', 'full', [255, 0, 0], [63.75, 64.25, 255.5]],
    ['ycgco', 'limited', [0, 255, 0], [125.5, 237.5, 128]],
    ['gbr', 'full', [10, 20, 30], [20, 30, 10]],
    ['gbr', 'limited', [255, 0, 0], [16, 16, 235]],
  ] as const)('%s %s: %j', (matrix, range, rgb, yuv) => {
    const e = rgbToYuvCoefficients({ matrix, range });
    const [r, g, b] = rgb;
    const codes = [
      e.yOffset + e.yr * r + e.yg * g + e.yb * b,
      e.cOffset + e.ur * r + e.ug * g + e.ub * b,
      e.cOffset + e.vr * r + e.vg * g + e.vb * b,
    ];
    codes.forEach((code, n) => {
      expect(code).toBeCloseTo(yuv[n], 9);
    });
    const { apply } = matrix === 'gbr' ? gbrToRgb : ycgcoToRgb;
    const back = apply(codes as never, { range, white: 255 } as never) as unknown as readonly number[];
    back.forEach((value, n) => {
      expect(value).toBeCloseTo([r, g, b][n] as number, 9);
    });
  });
});
