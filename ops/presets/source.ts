import { yuvToRgb } from '../colour/yuvToRgb.js';
import { rgb8 } from '../formats/formats.js';
import { type Filter, type Format, type Pipeline, pipeline, type Stage } from '../spec.js';
import { convertTo } from '../tone/convertTo.js';

/** What every preset takes. */
export type PresetOptions = {
  /** What the pictures are kept in: `rgb8()` (default), or YUV of a video's decoder, `nv12()` and `p010()` say. */
  readonly source?: Format<'rgb'> | Format<'yuv'>;
  /** The type of the result; default `'f32'`. */
  readonly dtype?: 'f32' | 'f16' | 'bf16';
  /** The filter of the resize, in place of the model's own. */
  readonly filter?: Filter<true>;
};

/** Pixels of the source as bytes of RGB, and then the stages. */
export const fromSource = (
  source: PresetOptions['source'],
  stages: readonly Stage[],
  sink: Format,
): Pipeline<'rgb'> => {
  const head = source ?? rgb8();
  const toRgb = head.colour === 'yuv' ? [yuvToRgb(), convertTo('u8')] : [];
  return (pipeline as (...all: readonly unknown[]) => unknown)(
    head,
    ...toRgb,
    ...stages,
    sink,
  ) as Pipeline<'rgb'>;
};
