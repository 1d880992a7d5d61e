/** What the editor refuses of point operators. `npm run check` is the judge. */
import { expect, expectTypeOf, it } from 'vitest';
import * as ops from '../../ops/index.js';
import { nchw, nhwc, pipeline, rgb8 } from '../../ops/index.js';

it('a colour model is a type: what fits by the number of channels only does not pass', () => {
  const refused = (): void => {
    // @ts-expect-error it takes rgb, rgba or gray, and the pixels are hsv here
    pipeline(rgb8(), ops.rgbToHsv(), ops.normalize({ mean: 0, std: 1 }), nchw('f32'));
    // @ts-expect-error it takes hsv, and the pixels are rgb here
    pipeline(rgb8(), ops.hsvToRgb(), nchw('f32'));
    // @ts-expect-error it takes yCrCb, and the pixels are yuv here
    pipeline(rgb8(), ops.rgbToYuv({ matrix: 'bt709', range: 'full' }), ops.yCrCbToRgb(), nchw('f32'));
    // @ts-expect-error it takes yuv, and the pixels are yCrCb here
    pipeline(rgb8(), ops.rgbToYCrCb(), ops.yuvToRgb(), nchw('f32'));
    // @ts-expect-error a gamma on linear light
    pipeline(rgb8(), ops.toLinear({ transfer: 'srgb' }), ops.gamma({ exponent: 2 }), nchw('f32'));
    // @ts-expect-error other primaries are for linear light
    pipeline(rgb8(), ops.primaries({ from: 'bt709', to: 'p3' }), nchw('f32'));
    // @ts-expect-error tone mapping is for linear light
    pipeline(rgb8(), ops.toneMap({ curve: 'hable' }), nchw('f32'));
    // @ts-expect-error light twice
    pipeline(rgb8(), ops.toLinear({ transfer: 'pq' }), ops.toLinear({ transfer: 'pq' }), nchw('f32'));
    // @ts-expect-error a signal twice
    pipeline(rgb8(), ops.fromLinear({ transfer: 'hlg' }), nchw('f32'));
    // @ts-expect-error there is no alpha
    pipeline(rgb8(), ops.premultiply(), nchw('f32'));
    // @ts-expect-error multiplied already
    pipeline(nhwc('u8', { colour: 'premultiplied' }), ops.premultiply(), nchw('f32'));
    // @ts-expect-error it takes premultiplied, and the pixels are rgba here
    pipeline(nhwc('u8', { colour: 'rgba' }), ops.unpremultiply(), nchw('f32'));
    // @ts-expect-error it takes rgb, and the pixels are gray here
    pipeline(rgb8(), ops.rgbToGray(), ops.rgbToGray(), nchw('f32'));
    // @ts-expect-error it takes gray, and the pixels are rgb here
    pipeline(rgb8(), ops.grayToRgb(), nchw('f32'));
    // @ts-expect-error it takes rgb, and the pixels are gray here
    pipeline(rgb8(), ops.rgbToGray(), ops.rgbToHsv(), nchw('f32'));
    // @ts-expect-error it takes rgb or gray, and the pixels are hsv here
    pipeline(rgb8(), ops.rgbToHsv(), ops.invert(), nchw('f32'));
    // @ts-expect-error hsv has no blue to swap
    pipeline(rgb8(), ops.rgbToHsv(), ops.swapChannels(), nchw('f32'));
    // @ts-expect-error this format holds rgb, and the pixels are hsv here
    pipeline(rgb8(), ops.rgbToHsv(), rgb8());
    // @ts-expect-error two weights for three channels
    pipeline(rgb8(), ops.rgbToGray({ weights: [0.5, 0.5] }), nchw('f32'));
    // @ts-expect-error it takes lab, and the pixels are rgb here
    pipeline(rgb8(), ops.labToRgb(), nchw('f32'));
    // @ts-expect-error it takes rgb, and the pixels are lab here
    pipeline(rgb8(), ops.rgbToLab(), ops.rgbToLab(), nchw('f32'));
    // @ts-expect-error a gamma on L*a*b*
    pipeline(rgb8(), ops.rgbToLab(), ops.gamma({ exponent: 2 }), nchw('f32'));
    // @ts-expect-error noise would change alpha
    pipeline(nhwc('u8', { colour: 'rgba' }), ops.gaussianNoise({ sigma: 1 }), nchw('f32'));
    // @ts-expect-error linear light is in 0..1, a table for 0..255
    pipeline(rgb8(), ops.toLinear({ transfer: 'srgb' }), ops.lut(), nchw('f32'));
    // @ts-expect-error two tables for three channels
    pipeline(rgb8(), ops.lut({ table: [[0], [1]] }), nchw('f32'));
    // @ts-expect-error hue is no brightness to erase
    pipeline(rgb8(), ops.rgbToHsv(), ops.erase(), nchw('f32'));
    // @ts-expect-error two values for three channels
    pipeline(rgb8(), ops.erase({ value: [0, 0] }), nchw('f32'));
    // @ts-expect-error it takes yuv, and the pixels are rgb here
    pipeline(rgb8(), ops.opencvNv12ToRgb(), nchw('f32'));
    // @ts-expect-error it takes yuv, and the pixels are rgb here
    pipeline(rgb8(), ops.torchcodecYuvToRgb(), nchw('f32'));
    // @ts-expect-error four factors for three channels
    pipeline(rgb8(), ops.scaleOffset({ scale: [1, 1, 1, 1] }), nchw('f32'));
  };
  expect(refused).toBeTypeOf('function');
});

