/** How many surfaces a decoder of NVDEC's has to give out. */

/** More pictures than this are copied out of the decoder, since its surfaces are costly. */
export const MOST_HELD = 30;

/**
 * Surfaces for a reader that holds `held` pictures at a time: those, as many again that its streams still read or that are
 * being decoded, and some to spare.
 */
export const surfacesFor = (held: number): number => 8 * Math.ceil((2 * Math.min(held, MOST_HELD) + 4) / 8);
