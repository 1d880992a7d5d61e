import { idiv } from '../math.js';
import { bounded, f64, i32, mapOp, withDefault } from '../spec.js';
import { side } from './side.js';
import { stretched, stretchedScale } from './stretch.js';

// The rules are computed in doubles, as Python does.

/** Tiles, patches and rows of tiles that there may be. */
const MOST = 64;
const count = bounded(i32, { least: 1, most: MOST });

/**
 * Another size: whole tiles, as many as a model takes, stretched; for `tiles` behind it. Of all grids of `least` to `most` tiles it takes the one whose
 * columns / rows are nearest to width / height. Of several that are equally near, by their numbers of tiles and then of columns, a later one is taken
 * if the image has more than half of its pixels. Source: transformers 5 `get_optimal_tiled_canvas` (InternVL, GOT-OCR2), which has
 * InternVL's `find_closest_aspect_ratio`. Each image has a size of its own; filters are those of `resize`.
 */
export const resizeToTiles = mapOp({
  params: {
    /** A tile's side in pixels, at least 1. */
    tile: side,
    /** The fewest tiles, 1 to 64; default 1. */
    least: withDefault(count, 1),
    /** The most tiles, 1 to 64. */
    most: count,
  },
  size: ({ tile, least, most }, src) => {
    const ratio = f64(src.width) / src.height;
    const area = f64(src.width) * src.height;
    let nearest = f64(1e300);
    let columns = i32(1);
    let rows = i32(1);
    for (let all = 1; all < Math.min(most + 1, MOST + 1); all++) {
      for (let across = i32(1); across < Math.min(all + 1, MOST + 1); across++) {
        const down = idiv(all, across);
        if (all >= least && down * across === all) {
          const far = Math.abs(ratio - f64(across) / down);
          const isLarge = area > 0.5 * tile * tile * across * down;
          if (far < nearest || (far === nearest && isLarge)) {
            nearest = far;
            columns = across;
            rows = down;
          }
        }
      }
    }
    return { width: columns * tile, height: rows * tile };
  },
  apply: stretched,
  scale: stretchedScale,
  inside: true,
  edges: () => true,
});

/**
 * Another size, with the image's ratio: as large as fits into the grid of tiles that suits it best; `padToMultiple({ place: 'centre' })` fills the grid up,
 * and `tiles` cuts it. Of all grids of up to `columns` by `rows` it takes the one that keeps the most pixels, floor(width · s) · floor(height · s) with
 * s = min(width_grid / width, height_grid / height), but no more than the image has; of these the one with the least left over, and of those that of
 * the fewest rows, then columns. In it the image has the size of `resizeInside({ rounding: 'up' })`. Source: transformers 5
 * `select_best_resolution` and `get_patch_output_size` (LLaVA-OneVision). Each image has a size of its own; filters are those of `resize`.
 */
export const resizeInsideTiles = mapOp({
  params: {
    /** A tile's side in pixels, at least 1. */
    tile: side,
    /** The most columns of tiles, 1 to 64. */
    columns: count,
    /** The most rows, 1 to 64. */
    rows: count,
  },
  size: ({ tile, columns, rows }, src) => {
    const width = f64(src.width);
    const height = f64(src.height);
    let most = f64(0);
    let least = f64(1e300);
    let across = i32(1);
    let down = i32(1);
    for (let row = 1; row < Math.min(rows + 1, MOST + 1); row++) {
      for (let column = 1; column < Math.min(columns + 1, MOST + 1); column++) {
        const scale = Math.min((f64(column) * tile) / width, (f64(row) * tile) / height);
        const kept = Math.min(Math.floor(width * scale) * Math.floor(height * scale), width * height);
        const rest = f64(column) * tile * (f64(row) * tile) - kept;
        if (kept > most || (kept === most && rest < least)) {
          most = kept;
          least = rest;
          across = column;
          down = row;
        }
      }
    }
    const canvasWidth = f64(across * tile);
    const canvasHeight = f64(down * tile);
    const byWidth = canvasWidth / width;
    const byHeight = canvasHeight / height;
    return byWidth < byHeight
      ? { width: i32(canvasWidth), height: i32(Math.min(Math.ceil(height * byWidth), canvasHeight)) }
      : { width: i32(Math.min(Math.ceil(width * byHeight), canvasWidth)), height: i32(canvasHeight) };
  },
  apply: stretched,
  scale: stretchedScale,
  inside: true,
  edges: () => true,
});

/** Rounds of the search: each halves the scales that are left, 100 at first, until they are closer than 10^−5. */
const ROUNDS = 24;

/** A side that is scaled, as whole patches. */
const inPatches = (length: f64, scale: f64, patch: i32): f64 =>
  Math.max(Math.ceil((length * scale) / patch) * patch, patch);

/**
 * Another size, with about the image's ratio: whole patches, as many as a model takes at most. Both sides are ceil(side · s / patch) · patch, at least
 * a patch, with the largest s for which there are no more than `most` patches, found by halving 10^−6 to 100 until 10^−5 is left. Source: transformers
 * 5 `get_image_size_for_max_num_patches` (SigLIP2 NaFlex). Each image has a size of its own; filters are those of `resize`.
 */
export const resizeToPatches = mapOp({
  params: {
    /** A patch's side in pixels, 1 to 64. */
    patch: bounded(i32, { least: 1, most: MOST }),
    /** The most patches, at least 1. */
    most: bounded(i32, { least: 1 }),
  },
  size: ({ patch, most }, src) => {
    const width = f64(src.width);
    const height = f64(src.height);
    let low = f64(1e-5) / 10;
    let high = f64(100);
    for (let round = 0; round < ROUNDS; round++) {
      if (high - low >= 1e-5) {
        const scale = (low + high) / 2;
        const across = inPatches(width, scale, patch) / patch;
        const down = inPatches(height, scale, patch) / patch;
        if (across * down <= most) {
          low = scale;
        } else {
          high = scale;
        }
      }
    }
    return { width: i32(inPatches(width, low, patch)), height: i32(inPatches(height, low, patch)) };
  },
  apply: stretched,
  scale: stretchedScale,
  inside: true,
  edges: () => true,
});
