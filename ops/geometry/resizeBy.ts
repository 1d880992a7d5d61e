import { MAX_SIZE } from '../limits.js';
import { roundHalfEven } from '../math.js';
import { bounded, f64, i32, mapOp, oneOf, withDefault } from '../spec.js';
import { side, sideOrNone } from './side.js';
import { stretched, stretchedScale } from './stretch.js';

// The rules are computed in doubles, as Python does: f32 would take another size where a quotient is close to a whole number.

/**
 * Another size, by the shorter side; the longer one is its share, rounded down: floor(size · longer / shorter). With `most` a longer side
 * of more than that becomes `most`, and the shorter floor(most · size / longer). Source: transformers 5 `get_resize_output_image_size`
 * and torchvision's `Resize(size, max_size)`. With `rule: 'detr'` the shorter side is then r = most · shorter / longer of the image's own sides, rounded
 * half to even, and the longer one floor(r · longer / shorter) of r as it is; an image whose shorter side is that already stays. Source: transformers 5
 * `get_size_with_aspect_ratio`. Each image has a size of its own; filters are those of `resize`.
 */
export const resizeShorter = mapOp({
  params: {
    /** The shorter side in pixels, at least 1. */
    size: side,
    /** The most pixels of the longer side; 0 (default): any number. */
    most: withDefault(sideOrNone, 0),
    /** How sides are rounded where `most` holds: `'torchvision'` (default) or `'detr'`. */
    rule: withDefault(oneOf('torchvision', 'detr'), 'torchvision'),
  },
  size: ({ size, most, rule }, src) => {
    const shorter = Math.min(src.width, src.height);
    const longer = Math.max(src.width, src.height);
    if (rule === 'detr') {
      const isCut = most > 0 && (f64(longer) / shorter) * size > most;
      const exact = isCut ? (f64(most) * shorter) / longer : f64(size);
      const short = i32(roundHalfEven(exact));
      const long = short === shorter ? longer : i32((exact * longer) / shorter);
      return src.width <= src.height ? { width: short, height: long } : { width: long, height: short };
    }
    const long = i32((f64(size) * longer) / shorter);
    const isCut = most > 0 && long > most;
    const short = isCut ? i32((f64(most) * size) / long) : size;
    const rest = isCut ? most : long;
    return src.width <= src.height ? { width: short, height: rest } : { width: rest, height: short };
  },
  apply: stretched,
  scale: stretchedScale,
  inside: true,
  edges: () => true,
});

/**
 * Another size, by the longer side; the shorter one is its share, rounded: floor(shorter · (size / longer) + 0.5). Source: transformers 5,
 * SAM's `_get_preprocess_shape`. Each image has a size of its own; filters are those of `resize`.
 */
export const resizeLonger = mapOp({
  params: {
    /** The longer side in pixels, at least 1. */
    size: side,
  },
  size: ({ size }, src) => {
    const scale = f64(size) / Math.max(src.width, src.height);
    return { width: i32(src.width * scale + 0.5), height: i32(src.height * scale + 0.5) };
  },
  apply: stretched,
  scale: stretchedScale,
  inside: true,
  edges: () => true,
});

/**
 * Another size, near the image's own: sides that are multiples, of no more and no fewer pixels than a model takes, with about the same ratio.
 * Sides are rounded to multiples, halves to even. Where that has too many pixels, they are floor(side / β / multiple) · multiple with
 * β = √(width · height / maxPixels), at least a multiple; where it has too few, ceil(side · β / multiple) · multiple with
 * β = √(minPixels / (width · height)). An image 200 times as long as it is wide is an error. Source: `smart_resize` of
 * transformers 5 (Qwen2-VL). Each image has a size of its own; filters are those of `resize`.
 */
export const resizeWithin = mapOp({
  params: {
    /** The fewest pixels. */
    minPixels: withDefault(bounded(i32, { least: 1 }), 1),
    /** The most pixels. */
    maxPixels: bounded(i32, { least: 1 }),
    /** What both sides are multiples of; default 1. */
    multiple: withDefault(bounded(i32, { least: 1, most: MAX_SIZE }), 1),
  },
  size: ({ minPixels, maxPixels, multiple }, src) => {
    const width = f64(src.width);
    const height = f64(src.height);
    const across = roundHalfEven(width / multiple) * multiple;
    const down = roundHalfEven(height / multiple) * multiple;
    if (Math.max(width, height) / Math.min(width, height) > 200) {
      // A size of 0 is what the caller refuses.
      return { width: 0, height: 0 };
    }
    if (across * down > maxPixels) {
      const beta = Math.sqrt((height * width) / maxPixels);
      return {
        width: i32(Math.max(multiple, Math.floor(width / beta / multiple) * multiple)),
        height: i32(Math.max(multiple, Math.floor(height / beta / multiple) * multiple)),
      };
    }
    if (across * down < minPixels) {
      const beta = Math.sqrt(minPixels / (height * width));
      return {
        width: i32(Math.ceil((width * beta) / multiple) * multiple),
        height: i32(Math.ceil((height * beta) / multiple) * multiple),
      };
    }
    return { width: i32(across), height: i32(down) };
  },
  apply: stretched,
  scale: stretchedScale,
  inside: true,
  edges: () => true,
});

/**
 * Another size, as large as fits into a box, with the image's ratio. `'nearest'`, with r = min(width / width_in, height / height_in): both sides are
 * side · r, rounded half to even, at least a pixel; `letterbox` has a picture of that size. Source: Ultralytics' `LetterBox`. `'up'`: the side that is
 * relatively longer is the box's, the other ceil(side · r), at most the box's. Source: transformers 5 `get_patch_output_size`. Each image has a size
 * of its own; filters are those of `resize`. With `padTo` behind it, it is a letterbox of filters that `letterbox` does not take, such as `pillow`.
 */
export const resizeInside = mapOp({
  params: {
    /** The box's width in pixels, at least 1. */
    width: side,
    /** The box's height in pixels, at least 1. */
    height: side,
    /** `'nearest'` (default) or `'up'`. */
    rounding: withDefault(oneOf('nearest', 'up'), 'nearest'),
  },
  size: ({ width, height, rounding }, src) => {
    const across = f64(width) / src.width;
    const down = f64(height) / src.height;
    if (rounding === 'up') {
      return across < down
        ? { width, height: i32(Math.min(Math.ceil(src.height * across), height)) }
        : { width: i32(Math.min(Math.ceil(src.width * down), width)), height };
    }
    const scale = Math.min(across, down);
    return {
      width: i32(Math.max(roundHalfEven(src.width * scale), 1)),
      height: i32(Math.max(roundHalfEven(src.height * scale), 1)),
    };
  },
  apply: stretched,
  scale: stretchedScale,
  inside: true,
  edges: () => true,
});
