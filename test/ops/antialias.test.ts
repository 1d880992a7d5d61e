/** The antialiased filters and lenses against their definitions, in float64. */
import { describe, expect, it } from 'vitest';
import * as ops from '../../ops/index.js';

const { antialiasedBox, antialiasedCubic, antialiasedHamming, antialiasedLanczos, antialiasedLinear, area } =
  ops;

/** A row of `size` pixels, resized to `to`: the value of output pixel `i`, where the input is `value`. */
const resized = (
  filter: ops.Filter,
  size: number,
  to: number,
  i: number,
  value: (x: number) => number,
): number => {
  const scale = size / to;
  const tap = (x: number): ops.Pixel => {
    expect(x >= 0 && x < size, `pixel ${x} of ${size}`).toBe(true);
    return [value(x)];
  };
  return filter.apply(tap, [(i + 0.5) * scale - 0.5, 0], {
    scale: [scale, 1],
    size: { width: size, height: 1 },
  })[0];
};

const sinc = (t: number): number => (t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t));
const keys = (t: number): number =>
  t < 1 ? 1.5 * t ** 3 - 2.5 * t ** 2 + 1 : t < 2 ? -0.5 * (t ** 3 - 5 * t ** 2 + 8 * t - 4) : 0;
const windows: Readonly<Record<string, readonly [ops.Filter, number, (t: number) => number]>> = {
  antialiasedBox: [antialiasedBox, 0.5, () => 1],
  antialiasedLinear: [antialiasedLinear, 1, t => Math.max(1 - t, 0)],
  antialiasedHamming: [
    antialiasedHamming,
    1,
    t => (t < 1 ? sinc(t) * (0.54 + 0.46 * Math.cos(Math.PI * t)) : 0),
  ],
  antialiasedCubic: [antialiasedCubic, 2, keys],
  antialiasedLanczos: [antialiasedLanczos, 3, t => (t < 3 ? sinc(t) * sinc(t / 3) : 0)],
};
const value = (x: number): number => Math.sin(x * 12.9898) * 100 + x;

describe('antialiased filters', () => {
  it.each(Object.entries(windows))('%s weighs as its definition says', (_, [filter, reach, weight]) => {
    for (const [size, to] of [
      [48, 11],
      [7, 20],
      [1, 3],
      [1, 1],
      [300, 2],
      [31, 31],
    ] as const) {
      const scale = size / to;
      const wide = Math.max(scale, 1);
      for (let i = 0; i < to; i++) {
        const centre = (i + 0.5) * scale;
        const first = Math.max(Math.trunc(centre - reach * wide + 0.5), 0);
        const end = Math.min(Math.trunc(centre + reach * wide + 0.5), size);
        let [sum, weights] = [0, 0];
        for (let x = first; x < end; x++) {
          const w = weight(Math.abs(x - centre + 0.5) / wide);
          sum += w * value(x);
          weights += w;
        }
        expect(resized(filter, size, to, i, value)).toBeCloseTo(sum / weights, 5);
      }
    }
  });

  it('area weighs pixels by their covered part', () => {
    // Three output pixels of seven: each covers 7/3.
    const seen = (i: number) => resized(area, 7, 3, i, x => 10 ** x);
    expect(seen(0)).toBeCloseTo((1 + 10 + 100 / 3) / (7 / 3), 9);
    expect(seen(1)).toBeCloseTo(((2 / 3) * 100 + 1000 + (2 / 3) * 10_000) / (7 / 3), 6);
    expect(resized(area, 2, 4, 1, x => x * 8)).toBeCloseTo(0, 12);
    expect(resized(area, 2, 3, 1, x => x * 8)).toBeCloseTo(4, 12);
  });

  it('cover as many pixels as they say', () => {
    for (const filter of [...Object.values(windows).map(([own]) => own), area]) {
      const most = filter.maxScale ?? 0;
      // 4096 to 64, and more.
      expect(most).toBeGreaterThanOrEqual(64);
      expect(resized(filter, most, 1, 0, () => 3)).toBeCloseTo(3, 9);
      expect(resized(filter, 3 * most, 3, 1, x => (x < 1.5 * most ? 0 : 2))).toBeCloseTo(1, 1);
    }
  });

  it('show the border beside the picture that a map places', () => {
    const at = (x: number): number =>
      antialiasedLinear.apply(column => [column < 0 || column > 8 ? 114 : 1], [x, 0], {
        scale: [2, 1],
        size: { width: 9, height: 1 },
      })[0];
    expect([-4096, -0.6, -0.4, 8.4, 8.6].map(at)).toEqual([114, 114, 1, 1, 114]);
  });

  it('cubicWith has the slope that is asked for', () => {
    const seen = (filter: ops.Filter): number =>
      filter.apply(x => [x ** 3], [5.3, 2], { scale: [1, 1], size: { width: 9, height: 9 } })[0];
    expect(seen(ops.cubicWith({ a: -0.75 }))).toBe(seen(ops.cubic));
    expect(seen(ops.cubicWith({ a: -0.5 }))).toBe(seen(ops.catmullRom));
  });
});

