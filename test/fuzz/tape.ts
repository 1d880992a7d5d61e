/** Decisions read off bytes: an input that is values, and not a file, can then be kept and made smaller like one. */

import type { Random } from '../support/random.js';
import { edgeNumber } from './mutate/bytes.js';

/** What reads them; at the end of the bytes, zeros follow. */
export const tape = (bytes: Uint8Array): Random => {
  let at = 0;
  const next = (): number => (bytes[at++] ?? 0) / 256;
  return {
    next,
    int: (low, high) => low + Math.floor(next() * (high - low + 1)),
    float: (low, high) => low + next() * (high - low),
    pick: items => items[Math.floor(next() * items.length)],
  };
};

/** A value that an option may be given by mistake, or on purpose. */
export const oddValue = (random: Random, things: readonly unknown[], depth = 0): unknown => {
  const again = (): unknown => oddValue(random, things, depth + 1);
  const several = (): unknown[] => Array.from({ length: random.int(0, 4) }, again);
  switch (random.int(0, depth > 2 ? 6 : 15)) {
    case 0:
      return random.pick([
        undefined,
        null,
        true,
        false,
        '',
        'auto',
        'rgb8',
        'f32',
        'x'.repeat(300),
        '\u0000',
      ]);
    case 1:
      return random.pick([Number.NaN, Infinity, -Infinity, -0, 1e-320, 1e308, -1, 0.5, 2 ** 31, 2 ** 53]);
    case 2:
      return edgeNumber(random, 4);
    case 3:
      return random.pick([10n, -1n, 2n ** 64n, Symbol('s'), () => 1, class {}, /x/, new Date(0), new Map()]);
    case 4:
    case 5:
      return random.pick(things);
    case 6:
      return random.pick([
        new Uint8Array(random.int(0, 64)),
        new Float32Array(random.int(0, 9)),
        new Float64Array(6),
        new BigInt64Array(2),
        new DataView(new ArrayBuffer(8)),
        new ArrayBuffer(16),
        new Uint8Array(new SharedArrayBuffer(12)),
      ]);
    case 7:
    case 8:
      return several();
    case 9:
      return new Array(random.pick([0, 3, 70_000]));
    case 10:
      return new Proxy(Array.isArray(things) ? [...several()] : {}, {});
    case 11:
      return Object.create(random.pick(things) as object);
    case 12: {
      // Another value every time.
      const values = several();
      let asked = 0;
      return Object.defineProperty({}, 'width', {
        enumerable: true,
        get: () => values[asked++ % values.length],
      });
    }
    case 13:
      return Object.defineProperty(several(), 'length', { value: random.pick([0, 1, 6, 1e6]) });
    case 14:
      return Object.defineProperty(new Float32Array(3), 'length', { value: random.int(0, 9) });
    default:
      return Object.fromEntries(
        Array.from({ length: random.int(0, 3) }, () => [
          random.pick(['x', 'y', 'width', 'height', 'dstToSrc', 'stream', 'data', '__proto__', 'length']),
          again(),
        ]),
      );
  }
};

/** A right value with some places of it changed. */
export const oddWithin = (
  random: Random,
  value: unknown,
  things: readonly unknown[],
  chance: number,
): unknown => {
  if (random.next() < chance) {
    return oddValue(random, things);
  }
  if (Array.isArray(value)) {
    return value.map(item => oddWithin(random, item, things, chance));
  }
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, oddWithin(random, item, things, chance)]),
    );
  }
  return value;
};
