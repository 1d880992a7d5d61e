import { MAX_SIZE } from '../limits.js';
import { bounded, i32 } from '../spec.js';

/** A parameter that is a width or a height in pixels. */
export const side = bounded(i32, { least: 1, most: MAX_SIZE });
/** The same, or 0 for no such side. */
export const sideOrNone = bounded(i32, { least: 0, most: MAX_SIZE });
