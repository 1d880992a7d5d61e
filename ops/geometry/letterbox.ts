import { roundHalfEven } from '../math.js';
import { type f32, mapOp, oneOf, type Point, perImage, withDefault } from '../spec.js';
import { side } from './side.js';

// Further out than any filter reaches, also where a map before this one enlarges.
const BEYOND = 4096;

/** How long a side of the picture becomes: its share of a side that is filled, at least a pixel and at most all there is. */
const shared = (side: f32, filled: f32, of: f32, most: f32): f32 =>
  Math.min(Math.max(roundHalfEven((side * filled) / of), 1), most);

/** The size of the picture inside the output; the side that is relatively longer is filled. */
const inner = (srcWidth: f32, srcHeight: f32, dstWidth: f32, dstHeight: f32): Point =>
  srcWidth * dstHeight >= srcHeight * dstWidth
    ? [dstWidth, shared(srcHeight, dstWidth, srcWidth, dstHeight)]
    : [shared(srcWidth, dstHeight, srcHeight, dstWidth), dstHeight];

/** The input's position for one of the output, where `inner` pixels from `start` on show the input's `length` pixels. */
const along = (at: f32, start: f32, inner: f32, length: f32): f32 => {
  const inside = at - start;
  const from = (inside + 0.5) * (length / inner) - 0.5;
  if (inside < 0) {
    return from - BEYOND;
  }
  if (inside >= inner) {
    return from + BEYOND;
  }
  // The picture's edge is not mixed with what lies outside.
  return Math.min(Math.max(from, 0), length - 1);
};

/** The same on a plane without edges. */
const straight = (at: f32, start: f32, inner: f32, length: f32): f32 =>
  (at - start + 0.5) * (length / inner) - 0.5;

/**
 * Scales the image until it fits, and centres it, or puts it into the upper left corner; what is left is the border, usually `constant(114)` or `constant(0)`. With `linear` and
 * `nearest` it samples at one point, without antialiasing when it shrinks; with the antialiased filters and `area` it reads all that an output
 * pixel covers. The picture has round(side · scale) pixels, halves to even, with
 * scale = min(width / width_in, height / height_in), and starts at floor(rest / 2). Equals Ultralytics' `LetterBox(auto=False)` and
 * the usual `resize` and `copyMakeBorder` of OpenCV: with `linear` and `nearest` the picture's edge is that of a `resize` with
 * `replicate`; `cubic` and `lanczos4` mix it with the border.
 */
export const letterbox = mapOp({
  params: {
    /** The output's width in pixels, at least 1; per image. */
    width: perImage(side),
    /** The output's height in pixels, at least 1; per image. */
    height: perImage(side),
    /** Where the picture stands: `'centre'` (default), or `'topLeft'`, with all that is left to the right and below. */
    place: withDefault(oneOf('centre', 'topLeft'), 'centre'),
  },
  size: ({ width, height }) => ({ width, height }),
  apply: ([x, y], { place }, { src, dst }) => {
    const [width, height] = inner(src.width, src.height, dst.width, dst.height);
    if (place === 'topLeft') {
      return [along(x, 0, width, src.width), along(y, 0, height, src.height)];
    }
    return [
      along(x, Math.floor((dst.width - width) * 0.5), width, src.width),
      along(y, Math.floor((dst.height - height) * 0.5), height, src.height),
    ];
  },
  scale: (_, { src, dst }) => {
    const [width, height] = inner(src.width, src.height, dst.width, dst.height);
    return [src.width / width, src.height / height];
  },
  geometry: ([x, y], { place }, { src, dst }) => {
    const [width, height] = inner(src.width, src.height, dst.width, dst.height);
    if (place === 'topLeft') {
      return [straight(x, 0, width, src.width), straight(y, 0, height, src.height)];
    }
    return [
      straight(x, Math.floor((dst.width - width) * 0.5), width, src.width),
      straight(y, Math.floor((dst.height - height) * 0.5), height, src.height),
    ];
  },
});
