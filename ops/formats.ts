import { type Colour, channelCount, type DType, type Format, type Plane } from './spec.js';

const plane = (name: string, channels = 1, subsampling: Plane['subsampling'] = [1, 1]): Plane => ({
  name,
  channels,
  subsampling,
});
const channelNames = {
  gray: ['v'],
  yuv: ['y', 'u', 'v'],
  rgb: ['r', 'g', 'b'],
  rgba: ['r', 'g', 'b', 'a'],
} as const;

/**
 * What a video decoder hands over: a plane of luma and, at half the width and height (rounded up), a plane of U and V
 * side by side. 8 bits. Chroma is read from the sample that covers the pixel (nearest), as OpenCV and CV-CUDA do.
 */
export const nv12 = (): Format<'yuv', 'source'> => ({
  kind: 'format',
  name: 'nv12',
  dtype: 'u8',
  colour: 'yuv',
  planes: [plane('y'), plane('uv', 2, [2, 2])],
  channels: [
    { plane: 0, lane: 0 },
    { plane: 1, lane: 0 },
    { plane: 1, lane: 1 },
  ],
  role: 'source',
});

/** Three full-size planes Y, U, V of 8 bits; as one tensor it is u8 NCHW. */
export const yuv444p = (): Format<'yuv', 'both'> => ({ ...planar('yuv', 'u8'), name: 'yuv444p' });

/** Red, green and blue side by side, 8 bits each: what sharp, OpenCV (as BGR) and Pillow keep. Layout NHWC. */
export const rgb8 = (): Format<'rgb', 'both'> => ({ ...interleaved('rgb', 'u8'), name: 'rgb8' });

const interleaved = <C extends Colour>(colour: C, dtype: DType): Format<C, 'both'> => ({
  kind: 'format',
  name: `${colour}_nhwc_${dtype}`,
  dtype,
  colour,
  layout: 'NHWC',
  planes: [plane(colour, channelCount[colour])],
  channels: channelNames[colour].map((_, lane) => ({ plane: 0, lane })),
  role: 'both',
});

const planar = <C extends Colour>(colour: C, dtype: DType): Format<C, 'both'> => ({
  kind: 'format',
  name: `${colour}_nchw_${dtype}`,
  dtype,
  colour,
  layout: 'NCHW',
  planes: channelNames[colour].map(name => plane(name)),
  channels: channelNames[colour].map((_, number) => ({ plane: number, lane: 0 })),
  role: 'both',
});

/** The same format for another colour model; used by the compiler for a sink that takes any. */
export const adapt = (format: Format, colour: Colour): Format =>
  format.adapts
    ? {
        ...(format.layout === 'NHWC' ? interleaved(colour, format.dtype) : planar(colour, format.dtype)),
        adapts: true,
      }
    : format;

type TensorDType = 'u8' | 'f16' | 'f32';

/**
 * Channels side by side, [N, H, W, C]. As a sink it takes any colour model; as a source it is RGB unless `colour` says
 * otherwise. An integer dtype rounds half to even and saturates when it is written.
 */
export const nhwc: {
  (dtype: TensorDType): Format<Colour, 'both'>;
  <C extends Colour>(dtype: TensorDType, options: { readonly colour: C }): Format<C, 'both'>;
} = (dtype: TensorDType, options?: { readonly colour: Colour }): Format<never, 'both'> =>
  (options ? interleaved(options.colour, dtype) : { ...interleaved('rgb', dtype), adapts: true }) as never;

/**
 * Channels in planes of their own, [N, C, H, W]: what PyTorch and TensorRT take. As a sink it takes any colour model; as
 * a source it is RGB unless `colour` says otherwise. An integer dtype rounds half to even and saturates when written.
 */
export const nchw: {
  (dtype: TensorDType): Format<Colour, 'both'>;
  <C extends Colour>(dtype: TensorDType, options: { readonly colour: C }): Format<C, 'both'>;
} = (dtype: TensorDType, options?: { readonly colour: Colour }): Format<never, 'both'> =>
  (options ? planar(options.colour, dtype) : { ...planar('rgb', dtype), adapts: true }) as never;
