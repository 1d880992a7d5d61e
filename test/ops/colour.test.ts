import { describe, expect, it } from 'vitest';
import { lumaWeights, yuvToRgbCoefficients } from '../../ops/colour/colour.js';
import type { YuvMatrix, YuvRange } from '../../ops/index.js';

// Computed from Kr and Kb of the standards with another program; codes and colours in 0..255.
const table: readonly [YuvMatrix, YuvRange, readonly number[]][] = [
  ['bt601', 'limited', [16, 128, 1.164384, 1.596027, -0.391762, -0.812968, 2.017232]],
  ['bt601', 'full', [0, 128, 1, 1.402, -0.344136, -0.714136, 1.772]],
  ['bt709', 'limited', [16, 128, 1.164384, 1.792741, -0.213249, -0.532909, 2.112402]],
  ['bt709', 'full', [0, 128, 1, 1.5748, -0.187324, -0.468124, 1.8556]],
  ['bt2020', 'limited', [16, 128, 1.164384, 1.678674, -0.187326, -0.650424, 2.141772]],
  ['bt2020', 'full', [0, 128, 1, 1.4746, -0.164553, -0.571353, 1.8814]],
];

describe('yuvToRgbCoefficients', () => {
  it.each(table)('%s %s', (matrix, range, expected) => {
    const { yOffset, cOffset, yScale, rv, gu, gv, bu } = yuvToRgbCoefficients(matrix, range);
    const found = [yOffset, cOffset, yScale, rv, gu, gv, bu];
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
});
