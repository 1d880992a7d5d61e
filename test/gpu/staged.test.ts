/** Taps from shared memory: large calls whose rows are aligned, beside the host, and beside the same call with rows that are not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kernel } from '../../compiler/ir/plan.js';
import { cudaStatus, type Device, openDevice } from '../../runtime/index.js';
import { type Built, type BuiltTwice, buildTwice, large } from '../support/builtTwice.js';
import { onStandIn, runBuilt } from '../support/executions.js';
import {
  blankImage,
  expectIntact,
  expectSame,
  randomImage,
  readPixels,
  type TestImage,
} from '../support/images.js';
import { random } from '../support/random.js';
import { expectWithin, roundingTolerance } from '../support/tolerance.js';

const spec = `
import { boxBlur, constant, dilate, erode, gaussianBlur, gray8, linear, median, nchw, nhwc, normalize, nv12, p010, pipeline, reflect101, replicate, resize, rgb8, rgba8, rotate, warpAffine, wrap, yuvToRgb, yuyv } from 'cuweave/ops';

const yuv = yuvToRgb({ matrix: 'bt709', range: 'limited' });
const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

export const resized = pipeline(nv12(), yuv, resize({ filter: linear, border: replicate }), normalize(imagenet), nchw('f32'));
export const warped = pipeline(rgb8(), warpAffine({ filter: linear, border: constant(7) }), nhwc('u8'));
export const held = pipeline(rgb8(), warpAffine({ filter: linear, border: replicate }), nhwc('u8'));
export const mirrored = pipeline(rgb8(), warpAffine({ filter: linear, border: reflect101 }), nhwc('u8'));
export const planar = pipeline(nchw('f32'), warpAffine({ filter: linear, border: constant(0.5) }), nchw('f32'));
export const filmed = pipeline(nv12(), yuv, warpAffine({ filter: linear, border: constant(16) }), nchw('f16'));
export const turned = pipeline(nhwc('f16'), rotate({ filter: linear, border: constant(0) }), nhwc('f16'));
export const deep = pipeline(p010(), yuv, resize({ filter: linear, border: replicate }), nhwc('f32'));
export const packed = pipeline(yuyv(), yuv, resize({ filter: linear, border: replicate }), nhwc('u8'));
export const blurred = pipeline(rgb8(), gaussianBlur({ size: 5, sigma: 1.1, border: reflect101 }), nhwc('u8'));
export const framed = pipeline(rgb8(), boxBlur({ size: 3, border: constant(9) }), nhwc('f16'));
export const ranked = pipeline(rgb8(), median({ size: 3, border: reflect101 }), nhwc('u8'));
export const dark = pipeline(gray8(), erode({ size: 5, shape: 'ellipse', border: wrap }), gray8());
export const light = pipeline(rgba8(), dilate({ size: 9 }), rgba8());
`;

const status = cudaStatus();
const title = status.usable ? '' : ' (skipped: no CUDA device)';

const turn = (degrees: number, scale = 1, x = 0, y = 0): { dstToSrc: readonly number[] } => {
  const [cos, sin] = [Math.cos, Math.sin].map(f => f((degrees * Math.PI) / 180) * scale) as [number, number];
  const middle = large(350);
  return {
    dstToSrc: [cos, -sin, middle * (1 - cos + sin) + x, sin, cos, middle * (1 - sin - cos) + y],
  };
};
const sized = (width: number, height: number) => ({ width: large(width), height: large(height) });
const { width, height } = sized(695, 763);
/** Just over the tiles that a call must have to be staged, of the largest of them. */
const size = sized(700, 765);
const cases: readonly (readonly [name: string, given: Record<string, unknown>])[] = [
  ['resized', size],
  ['resized', sized(1029, 515)],
  ['resized', sized(1400, 1001)],
  ['warped', { matrix: turn(10) }],
  ['warped', { matrix: turn(-9, 1.1, large(200) + 0.25, -large(100)) }],
  ['warped', { matrix: turn(180) }],
  ['warped', { matrix: turn(0, 1, 5000) }],
  ['warped', { matrix: turn(0, 1, 0.5, 1e9) }],
  ['warped', { matrix: { dstToSrc: [0, 0, 20.5, 0, 0, 30.25] } }],
  ['held', { matrix: turn(7, 1.05, -large(40), large(300)) }],
  ['mirrored', { matrix: turn(7, 1.05, -large(40), large(300)) }],
  ['planar', { matrix: turn(10) }],
  ['planar', { matrix: turn(45) }],
  ['planar', { matrix: turn(90) }],
  ['filmed', { matrix: turn(-12, 0.9, 3.25, -large(60)) }],
  ['turned', { degrees: 11 }],
  ['deep', sized(900, 700)],
  ['packed', sized(900, 700)],
  ['blurred', {}],
  ['framed', {}],
  ['ranked', {}],
  ['dark', {}],
  ['light', {}],
];

describe.skipIf(!status.usable)(`taps from shared memory${title}`, () => {
  let built: BuiltTwice;
  let kernels: ReadonlyMap<string, Kernel>;
  let cuda: Device;
  let host: Device;
  beforeAll(async () => {
    built = await buildTwice('staged', spec);
    kernels = new Map(built.plans.flatMap(plan => plan.kernels.map(kernel => [kernel.name, kernel])));
    cuda = openDevice('cuda');
    host = openDevice('cpu');
  });
  afterAll(() => {
    built.remove();
    for (const device of [cuda, host]) {
      expect(device.memory().live).toBe(0);
      device.dispose();
    }
  });

  it('every pipeline here has such a kernel', () => {
    for (const { name, schedule } of kernels.values()) {
      expect(schedule.staging ?? schedule.strip?.ring, name).toBeDefined();
    }
  });

  it.each(cases)('%s: %j', async (name, given) => {
    const { pipeline } = kernels.get(name)!;
    const out = { width, height, ...given } as typeof size;
    const run = async (from: Built, device: Device, padding: number) => {
      // A batch of two, of which the second is smaller: blocks beyond it have nothing to do.
      const images = [width, width - 40].map(across =>
        randomImage(pipeline.source, across, height, random(across), {
          padding,
          align: padding === 0 ? 16 : 1,
        }),
      );
      const results = (at: number): TestImage[] =>
        images.map(image =>
          blankImage(
            pipeline.sinks[at]!.format,
            'width' in given ? out.width : image.width,
            'height' in given ? out.height : image.height,
            { padding: 8 },
          ),
        );
      const outs = new Map(pipeline.sinks.map((sink, n) => [sink.output ?? '', results(n)] as const));
      await runBuilt(from[name]!, device, images, outs, given as never);
      const made = [...outs.values()].flat();
      expectIntact(...images, ...made);
      return made;
    };
    const staged = await run(built.strict, cuda, 0);
    const expected = await run(built.strict, host, 0);
    expectSame(staged, expected);
    // A shipped build fuses multiply-adds as nvcc likes, in each of the two kernels; both sample where the host does.
    for (const padding of onStandIn ? [3] : [0, 3]) {
      const actual = await run(built.shipped, cuda, padding);
      actual.forEach((image, n) => {
        const { dtype, code } = image.format;
        expectWithin(readPixels(image), readPixels(expected[n]!), roundingTolerance(name, dtype, code));
      });
    }
  });
});
