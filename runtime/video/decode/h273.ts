/**
 * The numbers by which bitstreams name their colours (ITU-T H.273, which FFmpeg and NVDEC follow too), as the names of the
 * WebCodecs registry; those of matrices that it lacks are FFmpeg's.
 */
import type { StreamColour } from '../../device/videoColour.js';

const matrices: Readonly<Record<number, string | undefined>> = {
  0: 'rgb',
  1: 'bt709',
  // Unspecified.
  2: undefined,
  4: 'fcc',
  5: 'bt470bg',
  6: 'smpte170m',
  7: 'smpte240m',
  8: 'ycgco',
  9: 'bt2020-ncl',
  10: 'bt2020-cl',
  11: 'smpte2085',
  12: 'chroma-derived-ncl',
  13: 'chroma-derived-cl',
  14: 'ictcp',
  15: 'ipt-c2',
  16: 'ycgco-re',
  17: 'ycgco-ro',
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

/** A matrix without a name is reserved: whatever it will mean one day, it is not one that is known. */
const matrixOf = (code: number): string | undefined =>
  code in matrices ? matrices[code] : `reserved-${code}`;

/** What the codes say: 2 (unspecified) says nothing, nor do primaries and transfers without a name here. */
export const colourOfCodes = (codes: {
  readonly matrix: number;
  readonly primaries: number;
  readonly transfer: number;
  readonly fullRange: boolean | null;
}): StreamColour => ({
  matrix: matrixOf(codes.matrix),
  primaries: primaries[codes.primaries],
  transfer: transfers[codes.transfer],
  fullRange: codes.fullRange,
});
