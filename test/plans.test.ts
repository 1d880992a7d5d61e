/** A pipeline of several kernels is what its parts are by hand, bit for bit. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explanationText } from '../compiler/commands/explain.js';
import { headerSource } from '../compiler/generate.js';
import { explain } from '../compiler/report/explain.js';
import type { Manifest } from '../native/manifest.js';
import { stepsOf } from '../runtime/call/steps.js';
import { type Device, Image, openDevice, type Pipeline, Tensor } from '../runtime/index.js';
import { buildByHand, pairs, runByHand } from './support/byHand.js';
import { buildFolder, root } from './support/executions.js';
import { plansIn } from './support/plans.js';

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
    const plans = await plansIn('test/support/byHandPipelines.ts');
    const split = plans.filter(({ kernels }) => kernels.length > 1);
    expect(
      split.flatMap(({ kernels }) => kernels.map(({ name, chain }) => `${name}: ${chain}`)),
    ).toMatchInlineSnapshot(`
      [
        "between_1: nv12 > yuvToRgb > warpAffine (linear, constant) > crop > rgb_nhwc_f32",
        "between_2: rgb_nhwc_f32 > resize (cubic, reflect101) > normalize > rgb_nchw_f16",
        "rounded_1: rgb8 > resize (linear, replicate) > convertTo > flip > rgb_nhwc_u8",
        "rounded_2: rgb_nhwc_u8 > rgbToGray > warpAffine (linear, constant) > gray_nhwc_u8",
        "headedHalf_1: nv12 > yuvToRgb > warpAffine (linear, constant) > normalize > stored > crop > rgb_nhwc_f16",
        "headedHalf_2: rgb_nhwc_f16 > resize (cubic, reflect101) > normalize2 > rgb_nchw_f32",
        "forked_1: nv12 > yuvToRgb > warpAffine (linear, constant) > rgb_nhwc_f32",
        "forked_small: rgb_nhwc_f32 > crop > resize (cubic, reflect101) > normalize > rgb_nchw_f16",
        "forked_full: rgb_nhwc_f32 > resize2 (linear, replicate) > rgb_nhwc_u8",
        "forkedEarly_tiny: nv12 > yuvToRgb > resize (linear, replicate) > rgbToGray > gray_nchw_f32",
        "forkedEarly_same: nv12 > yuvToRgb > rgb_nhwc_u8",
        "beside_1: nv12 > yuvToRgb > warpAffine (linear, constant) > { between: rgb_nhwc_f32; luma: rgbToGray > gray_nchw_f32 }",
        "beside_small: rgb_nhwc_f32 > crop > resize (cubic, reflect101) > normalize > rgb_nchw_f16",
        "beside_full: rgb_nhwc_f32 > resize2 (linear, replicate) > rgb_nhwc_u8",
      ]
    `);
  });

  it('write named results into memory that is there, each apart from the others', async () => {
    const data = Uint8Array.from({ length: 24 }, (_, n) => n * 9);
    const planes = [{ data }, { data: data.subarray(0, 12) }];
    const colour = { matrix: 'bt709', range: 'full', source: 'stream' } as const;
    const image = Image.fromHost(device, { format: 'nv12', width: 6, height: 4, planes, colour });
    const tiny = Tensor.empty(device, { shape: [1, 1, 5, 9], dtype: 'f32', layout: 'NCHW' });
    const same = Tensor.empty(device, { shape: [1, 4, 6, 3], dtype: 'u8', layout: 'NHWC' });
    const call = built.forkedEarly as never as Pipeline<
      Record<never, never>,
      { readonly tiny: Tensor; readonly same: Tensor }
    >;
    expect(call.runInto({ tiny, same }, image)).toEqual({ tiny, same });
    const made = call(image);
    expect([made.tiny.shape, made.same.shape]).toEqual([tiny.shape, same.shape]);
    expect(await made.same.toHost()).toEqual(await same.toHost());
    expect(await made.tiny.toHost()).toEqual(await tiny.toHost());
    const overlapping = Tensor.wrap(device, {
      shape: [1, 4, 6, 3],
      dtype: 'u8',
      layout: 'NHWC',
      pointer: tiny.pointer,
    });
    const refusal = (output: unknown): string => {
      try {
        call.runInto(output as never, image);
      } catch (error) {
        return (error as Error).message;
      }
      return 'none';
    };
    expect([
      refusal(same),
      refusal({ tiny }),
      refusal({ tiny, same, other: same }),
      refusal({ tiny: same, same }),
      refusal({ tiny, same: [same] }),
      refusal({ tiny, same: overlapping }),
    ]).toMatchInlineSnapshot(`
      [
        "Expected { tiny, same } for output but received none for tiny.",
        "Expected { tiny, same } for output but received none for same.",
        "Expected { tiny, same } for output but received 'other', too.",
        "Expected NCHW or CHW for output.tiny.layout but received NHWC.",
        "Expected an Image for output.same[0] but received a Tensor.",
        "Expected memory apart from output.tiny for output.same but received some of the same memory.",
      ]
    `);
    for (const held of [image, tiny, same, made.tiny, made.same, overlapping]) {
      held.dispose();
    }
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

describe('what is said of several kernels', () => {
  it('explain shows each cut, what forced it, its bytes, and what else could be done', async () => {
    const names = ['rounded', 'forked', 'copied', 'beside'];
    const explained = await explain({
      root,
      entries: ['test/support/byHandPipelines.ts'],
      names,
      size: { width: 100, height: 80 },
    });
    const text = explained.map(explanationText).join('\n\n');
    expect(text.replace(/^ *(sm_|Registers).*\n?/gm, '')).toMatchInlineSnapshot(`
      "rounded (test/support/byHandPipelines.ts:41)
        rgb8 > resize (linear, replicate) > convertTo > flip > rgbToGray > warpAffine (linear, constant) > gray_nhwc_u8

        2 kernels, one after the other; 5 operators; in brackets runs per output pixel:

        rounded_1: rgb8 > resize (linear, replicate) > convertTo > flip > rgb_nhwc_u8
          resize        one resampling: reads the source through linear [1 × 6 operations]
          convertTo     point in register: once per output pixel [1 × 18 operations]
          flip          exact map composes: moves whole pixels, costs an addition [1 × 4 operations]

        rounded_2: rgb_nhwc_u8 > rgbToGray > warpAffine (linear, constant) > gray_nhwc_u8
          rgbToGray     point in register: on every tap: the filter reads its result [4 × 5 operations]
          warpAffine    one resampling: reads the source through linear [1 × 8 operations]

        Split after flip: resize and warpAffine both sample between pixels.
          Between the kernels: rgb_nhwc_u8, 3 bytes per pixel; of 40×33 pixels 0.00 MB are written and 0.00 MB read.
          After resize it would be rgb_nhwc_f32, 12 bytes per pixel.
          After convertTo it would be rgb_nhwc_u8, 3 bytes per pixel.
          After rgbToGray it would be gray_nhwc_f32, 4 bytes per pixel.
          In one kernel each of the 4 taps of warpAffine would compute resize anew: 16 reads of the source per pixel, not 4.

        Memory traffic for one 100×80 image, each byte counted once:
          rounded_1     reads    0.02 MB  writes    0.00 MB
          rounded_2     reads    0.00 MB  writes    0.00 MB
        One kernel per operator, float32 between them, would move 4.3 times as much:
          resize        reads    0.02 MB  writes    0.02 MB
          convertTo     reads    0.02 MB  writes    0.02 MB
          flip          reads    0.02 MB  writes    0.02 MB
          rgbToGray     reads    0.02 MB  writes    0.01 MB
          warpAffine    reads    0.01 MB  writes    0.01 MB
          gray_nhwc_u8  reads    0.01 MB  writes    0.00 MB

        Asked for at the call: matrix (warpAffine.matrix)
        rounded_1:
          Images per launch: 16, 64 or 511, the smallest that fits
        rounded_2:
          Images per launch: 16, 64 or 454, the smallest that fits

      forked (test/support/byHandPipelines.ts:55)
        nv12 > yuvToRgb > warpAffine (linear, constant) > { small: crop > resize (cubic, reflect101) > normalize > rgb_nchw_f16; full: resize2 (linear, replicate) > rgb_nhwc_u8 }

        3 kernels, one after the other; 6 operators; in brackets runs per output pixel:

        forked_1: nv12 > yuvToRgb > warpAffine (linear, constant) > rgb_nhwc_f32
          yuvToRgb      moved behind the filter: affine, and the weights of linear sum to 1: once per pixel, on every tap only at the border [1 × 12 operations; 4 × at edges]
          warpAffine    one resampling: reads the source through linear [1 × 8 operations]

        forked_small: rgb_nhwc_f32 > crop > resize (cubic, reflect101) > normalize > rgb_nchw_f16
          crop          exact map composes: moves whole pixels, costs an addition [16 × 2 operations]
          resize        one resampling: reads the source through cubic [1 × 6 operations]
          normalize     point in register: once per output pixel [1 × 9 operations]

        forked_full: rgb_nhwc_f32 > resize2 (linear, replicate) > rgb_nhwc_u8
          resize2       one resampling: reads the source through linear [1 × 6 operations]

        Split after warpAffine: the results share what comes before: 46.5 bytes per pixel are moved, not 60.
          Between the kernels: rgb_nhwc_f32, 12 bytes per pixel; of 100×80 pixels 0.10 MB are written and 0.19 MB read.

        small: a kernel of its own: resize leads to it and to no other.
        full: a kernel of its own: resize2 leads to it and to no other.
        Bytes that the kernels read and write for a pixel, if no size changes:
          46.5  an image of rgb_nhwc_f32 after warpAffine, for all: chosen
          60    a kernel for each result

        forked_small and forked_full: one launch on a GPU in calls of up to 16 images, for both read the same.

        Memory traffic for one 100×80 image, each byte counted once:
          forked_1      reads    0.01 MB  writes    0.10 MB
          forked_small  reads    0.10 MB  writes    0.00 MB
          forked_full   reads    0.10 MB  writes    0.00 MB
        One kernel per operator, float32 between them, would move 2.4 times as much:
          yuvToRgb      reads    0.01 MB  writes    0.10 MB
          warpAffine    reads    0.10 MB  writes    0.10 MB
          crop          reads    0.10 MB  writes    0.10 MB
          resize        reads    0.10 MB  writes    0.01 MB
          normalize     reads    0.01 MB  writes    0.01 MB
          rgb_nchw_f16  reads    0.01 MB  writes    0.00 MB
          resize2       reads    0.10 MB  writes    0.01 MB
          rgb_nhwc_u8   reads    0.01 MB  writes    0.00 MB

        Asked for at the call: matrix (warpAffine.matrix), region (crop.rect)
        forked_1:
          Images per launch: 16, 64 or 272, the smallest that fits
        forked_small:
          Images per launch of its own: 16, 64 or 255, the smallest that fits
        forked_full:
          Images per launch of its own: 16, 64 or 584, the smallest that fits

      copied (test/support/byHandPipelines.ts:90)
        nv12 > yuvToRgb > { picture: rgb_nhwc_u8; half: normalize > rgb_nchw_f16; luma: rgbToGray > gray_nchw_f32 }

        1 kernel; 3 operators fused; in brackets runs per output pixel:
          yuvToRgb       point in register: once per output pixel [1 × 12 operations]
          normalize      point in register: once per output pixel, for half [1 × 9 operations]
          rgbToGray      point in register: once per output pixel, for luma [1 × 5 operations]

        picture, half, luma: one kernel: only point operators and formats tell them apart.
        Bytes that the kernels read and write for a pixel, if no size changes:
          14.5  a kernel for results of one size: chosen
          17.5  a kernel for each result

        Memory traffic for one 100×80 image, each byte counted once:
          fused          reads    0.01 MB  writes    0.10 MB
        One kernel per operator, float32 between them, would move 6.5 times as much:
          yuvToRgb       reads    0.01 MB  writes    0.10 MB
          rgb_nhwc_u8    reads    0.10 MB  writes    0.02 MB
          normalize      reads    0.10 MB  writes    0.10 MB
          rgb_nchw_f16   reads    0.10 MB  writes    0.05 MB
          rgbToGray      reads    0.10 MB  writes    0.03 MB
          gray_nchw_f32  reads    0.03 MB  writes    0.03 MB

        Asked for at the call: nothing
        Images per launch: 16, 64 or 194, the smallest that fits

      beside (test/support/byHandPipelines.ts:99)
        nv12 > yuvToRgb > warpAffine (linear, constant) > { small: crop > resize (cubic, reflect101) > normalize > rgb_nchw_f16; full: resize2 (linear, replicate) > rgb_nhwc_u8; luma: rgbToGray > gray_nchw_f32 }

        3 kernels, one after the other; 7 operators; in brackets runs per output pixel:

        beside_1: nv12 > yuvToRgb > warpAffine (linear, constant) > { between: rgb_nhwc_f32; luma: rgbToGray > gray_nchw_f32 }
          yuvToRgb       moved behind the filter: affine, and the weights of linear sum to 1: once per pixel, on every tap only at the border [1 × 12 operations; 4 × at edges]
          warpAffine     one resampling: reads the source through linear [1 × 8 operations]
          rgbToGray      point in register: once per output pixel, for luma [1 × 5 operations]

        beside_small: rgb_nhwc_f32 > crop > resize (cubic, reflect101) > normalize > rgb_nchw_f16
          crop           exact map composes: moves whole pixels, costs an addition [16 × 2 operations]
          resize         one resampling: reads the source through cubic [1 × 6 operations]
          normalize      point in register: once per output pixel [1 × 9 operations]

        beside_full: rgb_nhwc_f32 > resize2 (linear, replicate) > rgb_nhwc_u8
          resize2        one resampling: reads the source through linear [1 × 6 operations]

        Split after warpAffine: the results share what comes before: 50.5 bytes per pixel are moved, not 65.5.
          Between the kernels: rgb_nhwc_f32, 12 bytes per pixel; of 100×80 pixels 0.10 MB are written and 0.19 MB read.

        small: a kernel of its own: resize leads to it and to no other.
        full: a kernel of its own: resize2 leads to it and to no other.
        luma: written beside the shared image, whose size it has.
        Bytes that the kernels read and write for a pixel, if no size changes:
          50.5  an image of rgb_nhwc_f32 after warpAffine, for all: chosen
          65.5  a kernel for each result

        beside_small and beside_full: one launch on a GPU in calls of up to 16 images, for both read the same.

        Memory traffic for one 100×80 image, each byte counted once:
          beside_1       reads    0.01 MB  writes    0.13 MB
          beside_small   reads    0.10 MB  writes    0.00 MB
          beside_full    reads    0.10 MB  writes    0.00 MB
        One kernel per operator, float32 between them, would move 2.7 times as much:
          yuvToRgb       reads    0.01 MB  writes    0.10 MB
          warpAffine     reads    0.10 MB  writes    0.10 MB
          rgbToGray      reads    0.10 MB  writes    0.03 MB
          gray_nchw_f32  reads    0.03 MB  writes    0.03 MB
          crop           reads    0.10 MB  writes    0.10 MB
          resize         reads    0.10 MB  writes    0.01 MB
          normalize      reads    0.01 MB  writes    0.01 MB
          rgb_nchw_f16   reads    0.01 MB  writes    0.00 MB
          resize2        reads    0.10 MB  writes    0.01 MB
          rgb_nhwc_u8    reads    0.01 MB  writes    0.00 MB

        Asked for at the call: matrix (warpAffine.matrix), region (crop.rect)
        beside_1:
          Images per launch: 16, 64 or 240, the smallest that fits
        beside_small:
          Images per launch of its own: 16, 64 or 255, the smallest that fits
        beside_full:
          Images per launch of its own: 16, 64 or 584, the smallest that fits
      "
    `);
  });
});

describe('several kernels from C', () => {
  it('are called in the order that the header lists', async () => {
    const folder = buildFolder('byHand');
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
    const header = headerSource(await plansIn('test/support/byHandPipelines.ts'), manifest.library);
    writeFileSync(join(folder, 'pipelines.h'), header);
    expect(header.slice(header.indexOf('// rounded:')).split('\n//\n')[0]).toMatchInlineSnapshot(`
      "// rounded: rgb8 > resize (linear, replicate) > convertTo > flip > rgbToGray > warpAffine (linear, constant) > gray_nhwc_u8
      // Kernels, to be called in this order on one stream:
      //   cuweave_rounded_1: the source > an intermediate image of rgb_nhwc_u8
      //   cuweave_rounded_2: what rounded_1 wrote > the result"
    `);
    const settled = (stage: string, name: string): unknown =>
      stepsOf(manifest.pipelines.find(one => one.name === 'rounded')!)
        .flatMap(({ kernel }) => kernel.params)
        .find(param => param.stage === stage && param.name === name)!.settled;
    const weights = (settled('rgbToGray', 'weights') as readonly number[]).map(weight => `${weight}f`);
    const program = `#include <stdint.h>
#include <stdio.h>
#include "pipelines.h"
int main(void) {
  static uint8_t rgb[6][5][3], between[33][40][3], gray[33][40];
  for (int i = 0; i < 90; i++) (&rgb[0][0][0])[i] = (uint8_t)(i * 37 % 251);
  const struct cuweave_rounded_1_image from = {
    .src_rgb = rgb, .src_rgb_pitch = sizeof rgb[0], .dst_rgb = between, .dst_rgb_pitch = sizeof between[0],
    .size = {{5, 6}, {40, 33}, {40, 33}},
  };
  const struct cuweave_rounded_1_args first = {
    .size = sizeof first, .count = 1, .images = &from, .resize = {40, 33}, .convertTo = {1, 0},
  };
  const struct cuweave_rounded_2_image to = {
    .src_rgb = between, .src_rgb_pitch = sizeof between[0], .dst_gray = gray, .dst_gray_pitch = sizeof gray[0],
    .size = {{40, 33}, {40, 33}},
    .warpAffine_each = {.matrix = {0.5f, 0, 1, 0, 1.5f, -2}},
  };
  const struct cuweave_rounded_2_args second = {
    .size = sizeof second, .count = 1, .images = &to,
    .warpAffine = {.width = ${settled('warpAffine', 'width')}, .height = ${settled('warpAffine', 'height')}, .border = {7}},
    .rgbToGray = {{${weights.join(', ')}}},
  };
  if (cuweave_rounded_1_host(&first, 0, 0, 33) != 0 || cuweave_rounded_2_host(&second, 0, 0, 33) != 0) return 1;
  fwrite(gray, 1, sizeof gray, stdout);
  return 0;
}
`;
    const source = join(folder, 'rounded.c');
    writeFileSync(source, program);
    const library = join(folder, manifest.library);
    const flags = ['-std=c11', '-Wall', '-Wextra', '-Werror', '-Wpedantic', `-I${folder}`];
    execFileSync('gcc', [...flags, source, library, `-Wl,-rpath,${folder}`, '-o', join(folder, 'rounded')]);
    const fromC = execFileSync(join(folder, 'rounded'));
    const { rounded } = (await import(pathToFileURL(join(folder, 'index.js')).href)) as Record<
      string,
      Pipeline
    >;
    const device = openDevice('cpu');
    const data = Uint8Array.from({ length: 90 }, (_, i) => (i * 37) % 251);
    const image = Image.fromHost(device, { format: 'rgb8', width: 5, height: 6, planes: [{ data }] });
    const matrix = { dstToSrc: [0.5, 0, 1, 0, 1.5, -2] };
    const tensor = rounded!(image, { matrix });
    expect([...fromC]).toEqual([...(await tensor.toHost()).data]);
    tensor.dispose();
    image.dispose();
    device.dispose();
  });
});
