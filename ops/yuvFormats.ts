/**
 * What decoders, encoders and cameras exchange: planes of luma and chroma.
 *
 * As a source, a pixel's chroma is that of the sample which covers it. As a sink, a sample's chroma is the mean of the pixels that
 * it covers (at odd edges, of those that exist): it lies in their centre, where JPEG and MPEG-1 have it.
 */
import type { ChannelSource, DType, Format, Plane } from './spec.js';

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

/**
 * What a video decoder hands over: a plane of luma and, at half the width and height (rounded up), a plane of U and V
 * side by side. 8 bits. Chroma is read from the sample that covers the pixel (nearest), as OpenCV and CV-CUDA do; as a sink,
 * a sample holds the mean of its 2×2 pixels, rounded once. (OpenCV's `COLOR_RGB2YUV_I420` keeps that of the upper left one.)
 */
export const nv12 = (): Format<'yuv', 'both'> => ({ ...semiPlanar('nv12', chroma420), role: 'both' });

/** {@link nv12} with V before U: what Android's cameras give. */
export const nv21 = (): Format<'yuv', 'both'> => ({
  ...semiPlanar('nv21', chroma420, 'vu'),
  role: 'both',
});

/** 4:2:0 in three planes Y, U, V of 8 bits: FFmpeg's `yuv420p`, OpenCV's `I420`. Chroma as in {@link nv12}. */
export const i420 = (): Format<'yuv', 'both'> => ({ ...threePlanes('i420', chroma420), role: 'both' });

/** {@link i420} with the planes in the order Y, V, U. */
export const yv12 = (): Format<'yuv', 'both'> => ({
  ...threePlanes('yv12', chroma420, 'vu'),
  role: 'both',
});

/** 4:2:2: a plane of luma and, at half the width (rounded up), a plane of U and V side by side. 8 bits. */
export const nv16 = (): Format<'yuv', 'both'> => ({ ...semiPlanar('nv16', chroma422), role: 'both' });

/** 4:2:2 in three planes Y, U, V of 8 bits; the chroma planes have half the width, rounded up. */
export const yuv422p = (): Format<'yuv', 'both'> => ({
  ...threePlanes('yuv422p', chroma422),
  role: 'both',
});

/** 4:4:4: a plane of luma and a plane of U and V side by side, both full-size. 8 bits. */
export const nv24 = (): Format<'yuv', 'both'> => ({ ...semiPlanar('nv24', chroma444), role: 'both' });

/** Three full-size planes Y, U, V of 8 bits; as one tensor it is u8 NCHW. */
export const yuv444p = (): Format<'yuv', 'both'> => ({
  ...threePlanes('yuv444p', chroma444),
  layout: 'NCHW',
  role: 'both',
});

/** The planes of {@link nv12} in u16, with the code in the upper bits. */
const deep = (name: string, bits: number): Format<'yuv', 'both'> => ({
  ...semiPlanar(name, chroma420, 'uv', 'u16'),
  code: { bits, shift: 16 - bits },
  role: 'both',
});

/**
 * {@link nv12} with 10 bits, in the upper bits of a u16 each: what decoders give for HDR and 10-bit video. Pixels are codes
 * on the scale of 8 bits, code / 4, with their fraction: exact in f32, so `yuvToRgb` and the limits 16..235 hold as they are.
 * The six lower bits are ignored; as a sink they are 0, and codes are rounded half to even and held to 0..1023.
 */
export const p010 = (): Format<'yuv', 'both'> => deep('p010', 10);
/** {@link p010} with 12 bits: pixels are code / 16, and the four lower bits are ignored, or 0 in a sink. */
export const p012 = (): Format<'yuv', 'both'> => deep('p012', 12);
/** {@link p010} with 16 bits: pixels are code / 256. It reads 10 and 12 bits, too, where the lower bits are 0. */
export const p016 = (): Format<'yuv', 'both'> => deep('p016', 16);

/**
 * {@link yuv444p} with 16 bits: pixels are code / 256. It reads 10 and 12 bits in the upper bits of a u16, too, where the lower
 * bits are 0: what NVDEC gives for deep 4:4:4.
 */
export const yuv444p16 = (): Format<'yuv', 'both'> => ({
  ...threePlanes('yuv444p16', chroma444),
  dtype: 'u16',
  code: { bits: 16, shift: 0 },
  role: 'both',
});
