/**
 * What models are given, as pipelines: functions over the public operators, with the values that the models publish. A preset is a pipeline like any
 * other: `export const prepare = clip({ dtype: 'f16' })`. docs/presets.md has sizes and differences.
 */
import { antialiasedCubic, antialiasedLinear } from '../filters/antialias.js';
import { nchw, patches } from '../formats/formats.js';
import { centerCrop } from '../geometry/centerCrop.js';
import { resize } from '../geometry/resize.js';
import { resizeShorter, resizeWithin } from '../geometry/resizeBy.js';
import type { Filter, Pipeline, Stage } from '../spec.js';
import { convertTo } from '../tone/convertTo.js';
import { normalize } from '../tone/normalize.js';
import { fromSource, type PresetOptions } from './source.js';
import { imagenetDefault, imagenetStandard, openaiClip } from './values.js';

export type { PresetOptions } from './source.js';

/** A preset whose result is a square picture. */
export type SquareOptions = PresetOptions & {
  /** The side of the result in pixels; default the model's. */
  readonly size?: number;
};

// Pillow's resize gives bytes.
const bytes = (): Stage => convertTo('u8') as Stage;
type Values = {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
};
const normalized = (values: Values): Stage => normalize(values) as unknown as Stage;

/** The shorter side becomes `shorter`, and the middle is cut out. */
const cropped = (shorter: number, size: number, filter: Filter<true>): readonly Stage[] => [
  resizeShorter({ size: shorter, filter }) as Stage,
  bytes(),
  centerCrop({ width: size, height: size }) as Stage,
];
/** The whole picture, stretched to a square. */
const stretched = (size: number, filter: Filter<true>): readonly Stage[] => [
  resize({ width: size, height: size, filter }) as Stage,
  bytes(),
];

/**
 * ImageNet classifiers of torchvision (ResNet, ConvNeXt, EfficientNet, …): shorter side 256 at a size of 224, linear, middle. Source:
 * torchvision's `ImageClassification(crop_size=224, resize_size=256)`.
 */
export const imagenet = ({
  size = 224,
  shorter = Math.round((size * 256) / 224),
  filter = antialiasedLinear,
  source,
  dtype = 'f32',
}: SquareOptions & {
  /** The shorter side before the middle is cut out; default size · 256 / 224. */
  readonly shorter?: number;
} = {}): Pipeline<'rgb'> =>
  fromSource(source, [...cropped(shorter, size, filter), normalized(imagenetDefault)], nchw(dtype));

/** CLIP: shorter side 224, cubic, middle. Source: `preprocessor_config.json` of openai/clip-vit-base-patch32. */
export const clip = ({
  size = 224,
  filter = antialiasedCubic,
  source,
  dtype = 'f32',
}: SquareOptions = {}): Pipeline<'rgb'> =>
  fromSource(source, [...cropped(size, size, filter), normalized(openaiClip)], nchw(dtype));

/** SigLIP: 224×224, cubic, without regard to the ratio. Source: `preprocessor_config.json` of google/siglip-base-patch16-224. */
export const siglip = ({
  size = 224,
  filter = antialiasedCubic,
  source,
  dtype = 'f32',
}: SquareOptions = {}): Pipeline<'rgb'> =>
  fromSource(source, [...stretched(size, filter), normalized(imagenetStandard)], nchw(dtype));

/** DINOv2: shorter side 256, cubic, middle of 224. Source: `preprocessor_config.json` of facebook/dinov2-base. */
export const dinov2 = ({
  size = 224,
  filter = antialiasedCubic,
  source,
  dtype = 'f32',
}: SquareOptions = {}): Pipeline<'rgb'> =>
  fromSource(
    source,
    [...cropped(Math.round((size * 256) / 224), size, filter), normalized(imagenetDefault)],
    nchw(dtype),
  );

/** ViT: 224×224, linear, without regard to the ratio. Source: `preprocessor_config.json` of google/vit-base-patch16-224. */
export const vit = ({
  size = 224,
  filter = antialiasedLinear,
  source,
  dtype = 'f32',
}: SquareOptions = {}): Pipeline<'rgb'> =>
  fromSource(source, [...stretched(size, filter), normalized(imagenetStandard)], nchw(dtype));

/**
 * VideoMAE: shorter side 224, linear, middle; a call's images are the 16 frames, `[16, 3, 224, 224]`. Source: `preprocessor_config.json` of
 * MCG-NJU/videomae-base.
 */
export const videomae = ({
  size = 224,
  filter = antialiasedLinear,
  source,
  dtype = 'f32',
}: SquareOptions = {}): Pipeline<'rgb'> =>
  fromSource(source, [...cropped(size, size, filter), normalized(imagenetDefault)], nchw(dtype));

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
  {
    minPixels,
    maxPixels,
    frames = 'repeated',
    filter = antialiasedCubic,
    source,
    dtype = 'f32',
  }: QwenOptions,
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
    [resizeWithin({ ...within, filter }) as Stage, bytes(), normalized(model.values)],
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
