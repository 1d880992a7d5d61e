/** Presets whose result is tiles of a picture and the whole of it, small. */
import { constant } from '../filters/border.js';
import { nchw, tiles } from '../formats/formats.js';
import { padToMultiple } from '../geometry/padToMultiple.js';
import { resize } from '../geometry/resize.js';
import { resizeInsideTiles, resizeToTiles } from '../geometry/resizeToTiles.js';
import { type Fork, outputs, type Stage } from '../spec.js';
import { bytes, filterOf, fromSource, normalized, type PresetOptions, type Values } from './source.js';
import { imagenetDefault, imagenetStandard } from './values.js';

/** A pipeline with the results `tiles`, the tiles of all pictures, and `thumbnail`, [N, 3, size, size]. */
export type Tiled = Fork<'tiles' | 'thumbnail'>;

const tiled = (
  { source, dtype = 'f32', ...filter }: PresetOptions,
  size: number,
  values: Values,
  toTiles: readonly Stage[],
): Tiled =>
  fromSource<Tiled>(
    source,
    [],
    outputs({
      tiles: [...toTiles, normalized(values), tiles({ size, dtype })],
      thumbnail: [
        resize({ width: size, height: size, filter: filterOf(filter, 'bicubic') }) as Stage,
        bytes(),
        normalized(values),
        nchw(dtype),
      ],
    } as never),
  );

/**
 * InternVL 2.5 and 3: tiles of 448×448 pixels, 1 to 12, cubic, stretched to the grid that is nearest to the picture's ratio. Results: `tiles`, and
 * `thumbnail`, which the model is given behind the tiles of its picture where there are several, and not where there is one. Source: `load_image` of
 * the model cards of OpenGVLab/InternVL3-8B; OpenGVLab/InternVL3-8B-hf with `crop_to_patches`.
 */
export const internvl = ({
  size = 448,
  minTiles = 1,
  maxTiles = 12,
  ...options
}: PresetOptions & {
  /** The side of a tile in pixels; default 448. */
  readonly size?: number;
  /** The fewest tiles of a picture; default 1. */
  readonly minTiles?: number;
  /** The most; default 12. */
  readonly maxTiles?: number;
} = {}): Tiled =>
  tiled(options, size, imagenetDefault, [
    resizeToTiles({
      tile: size,
      least: minTiles,
      most: maxTiles,
      filter: filterOf(options, 'bicubic'),
    }) as Stage,
    bytes(),
  ]);

/**
 * LLaVA-OneVision: tiles of 384×384 pixels, up to 6 by 6, cubic; the picture keeps its ratio and stands in the middle, on black. Results: `tiles`, and
 * `thumbnail`, the whole picture stretched to a tile, which the model is given before the tiles of its picture. Source:
 * `preprocessor_config.json` of llava-hf/llava-onevision-qwen2-7b-ov-hf.
 */
export const llavaOneVision = ({
  size = 384,
  columns = 6,
  rows = 6,
  ...options
}: PresetOptions & {
  /** The side of a tile in pixels; default 384. */
  readonly size?: number;
  /** The most columns of tiles; default 6. */
  readonly columns?: number;
  /** The most rows; default 6. */
  readonly rows?: number;
} = {}): Tiled =>
  tiled(options, size, imagenetStandard, [
    resizeInsideTiles({ tile: size, columns, rows, filter: filterOf(options, 'bicubic') }) as Stage,
    bytes(),
    padToMultiple({ multiple: size, place: 'centre', border: constant(0) }) as Stage,
  ]);
