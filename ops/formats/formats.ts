import type { Colour, Format } from '../spec.js';
import { inPatches } from './patches.js';
import { interleaved, planar, type TensorDType } from './tensors.js';

export * from './patches.js';
export * from './yuvFormats.js';

/** Red, green and blue side by side, 8 bits each: what sharp and Pillow keep. Layout NHWC. */
export const rgb8 = (): Format<'rgb', 'both'> => ({ ...interleaved('rgb', 'u8'), name: 'rgb8' });

/** {@link rgb8} with blue first: what OpenCV keeps. Operators see red, green, blue, as with every `rgb` format. */
export const bgr8 = (): Format<'rgb', 'both'> => ({ ...blueFirst(interleaved('rgb', 'u8')), name: 'bgr8' });

/** Red, green, blue and alpha side by side, 8 bits each. Layout NHWC. */
export const rgba8 = (): Format<'rgba', 'both'> => ({ ...interleaved('rgba', 'u8'), name: 'rgba8' });

/** {@link rgba8} with blue first: what screens and window systems keep. */
export const bgra8 = (): Format<'rgba', 'both'> => ({
  ...blueFirst(interleaved('rgba', 'u8')),
  name: 'bgra8',
});

/** One value of 8 bits. As a tensor it is u8 NHWC with one channel. */
export const gray8 = (): Format<'gray', 'both'> => ({ ...interleaved('gray', 'u8'), name: 'gray8' });

/**
 * One value of 16 bits: what 16-bit PNG and TIFF hold. Layout NHWC. Pixels are codes on the scale of 8 bits, code / 257: 65535 is 255, so
 * that every operator means the same grey as after {@link gray8}. As a sink it rounds v · 257 half to even and holds it to 0..65535; every
 * code comes back as it was. For numbers that are no grey, a depth map's millimetres, take `nhwc('u16', { colour: 'gray' })`:
 * tensors keep their numbers.
 */
export const gray16 = (): Format<'gray', 'both'> => ({
  ...interleaved('gray', 'u16'),
  name: 'gray16',
  code: words,
});

/** Red, green and blue side by side, 16 bits each: what 16-bit PNG and TIFF hold. Layout NHWC. Pixels are code / 257, as in {@link gray16}. */
export const rgb16 = (): Format<'rgb', 'both'> => ({
  ...interleaved('rgb', 'u16'),
  name: 'rgb16',
  code: words,
});

const words = { bits: 16, shift: 0, range: 'full' } as const;

const blueFirst = <C extends Colour>(format: Format<C, 'both'>): Format<C, 'both'> => {
  const [red, green, blue, ...alpha] = format.channels;
  return { ...format, channels: [blue!, green!, red!, ...alpha] };
};

/** The same format for another colour model; used by the compiler for a sink that takes any. */
export const adapt = (format: Format, colour: Colour): Format => {
  const { adapts, dtype, layout, tokens } = format;
  if (!adapts) {
    return format;
  }
  if (tokens) {
    return { ...inPatches(colour, { dtype, tokens }), adapts };
  }
  return { ...(layout === 'NHWC' ? interleaved : planar)(colour, dtype), adapts };
};

/**
 * Channels side by side, [N, H, W, C]. As a sink it takes any colour model; as a source it is RGB unless `colour` says
 * otherwise. An integer dtype rounds half to even and saturates when it is written; `f16` (IEEE 754 binary16) and `bf16` (bfloat16,
 * the upper half of an f32) round half to even. A tensor's numbers are taken as they are: u16
 * is 0..65535 here and 0..255 in {@link rgb16} and {@link gray16}, whose scale the operators on colours mean.
 */
export const nhwc: {
  (dtype: TensorDType): Format<Colour, 'both'>;
  <C extends Colour>(dtype: TensorDType, options: { readonly colour: C }): Format<C, 'both'>;
} = (dtype: TensorDType, options?: { readonly colour: Colour }): Format<never, 'both'> =>
  (options ? interleaved(options.colour, dtype) : { ...interleaved('rgb', dtype), adapts: true }) as never;

/**
 * Channels in planes of their own, [N, C, H, W]: what PyTorch and TensorRT take. As a sink it takes any colour model; as
 * a source it is RGB unless `colour` says otherwise. An integer dtype rounds half to even and saturates when written. Numbers are taken
 * as they are, also those of u16: see {@link nhwc}.
 */
export const nchw: {
  (dtype: TensorDType): Format<Colour, 'both'>;
  <C extends Colour>(dtype: TensorDType, options: { readonly colour: C }): Format<C, 'both'>;
} = (dtype: TensorDType, options?: { readonly colour: Colour }): Format<never, 'both'> =>
  (options ? planar(options.colour, dtype) : { ...planar('rgb', dtype), adapts: true }) as never;
