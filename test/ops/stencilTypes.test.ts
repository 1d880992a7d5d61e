/** What the editor refuses of stencils. `npm run check` is the judge. */
import { expect, it } from 'vitest';
import * as ops from '../../ops/index.js';
import { gray8, nchw, pipeline, replicate, rgb8, stencilOp } from '../../ops/index.js';

it('a stencil has its border, and pixels that it takes', () => {
  const refused = (): void => {
    // @ts-expect-error it lacks a border, as in border: reflect101
    pipeline(rgb8(), ops.median({ size: 3 }), nchw('f32'));
    // @ts-expect-error it lacks a border
    pipeline(rgb8(), ops.gaussianBlur({ size: 3, sigma: 1 }), nchw('f32'));
    // @ts-expect-error it takes gray, and the pixels are rgb here
    pipeline(rgb8(), ops.adaptiveThreshold({ size: 3, border: replicate }), nchw('f32'));
    // @ts-expect-error it takes gray, rgb or rgba, and the pixels are yuv here
    pipeline(ops.nv12(), ops.adjustSharpness({ factor: 2, border: replicate }), nchw('f32'));
    // @ts-expect-error resample takes maps
    ops.resample([ops.median({ size: 3, border: replicate })], { filter: ops.linear, border: replicate });
    // @ts-expect-error a stencil is no source
    pipeline(ops.erode({ size: 3 }), nchw('f32'));
    // @ts-expect-error an operator that was not called
    pipeline(rgb8(), ops.median, nchw('f32'));
  };
  expect(refused).toBeTypeOf('function');
  pipeline(gray8(), ops.adaptiveThreshold({ size: 3, border: replicate }), nchw('f32'));
  pipeline(rgb8(), ops.erode({ size: 3 }), ...ops.closing({ size: 5 }), ops.stored('u8'), nchw('f32'));
});

it('a joint bilateral filter has a guide, and pixels of another kind', () => {
  const window = { size: 5, sigmaColor: 20, sigmaSpace: 2, border: replicate } as const;
  const refused = (): void => {
    // @ts-expect-error it takes rgb, and the pixels are gray here
    pipeline(gray8(), ...ops.jointBilateral(window), nchw('f32'));
    // @ts-expect-error it takes gray, and the pixels are rgb here
    pipeline(rgb8(), ...ops.jointBilateralGray(window), nchw('f32'));
    // @ts-expect-error a guide of three channels
    ops.jointBilateral({ ...window, guide: rgb8() });
    // @ts-expect-error an even size
    ops.jointBilateral({ ...window, size: 4 });
    // @ts-expect-error no border
    ops.jointBilateral({ size: 5 });
  };
  expect(refused).toBeTypeOf('function');
  const made = pipeline(
    rgb8(),
    ...ops.jointBilateral({ ...window, guide: [rgb8(), ops.rgbToGray()], sigmaColor: ops.open('spread') }),
    nchw('f32'),
  );
  expect(made.stages).toHaveLength(3);
  pipeline(gray8(), ...ops.jointBilateralGray({ ...window, guide: ops.open('photo', rgb8()) }), nchw('f32'));
});

it('options have the numbers and words of their operator', () => {
  const refused = (): void => {
    // @ts-expect-error an even size
    ops.median({ size: 4, border: replicate });
    // @ts-expect-error a median of 3 or 5
    ops.median({ size: 7, border: replicate });
    // @ts-expect-error a size up to 31
    ops.boxBlur({ size: 33, border: replicate });
    // @ts-expect-error a size is a number
    ops.boxBlur({ size: '3', border: replicate });
    // @ts-expect-error a stencil samples nothing
    ops.boxBlur({ size: 3, border: replicate, filter: ops.linear });
    // @ts-expect-error one of three shapes
    ops.erode({ size: 3, shape: 'disc' });
    // @ts-expect-error windows up to 15
    ops.dilate({ size: 17 });
    // @ts-expect-error a hat of 3 or 5
    ops.topHat({ size: 7 });
    // @ts-expect-error an order of 0 to 2
    ops.sobel({ dx: 3, dy: 0, border: replicate });
    // @ts-expect-error weights are numbers
    ops.filter2d({ size: 3, weights: 'all', border: replicate });
    // @ts-expect-error one of three types
    ops.stored('u16');
  };
  expect(refused).toBeTypeOf('function');
});

it('its own function is given what was declared', () => {
  const refused = (): void => {
    stencilOp({
      from: ['rgb'],
      // @ts-expect-error no such choice
      radius: ({ size }) => size,
      params: { width: ops.oneOf(1, 2) },
      apply: tap => tap(0, 0),
    });
    // @ts-expect-error a tap has two places
    stencilOp({ from: ['rgb'], radius: 1, apply: tap => tap(0) });
    // @ts-expect-error a pixel is no number
    stencilOp({ from: ['rgb'], radius: 1, apply: tap => tap(0, 0)[0] });
    // @ts-expect-error a tap along an axis has one place
    ops.separableStencil({ from: ['rgb'], radius: 1, apply: tap => tap(0, 0) });
  };
  expect(refused).toBeTypeOf('function');
  const own = stencilOp({
    from: ['gray'],
    radius: ({ size }) => size,
    params: { size: ops.oneOf(1, 2), by: ops.f32 },
    apply: (tap, { size, by }) => tap(size, 0).map(v => v * by),
  });
  // It runs as it stands.
  expect(
    own.apply(
      (dx, dy) => [10 * dx + dy] as const,
      { size: 2, by: 3 },
      { at: [0, 0], size: { width: 1, height: 1 } },
    ),
  ).toEqual([60]);
});
