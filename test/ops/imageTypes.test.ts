/** What the editor refuses of images as parameters. `npm run check` is the judge. */
import { expect, expectTypeOf, it } from 'vitest';
import * as ops from '../../ops/index.js';
import { constant, linear, nchw, nhwc, nv12, open, pipeline, rgb8, yuvToRgb } from '../../ops/index.js';

it('an image has the colour model that the operator sees', () => {
  const refused = (): void => {
    // @ts-expect-error the mask has one channel
    ops.composite({ background: rgb8(), mask: rgb8() });
    // @ts-expect-error a background of gray under pixels of rgb
    pipeline(rgb8(), ops.composite({ background: ops.gray8() }), nchw('f32'));
    // @ts-expect-error a background of yuv under pixels of rgb
    pipeline(rgb8(), ops.composite({ background: open('street', nv12()) }), nchw('f32'));
    // @ts-expect-error operators that end in gray
    pipeline(rgb8(), ops.composite({ background: [rgb8(), ops.rgbToGray()] }), nchw('f32'));
    // @ts-expect-error it takes yuv, and the pixels are rgb there
    ops.composite({ background: [rgb8(), yuvToRgb()] });
    // @ts-expect-error operators that end in rgb, for a mask
    ops.composite({ background: rgb8(), mask: [nv12(), yuvToRgb()] });
    // @ts-expect-error a format alone is no list
    ops.composite({ background: [rgb8()] });
    // @ts-expect-error a number is no image
    ops.composite({ background: 0 });
    // @ts-expect-error a map has two numbers
    ops.remap({ map: rgb8(), filter: linear, border: constant(0) });
    // @ts-expect-error an exact map reads none
    ops.indexMapOp({ params: { to: ops.perPixel('xy') }, apply: at => at });
  };
  expect(refused).toBeTypeOf('function');
});

it('what fits passes', () => {
  const stage = ops.composite({ background: [nv12(), yuvToRgb()], mask: open('alpha'), opaque: 1 });
  expectTypeOf(stage).toEqualTypeOf<ops.Stage<'rgb', 'same'>>();
  const plain = ops.composite({ background: nhwc('f32') });
  expectTypeOf(plain).toEqualTypeOf<ops.Stage<'rgb', 'same'>>();
  const named = open('street', rgb8());
  expectTypeOf(ops.composite({ background: named })).toEqualTypeOf<ops.Stage<'rgb', 'same'>>();
  pipeline(rgb8(), ops.remap({ map: open('lens'), filter: linear, border: constant(0) }), nchw('f32'));
  expect(named).toEqual({ open: 'street', image: rgb8() });
});

it('functions see pixels, and a size function the size', () => {
  expect(ops.composite.apply([0, 100, 200], { background: [100, 0, 0], mask: [51], opaque: 255 })).toEqual([
    80, 20, 40,
  ]);
  expect(ops.remap.apply([5, 6], { map: [1.5, 2] }, sizes)).toEqual([1.5, 2]);
  expect(ops.remap.size?.({ map: { width: 3, height: 4 } } as never, sizes.src)).toEqual({
    width: 3,
    height: 4,
  });
  ops.pointOp({
    from: ['rgb'],
    params: { other: ops.perPixel('gray') },
    apply: (px, { other }) => {
      expectTypeOf(other).toEqualTypeOf<ops.Pixel<1>>();
      return px;
    },
  });
});
const sizes = { src: { width: 9, height: 9 }, dst: { width: 9, height: 9 } };

it('an order has a place for each channel', () => {
  const refused = (): void => {
    // @ts-expect-error three channels have no place 3
    ops.channelReorder({ order: [0, 1, 3] });
    // @ts-expect-error two places for three channels
    pipeline(rgb8(), ops.channelReorder({ order: [1, 0] }), nchw('f32'));
    // @ts-expect-error places are numbers
    ops.channelReorder({ order: ['b', 'g', 'r'] });
  };
  expect(refused).toBeTypeOf('function');
  pipeline(rgb8(), ops.channelReorder({ order: [2, 1, 0] }), nchw('f32'));
  expectTypeOf(ops.channelReorder({ order: [3, 0, 1, 2] })).toEqualTypeOf<
    ops.Stage<'rgba' | 'premultiplied', 'same'>
  >();
});