describe('resizeNearest', () => {
  it('takes floor(x · scale), also where products outgrow 32 bits', () => {
    const at = (x: number, src: number, dst: number): number =>
      ops.resizeNearest.apply([x, 0], {} as never, {
        src: { width: src, height: 1 },
        dst: { width: dst, height: 1 },
      })[0];
    for (const [src, dst] of [
      [48, 31],
      [31, 48],
      [1, 9],
      [9, 1],
      [65_535, 46_340],
      [65_535, 2],
      [3, 46_340],
    ] as const) {
      for (const x of [0, 1, dst >> 1, dst - 1].filter(v => v < dst)) {
        expect(at(x, src, dst)).toBe(Math.floor((x * src) / dst));
      }
    }
  });
});

describe('lenses', () => {
  const camera = { fx: 610, fy: 590, cx: 320.5, cy: 242 };
  const same = { fx: 0, fy: 0, cx: 0, cy: 0 };
  const none = { k1: 0, k2: 0, p1: 0, p2: 0, k3: 0, k4: 0, k5: 0, k6: 0 };
  const sizes = { src: { width: 640, height: 480 }, dst: { width: 640, height: 480 } };
  const undistorted = (at: ops.Point, distortion: object, newCamera = same): ops.Point =>
    ops.undistort.apply(at, { camera, distortion: { ...none, ...distortion }, newCamera }, sizes);

  it('without distortion nothing moves, and another camera scales', () => {
    expect(undistorted([17, 401], {}).map(v => v.toFixed(9))).toEqual(['17.000000000', '401.000000000']);
    const half = { fx: 305, fy: 295, cx: 100, cy: 50 };
    expect(undistorted([100, 50], {}, half)).toEqual([320.5, 242]);
    expect(undistorted([101, 52], {}, half)).toEqual([322.5, 246]);
  });

  it('each coefficient bends as the model says', () => {
    // The ray (0.5, -0.25): r² = 0.3125.
    const [x, y, rr] = [0.5, -0.25, 0.3125];
    const at: ops.Point = [camera.fx * x + camera.cx, camera.fy * y + camera.cy];
    const seen = (distortion: object): number[] => {
      const [u, v] = undistorted(at, distortion);
      return [(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy];
    };
    const near = (actual: number[], wanted: number[]) =>
      wanted.forEach((v, n) => {
        expect(actual[n]).toBeCloseTo(v, 12);
      });
    const k = 0.125;
    near(seen({ k1: k }), [x * (1 + k * rr), y * (1 + k * rr)]);
    near(seen({ k2: k }), [x * (1 + k * rr ** 2), y * (1 + k * rr ** 2)]);
    near(seen({ k3: k }), [x * (1 + k * rr ** 3), y * (1 + k * rr ** 3)]);
    near(seen({ k4: k }), [x / (1 + k * rr), y / (1 + k * rr)]);
    near(seen({ k5: k }), [x / (1 + k * rr ** 2), y / (1 + k * rr ** 2)]);
    near(seen({ k6: k }), [x / (1 + k * rr ** 3), y / (1 + k * rr ** 3)]);
    near(seen({ p1: k }), [x + 2 * k * x * y, y + k * (rr + 2 * y * y)]);
    near(seen({ p2: k }), [x + k * (rr + 2 * x * x), y + 2 * k * x * y]);
  });

  it('a fisheye bends by the angle of the ray', () => {
    const distortion = { k1: 0.1, k2: -0.02, k3: 0.003, k4: 0.0004 };
    for (const r of [0, 1e-3, 0.3, 0.414, 0.42, 1, 2.4, 2.5, 40]) {
      const at: ops.Point = [camera.fx * r * 0.6 + camera.cx, camera.fy * r * 0.8 + camera.cy];
      const [u, v] = ops.undistortFisheye.apply(at, { camera, distortion, newCamera: same }, sizes);
      const angle = Math.atan(r);
      const bent =
        angle * (1 + 0.1 * angle ** 2 - 0.02 * angle ** 4 + 0.003 * angle ** 6 + 0.0004 * angle ** 8);
      expect((u - camera.cx) / camera.fx).toBeCloseTo(0.6 * bent, 6);
      expect((v - camera.cy) / camera.fy).toBeCloseTo(0.8 * bent, 6);
    }
  });
});
