/** How pixels lie in memory. */
import type { Colour } from './pixels.js';
import type { DType } from './scalars.js';

/** One plane of an image in memory. */
export type Plane = {
  /** A name for messages and generated code, such as `y` or `uv`. */
  readonly name: string;
  /** Values per sample that lie side by side: 3 in interleaved RGB, 2 in NV12's chroma plane, 4 in YUYV. */
  readonly channels: number;
  /** How many image pixels one sample covers, across and down: 2, 2 in 4:2:0 chroma. */
  readonly subsampling: readonly [1 | 2, 1 | 2];
};
/** Where each channel of a pixel is: plane number and position in the sample. */
export type ChannelSource = {
  readonly plane: number;
  readonly lane: number;
  /**
   * In a sample that covers two pixels side by side: how many values after the left pixel's the right one's lies. Without it the
   * two share one value.
   */
  readonly next?: number;
};

/**
 * Where a chroma sample lies among the pixels that it covers. `left`: on the left ones, halfway down; `centre`: in the middle;
 * `topLeft`: on the upper left one. At half the width only, `left` and `topLeft` are one.
 */
export type ChromaSiting = 'left' | 'centre' | 'topLeft';
/** How the chroma of a source is read where it is subsampled. */
export type ChromaOptions = {
  /**
   * `'nearest'`, or `'linear'`: interpolated between the samples around the pixel, those at the edge repeated. The weights are eighths and
   * sixteenths, so the result is exact.
   */
  readonly chroma: 'nearest' | 'linear';
  /**
   * Where samples lie, for `'linear'`: `'left'` (default; H.264 and HEVC mean it where the stream says nothing, as in BT.601's 4:2:2; source:
   * ITU-T H.264 and H.265 annex E, chroma_sample_loc_type 0), `'centre'` (JPEG and MPEG-1; JFIF 1.02) or `'topLeft'` (UHD and HDR;
   * BT.2020-2 table 4). Containers and NVDEC do not tell it, so it is the pipeline's choice.
   */
  readonly siting?: 'left' | 'centre' | 'topLeft';
};

/**
 * How a picture lies in memory as the tokens of a model: patches of `patch` × `patch` pixels, in squares of `merge` × `merge` patches, each token
 * with `temporal` frames. See `patches`.
 */
export type TokenLayout = {
  readonly patch: number;
  readonly merge: number;
  readonly temporal: number;
  /** Which frames a token has: the picture again and again, or `temporal` of the call's images that follow each other. */
  readonly frames: 'repeated' | 'paired';
  /** The order of a token's numbers: channel, frame, row, column; or frame, row, column, channel. */
  readonly order: 'chw' | 'hwc';
  /** Whether a token is a picture of its own: the result is [tokens, channels, patch, patch]. */
  readonly isTile?: true;
};

/** A way to keep pixels in memory. Read at the head of a pipeline, written at its end. */
export type Format<C extends Colour = Colour, Role extends 'source' | 'both' = 'source' | 'both'> = {
  readonly kind: 'format';
  readonly name: string;
  readonly dtype: DType;
  /** `'any'`: takes the model of the pixels that come (as a sink) and is RGB (as a source). */
  readonly colour: C;
  /** The memory order of a tensor of such images; none for formats that are not one tensor. */
  readonly layout?: 'NHWC' | 'NCHW';
  /** Set where a result is tokens of patches; such a format is only written. */
  readonly tokens?: TokenLayout;
  readonly planes: readonly Plane[];
  readonly channels: readonly ChannelSource[];
  readonly role: Role;
  /**
   * For a format of more than 8 bits, kept in u16, whose pixels are on the scale of 8 bits: how many of the bits are in use, and how many
   * lie below them. Of `rgb` and `gray`, with `range: 'full'`, the pixel is (stored >> shift) · 255 / (2^bits − 1), so that the
   * largest code is 255; every code comes back from it. Of `yuv`, without a range, which is the signal's, it
   * is (stored >> shift) / 2^(bits − 8), the scale of 8-bit codes: exact in f32. `yuvToRgb` holds for it as it stands where the
   * range is limited, whose codes of more bits are those of 8 bits times 2^(bits − 8), and scales a full range, which ends at
   * 2^bits − 1. A sink rounds half to even, holds the code to its range, and leaves the lower bits 0.
   */
  readonly code?: { readonly bits: number; readonly shift: number; readonly range?: 'full' };
  /**
   * For a source whose chroma is subsampled: a pixel's chroma is interpolated between the samples around it, whose places in the
   * picture `siting` tells. Without it, it is that of the sample which covers the pixel.
   */
  readonly chroma?: { readonly filter: 'linear'; readonly siting: ChromaSiting };
  /** As a sink the format takes any colour model, and its planes follow from it. */
  readonly adapts?: boolean;
};
