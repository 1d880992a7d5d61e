/** What OpenCV's fixed-point conversions of u8 share. */
import { type f32, i32 } from '../spec.js';

/** A code of 8 bits as a whole number; one beyond 0..255 is held to it, and a fraction is dropped. */
export const wholeByte = (v: f32): i32 => i32(Math.min(Math.max(v, 0), 255));
/** Held to 0..255. */
export const byteOf = (v: i32): i32 => Math.min(Math.max(v, 0), 255);
/** v / 2^14 to the nearest whole number, halves up. */
export const descale = (v: i32): i32 => (v + 8192) >> 14;
