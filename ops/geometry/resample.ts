import type { Border, Colour, Filter, MapStage, Stage } from '../spec.js';

/**
 * Several maps as one geometry, sampled once: sharper than one resampling after the other, and one read of the source. The maps stand
 * in the order of the pipeline; an output pixel's point goes through the last one first. All that lies outside the source, by
 * whatever map, is the border. Crops and flips stand before it or after it.
 *
 * @param maps Maps without a filter and a border of their own: `[letterbox({ width, height }), warpAffine()]`.
 */
export const resample = (
  maps: readonly [MapStage, ...MapStage[]],
  options: {
    /** How a point of the source is read. One that reads the scale takes the product of the maps' scales. */
    readonly filter: Filter;
    /** What lies outside the source. */
    readonly border: Border;
  },
): Stage<Colour, 'same'> => ({
  kind: 'stage',
  op: { role: 'resample', params: {}, maps },
  options,
});
