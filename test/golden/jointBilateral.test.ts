/** The joint bilateral filter against OpenCV's formula, computed in float64. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { build } from '../../compiler/build/build.js';
import { type Pipeline as Built, type Device, Image, openDevice, Tensor } from '../../runtime/index.js';
import { buildFolder, root } from '../support/executions.js';

let built: Readonly<Record<'colours' | 'depth', Built>>;
let device: Device;
beforeAll(async () => {
  const out = buildFolder('jointBilateral');
  const entry = fileURLToPath(new URL('../support/jointPipelines.ts', import.meta.url));
  await build({ root, entries: [entry], out, cpu: true });
  built = (await import(pathToFileURL(join(out, 'index.js')).href)) as typeof built;
  device = openDevice('cpu');
});
afterAll(() => device.dispose());

const [width, height] = [23, 17];
/** The pictures of jointBilateral.py. */
const levels = (channels: number, seed: number): Uint8Array =>
  Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const c = i % channels;
    const x = Math.floor(i / channels) % width;
    const y = Math.floor(i / channels / width);
    return (x * 37 + y * 101 + c * 59 + x * y * 7 + seed * 13) % 256;
  });
const rgb = (seed: number): Image =>
  Image.fromHost(device, { format: 'rgb8', width, height, planes: [{ data: levels(3, seed) }] });
const gray = (seed: number): Image =>
  Image.fromHost(device, { format: 'gray8', width, height, planes: [{ data: levels(1, seed) }] });

/**
 * How far f32 may be from the formula. Each of the n weights in the disc, at most 1, is wrong by at most 2^-24 · (|a| · e^-|a|) · 4 ≤ 2^-23 for its exponent a
 * and by 2 of 2^-24 for exp itself; each sum of n numbers up to 255 · total by n steps of 2^-24. The total is at least 1, the pixel's own weight.
 */
const bound = (n: number): number => 255 * 4 * n * 2 ** -24 + 255 * n * 2 ** -24;

/** What jointBilateral.py prints; numpy 2.4. */
const golden: Readonly<Record<string, string>> = {
  colours:
    '47.9832296 181.9995631 30.1074216 120.0274618 127.6282640 118.7273318 79.4947235 124.9475096 72.8369985 90.2422125 68.3747141 108.4495445 82.1856052 90.5907490 210.4387881 137.2416343 195.8529291 36.7351167 74.6034860 166.4857881 179.8798398 91.3810127 119.0629677 174.4421944 207.4764262 133.7214916 167.6244170 122.3485758 114.4468552 229.2947574 104.0039556 162.6617692 105.8067232 53.5736246 47.2321108 65.8027408 162.4364957 110.9050126 95.8330970 140.7661110 105.5635329',
  depth:
    '54.6413745 187.2242481 70.8989377 65.9989911 63.1704073 187.8171632 192.3089098 98.6163282 136.7364402 122.3556489 73.7601016 187.9430665 189.4779458 88.5135039 89.9515353 61.5531109 175.9283816 79.7409755 79.8917045 120.8302752 198.6812947 118.2659454 99.5936373 116.1718329 75.7327790 64.8004503 138.6257767 196.2611159 193.3370844 65.4325937 193.5299604 175.9745425 194.6031793 67.9068702 211.6682562 79.3657268',
};
const picked = async (name: 'colours' | 'depth'): Promise<readonly number[]> => {
  const [image, guide] =
    name === 'colours'
      ? [rgb(1), gray(5)]
      : [
          Tensor.fromHost(device, levels(1, 2), { shape: [height, width, 1], layout: 'HWC', dtype: 'u8' }),
          rgb(9),
        ];
  const result = built[name](image, { guide }) as Tensor;
  const { data } = await result.toHost();
  for (const held of [image, guide, result]) {
    held.dispose();
  }
  return Array.from(data).filter((_, i) => i % (name === 'colours' ? 29 : 11) === 0);
};

it.each([
  ['colours', 29],
  ['depth', 13],
] as const)('%s are those of the formula', async (name, taps) => {
  const values = await picked(name);
  const expected = golden[name]!.split(' ').map(Number);
  expect(values).toHaveLength(expected.length);
  const apart = values.map((value, n) => Math.abs(value - expected[n]!));
  expect(Math.max(...apart)).toBeLessThan(bound(taps));
});

const script = fileURLToPath(new URL('jointBilateral.py', import.meta.url));
const python = ['python3', '/usr/bin/python3'].find(
  path => spawnSync(path, ['-c', 'import numpy']).status === 0,
);

it.skipIf(!python)('the formula of this machine gives the same numbers', () => {
  const { status, stdout, stderr } = spawnSync(python!, [script], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const line of stdout.trim().split('\n')) {
    const [name, ...numbers] = line.split(' ');
    const known = golden[name!]!.split(' ').map(Number);
    expect(numbers.map(Number)).toEqual(known.map(value => expect.closeTo(value, 6)));
  }
});
