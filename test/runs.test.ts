/** Rows longer than what the host locates at once, of maps that keep columns and rows apart, that are monotonic, and that are neither. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../compiler/build/build.js';
import { hostSource } from '../compiler/generate.js';
import type { Kernel } from '../compiler/ir/plan.js';
import { areAxesApart, isMonotonic } from '../compiler/pass/axes.js';
import { kernelsOf } from '../compiler/specs.js';
import { type Pipeline as Built, type Device, openDevice } from '../runtime/index.js';
import { buildFolder, loadOracle, root, runBuilt, runOracle } from './support/executions.js';
import { blankImage, expectIntact, randomImage, readPixels } from './support/images.js';
import { random } from './support/random.js';

const spec = `
import { constant, crop, filter, flip, letterbox, linear, mapOp, nchw, nhwc, nv12, pipeline, replicate, resample, resize, rgb8, vec2, warpAffine, warpPerspective, yuvToRgb } from 'cuweave/ops';

export const resized = pipeline(rgb8(), resize({ filter: linear, border: replicate }), nhwc('u8'));
export const boxed = pipeline(nv12(), yuvToRgb({ matrix: 'bt601', range: 'limited' }), letterbox({ filter: linear, border: constant(9) }), nchw('f32'));
export const flipped = pipeline(rgb8(), resize({ filter: linear, border: constant(3) }), flip({ direction: 'horizontal' }), nchw('f32'));
export const warped = pipeline(rgb8(), warpAffine({ filter: linear, border: constant(0) }), nhwc('u8'));
export const tilted = pipeline(rgb8(), warpPerspective({ filter: linear, border: constant(0) }), nhwc('u8'));

const bent = mapOp({ params: {}, apply: ([x, y]) => [x * 0.9 + 1, y + (x - 8) * (x - 8) * 0.001] });
export const curved = pipeline(rgb8(), bent({ filter: linear, border: constant(0) }), nhwc('u8'));
const sheared = mapOp({ params: { by: vec2 }, apply: ([x, y], { by }) => [y * by[0] - x / by[1], -(x * 0.25) + y] });
export const sloping = pipeline(rgb8(), sheared({ by: [0.1, 2], filter: linear, border: constant(0) }), nhwc('u8'));
export const chained = pipeline(rgb8(), resample([letterbox(), warpAffine()], { filter: linear, border: constant(0) }), nhwc('u8'));
export const swapped = pipeline(rgb8(), mapOp({ apply: ([x, y]) => [y, x] })({ filter: linear, border: replicate }), nhwc('u8'));
`;

let folder: string;
let file: string;
let kernels: ReadonlyMap<string, Kernel>;
beforeAll(async () => {
  folder = buildFolder('runs');
  mkdirSync(folder, { recursive: true });
  file = join(folder, 'specs.ts');
  writeFileSync(file, spec);
  kernels = new Map((await kernelsOf({ root, entries: [file] })).map(kernel => [kernel.name, kernel]));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  ['resized', true, true],
  ['boxed', true, false],
  ['flipped', true, false],
  ['warped', false, true],
  ['tilted', false, false],
  ['curved', false, false],
  ['sloping', false, true],
  ['chained', false, false],
  ['swapped', false, true],
])('what is known of %s, and what the host makes of it', (name, apart, monotonic) => {
  const kernel = kernels.get(name)!;
  expect([areAxesApart(kernel), isMonotonic(kernel, 0)]).toEqual([apart, monotonic]);
  const text = hostSource(kernel, 'a.cpp');
  expect(text.includes('locateColumns(image')).toBe(apart);
  expect(text.includes('Points between two that lie inside')).toBe(!apart && monotonic);
});

describe('the oracle and the host', () => {
  let bindings: Record<string, Built<never>>;
  let device: Device;
  beforeAll(async () => {
    const out = join(folder, 'build');
    await build({ root, entries: [file], out, cpu: true });
    bindings = (await import(pathToFileURL(join(out, 'index.js')).href)) as never;
    device = openDevice('cpu');
  });
  afterAll(() => device.dispose());

  const matrix = { dstToSrc: [0.98, -0.17, 2.5, 0.17, 0.98, -3.25] };
  const homography = { dstToSrc: [...matrix.dstToSrc, 1e-4, 2e-4, 1] };
  it.each([
    ['resized', { width: 1160, height: 7 }],
    ['resized', { width: 129, height: 31 }],
    ['boxed', { width: 1160, height: 11 }],
    ['boxed', { width: 140, height: 90 }],
    ['flipped', { width: 1025, height: 3 }],
    ['warped', { matrix }],
    ['warped', { matrix: { dstToSrc: [-1, 0, 1159, 0, -1, 22] } }],
    ['tilted', { matrix: homography }],
    ['curved', {}],
    ['sloping', {}],
  ])('%s: %j', async (name, given: Record<string, unknown>) => {
    const kernel = kernels.get(name)!;
    const [width, height] = [1160, 23];
    const image = randomImage(kernel.pipeline.source, width, height, random(7), { padding: 5 });
    const size = { width, height, ...given } as { width: number; height: number };
    const out = (): ReturnType<typeof blankImage> =>
      blankImage(kernel.pipeline.sinks[0]!.format, size.width, size.height, { padding: 3 });
    const [mine, theirs] = [out(), out()];
    await runBuilt(bindings[name]!, device, [image], [mine], given);
    expectIntact(image, mine);
    runOracle(kernel, await loadOracle(kernel), image, theirs, given, { number: 0, of: 1 });
    expect(readPixels(mine)).toEqual(readPixels(theirs));
  });
});
