/** How much fits into the parameters that hold several of something. */
import { paramFields } from './spec.js';

/** The most rectangles of a `rects` parameter. */
export const MAX_RECTS: number = paramFields.rects.lanes / paramFields.rect.lanes;
/** Numbers in a `table`. */
export const TABLE_SIZE: number = paramFields.table.lanes;
/** The largest radius of a stencil, in pixels. */
export const MAX_RADIUS = 31;
/** The largest width and height of an image, in pixels. */
export const MAX_SIZE = 65535;
