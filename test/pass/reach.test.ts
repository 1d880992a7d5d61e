/** How far filters read, and what of a kernel is computed before the launch. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cudaSource, hostSource, oracleSource } from '../../compiler/generate.js';
import type { Kernel } from '../../compiler/ir/plan.js';
import { placesOf } from '../../compiler/pass/reach.js';
import { kernelsOf } from '../../compiler/specs.js';
import { buildFolder, root } from '../support/executions.js';

const spec = `
import { constant, cubic, filter, i32, lanczos4, linear, mapOp, nchw, nearest, perChannel, f32, pipeline, pointOp, replicate, resize, rgb8 } from 'cuweave/ops';

const farther = filter({
  apply: (tap, [x, y]) => {
    const left = i32(Math.floor(x));
    let sum = tap(left, i32(Math.floor(y)));
    for (let n = -3; n < 2; n++) sum = tap(left + n, i32(Math.floor(y + 1.5)));
    return sum;
  },
});
const scaled = filter({ apply: (tap, [x, y]) => tap(i32(Math.floor(x * 2)), i32(Math.floor(y))) });
const cut = filter({ apply: (tap, [x, y]) => tap(i32(x), i32(y)) });
const moving = filter({
  apply: (tap, [x, y]) => {
    let left = i32(Math.floor(x));
    left = left + 7;
    return tap(left, i32(Math.floor(y)));
  },
});
const of = (filter: typeof linear) => pipeline(rgb8(), resize({ width: 8, height: 8, filter, border: replicate }), nchw('f32'));
export const nearestReach = of(nearest);
export const linearReach = of(linear);
export const cubicReach = of(cubic);
export const lanczosReach = of(lanczos4);
export const loopReach = of(farther);
export const scaledReach = of(scaled);
export const cutReach = of(cut);
export const movingReach = of(moving);

const spread = mapOp({
  params: { rate: f32 },
  apply: ([x, y], { rate }, { src, dst }) => [x * (src.width / dst.width) + Math.sqrt(rate), y * (src.width / dst.width) / rate],
});
export const uniforms = pipeline(rgb8(), spread({ rate: 3, filter: linear, border: constant(0) }), nchw('f32'));
const divided = pointOp({ from: ['rgb'], params: { by: perChannel(f32) }, apply: (px, { by }) => px.map((v, c) => v / by[c] + by[c] * 2) });
export const plain = pipeline(rgb8(), divided({ by: 3 }), nchw('f32'));
`;

describe('what the scheduler knows of functions', () => {
  let folder: string;
  let kernels: ReadonlyMap<string, Kernel>;
  beforeAll(async () => {
    folder = buildFolder('reach');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'specs.ts');
    writeFileSync(file, spec);
    kernels = new Map((await kernelsOf({ root, entries: [file] })).map(kernel => [kernel.name, kernel]));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const both = (low: number, high: number, isFixed: boolean) => ({
    x: { low, high },
    y: { low, high },
    isFixed,
  });

  it.each([
    ['nearestReach', both(0, 1, false)],
    ['linearReach', both(0, 1, true)],
    ['cubicReach', both(-1, 2, false)],
    ['lanczosReach', both(-3, 4, false)],
    ['loopReach', { x: { low: -3, high: 1 }, y: { low: 0, high: 2 }, isFixed: false }],
    ['scaledReach', undefined],
    ['cutReach', undefined],
    ['movingReach', undefined],
  ])('%s', (name, reach) => {
    expect(kernels.get(name)!.schedule.reach).toEqual(reach);
  });

  it('taps carry their place in the window where all are known', () => {
    const { fn } = kernels.get('linearReach')!.resample!.stage.filter.apply;
    expect([...placesOf(fn).values()].map(({ column, row }) => [column, row])).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
    expect(placesOf(kernels.get('loopReach')!.resample!.stage.filter.apply.fn).size).toBe(0);
    const gathered = (name: string): boolean =>
      hostSource(kernels.get(name)!, 'a.cpp').includes('Gather<uint8_t, 6, 2> src_rgb;');
    expect(gathered('linearReach')).toBe(true);
    expect(gathered('cubicReach')).toBe(false);
  });

  it('a filter of unknown reach asks the border at every tap', () => {
    expect(cudaSource(kernels.get('scaledReach')!, 'a.cu')).not.toContain('Inside');
    expect(cudaSource(kernels.get('linearReach')!, 'a.cu')).toContain(
      'sampleInside(image, args, Inside(image, args, at), at)',
    );
  });

  it('divisions and roots of parameters and sizes are computed once per image', () => {
    const kernel = kernels.get('uniforms')!;
    const text = cudaSource(kernel, 'a.cu');
    const values = [...text.matchAll(/^ {2}image\.(uniform_\w+ = .*);$/gm)].map(([, value]) => value);
    expect(values).toEqual([
      'uniform_spread_0 = float(image.size[0].width) / float(image.size[1].width)',
      'uniform_spread_1 = sqrtf(args.spread.rate)',
      'uniform_spread_2 = 1.0f / args.spread.rate',
    ]);
    // What depends on the pixel stays, and the oracle computes everything in its place.
    expect(text).toContain('at.y');
    expect(text).toContain(
      'cw::quotient(cw::product(y, image.uniform_spread_0), p.rate, image.uniform_spread_2)',
    );
    expect(oracleSource(kernel)).not.toContain('uniform_');
  });

  it('a pixel that is divided by a parameter has the reciprocal at hand', () => {
    const text = hostSource(kernels.get('plain')!, 'a.cpp');
    expect(text).toContain('image.uniform_divided_0 = 1.0f / args.divided.by[0];');
    expect(text).toContain('cw::quotient(px.x, p.by[0], image.uniform_divided_0) + p.by[0] * 2.0f');
    expect(oracleSource(kernels.get('plain')!)).toContain('f(px[0] / p.by[0])');
  });
});
