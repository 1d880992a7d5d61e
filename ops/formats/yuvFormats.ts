/**
 * What decoders, encoders and cameras exchange: planes of luma and chroma.
 *
 * As a source, a pixel's chroma is that of the sample which covers it, or is interpolated where the options say so. As a sink, a
 * sample's chroma is the mean of the pixels that it covers (at odd edges, of those that exist): it lies in their centre, where
 * JPEG and MPEG-1 have it.
 */
import type { ChannelSource, ChromaOptions, DType, Format, Plane } from '../spec.js';

type Subsampling = Plane['subsampling'];
/** Chroma at half the width and height, at half the width, at full size; sizes are rounded up. */
const chroma420: Subsampling = [2, 2];
const chroma422: Subsampling = [2, 1];
const chroma444: Subsampling = [1, 1];

const luma: Plane = { name: 'y', channels: 1, subsampling: [1, 1] };
const chroma = (name: string, subsampling: Subsampling): Plane => ({
  name,
  channels: name.length,
  subsampling,
});

/** A plane of luma, and one in which the two chroma values lie side by side, in the order of the name: `uv` or `vu`. */
const semiPlanar = (name: string, subsampling: Subsampling, order: 'uv' | 'vu' = 'uv', dtype: DType = 'u8') =>
  ({
    kind: 'format',
    name,
    dtype,
    colour: 'yuv',
    planes: [luma, chroma(order, subsampling)],
    channels: [
      { plane: 0, lane: 0 },
      { plane: 1, lane: order.indexOf('u') },
      { plane: 1, lane: order.indexOf('v') },
    ],
  }) as const satisfies Partial<Format>;

/** A plane of luma and two of chroma, in memory in the order of the name. */
const threePlanes = (name: string, subsampling: Subsampling, order: 'uv' | 'vu' = 'uv') => {
  const at = (plane: string): ChannelSource => ({ plane: 1 + order.indexOf(plane), lane: 0 });
  return {
    kind: 'format',
    name,
    dtype: 'u8',
    colour: 'yuv',
    planes: [luma, ...[...order].map(plane => chroma(plane, subsampling))],
    channels: [{ plane: 0, lane: 0 }, at('u'), at('v')],
  } as const satisfies Partial<Format>;
};

/** Four values for two pixels, in the order of the name: luma of the left one, of the right one, and chroma of both. */
const packed = (name: 'yuyv' | 'uyvy') => {
  const first = name.indexOf('y');
  return {
    kind: 'format',
    name,
    dtype: 'u8',
    colour: 'yuv',
    planes: [{ name, channels: 4, subsampling: chroma422 }],
    channels: [
      { plane: 0, lane: first, next: 2 },
      { plane: 0, lane: name.indexOf('u') },
      { plane: 0, lane: name.indexOf('v') },
    ],
  } as const satisfies Partial<Format>;
};

/** A format whose chroma is subsampled: with options a source only. */
type Subsampled = {
  (options: ChromaOptions): Format<'yuv', 'source'>;
  (): Format<'yuv', 'both'>;
};
const subsampled = (format: Omit<Format<'yuv'>, 'role'>, options: ChromaOptions | undefined): never => {
  if (options === undefined) {
    return { ...format, role: 'both' } as never;
  }
  const { chroma: filter, siting = 'left' } = options;
  return {
    ...format,
    ...(filter === 'nearest' ? {} : { chroma: { filter, siting } }),
    role: 'source',
  } as never;
};

/**
 * What a video decoder hands over: a plane of luma and, at half the width and height (rounded up), a plane of U and V
 * side by side. 8 bits. Chroma is read from the sample that covers the pixel (nearest), as OpenCV and CV-CUDA do, unless the
 * options ask for more; those are for a source. As a sink, a sample holds the mean of its 2×2 pixels, rounded once: it is sited
 * in their centre. (OpenCV's `COLOR_RGB2YUV_I420` keeps the chroma of the upper left pixel.)
 */
export const nv12: Subsampled = (options?: ChromaOptions) =>
  subsampled(semiPlanar('nv12', chroma420), options);

