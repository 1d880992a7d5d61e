/** Presets of models that find things, whose pictures keep their ratio. */
import { constant } from '../filters/border.js';
import { linear } from '../filters/filter.js';
import { nchw } from '../formats/formats.js';
import { letterbox } from '../geometry/letterbox.js';
import { padTo } from '../geometry/padTo.js';
import { resizeLonger, resizeShorter } from '../geometry/resizeBy.js';
import type { Pipeline, Stage } from '../spec.js';
import { scaleOffset } from '../tone/scaleOffset.js';
import { bytes, filterOf, fromSource, normalized, type PresetOptions } from './source.js';
import { imagenetDefault } from './values.js';

/** Zeros to the right and below. */
const padded = ({ width, height }: { readonly width: number; readonly height: number }): Stage =>
  padTo({ width, height, border: constant(0) }) as Stage;

/**
 * SAM: longer side 1024, linear, normalised, and then zeros to the right and below to 1024×1024. Source: `preprocessor_config.json` of
 * facebook/sam-vit-base.
 */
export const sam = ({
  size = 1024,
  source,
  dtype = 'f32',
  ...filter
}: PresetOptions & {
  /** The side of the result in pixels; default 1024. */
  readonly size?: number;
} = {}): Pipeline<'rgb'> =>
  fromSource(
    source,
    [
      resizeLonger({ size, filter: filterOf(filter, 'bilinear') }) as Stage,
      bytes(),
      normalized(imagenetDefault),
      padded({ width: size, height: size }),
    ],
    nchw(dtype),
  );

/**
 * DETR: shorter side 800, longer side at most 1333, linear. Images of a call have sizes of their own (`runEach`), unless `padded` says to which size zeros
 * are put to the right and below. Source: `preprocessor_config.json` of facebook/detr-resnet-50.
 */
export const detr = ({
  shorter = 800,
  longer = 1333,
  padded: box,
  source,
  dtype = 'f32',
  ...filter
}: PresetOptions & {
  /** The shorter side in pixels; default 800. */
  readonly shorter?: number;
  /** The most pixels of the longer side; default 1333. */
  readonly longer?: number;
  /** The size of every result, at least that of each picture: 1333×1333 holds all. Default: each picture's own. */
  readonly padded?: { readonly width: number; readonly height: number };
} = {}): Pipeline<'rgb'> =>
  fromSource(
    source,
    [
      resizeShorter({
        size: shorter,
        most: longer,
        rule: 'detr',
        filter: filterOf(filter, 'bilinear'),
      }) as Stage,
      bytes(),
      normalized(imagenetDefault),
      ...(box ? [padded(box)] : []),
    ],
    nchw(dtype),
  );

/**
 * YOLO of Ultralytics (v5, v8, 11, …): a letterbox of 640×640 on grey 114, sampled linearly at one point as OpenCV does, in 0..1. Source:
 * Ultralytics' documentation of `LetterBox` and of `predict` with `rect=False`.
 */
export const yolo = ({
  size = 640,
  width = size,
  height = size,
  source,
  dtype = 'f32',
}: Pick<PresetOptions, 'source' | 'dtype'> & {
  /** The side of the result in pixels; default 640. */
  readonly size?: number;
  /** The width of the result; default `size`. */
  readonly width?: number;
  /** The height of the result; default `size`. */
  readonly height?: number;
} = {}): Pipeline<'rgb'> =>
  fromSource(
    source,
    [
      letterbox({ width, height, filter: linear, border: constant(114) }) as Stage,
      bytes(),
      scaleOffset({ scale: 1 / 255 }) as Stage,
    ],
    nchw(dtype),
  );
