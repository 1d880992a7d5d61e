/**
 * The numbers by which bitstreams name their colours (ITU-T H.273, which FFmpeg and NVDEC follow too), as the names of the
 * WebCodecs registry.
 */
import type { StreamColour } from '../../device/videoColour.js';

const matrices: Readonly<Record<number, string>> = {
  1: 'bt709',
  5: 'bt470bg',
  6: 'smpte170m',
  9: 'bt2020-ncl',
};
const primaries: Readonly<Record<number, string>> = {
  1: 'bt709',
  5: 'bt470bg',
  6: 'smpte170m',
  9: 'bt2020',
  12: 'smpte432',
};
const transfers: Readonly<Record<number, string>> = {
  1: 'bt709',
  6: 'smpte170m',
  8: 'linear',
  13: 'iec61966-2-1',
  16: 'pq',
  18: 'hlg',
};

/** What the codes say; one that has no name here, such as 2 (unspecified), says nothing. */
export const colourOfCodes = (codes: {
  readonly matrix: number;
  readonly primaries: number;
  readonly transfer: number;
  readonly fullRange: boolean | null;
}): StreamColour => ({
  matrix: matrices[codes.matrix],
  primaries: primaries[codes.primaries],
  transfer: transfers[codes.transfer],
  fullRange: codes.fullRange,
});
