/** Presets whose result is tokens: of pictures near their own sizes. */
import { patches } from '../formats/formats.js';
import { resizeWithin } from '../geometry/resizeBy.js';
import { resizeToPatches } from '../geometry/resizeToTiles.js';
import type { Pipeline, Stage } from '../spec.js';
import { bytes, filterOf, fromSource, normalized, type PresetOptions, type Values } from './source.js';
import { imagenetStandard, openaiClip } from './values.js';

/** What the presets of Qwen's models take. */
export type QwenOptions = PresetOptions & {
  /** The fewest pixels of a resized picture; default the model's. */
  readonly minPixels?: number;
  /** The most. */
  readonly maxPixels?: number;
  /** `'repeated'` (default): stills. `'paired'`: the call's images are frames of one video, an even number. */
  readonly frames?: 'repeated' | 'paired';
};

const qwen = (
  { minPixels, maxPixels, frames = 'repeated', source, dtype = 'f32', ...filter }: QwenOptions,
  model: {
    readonly patch: number;
    readonly minPixels: number;
    readonly maxPixels: number;
    readonly values: Values;
  },
): Pipeline<'rgb'> => {
  const { patch } = model;
  const within = {
    minPixels: minPixels ?? model.minPixels,
    maxPixels: maxPixels ?? model.maxPixels,
    multiple: 2 * patch,
  };
  return fromSource(
    source,
    [
      resizeWithin({ ...within, filter: filterOf(filter, 'bicubic') }) as Stage,
      bytes(),
      normalized(model.values),
    ],
    patches({ dtype, patch, merge: 2, temporal: 2, frames }),
  );
};

/**
 * Qwen2-VL: near its own size, 3,136 to 12,845,056 pixels in multiples of 28, cubic; tokens of 14×14 pixels and two frames. Source:
 * `preprocessor_config.json` of Qwen/Qwen2-VL-7B-Instruct.
 */
export const qwen2vl = (options: QwenOptions = {}): Pipeline<'rgb'> =>
  qwen(options, { patch: 14, minPixels: 3136, maxPixels: 12_845_056, values: openaiClip });

/** Qwen2.5-VL: as {@link qwen2vl}. Source: `preprocessor_config.json` of Qwen/Qwen2.5-VL-7B-Instruct. */
export const qwen25vl = (options: QwenOptions = {}): Pipeline<'rgb'> => qwen2vl(options);

/**
 * Qwen3-VL: near its own size, 65,536 to 16,777,216 pixels in multiples of 32, cubic; tokens of 16×16 pixels and two frames. Source:
 * `preprocessor_config.json` of Qwen/Qwen3-VL-8B-Instruct.
 */
export const qwen3vl = (options: QwenOptions = {}): Pipeline<'rgb'> =>
  qwen(options, { patch: 16, minPixels: 65_536, maxPixels: 16_777_216, values: imagenetStandard });

/**
 * SigLIP2 NaFlex: about the picture's ratio, at most 256 patches of 16×16 pixels, linear; tokens in the order row, column, channel. The processor of
 * transformers fills every picture's tokens up to 256 with zeros; here they stand one after the other, and `cuSeqlens` says where each begins. Source:
 * `preprocessor_config.json` of google/siglip2-base-patch16-naflex. Those of a fixed resolution are `siglip2Fixed`.
 */
export const siglip2 = ({
  patch = 16,
  maxPatches = 256,
  source,
  dtype = 'f32',
  ...filter
}: PresetOptions & {
  /** The side of a patch in pixels; default 16. */
  readonly patch?: number;
  /** The most patches of a picture; default 256. */
  readonly maxPatches?: number;
} = {}): Pipeline<'rgb'> =>
  fromSource(
    source,
    [
      resizeToPatches({ patch, most: maxPatches, filter: filterOf(filter, 'bilinear') }) as Stage,
      bytes(),
      normalized(imagenetStandard),
    ],
    patches({ dtype, patch, order: 'hwc' }),
  );