/** {@link nv12} with V before U: what Android's cameras give. */
export const nv21: Subsampled = (options?: ChromaOptions) =>
  subsampled(semiPlanar('nv21', chroma420, 'vu'), options);

/** 4:2:0 in three planes Y, U, V of 8 bits: FFmpeg's `yuv420p`, OpenCV's `I420`. Chroma as in {@link nv12}. */
export const i420: Subsampled = (options?: ChromaOptions) =>
  subsampled(threePlanes('i420', chroma420), options);

/** {@link i420} with the planes in the order Y, V, U. */
export const yv12: Subsampled = (options?: ChromaOptions) =>
  subsampled(threePlanes('yv12', chroma420, 'vu'), options);

/** 4:2:2: a plane of luma and, at half the width (rounded up), a plane of U and V side by side. 8 bits. */
export const nv16: Subsampled = (options?: ChromaOptions) =>
  subsampled(semiPlanar('nv16', chroma422), options);

/** 4:2:2 in three planes Y, U, V of 8 bits; the chroma planes have half the width, rounded up. */
export const yuv422p: Subsampled = (options?: ChromaOptions) =>
  subsampled(threePlanes('yuv422p', chroma422), options);

/**
 * 4:2:2 in one plane, Y U Y V for every two pixels side by side: what cameras give, also called YUY2. Rows have an even number of
 * pixels in memory; a sink of odd width repeats the last one's luma. Chroma as in {@link nv16}.
 */
export const yuyv: Subsampled = (options?: ChromaOptions) => subsampled(packed('yuyv'), options);

/** {@link yuyv} in the order U Y V Y: what capture cards give. */
export const uyvy: Subsampled = (options?: ChromaOptions) => subsampled(packed('uyvy'), options);

/** 4:4:4: a plane of luma and a plane of U and V side by side, both full-size. 8 bits. */
export const nv24 = (): Format<'yuv', 'both'> => ({ ...semiPlanar('nv24', chroma444), role: 'both' });

/** Three full-size planes Y, U, V of 8 bits; as one tensor it is u8 NCHW. */
export const yuv444p = (): Format<'yuv', 'both'> => ({
  ...threePlanes('yuv444p', chroma444),
  layout: 'NCHW',
  role: 'both',
});

/** The planes of {@link nv12} in u16, with the code in the upper bits. */
const deep = (name: string, bits: number): Omit<Format<'yuv'>, 'role'> => ({
  ...semiPlanar(name, chroma420, 'uv', 'u16'),
  code: { bits, shift: 16 - bits },
});

/**
 * {@link nv12} with 10 bits, in the upper bits of a u16 each: what decoders give for HDR and 10-bit video. Pixels are codes
 * on the scale of 8 bits, code / 4, with their fraction: exact in f32, so the limits 16..235 hold as they are. A full range ends at
 * code 1023, that is 255.75, which `yuvToRgb` and `rgbToYuv` take for white (ITU-T H.273: full range of n bits is scaled by 2^n − 1).
 * The six lower bits are ignored; as a sink they are 0, and codes are rounded half to even and held to 0..1023.
 */
export const p010: Subsampled = (options?: ChromaOptions) => subsampled(deep('p010', 10), options);
/** {@link p010} with 12 bits: pixels are code / 16, and the four lower bits are ignored, or 0 in a sink. */
export const p012: Subsampled = (options?: ChromaOptions) => subsampled(deep('p012', 12), options);
/**
 * {@link p010} with 16 bits: pixels are code / 256. It reads 10 and 12 bits, too, where the lower bits are 0; of a full range the image says
 * so with `colour.bitDepth`, since that ends at 2^bits − 1.
 */
export const p016: Subsampled = (options?: ChromaOptions) => subsampled(deep('p016', 16), options);

/**
 * {@link yuv444p} with 16 bits: pixels are code / 256. It reads 10 and 12 bits in the upper bits of a u16, too, where the lower
 * bits are 0: what decoders give for deep 4:4:4. Their frames say how many they are in `colour.bitDepth`, which scales a full range.
 */
export const yuv444p16 = (): Format<'yuv', 'both'> => ({
  ...threePlanes('yuv444p16', chroma444),
  dtype: 'u16',
  code: { bits: 16, shift: 0 },
  role: 'both',
});
