/** Pillow's filters of bytes, to the last bit. */
import { pillowPremultiply, pillowUnpremultiply } from '../compat/pillowAlpha.js';
import { type TableFilter, type TableWindow, tableFilter } from '../spec.js';

/** Pillow's names of its filters, `Image.Resampling.BICUBIC` and its like, in small letters. */
export type PillowResample = 'box' | 'bilinear' | 'hamming' | 'bicubic' | 'lanczos';

const windows: Readonly<Record<PillowResample, readonly [name: string, window: TableWindow]>> = {
  box: ['pillowBox', 'box'],
  bilinear: ['pillowBilinear', 'linear'],
  hamming: ['pillowHamming', 'hamming'],
  bicubic: ['pillowBicubic', 'cubic'],
  lanczos: ['pillowLanczos', 'lanczos'],
};

/**
 * Pillow's own arithmetic: `resize({ width, height, filter: pillow({ resample: 'bicubic' }) })` gives the bytes of
 * `Image.resize((width, height), Image.Resampling.BICUBIC)` for RGB, RGBA and L, on the CPU and on every GPU, in strict and in default
 * builds. It is the resize of `PIL`-based processors (Hugging Face's `…ImageProcessorPil`, torchvision on PIL images).
 *
 * Pixels are bytes before the first pass, between the two and afterwards. What is no byte where it enters, as what `yuvToRgb` gives, is rounded half to
 * even and held to 0..255, as `stored('u8')` would. Weights are whole numbers with 22 bits of fraction, which the library computes in double
 * precision for each size. Of `rgba` colours are multiplied by alpha before, and divided by it afterwards, both in bytes, as Pillow does.
 * As there, an image that has the size already is copied, and of one that is more than a hundred times as high as wide and becomes less high the
 * columns come first. It reads nothing outside the image and needs no border. It is two kernels, with an image of u8 between them.
 *
 * torch's `interpolate(antialias=True)` of u8 is another arithmetic: on its CPU path whole numbers with weights of 16 bits at most, on
 * CUDA float sums that are rounded once. Both differ from Pillow by a level at some pixels.
 *
 * Source of the arithmetic: Pillow 12.3, src/libImaging/Resample.c (`precompute_coeffs`, `normalize_coeffs_8bpc`, `ImagingResample`) and
 * src/PIL/Image.py (`resize`).
 */
export const pillow = ({
  resample,
}: {
  /** Which filter: `'box'`, `'bilinear'`, `'hamming'`, `'bicubic'` or `'lanczos'`. */
  readonly resample: PillowResample;
}): TableFilter => {
  const [name, window] = windows[resample];
  return tableFilter({ name, window, around: { rgba: [pillowPremultiply(), pillowUnpremultiply()] } });
};
