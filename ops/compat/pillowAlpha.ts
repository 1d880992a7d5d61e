/** What Pillow's `resize` does to RGBA before it filters and afterwards: bytes to `RGBa`, and back. */
import { idiv, roundHalfEven } from '../math.js';
import { f32, i32, pointOp } from '../spec.js';

/** A value as a u8 image would hold it. */
const stored = (v: f32): i32 => i32(roundHalfEven(Math.min(Math.max(v, 0), 255)));

/** A whole number as a value of a pixel. */
const level = (v: i32): f32 => Math.min(Math.max(f32(v), 0), 255);

/** v · a / 255 to the nearest whole number. Source: Pillow, src/libImaging/ImagingUtils.h (`MULDIV255`). */
const product = (v: i32, a: i32): f32 => {
  const whole = v * a + 128;
  return level(((whole >> 8) + whole) >> 8);
};

/** Straight alpha to premultiplied, in bytes. Source: Pillow, src/libImaging/Convert.c (`rgba2rgbA`). */
export const pillowPremultiply = pointOp({
  name: 'pillowPremultiply',
  from: ['rgba'],
  to: 'premultiplied',
  apply: ([r, g, b, a]) => {
    const alpha = stored(a);
    return [product(stored(r), alpha), product(stored(g), alpha), product(stored(b), alpha), level(alpha)];
  },
});

/** v · 255 / a without its fraction; as it is where a is 0 or 255. */
const quotient = (v: i32, a: i32): f32 => level(a === 0 || a === 255 ? v : idiv(255 * v, a));

/** Premultiplied alpha to straight, in bytes. Source: Pillow, src/libImaging/Convert.c (`rgbA2rgba`). */
export const pillowUnpremultiply = pointOp({
  name: 'pillowUnpremultiply',
  from: ['premultiplied'],
  to: 'rgba',
  apply: ([r, g, b, a]) => {
    const alpha = stored(a);
    return [quotient(stored(r), alpha), quotient(stored(g), alpha), quotient(stored(b), alpha), level(alpha)];
  },
});
