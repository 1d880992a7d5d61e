import type { YuvMatrix, YuvRange } from '../../ops/spec.js';

/** What is known about the colours of an image. */
export type ColourDescription = {
  /**
   * The matrix by which YUV was made of RGB. A name that is not one of {@link YuvMatrix} is a coding that `yuvToRgb` does not undo, such as
   * `ictcp` or `bt2020-cl`: it refuses such an image unless the pipeline names a matrix.
   */
  readonly matrix?: YuvMatrix | OtherCoding;
  readonly range?: YuvRange;
  /**
   * Bits of the signal's codes, 8 to 16, where the format has room for more or other ones: 10 in a `yuv444p16` of a 10-bit video. By
   * default they are the format's own. A full range of n bits ends at code 2^n − 1.
   */
  readonly bitDepth?: number;
  /** A name of the WebCodecs registry, such as `bt709` or `smpte432`. */
  readonly primaries?: string;
  /** A name of the WebCodecs registry, such as `bt709`, `pq` or `hlg`. */
  readonly transfer?: string;
  /**
   * `assumed`: the stream does not say its matrix or range, and the rule of {@link describeColour} filled it in. `pipeline`: the
   * image is the result of a pipeline that encoded it so.
   */
  readonly source: 'stream' | 'assumed' | 'pipeline';
};

/**
 * Codings of ITU-T H.273 that are known by name only: BT.2020 with constant luminance, ICtCp, and rarer ones; and its codes without a
 * meaning so far, `reserved-3` and `reserved-18` onwards.
 */
export type OtherCoding = (typeof otherCodings)[number] | `reserved-${number}`;
const otherCodings = [
  'bt2020-cl',
  'smpte2085',
  'chroma-derived-ncl',
  'chroma-derived-cl',
  'ictcp',
  'ipt-c2',
  'ycgco-re',
  'ycgco-ro',
] as const;
/** Whether a name is that of a coding which `yuvToRgb` does not undo. */
export const isOtherCoding = (matrix: unknown): matrix is OtherCoding =>
  (otherCodings as readonly unknown[]).includes(matrix) ||
  (typeof matrix === 'string' && /^reserved-\d+$/.test(matrix));

/** What a container or a bitstream says, in the words of WebCodecs; anything may be missing. */
export type StreamColour = {
  readonly matrix?: string | null;
  readonly fullRange?: boolean | null;
  readonly primaries?: string | null;
  readonly transfer?: string | null;
};

// BT.470 System B/G, BT.601 and SMPTE 170M share one matrix.
const matrices: Readonly<Record<string, YuvMatrix>> = {
  rgb: 'gbr',
  bt709: 'bt709',
  fcc: 'fcc',
  bt470bg: 'bt601',
  smpte170m: 'bt601',
  smpte240m: 'smpte240m',
  ycgco: 'ycgco',
  'bt2020-ncl': 'bt2020',
};

/**
 * The colour description of a stream. What it says is taken, first from the container and then from the frame; what
 * neither says is filled in by one rule: below 720 lines BT.601, else BT.709, both of limited range.
 *
 * @param sources What the container and the decoder say, the more trusted one first.
 * @param height The picture's height in pixels.
 * @param bitDepth Bits of the codes, where the format has room for more.
 */
export const describeColour = (
  sources: readonly StreamColour[],
  height: number,
  bitDepth?: number,
): ColourDescription => {
  const first = <K extends keyof StreamColour>(key: K) =>
    sources.map(source => source[key]).find(value => value !== undefined && value !== null);
  const named = first('matrix') ?? '';
  const matrix = isOtherCoding(named) ? named : matrices[named];
  const fullRange = first('fullRange');
  const primaries = first('primaries');
  const transfer = first('transfer');
  return {
    matrix: matrix ?? (height < 720 ? 'bt601' : 'bt709'),
    range: fullRange ? 'full' : 'limited',
    ...(bitDepth === undefined ? {} : { bitDepth }),
    ...(primaries ? { primaries } : {}),
    ...(transfer ? { transfer } : {}),
    source: matrix === undefined || fullRange === undefined ? 'assumed' : 'stream',
  };
};
