import { describe, expect, it } from 'vitest';
import { idiv, roundHalfEven, roundToBf16, roundToF16 } from '../../ops/index.js';
import { random } from '../support/random.js';
import { bf16FromBits, bf16ToBits, f16FromBits, f16ToBits } from '../support/scalars.js';

describe('roundHalfEven', () => {
  it.each([
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [254.5, 254],
    [-0.5, -0],
    [-0.3, -0],
    [-1.5, -2],
    [-2.5, -2],
    [0.49999997, 0],
    [0.50000006, 1],
    [8388607.5, 8388608],
    [16777217, 16777217],
    [-0, -0],
    [Infinity, Infinity],
    [-Infinity, -Infinity],
    [NaN, NaN],
  ])('%d gives %d', (value, expected) => {
    expect(roundHalfEven(value)).toBe(expected);
  });
});

describe('roundToF16', () => {
  it('keeps every half', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const half = f16FromBits(bits);
      if (!Object.is(roundToF16(half), half)) {
        expect.fail(`half ${bits.toString(16)}: ${roundToF16(half)}`);
      }
    }
  });

  it('takes the even one in the middle of two halves, and the nearer one beside it', () => {
    const steps = new Float32Array(1);
    const word = new Uint32Array(steps.buffer);
    const beside = (value: number, by: number): number => {
      steps[0] = value;
      word[0] += by;
      return steps[0];
    };
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [low, high] = [f16FromBits(bits), f16FromBits(bits + 1)];
      const middle = (low + high) / 2;
      const even = bits & 1 ? high : low;
      const found = [beside(middle, -1), middle, beside(middle, 1), -middle].map(roundToF16);
      if (found.some((value, at) => !Object.is(value, [low, even, high, -even][at]))) {
        expect.fail(`between ${low} and ${high}: ${found}`);
      }
    }
  });

  it('goes to infinity from 65520 on', () => {
    expect([65504, 65519.996, 65520, -65520, 1e38].map(roundToF16)).toEqual([
      65504,
      65504,
      Infinity,
      -Infinity,
      Infinity,
    ]);
    expect(roundToF16(NaN)).toBeNaN();
  });

  it('agrees with a search among all halves', () => {
    const { float, int } = random(7);
    for (let n = 0; n < 20_000; n++) {
      const value = Math.fround(float(-1, 1) * 2 ** int(-28, 17));
      expect(roundToF16(value)).toBe(f16FromBits(f16ToBits(value)));
    }
  });
});

describe('roundToBf16', () => {
  it('keeps every bfloat16', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const number = bf16FromBits(bits);
      if (!Object.is(roundToBf16(number), number)) {
        expect.fail(`${bits.toString(16)}: ${roundToBf16(number)}`);
      }
    }
  });

  it('takes the even one in the middle of two, and the nearer one beside it', () => {
    const single = new Float32Array(1);
    const word = new Uint32Array(single.buffer);
    const ofWord = (value: number): number => {
      word[0] = value;
      return single[0];
    };
    for (let bits = 0; bits < 0x7f80; bits++) {
      const [low, high] = [bf16FromBits(bits), bf16FromBits(bits + 1)];
      const even = bits & 1 ? high : low;
      const middle = bits * 65536 + 0x8000;
      const found = [middle - 1, middle, middle + 1, middle + 2 ** 31].map(at => roundToBf16(ofWord(at)));
      if (found.some((value, at) => !Object.is(value, [low, even, high, -even][at]))) {
        expect.fail(`between ${low} and ${high}: ${found}`);
      }
    }
    // Every NaN stays one, whatever its bits.
    for (const nan of [0x7f800001, 0x7fc00000, 0x7fffffff, 0xff800001, 0xffffffff]) {
      expect(roundToBf16(ofWord(nan))).toBeNaN();
    }
  });

  it('goes to infinity from 2^128 − 2^119 on', () => {
    const first = 2 ** 128 - 2 ** 119;
    expect([first, first - 2 ** 104, -first, Infinity].map(roundToBf16)).toEqual([
      Infinity,
      2 ** 128 - 2 ** 120,
      -Infinity,
      Infinity,
    ]);
  });

  it('agrees with a search among all of them', () => {
    const { float, int } = random(8);
    for (let n = 0; n < 20_000; n++) {
      const value = Math.fround(float(-1, 1) * 2 ** int(-140, 127));
      expect(roundToBf16(value)).toBe(bf16FromBits(bf16ToBits(value)));
    }
  });
});

it('idiv rounds towards zero', () => {
  expect([idiv(7, 2), idiv(-7, 2), idiv(7, -2), idiv(-8, 2)]).toEqual([3, -3, -3, -4]);
});
