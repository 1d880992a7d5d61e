/** A pipeline of several kernels is what its parts are by hand, bit for bit. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plansOf } from '../compiler/specs.js';
import { type Device, Image, openDevice } from '../runtime/index.js';
import { buildByHand, pairs, runByHand } from './support/byHand.js';
import { root } from './support/executions.js';

describe('several kernels on the CPU', () => {
  let built: Awaited<ReturnType<typeof buildByHand>>;
  let device: Device;
  beforeAll(async () => {
    built = await buildByHand('byHand', { cpu: true });
    device = openDevice('cpu');
  });
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it.each(pairs)('$whole $result is $parts', async pair => {
    const { atOnce, byHand } = await runByHand(built, pair, device);
    expect(atOnce).toEqual(byHand);
  });

  it('are these, with images of the fewest bytes between them', async () => {
    const plans = await plansOf({ root, entries: ['test/support/byHandPipelines.ts'] });
    const split = plans.filter(({ kernels }) => kernels.length > 1);
    expect(
      split.flatMap(({ kernels }) => kernels.map(({ name, chain }) => `${name}: ${chain}`)),
    ).toMatchInlineSnapshot(`
        [
          "between_1: nv12 > yuvToRgb > warpAffine (linear, constant) > crop > rgb_nhwc_f32",
          "between_2: rgb_nhwc_f32 > resize (cubic, reflect101) > normalize > rgb_nchw_f16",
          "rounded_1: rgb8 > resize (linear, replicate) > convertTo > flip > rgb_nhwc_u8",
          "rounded_2: rgb_nhwc_u8 > rgbToGray > warpAffine (linear, constant) > gray_nhwc_u8",
        ]
      `);
  });

  it('check a whole call before they start', async () => {
    const image = (width: number): Image =>
      Image.fromHost(device, {
        format: 'nv12',
        width,
        height: 4,
        planes: [{ data: new Uint8Array(width * 4) }, { data: new Uint8Array(width * 2) }],
        colour: { matrix: 'bt601', range: 'full', source: 'stream' },
      });
    const matrix = { dstToSrc: [1, 0, 0, 0, 1, 0] };
    const region = { x: 0, y: 0, width: 5, height: 4 };
    const refusal = (options: Record<string, unknown>): string => {
      try {
        built.between!([image(6), image(4)], options);
      } catch (error) {
        return (error as Error).message;
      }
      return 'none';
    };
    expect([
      refusal({ matrix }),
      refusal({ matrix, region }),
      refusal({ matrix, region, other: 1 }),
      refusal({ matrix: [matrix], region }),
    ]).toMatchInlineSnapshot(`
      [
        "Expected a value for options.region but received none. The pipeline leaves crop.rect to the caller.",
        "Expected a rectangle inside the image of 4×4 for options.region but received { x: 0, y: 0, width: 5, height: 4 }.",
        "Expected an option of between for options but received 'other'. Known: matrix, region.",
        "Expected one value, or an array of 2 (one per image) for options.matrix but received an array of 1.",
      ]
    `);
  });
});
