import { yuvToRgb } from '../colour/yuvToRgb.js';
import { antialiasedCubic, antialiasedLinear } from '../filters/antialias.js';
import { pillow } from '../filters/pillow.js';
import { rgb8 } from '../formats/formats.js';
import { type Filter, type Format, type Pipeline, pipeline, type Stage, type TableFilter } from '../spec.js';
import { convertTo } from '../tone/convertTo.js';
import { normalize } from '../tone/normalize.js';

/** The filter of a preset's resize. */
export type PresetFilter = Filter<true> | TableFilter;

/** What every preset takes. */
export type PresetOptions = {
  /** What the pictures are kept in: `rgb8()` (default), or YUV of a video's decoder, `nv12()` and `p010()` say. */
  readonly source?: Format<'rgb'> | Format<'yuv'>;
  /** The type of the result; default `'f32'`. */
  readonly dtype?: 'f32' | 'f16' | 'bf16';
  /**
   * Whether the resize is Pillow's own arithmetic, to the last bit: `pillow`, two kernels. Default false: the antialiased filter of the same shape, in
   * float, which differs by a level of a byte here and there.
   */
  readonly exact?: boolean;
  /** Another filter for the resize, in place of the model's own. */
  readonly filter?: PresetFilter;
};

/** The model's filter: an option's, Pillow's bytes, or float. */
export const filterOf = (
  { filter, exact = false }: PresetOptions,
  resample: 'bilinear' | 'bicubic',
): PresetFilter => {
  if (filter) {
    return filter;
  }
  if (exact) {
    return pillow({ resample });
  }
  return resample === 'bicubic' ? antialiasedCubic : antialiasedLinear;
};

/** Pillow's resize gives bytes. */
export const bytes = (): Stage => convertTo('u8') as Stage;
/** A mean and a deviation of each channel. */
export type Values = {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
};
export const normalized = (values: Values): Stage => normalize(values) as unknown as Stage;

/** Pixels of the source as bytes of RGB, and then the stages. */
export const fromSource = <P = Pipeline<'rgb'>>(
  source: PresetOptions['source'],
  stages: readonly Stage[],
  end: unknown,
): P => {
  const head = source ?? rgb8();
  const toRgb = head.colour === 'yuv' ? [yuvToRgb(), convertTo('u8')] : [];
  return (pipeline as (...all: readonly unknown[]) => unknown)(head, ...toRgb, ...stages, end) as P;
};
