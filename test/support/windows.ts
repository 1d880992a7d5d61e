/** Pillow's tables of weights, from the formulas in its Resample.c and from no line of native/kernel/windows.h. */
import type { TableWindow } from '../../ops/spec.js';

/** What a kernel reads of a table. */
export type Windows = {
  first(x: number): number;
  count(x: number): number;
  weight(x: number, n: number): number;
};

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));

const filters: Readonly<Record<TableWindow, readonly [support: number, weight: (x: number) => number]>> = {
  box: [0.5, x => (x > -0.5 && x <= 0.5 ? 1 : 0)],
  linear: [1, x => Math.max(0, 1 - Math.abs(x))],
  hamming: [
    1,
    x => {
      const angle = Math.abs(x) * Math.PI;
      const window = Math.fround(0.54) + Math.fround(0.46) * Math.cos(angle);
      return x === 0 ? 1 : Math.abs(x) >= 1 ? 0 : (Math.sin(angle) / angle) * window;
    },
  ],
  cubic: [
    2,
    x => {
      const [a, t] = [-0.5, Math.abs(x)];
      if (t < 1) {
        return ((a + 2) * t - (a + 3)) * t * t + 1;
      }
      return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
    },
  ],
  lanczos: [3, x => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0)],
};

/** The table for a side of `to` pixels that is made of one of `from`. */
export const windowsOf = (window: TableWindow, from: number, to: number): Windows => {
  const [support, weight] = filters[window];
  const scale = from / to;
  const wide = Math.max(scale, 1);
  const rows = Array.from({ length: to }, (_, x) => {
    const center = (x + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support * wide + 0.5));
    const end = Math.min(from, Math.trunc(center + support * wide + 0.5));
    const all = Array.from({ length: end - first }, (_, n) =>
      weight((n + first - center + 0.5) * (1 / wide)),
    );
    const sum = all.reduce((a, b) => a + b, 0);
    const weights = all.map(w => {
      const share = sum === 0 ? w : w / sum;
      return Math.trunc(share * 2 ** 22 + (share < 0 ? -0.5 : 0.5));
    });
    return { first, weights };
  });
  return {
    first: x => rows[x]!.first,
    count: x => rows[x]!.weights.length,
    weight: (x, n) => rows[x]!.weights[n]!,
  };
};
