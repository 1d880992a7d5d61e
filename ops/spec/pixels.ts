/** What the channels of a pixel mean, and where a pixel is. */
import type { f32, i32 } from './scalars.js';

/**
 * What the channels of a pixel mean. A model is a type of its own so that what fits one by accident only (normalising HSV,
 * a gamma on linear light) fails in the editor.
 *
 * - `gray`, `rgb`, `rgba`: codes with a transfer curve, 0..255; alpha is 255 where the pixel is opaque.
 * - `yuv`: luma, then the differences of blue and red to it, by a standard's coefficients; codes 0..255.
 * - `yCrCb`: OpenCV's order and coefficients of the same: luma, red, blue; codes 0..255.
 * - `hsv`: hue in degrees 0..360, saturation in 0..1, value as the RGB it comes from (0..255).
 * - `lab`: CIE L\*a\*b\* under D65: L in 0..100, a and b around 0.
 * - `linear`: RGB in proportion to light, 0..1. See `toLinear` for what 1 stands for.
 * - `premultiplied`: RGBA whose colours are multiplied by alpha / 255, 0..255.
 * - `xy`: no colour but a point or a shift, in pixels: what `remap` reads.
 */
export type Colour =
  | 'yuv'
  | 'rgb'
  | 'rgba'
  | 'gray'
  | 'hsv'
  | 'yCrCb'
  | 'lab'
  | 'linear'
  | 'premultiplied'
  | 'xy';
/** How many channels each colour model has. */
export const channelCount = {
  gray: 1,
  yuv: 3,
  rgb: 3,
  rgba: 4,
  hsv: 3,
  yCrCb: 3,
  lab: 3,
  linear: 3,
  premultiplied: 4,
  xy: 2,
} as const satisfies Record<Colour, number>;
/** All colour models: for an operator on plain numbers, whatever they mean. */
export const anyColour = [
  'gray',
  'yuv',
  'rgb',
  'rgba',
  'hsv',
  'yCrCb',
  'lab',
  'linear',
  'premultiplied',
  'xy',
] as const;
/** The number of channels of a colour model, as a type. */
export type Channels<C extends Colour> = (typeof channelCount)[C];
/** The channels of one pixel: a tuple, so that it destructures. `.map` keeps its length. */
export type Pixel<N extends number = number> = N extends 1
  ? readonly [f32]
  : N extends 2
    ? readonly [f32, f32]
    : N extends 3
      ? readonly [f32, f32, f32]
      : N extends 4
        ? readonly [f32, f32, f32, f32]
        : readonly f32[];
/** A position in pixels: x to the right, y down; the centre of the first pixel is (0, 0). */
export type Point = readonly [x: f32, y: f32];
/** A pixel's position in whole pixels. */
export type Index = readonly [x: i32, y: i32];
/** Width and height in pixels. */
export type Size = { readonly width: i32; readonly height: i32 };
/** Where a point operator's pixel is: in the image that enters the operator, and how large that is. */
export type Position = { readonly at: Index; readonly size: Size };
/** What a map knows about the images on both sides of it. */
export type Sizes = { readonly src: Size; readonly dst: Size };
