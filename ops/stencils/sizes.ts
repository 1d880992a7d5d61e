/** The sizes of square windows that blurs take, in pixels. */
import { oneOf } from '../spec.js';

/** Odd sizes, so that a window has a pixel in its middle. */
export const blurSize = oneOf(3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
/** How far a window of that size reaches from its middle. */
export const radiusOf = ({ size }: { readonly size: number }): number => (size - 1) / 2;
