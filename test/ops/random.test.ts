/** The statistics of `gaussianNoise`, and the functions below it. The seeds are fixed, so the results are too. */
import { describe, expect, it } from 'vitest';
import { normalDeviate, randomWords } from '../../ops/augment/random.js';
import { gaussianNoise } from '../../ops/index.js';

/** The density's integral from −∞, by Simpson's rule: a truth that shares nothing with the operator. */
const distribution = (z: number): number => {
  const density = (t: number): number => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  const steps = 2000;
  const h = z / steps;
  let sum = density(0) + density(z);
  for (let n = 1; n < steps; n++) {
    sum += (n % 2 === 0 ? 2 : 4) * density(n * h);
  }
  return 0.5 + (sum * h) / 3;
};

describe('normalDeviate', () => {
  it.each([
    0, 1, 255, 4096, 65535, 524288, 838860, 1000000, 1258290, 1258291, 1258292, 3000000, 6000000, 8388607,
  ])('inverts the distribution at %d of 2^23 points', k => {
    const z = normalDeviate(k << 8);
    // The tail of −z is exactly p, so it is compared where p is small and relative errors show.
    const p = (2 * k + 1) / 2 ** 25;
    // What an error of 10⁻⁶ in z does to the probability there.
    const slope = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    expect(Math.abs(distribution(-z) - p)).toBeLessThan(2e-6 * slope + 1e-12);
  });

  it('has the same numbers on both sides, and ends at 5.42', () => {
    for (const bits of [0, 12345 << 8, 0x7fffff00]) {
      expect(normalDeviate(bits | -2147483648)).toBe(-normalDeviate(bits));
    }
    expect(normalDeviate(0)).toBeCloseTo(5.42, 2);
    expect(normalDeviate(0x7fffff00)).toBeGreaterThan(0);
  });

  it('falls from point to point', () => {
    let last = Infinity;
    for (let k = 0; k < 2 ** 23; k += 1021) {
      const z = normalDeviate(k << 8);
      expect(z).toBeLessThan(last);
      last = z;
    }
  });
});

it('randomWords is pcg4d', () => {
  // The published function, in BigInt.
  const words = (input: readonly number[]): number[] => {
    const u = (v: bigint): bigint => BigInt.asUintN(32, v);
    const v = input.map(n => u(u(BigInt(n)) * 1664525n + 1013904223n));
    const round = (): void => {
      v[0] = u(v[0] + v[1] * v[3]);
      v[1] = u(v[1] + v[2] * v[0]);
      v[2] = u(v[2] + v[0] * v[1]);
      v[3] = u(v[3] + v[1] * v[2]);
    };
    round();
    v.forEach((w, n) => {
      v[n] = w ^ (w >> 16n);
    });
    round();
    return v.map(w => Number(BigInt.asIntN(32, w)));
  };
  for (const input of [
    [0, 0, 0, 0],
    [1, 2, 3, 4],
    [1919, 1079, -1, 0],
    [7, 2147483647, -2147483648, 5],
  ]) {
    const [x, y, z, w] = input;
    expect(randomWords(x, y, z, w)).toEqual(words(input));
  }
});

describe('gaussianNoise', () => {
  const [width, height] = [256, 192];
  const count = width * height;
  /** The noise of an image, channel by channel. */
  const noise = (seed: number): Float64Array[] => {
    const planes = [0, 1, 2].map(() => new Float64Array(count));
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const values = gaussianNoise.apply(
          [0, 0, 0],
          { seed, mean: 0, sigma: 1 },
          { at: [x, y], size: { width, height } },
        );
        values.forEach((v, c) => {
          planes[c][y * width + x] = v;
        });
      }
    }
    return planes;
  };
  const seeds = [0, 1, 2, -1, 1000, 123456789];
  const images = seeds.map(noise);
  const planes = images.flat();
  const mean = (v: Float64Array, f = (z: number): number => z): number =>
    v.reduce((sum, z) => sum + f(z), 0) / v.length;
  /** The mean product of two planes, one moved by a step; 0 for independent ones, give or take 1 / √count. */
  const correlation = (a: Float64Array, b: Float64Array, step = 0): number =>
    a.subarray(step).reduce((sum, z, n) => sum + z * b[n], 0) / (a.length - step);
  // Five standard deviations of each estimate: by chance beyond it once in two million.
  const five = (variance: number): number => 5 * Math.sqrt(variance / count);

  it('has mean 0, variance 1, no skew, and the kurtosis of the normal distribution', () => {
    for (const plane of planes) {
      expect(Math.abs(mean(plane))).toBeLessThan(five(1));
      expect(Math.abs(mean(plane, z => z * z) - 1)).toBeLessThan(five(2));
      expect(Math.abs(mean(plane, z => z ** 3))).toBeLessThan(five(15));
      expect(Math.abs(mean(plane, z => z ** 4) - 3)).toBeLessThan(five(96));
    }
  });

  it('has as many values as it should beyond 1, 2, 3 and 4', () => {
    const all = planes.length * count;
    for (const [limit, share] of [
      [1, 0.3173105],
      [2, 0.0455003],
      [3, 0.0026998],
      [4, 0.00006334],
    ] as const) {
      const found = planes.reduce((sum, plane) => sum + plane.filter(z => Math.abs(z) > limit).length, 0);
      expect(Math.abs(found - share * all)).toBeLessThan(5 * Math.sqrt(share * all));
    }
  });

  it('neighbours, channels and seeds have nothing to do with each other', () => {
    for (const plane of planes) {
      for (const step of [1, 2, 16, width - 1, width, width + 1, 16 * width]) {
        expect(Math.abs(correlation(plane, plane, step)), `step ${step}`).toBeLessThan(five(1));
      }
    }
    for (let a = 0; a < planes.length; a++) {
      for (let b = 0; b < a; b++) {
        expect(Math.abs(correlation(planes[a], planes[b])), `planes ${a} and ${b}`).toBeLessThan(five(1));
      }
    }
    // The same of the squares: sizes that come in groups would show.
    const squares = planes.map(plane => plane.map(z => (z * z - 1) / Math.SQRT2));
    for (const plane of squares) {
      for (const step of [1, width]) {
        expect(Math.abs(correlation(plane, plane, step))).toBeLessThan(five(1));
      }
    }
    for (let a = 0; a < squares.length; a++) {
      for (let b = 0; b < a; b++) {
        expect(Math.abs(correlation(squares[a], squares[b]))).toBeLessThan(five(1));
      }
    }
  });

  it('adds mean and sigma, and gives the same for the same seed and place', () => {
    const at = { at: [5, 9], size: { width, height } } as const;
    const [z] = gaussianNoise.apply([0, 0, 0], { seed: 3, mean: 0, sigma: 1 }, at);
    const [v] = gaussianNoise.apply([100, 0, 0], { seed: 3, mean: 7, sigma: 20 }, at);
    expect(v).toBeCloseTo(107 + 20 * z, 9);
    expect(gaussianNoise.apply([1], { seed: 3, mean: 0, sigma: 0 }, at)).toEqual([1]);
  });
});