it('options have the words and shapes of their operator', () => {
  const refused = (): void => {
    // @ts-expect-error a signal that is made has no colours of its own yet
    ops.rgbToYuv({ matrix: 'auto', range: 'full' });
    // @ts-expect-error the range is said
    ops.rgbToYuv({ matrix: 'bt709' });
    // @ts-expect-error one of five sets
    ops.primaries({ from: 'bt709', to: 'adobe' });
    // @ts-expect-error one of four curves
    ops.toLinear({ transfer: 'gamma22' });
    // @ts-expect-error one of four curves
    ops.fromLinear({ transfer: 'linear' });
    // @ts-expect-error one of five kinds
    ops.threshold({ kind: 'otsu' });
    // @ts-expect-error one of two curves
    ops.toneMap({ curve: 'aces' });
    // @ts-expect-error twelve numbers
    ops.colorTwist({ matrix: [1, 0, 0, 0, 1, 0, 0, 0, 1] });
    // @ts-expect-error one number for all channels
    ops.clamp({ least: [0, 0, 0] });
    // @ts-expect-error no such option
    ops.solarize({ threshold: 3 });
    // @ts-expect-error rectangles have four numbers with names
    ops.erase({ areas: [[0, 0, 1, 1]] });
    // @ts-expect-error one rectangle is an array of one
    ops.erase({ areas: { x: 0, y: 0, width: 1, height: 1 } });
    // @ts-expect-error a seed is a number
    ops.gaussianNoise({ seed: 'seven' });
    // @ts-expect-error one of two ranges
    ops.torchcodecYuvToRgb({ range: 'video' });
    // @ts-expect-error whole bits, in a number
    ops.posterize({ bits: '4' });
  };
  expect(refused).toBeTypeOf('function');
});

it('stages say what they take and give', () => {
  expectTypeOf(ops.rgbToHsv()).toEqualTypeOf<ops.Stage<'rgb', 'hsv'>>();
  expectTypeOf(ops.rgbToLab()).toEqualTypeOf<ops.Stage<'rgb', 'lab'>>();
  expectTypeOf(ops.opencvRgbToYuv()).toEqualTypeOf<ops.Stage<'rgb', 'yuv'>>();
  expectTypeOf(ops.toLinear({ transfer: 'pq' })).toEqualTypeOf<ops.Stage<'rgb', 'linear'>>();
  expectTypeOf(ops.unpremultiply()).toEqualTypeOf<ops.Stage<'premultiplied', 'rgba'>>();
  expectTypeOf(ops.clamp()).toEqualTypeOf<ops.Stage<ops.Colour, 'same'>>();
  expectTypeOf(ops.scaleOffset({ scale: [1, 2, 3, 4] })).toEqualTypeOf<
    ops.Stage<'rgba' | 'premultiplied', 'same'>
  >();
  expect(ops.anyColour).toEqual(Object.keys(ops.channelCount).sort(byOrder));
});

const byOrder = (a: string, b: string): number =>
  ops.anyColour.indexOf(a as ops.Colour) - ops.anyColour.indexOf(b as ops.Colour);
