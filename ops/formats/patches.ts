import type { Colour, Format } from '../spec.js';
import { interleaved, planar, type TensorDType } from './tensors.js';

/** What `patches` takes. */
export type PatchOptions = {
  /** The type of the numbers; default `'f32'`. */
  readonly dtype?: TensorDType;
  /** The side of a patch in pixels, 1 to 64. */
  readonly patch: number;
  /** The patches of a square of `merge` by `merge` follow each other, 1 to 8; default 1. The picture's sides are multiples of patch · merge. */
  readonly merge?: number;
  /** Frames in a token, 1 to 8; default 1. */
  readonly temporal?: number;
  /**
   * Which frames these are. `'repeated'` (default): each picture fills all of them, as a still does. `'paired'`: the images of the call are frames of
   * one video, and `temporal` of them that follow each other share their tokens; their number is a multiple of `temporal`, so repeat the last one where it is not.
   */
  readonly frames?: 'repeated' | 'paired';
  /**
   * The order of a token's numbers. `'chw'` (default): channel, frame, row, column: Qwen2-VL, and what `unfold` and a convolution's weights have.
   * `'hwc'`: frame, row, column, channel: SigLIP2 and NaViT.
   */
  readonly order?: 'chw' | 'hwc';
};

const MOST = { patch: 64, merge: 8, temporal: 8 } as const;

/**
 * The tokens that vision transformers read, a result of `[tokens, numbers of a token]`: patches in rows from the top, each flattened. A call gives
 * `Patches`: the tokens of all its images one after the other, whatever their sizes, the grid of each image in patches (`gridThw`), and where
 * each frame's tokens begin (`cuSeqlens`). It takes any colour model, and is only written.
 *
 * With `merge`, the patches of each square of merge × merge follow each other, square by square: Qwen2-VL merges them behind its encoder. The number at
 * (channel c, frame t, row y, column x) of the patch in row r and column q of a grid of g columns is that of pixel
 * (patch · q + x, patch · r + y), in token ((r div m) · (g div m) + q div m) · m² + (r mod m) · m + q mod m with m = merge, and there at
 * ((c · temporal + t) · patch + y) · patch + x in the order `'chw'`.
 *
 * | model | options |
 * |---|---|
 * | Qwen2-VL, Qwen2.5-VL | `patch: 14, merge: 2, temporal: 2` |
 * | Qwen3-VL | `patch: 16, merge: 2, temporal: 2` |
 * | SigLIP2 (NaFlex), NaViT | `patch: 16, order: 'hwc'` |
 * | ViT | `patch: 16` |
 *
 * Sources: `image_processing_qwen2_vl.py` and `image_processing_siglip2.py` of transformers 5.
 */
export const patches = ({
  dtype = 'f32',
  patch,
  merge = 1,
  temporal = 1,
  frames = 'repeated',
  order = 'chw',
}: PatchOptions): Format<Colour, 'both'> => {
  const sizes = { patch, merge, temporal };
  for (const [name, most] of Object.entries(MOST)) {
    const size = sizes[name as keyof typeof MOST];
    if (!Number.isInteger(size) || size < 1 || size > most) {
      throw new RangeError(
        `Expected a whole number from 1 to ${most} for ${name} of patches but received ${String(size)}.`,
      );
    }
  }
  const made = inPatches('rgb', { dtype, tokens: { ...sizes, frames, order } });
  return { ...made, adapts: true } as never;
};

/** The same tokens of another colour model's pixels. */
export const inPatches = <C extends Colour>(
  colour: C,
  { dtype, tokens }: Required<Pick<Format, 'dtype' | 'tokens'>>,
): Format<C, 'both'> => {
  const { layout: _, ...format } = (tokens.order === 'hwc' ? interleaved : planar)(colour, dtype);
  const { patch, merge, temporal, frames, order, isTile } = tokens;
  if (isTile) {
    return { ...format, name: `${colour}_tiles${patch}_${dtype}`, tokens };
  }
  const often = temporal === 1 ? '' : `_${frames}${temporal}`;
  return { ...format, name: `${colour}_patches${patch}_merge${merge}${often}_${order}_${dtype}`, tokens };
};

/** The side of a tile at most. */
const LARGEST_TILE = 4096;

/**
 * The tiles that models with dynamic resolution read, a result of `[tiles, channels, size, size]`: a call gives `Patches`, the tiles of all its images one
 * after the other, in rows from the top, whatever their sizes; `gridThw` has 1, rows and columns of each image, `cuSeqlens` where its tiles begin.
 * Images are whole tiles: `resizeToTiles`, or `resizeInsideTiles` and `padToMultiple`, make them so. A thumbnail is another result of the pipeline. It takes
 * any colour model, and is only written.
 *
 * The number at (tile k, channel c, row y, column x) of an image of g columns of tiles is that of pixel (size · (k mod g) + x, size · (k div g) + y).
 * Sources: `crop_image_to_patches` (InternVL, GOT-OCR2) and `divide_to_patches` (LLaVA) of transformers 5.
 */
export const tiles = ({
  dtype = 'f32',
  size,
}: {
  /** The type of the numbers; default `'f32'`. */
  readonly dtype?: TensorDType;
  /** The side of a tile in pixels, 1 to 4,096. */
  readonly size: number;
}): Format<Colour, 'both'> => {
  if (!Number.isInteger(size) || size < 1 || size > LARGEST_TILE) {
    throw new RangeError(
      `Expected a whole number from 1 to ${LARGEST_TILE} for size of tiles but received ${String(size)}.`,
    );
  }
  const tokens = {
    patch: size,
    merge: 1,
    temporal: 1,
    frames: 'repeated',
    order: 'chw',
    isTile: true,
  } as const;
  return { ...inPatches('rgb', { dtype, tokens }), adapts: true } as never;
};
