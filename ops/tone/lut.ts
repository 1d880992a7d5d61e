import { lookup, roundHalfEven } from '../math.js';
import { i32, perChannel, pointOp, table } from '../spec.js';

/**
 * A table instead of a formula: 256 numbers for each channel, or 256 for all. The value is rounded, halves to even, and held to
 * 0..255; NaN takes the first number. Equals OpenCV's `LUT` of u8 images; tables here hold any numbers, in any units.
 *
 * The table is the call's, and not the image's: it stands among the arguments of the kernel (1 KB for each channel), where neighbouring
 * pixels of different values are read one after the other.
 */
export const lut = pointOp({
  from: ['gray', 'rgb', 'rgba', 'yuv', 'hsv', 'yCrCb'],
  params: {
    /** 256 numbers for all channels, or an array of 256 for each channel. */
    table: perChannel(table),
  },
  apply: (px, { table: numbers }) => px.map((v, c) => lookup(numbers[c]!, i32(roundHalfEven(v)))),
});
