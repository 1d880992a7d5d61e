import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostFlags, includeDirectory } from '../../compiler/build/toolchain.js';
import { i32, roundHalfEven, roundToBf16, roundToF16 } from '../../ops/index.js';

/** Reads floats, writes for each one what every function of the prelude makes of it, as 32-bit words. */
const program = `
#include "prelude.h"
#include <cstdio>
int main() {
  float v;
  while (std::fread(&v, 4, 1, stdin) == 1) {
    uint8_t byte; uint16_t word; cw::f16 half; cw::bf16 upper;
    cw::put(v, byte); cw::put(v, word); cw::put(v, half); cw::put(v, upper);
    const float out[] = {cw::roundHalfEven(v), cw::roundHalfUp(v), cw::roundToF16(v), cw::toF32(half), (float)byte,
                         (float)word, cw::min(v, 1.5f), cw::max(1.5f, v), cw::sign(v), cw::min(1.5f, v), cw::max(v, 1.5f),
                         cw::roundToBf16(v), cw::toF32(upper)};
    const int whole = cw::toI32(v);
    std::fwrite(out, 4, 13, stdout);
    std::fwrite(&whole, 4, 1, stdout);
  }
}`;

const bits = new Float32Array(1);
const word = new Uint32Array(bits.buffer);
const ofBits = (value: number): number => {
  word[0] = value;
  return bits[0]!;
};

/** Every half and the floats beside it and beside the middle to the next one, and a spread over all floats. */
const inputs = (): Float32Array => {
  const values: number[] = [
    0,
    -0,
    0.5,
    1.5,
    2.5,
    -0.5,
    254.5,
    255.5,
    65534.5,
    65535.5,
    8388607.5,
    8388609,
    2 ** 31,
    -(2 ** 31),
  ];
  for (let half = 0; half < 0x7c00; half += 7) {
    const exponent = half >> 10;
    const fraction = half & 1023;
    const value = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
    const middle = value + 2 ** (Math.max(exponent, 1) - 26);
    for (const v of [value, middle]) {
      bits[0] = v;
      const at = word[0]!;
      values.push(ofBits(at), ofBits(at + 1), ofBits(Math.max(at - 1, 0)), -v);
    }
  }
  // Every bfloat16, and the floats beside the middle to the next one.
  for (let upper = 0; upper < 0x10000; upper += 5) {
    const middle = upper * 65536 + 0x8000;
    values.push(ofBits(middle - 0x8000), ofBits(middle - 1), ofBits(middle), ofBits(middle + 1));
  }
  for (let at = 0; at < 2 ** 32; at += 49999) {
    values.push(ofBits(at));
  }
  return Float32Array.from(values);
};

describe('the prelude of generated code, on the host', () => {
  let folder: string;
  let results: DataView;
  const given = inputs();
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cuweave-prelude-'));
    const source = join(folder, 'prelude.cpp');
    const binary = join(folder, 'prelude');
    writeFileSync(source, program);
    execFileSync('g++', [
      ...hostFlags,
      '-Wall',
      '-Wextra',
      '-Werror',
      `-I${includeDirectory()}`,
      source,
      '-o',
      binary,
    ]);
    const out = execFileSync(binary, { input: Buffer.from(given.buffer), maxBuffer: 1 << 28 });
    results = new DataView(out.buffer, out.byteOffset, out.byteLength);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const clamp = (v: number, top: number): number => (v > 0 ? roundHalfEven(Math.min(v, top)) : 0);
  const column =
    (n: number) =>
    (i: number): number =>
      n === 13 ? results.getInt32(56 * i + 52, true) : results.getFloat32(56 * i + 4 * n, true);
  const cases: [string, number, (v: number) => number][] = [
    ['roundHalfEven', 0, v => (Number.isFinite(v) ? roundHalfEven(v) : v)],
    ['roundHalfUp', 1, v => (Math.abs(v) < 2 ** 23 ? Math.round(v) : v)],
    ['roundToF16', 2, roundToF16],
    ['a stored half', 3, roundToF16],
    ['a stored u8', 4, v => clamp(v, 255)],
    ['a stored u16', 5, v => clamp(v, 65535)],
    ['min', 6, v => Math.min(v, 1.5)],
    ['max', 7, v => Math.max(v, 1.5)],
    ['sign', 8, Math.sign],
    ['min of a NaN on the right', 9, v => Math.min(1.5, v)],
    ['max of a NaN on the left', 10, v => Math.max(v, 1.5)],
    ['roundToBf16', 11, roundToBf16],
    ['a stored bfloat16', 12, roundToBf16],
    ['toI32', 13, i32],
  ];
  it.each(cases)('%s gives the bits of its JavaScript twin on %#', (_, n, expected) => {
    const got = column(n);
    const wrong: string[] = [];
    given.forEach((v, i) => {
      const want = Math.fround(expected(v)) + 0;
      const have = got(i) + 0;
      if (n === 13 ? have !== expected(v) : !Object.is(have, want)) {
        wrong.push(`${v}: ${have}, not ${want}`);
      }
    });
    expect(wrong.slice(0, 5)).toEqual([]);
  });
});
