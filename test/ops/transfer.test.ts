/** The transfer curves and primaries against the standards' own numbers. */
import { describe, expect, it } from 'vitest';
import { primariesMatrix } from '../../ops/colour/colour.js';
import * as curves from '../../ops/colour/transfer.js';
import { fromLinear, type Primaries, toLinear } from '../../ops/index.js';

/** Signal and light. */
type Point = readonly [signal: number, light: number];
type Curve = {
  readonly toLight: (v: number) => number;
  readonly toSignal: (v: number) => number;
  readonly points: readonly Point[];
};

const table: Readonly<Record<'srgb' | 'bt709' | 'pq' | 'hlg', Curve>> = {
  // IEC 61966-2-1; the value of middle grey is in every table of it.
  srgb: {
    toLight: curves.srgbToLight,
    toSignal: curves.lightToSrgb,
    points: [
      [0, 0],
      [0.04045, 0.04045 / 12.92],
      [0.5, 0.21404114],
      [1, 1],
    ],
  },
  // BT.709: 4.5·L below 0.018, 1.099·L^0.45 − 0.099 above.
  bt709: {
    toLight: curves.bt709ToLight,
    toSignal: curves.lightToBt709,
    points: [
      [0, 0],
      [0.045, 0.01],
      [1.099 * 0.5 ** 0.45 - 0.099, 0.5],
      [1, 1],
    ],
  },
  // BT.2408: 100, 203, 1000 and 10,000 cd/m² are 51 %, 58 %, 75 % and 100 % of PQ.
  pq: {
    toLight: curves.pqToLight,
    toSignal: curves.lightToPq,
    points: [
      [0.50807842, 0.01],
      [0.58068888, 0.0203],
      [0.7518271, 0.1],
      [1, 1],
    ],
  },
  // BT.2100: the two parts meet at 1/12 and one half; BT.2408: reference white is 75 % of HLG.
  hlg: {
    toLight: curves.hlgToLight,
    toSignal: curves.lightToHlg,
    points: [
      [0, 0],
      [0.5, 1 / 12],
      [0.75, 0.26496256],
      [1, 1],
    ],
  },
};

describe.each(Object.entries(table))('%s', (name, { toLight, toSignal, points }) => {
  // BT.709 rounds its constants to three digits, and BT.2020 (here) has more: 4·10⁻⁴ apart.
  const digits = name === 'bt709' ? 3 : 6;

  it.each(points)('signal %f is light %f', (signal, light) => {
    expect(toLight(signal)).toBeCloseTo(light, digits);
    expect(toSignal(light)).toBeCloseTo(signal, digits);
  });

  it('goes there and back, rising all the way', () => {
    let before = -1;
    for (let code = 0; code <= 1023; code++) {
      const light = toLight(code / 1023);
      expect(light).toBeGreaterThan(before);
      // PQ has 7·10⁻⁷ for no light: c1^m2.
      expect(toSignal(light)).toBeCloseTo(code / 1023, 5);
      before = light;
    }
  });

  it('has no step where its parts meet, and no light below black', () => {
    for (const at of [0.04045, 4.5 * 0.018053968510807, 0.5]) {
      expect(toLight(at + 1e-9)).toBeCloseTo(toLight(at - 1e-9), 7);
    }
    expect([toLight(-0.1), toLight(-1)]).toEqual([toLight(0), toLight(0)]);
    expect(toSignal(-0.1)).toBe(toSignal(0));
    expect(toLight(0)).toBe(0);
    expect(toSignal(0)).toBeLessThan(1e-6);
  });
});

it('the operators count signals in 0..255', () => {
  for (const transfer of ['srgb', 'bt709', 'pq', 'hlg'] as const) {
    const light = toLinear.apply([255, 51, 0], { transfer });
    expect(light[0]).toBeCloseTo(1, 6);
    expect(light[1]).toBe(table[transfer].toLight(0.2));
    const back = fromLinear.apply([light[0], light[1], light[2]], { transfer });
    [255, 51, 0].forEach((code, c) => {
      expect(back[c]).toBeCloseTo(code, 3);
    });
  }
});

describe('primaries', () => {
  // ITU-R BT.2087 (709 to 2020), BT.2407 (2020 to 709), CSS Color 4 (Display P3 to sRGB), to their four digits.
  const published: readonly [Primaries, Primaries, readonly number[]][] = [
    ['bt709', 'bt2020', [0.6274, 0.3293, 0.0433, 0.0691, 0.9195, 0.0114, 0.0164, 0.088, 0.8956]],
    ['bt2020', 'bt709', [1.6605, -0.5876, -0.0728, -0.1246, 1.1329, -0.0083, -0.0182, -0.1006, 1.1187]],
    ['p3', 'bt709', [1.2249, -0.2249, 0, -0.0421, 1.0421, 0, -0.0196, -0.0786, 1.0983]],
  ];
  it.each(published)('%s to %s is the published matrix', (from, to, expected) => {
    primariesMatrix({ from, to }).forEach((value, n) => {
      expect(Math.abs(value - expected[n])).toBeLessThan(0.6e-4);
    });
  });

  const all: readonly Primaries[] = ['bt709', 'bt2020', 'p3', 'bt601-525', 'bt601-625'];
  it.each(all)('%s to any other keeps white and leads back', from => {
    for (const to of all) {
      const there = primariesMatrix({ from, to });
      const back = primariesMatrix({ from: to, to: from });
      for (let row = 0; row < 3; row++) {
        expect(there[3 * row] + there[3 * row + 1] + there[3 * row + 2]).toBeCloseTo(1, 12);
        for (let column = 0; column < 3; column++) {
          const product = [0, 1, 2].reduce((sum, k) => sum + back[3 * row + k] * there[3 * k + column], 0);
          expect(product).toBeCloseTo(row === column ? 1 : 0, 12);
        }
      }
    }
  });
});
