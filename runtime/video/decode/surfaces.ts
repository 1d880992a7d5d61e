/** How many surfaces a decoder of NVDEC's has to give out. */

/** A decoder on an H200 gave out 64 at once and could not be made with 100; NVIDIA states no limit. */
export const MOST_SURFACES = 40;

/** More pictures than this are copied out of the decoder, which has no surfaces for them. */
export const MOST_HELD = (MOST_SURFACES - 4) / 2;

/**
 * Surfaces for a reader that holds `held` pictures at a time: those, as many again that its streams still read or that are
 * being decoded, and some to spare.
 */
export const surfacesFor = (held: number): number => 8 * Math.ceil((2 * Math.min(held, MOST_HELD) + 4) / 8);
