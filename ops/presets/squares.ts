/** Presets whose result is a picture of one size. */
import { nchw } from '../formats/formats.js';
import { centerCrop } from '../geometry/crop.js';
import { resize } from '../geometry/resize.js';
import { resizeShorter } from '../geometry/resizeBy.js';
import type { Pipeline, Stage } from '../spec.js';
import {
  bytes,
  filterOf,
  fromSource,
  normalized,
  type PresetFilter,
  type PresetOptions,
  type Values,
} from './source.js';
import { imagenetDefault, imagenetStandard, openaiClip } from './values.js';

/** A preset whose result is a square picture. */
export type SquareOptions = PresetOptions & {
  /** The side of the result in pixels; default the model's. */
  readonly size?: number;
};

/** The shorter side becomes `shorter`, and the middle is cut out. */
const cropped = (shorter: number, size: number, filter: PresetFilter): readonly Stage[] => [
  resizeShorter({ size: shorter, filter }) as Stage,
  bytes(),
  centerCrop({ width: size, height: size }) as Stage,
];
/** The whole picture, stretched to a square. */
const stretched = (size: number, filter: PresetFilter): readonly Stage[] => [
  resize({ width: size, height: size, filter }) as Stage,
  bytes(),
];

/** What a model's own processor does. */
type Model = {
  readonly resample: 'bilinear' | 'bicubic';
  readonly values: Values;
  /** The stages that make the square, from its side. */
  readonly toSquare: (size: number, filter: PresetFilter) => readonly Stage[];
};
const square = (
  { size = 224, source, dtype = 'f32', ...filter }: SquareOptions,
  { resample, values, toSquare }: Model,
): Pipeline<'rgb'> =>
  fromSource(source, [...toSquare(size, filterOf(filter, resample)), normalized(values)], nchw(dtype));

/** The shorter side of a picture from which the middle of a size is cut where that is 256 for 224. */
const widened = (size: number): number => Math.round((size * 256) / 224);

/**
 * ImageNet classifiers of torchvision (ResNet, ConvNeXt, EfficientNet, …): shorter side 256 at a size of 224, linear, middle. Source:
 * torchvision's `ImageClassification(crop_size=224, resize_size=256)`.
 */
export const imagenet = ({
  shorter,
  ...options
}: SquareOptions & {
  /** The shorter side before the middle is cut out; default size · 256 / 224. */
  readonly shorter?: number;
} = {}): Pipeline<'rgb'> =>
  square(options, {
    resample: 'bilinear',
    values: imagenetDefault,
    toSquare: (size, filter) => cropped(shorter ?? widened(size), size, filter),
  });

/** CLIP: shorter side 224, cubic, middle. Source: `preprocessor_config.json` of openai/clip-vit-base-patch32. */
export const clip = (options: SquareOptions = {}): Pipeline<'rgb'> =>
  square(options, {
    resample: 'bicubic',
    values: openaiClip,
    toSquare: (size, filter) => cropped(size, size, filter),
  });

/** SigLIP: 224×224, cubic, without regard to the ratio. Source: `preprocessor_config.json` of google/siglip-base-patch16-224. */
export const siglip = (options: SquareOptions = {}): Pipeline<'rgb'> =>
  square(options, { resample: 'bicubic', values: imagenetStandard, toSquare: stretched });

/** DINOv2: shorter side 256, cubic, middle of 224. Source: `preprocessor_config.json` of facebook/dinov2-base. */
export const dinov2 = (options: SquareOptions = {}): Pipeline<'rgb'> =>
  square(options, {
    resample: 'bicubic',
    values: imagenetDefault,
    toSquare: (size, filter) => cropped(widened(size), size, filter),
  });

/** ViT: 224×224, linear, without regard to the ratio. Source: `preprocessor_config.json` of google/vit-base-patch16-224. */
export const vit = (options: SquareOptions = {}): Pipeline<'rgb'> =>
  square(options, { resample: 'bilinear', values: imagenetStandard, toSquare: stretched });

/**
 * VideoMAE: shorter side 224, linear, middle; a call's images are the 16 frames, `[16, 3, 224, 224]`. Source: `preprocessor_config.json` of
 * MCG-NJU/videomae-base.
 */
export const videomae = (options: SquareOptions = {}): Pipeline<'rgb'> =>
  square(options, {
    resample: 'bilinear',
    values: imagenetDefault,
    toSquare: (size, filter) => cropped(size, size, filter),
  });

/**
 * SigLIP2 of a fixed resolution: 224×224, linear, without regard to the ratio. Source: `preprocessor_config.json` of google/siglip2-base-patch16-224.
 * Those that keep the ratio (NaFlex) are `siglip2`.
 */
export const siglip2Fixed = (options: SquareOptions = {}): Pipeline<'rgb'> =>
  square(options, { resample: 'bilinear', values: imagenetStandard, toSquare: stretched });
