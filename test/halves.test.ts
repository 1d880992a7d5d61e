/** Two kernels or one, as a call's sizes have it: the bytes are the oracle's of the one. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { explanationText } from '../compiler/commands/explain.js';
import { explain } from '../compiler/report/explain.js';
import { type Device, OutOfMemoryError, openDevice, Stream } from '../runtime/index.js';
import { root } from './support/executions.js';
import { buildHalved, type Halved, halvedCases, runHalved } from './support/halved.js';

describe('resizes in one kernel or two on the CPU', () => {
  let halved: Halved;
  let device: Device;
  beforeAll(async () => {
    halved = await buildHalved('halved', { cpu: true });
    device = openDevice('cpu');
  });
  afterAll(() => {
    expect(device.memory().live).toBe(0);
    device.dispose();
  });

  it.each(halvedCases)('$name to $width×$height', async one => {
    const { actual, expected, passes } = await runHalved(halved, one, device);
    expect(passes).toBe(one.passes);
    expect(actual).toEqual(expected);
  });

  it('one kernel does it where there is no room for the image between two', async () => {
    const full = vi.spyOn(Stream.prototype, '_takeBetween').mockImplementation(bytes => {
      throw new OutOfMemoryError('full', bytes, 0, undefined, undefined, undefined);
    });
    try {
      const two = halvedCases.find(({ passes }) => passes === 2)!;
      const { actual, expected } = await runHalved(halved, two, device);
      expect(full).toHaveBeenCalledOnce();
      expect(actual).toEqual(expected);
    } finally {
      full.mockRestore();
    }
  });
});

it('explain shows both ways, and what they cost', async () => {
  const [explanation] = await explain({
    root,
    entries: ['test/support/halvedPipelines.ts'],
    names: ['halvedTriangle'],
  });
  const text = explanationText(explanation!).replace(/^ +(sm_|Registers|Images per).*\n?/gm, '');
  expect(text).toMatchInlineSnapshot(`
    "halvedTriangle (test/support/halvedPipelines.ts:8)
      nv12 > yuvToRgb > resize (antialiasedLinear, replicate) > normalize > rgb_nchw_f32

      1 kernel; 3 operators fused; in brackets runs per output pixel:
        yuvToRgb      moved behind the filter: affine, and the weights of antialiasedLinear sum to 1: once per pixel [1 × 12 operations]
        resize        one resampling: reads the source through antialiasedLinear [1 × 6 operations]
        normalize     point in register: once per output pixel [1 × 9 operations]

      halvedTriangle or, with the same bits, two kernels, whichever a call's sizes make cheaper:
        nv12 > resizeAcross (antialiasedLinear, replicate) > yuv_nhwc_f32
        yuv_nhwc_f32 > resizeDown (antialiasedLinear, replicate) > yuvToRgb > normalize > rgb_nchw_f32
        Between them 1920×1080 pixels, 24.88 MB, are written and read.
        One kernel is cheaper at this size: one costs 8.29 million taps, two 16.59 million taps or as much as these.

      Memory traffic for one 1920×1080 image, each byte counted once:
        fused         reads    3.11 MB  writes   24.88 MB
      One kernel per operator, float32 between them, would move 6.3 times as much:
        yuvToRgb      reads    3.11 MB  writes   24.88 MB
        resize        reads   24.88 MB  writes   24.88 MB
        normalize     reads   24.88 MB  writes   24.88 MB
        rgb_nchw_f32  reads   24.88 MB  writes   24.88 MB

      Asked for at the call: width (resize.width), height (resize.height)
    "
  `);
});
